"""
A robot fills the four forms on the phone's app, answering what the screen asks; the office has the same.

What a fixture answers is entered page by page by what stands there. What the screen does not ask is not
answered; what it offers no way to enter (a text for a number, a choice that is not there) may only be what
the form's own rules find a problem with.

Broken on purpose, and found: one more of several choices takes the place of the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import pytest

from domain.files import read_file_answer
from forms.build import FORM_IDS
from tests.conftest import Length
from tests.support.examples import Example, examples
from tests.support.field_office import FieldOffice, field_office
from tests.support.filings import KECAMATAN
from tests.support.forms import compiled
from tests.support.officers_phone import PhoneApp
from tests.support.phone_form import FormScreen
from tests.support.rounds import cases

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

CHILD, FAMILY, DELIVERY, FOLLOW_UP = FORM_IDS
TITLES: Final = {
    CHILD: "Verifikasi Anak Terlantar",
    FAMILY: "Verifikasi Keluarga Fakir Miskin",
    DELIVERY: "Penyaluran Bantuan",
    FOLLOW_UP: "Kunjungan Pemantauan Anak",
}
LISTS: Final = {DELIVERY: "penyaluran", FOLLOW_UP: "anak"}
"""Forms that begin on a case, and of which list."""
MOST: Final = 100
"""More than any form has examples."""
VILLAGE, VILLAGE_NAME = "64.02.18.2007", "Muara Enggelam"


@pytest.fixture(scope="module")
def field(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FieldOffice]:
    folder = tmp_path_factory.mktemp("robot")
    with field_office(folder, browser.browser_type, *(compiled(form_id) for form_id in FORM_IDS)) as made:
        head = made.office.person("hana", "head", KECAMATAN)
        for list_name in LISTS.values():
            cases(made.office, head, (VILLAGE, f"Kasus {list_name}"), list_name=list_name)
        yield made


@pytest.fixture(scope="module")
def phone(field: FieldOffice) -> PhoneApp:
    return field.enrolled("asha")


@pytest.mark.parametrize("form_id", FORM_IDS)
def test_the_office_has_what_the_robot_entered(
    field: FieldOffice, phone: PhoneApp, form_id: str, length: Length
) -> None:
    for example in examples(form_id)[: length.of(1, MOST)]:
        screen = begin(phone, form_id).fill(texts(example))
        assert_asked(example, screen)
        record = phone.finish()
        phone.sync()
        assert_same(example, screen, field.answers(record))
    assert phone.complaints == []


def begin(phone: PhoneApp, form_id: str) -> FormScreen:
    """A new form: on the spot, or on the case of its list."""
    if form_id not in LISTS:
        return phone.new_form(TITLES[form_id], VILLAGE_NAME)
    phone.go("Baru")
    phone.follow(TITLES[form_id])
    phone.follow(f"Kasus {LISTS[form_id]}")
    phone.press(f"Kunjungan baru: {TITLES[form_id]}")
    return phone.form.wait()


def texts(example: Example) -> dict[str, str]:
    """The answers as texts."""
    return {path: str(value) for path, value in example.answers.items() if value}


def assert_asked(example: Example, screen: FormScreen) -> None:
    """What the fixture says is asked was asked, and nothing that is not; what was refused is faulty."""
    entered = {screen.theirs(path) for path in screen.done}
    assert entered.isdisjoint(example.not_asked), example.key
    refused = {screen.theirs(path) for path in screen.unable}
    assert refused <= set(example.problems), (example.key, refused)
    named = {path for path in example.asked if path in example.answers}
    assert named <= entered | refused, example.key


def assert_same(example: Example, screen: FormScreen, kept: Mapping[str, Any]) -> None:
    """Each answer that was entered is what the office has, alike but for how a machine writes it."""
    different = {
        path: (value, kept.get(path))
        for path, value in screen.done.items()
        if not is_same(value, kept.get(path))
    }
    assert different == {}, example.key


def is_same(entered: str, kept: object) -> bool:
    """Also `131.0` for `131`, numbers of people masked in their middle, and any picture for a picture."""
    if kept is None:
        return False
    text = str(kept)
    if entered.startswith("{"):
        answer = read_file_answer(text)
        return answer is not None and answer.type == "image/jpeg" and bool(answer.size)
    if "*" in text:
        return len(text) == len(entered) and text[:4] == entered[:4] and text[-4:] == entered[-4:]
    if entered == text:
        return True
    with suppress(ValueError):
        ours, theirs = ([float(one) for one in both.split()] for both in (entered, text))
        # A browser tells no height where it is faked.
        return (ours[:2], ours[3:]) == (theirs[:2], theirs[3:])
    return False
