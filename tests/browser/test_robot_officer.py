"""
A robot fills the four forms on the phone's app, answering what the screen asks; the office has the same.

What a fixture answers is entered page by page by what stands there, at the fixture's moment. What the screen
does not ask is not answered; what it offers no way to enter (a text for a number, a choice that is not there)
may only be what the form's own rules find a problem with. Then the office has those answers and no others,
they mean what the fixture says, and the summary on the phone named the same problems. Calculated values do
not travel: they are what the office's answers make.

Broken on purpose, and found: one more of several choices takes the place of the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from pprint import pformat
from typing import TYPE_CHECKING, Any, Final

import pytest

from forms.build import FORM_IDS
from tests.conftest import Length
from tests.support.examples import Example, examples
from tests.support.field_office import FieldOffice, field_office
from tests.support.filings import KECAMATAN
from tests.support.forms import compiled
from tests.support.officers_phone import PhoneApp
from tests.support.phone_form import FormScreen
from tests.support.robot_officer import Filled
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
_CLOCK: Final = """
  globalThis.Date = new Proxy(Date, {
    construct: (date, given, target) => Reflect.construct(date, given.length ? given : [%(moment)d], target),
    get: (date, name) => name === "now" ? () => %(moment)d : date[name],
  });
"""
VILLAGE, VILLAGE_NAME = "64.02.18.2007", "Muara Enggelam"


@pytest.fixture(scope="module")
def field(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory, length: Length
) -> Iterator[FieldOffice]:
    folder = tmp_path_factory.mktemp("robot")
    with field_office(folder, browser.browser_type, *(compiled(form_id) for form_id in FORM_IDS)) as made:
        head = made.office.person("hana", "head", KECAMATAN)
        for form_id, list_name in LISTS.items():
            for example in chosen(form_id, length):
                cases(made.office, head, (VILLAGE, case_of(example)), list_name=list_name)
        yield made


@pytest.fixture(scope="module")
def phone(field: FieldOffice) -> PhoneApp:
    return field.enrolled("asha")


def chosen(form_id: str, length: Length) -> tuple[Example, ...]:
    """The examples of a form that are filled."""
    return examples(form_id)[: length.of(1, MOST)]


def case_of(example: Example) -> str:
    """The name of the case on which an example is filled: each has one that knows nothing yet."""
    return f"Kasus {example.name} {LISTS.get(example.form_id, '')}"


@pytest.mark.timeout(0)
@pytest.mark.parametrize("form_id", FORM_IDS)
def test_the_office_has_what_the_robot_entered(
    field: FieldOffice, phone: PhoneApp, form_id: str, length: Length
) -> None:
    filled = []
    for example in sorted(chosen(form_id, length), key=lambda one: one.time):
        at(phone, example.time)
        screen = begin(phone, example).fill(texts(example))
        problems = screen.problems()
        filled.append(Filled(example, screen, problems, phone.finish()))
    phone.sync()
    different = {one.example.key: found for one in filled if (found := differences(field, one))}
    assert not different, pformat(different)
    assert phone.complaints == []


def at(phone: PhoneApp, moment: int) -> None:
    """
    Lets the phone's page believe that it is a moment, and stays.

    (Playwright's own clock also takes the place of `Intl.DateTimeFormat`, and takes 1970 for now there, by
    which the engine's calendar goes wrong.)
    """
    if phone.page.evaluate("Date.now()") == moment:
        return
    phone.page.add_init_script(_CLOCK % {"moment": moment})
    phone.open()
    phone.unlock()


def begin(phone: PhoneApp, example: Example) -> FormScreen:
    """A new form: on the spot, or on the example's case."""
    title = TITLES[example.form_id]
    if example.form_id not in LISTS:
        return phone.new_form(title, VILLAGE_NAME)
    phone.go("Baru")
    phone.follow(title)
    phone.follow(case_of(example))
    phone.press(f"Kunjungan baru: {title}")
    return phone.form.wait()


def texts(example: Example) -> dict[str, str]:
    """The answers as texts; those that are kept from the reader are nobody's to enter."""
    return {path: value for path, value in example.answers.items() if value and isinstance(value, str)}


def differences(field: FieldOffice, filled: Filled) -> dict[str, Any]:
    """All that is not as the example says it."""
    kept = field.kept(filled.record)
    return filled.asked_wrongly() | filled.different(kept, field.file) | filled.meant_otherwise(kept)
