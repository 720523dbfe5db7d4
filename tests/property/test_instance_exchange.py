"""
Random forms, filled, shown as XML and taken in again by the command: the same answers, and the changes made.

Broken on purpose, each seen to fail: our element left out of what is shown; the empty text taken for none;
the ids of members made anew.
"""

from collections.abc import Iterator
from itertools import count
from typing import Any, Final
from unicodedata import normalize

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from client_sync.cli import cli
from client_sync.commanding import Context
from domain.forms.definition import FormDefinition
from domain.forms.instance import instance_xml
from domain.operations import Value
from tests.support.devices import KEY, VILLAGE, Fleet, Phone
from tests.support.instances import FILE, answers_to, described_forms

TEXTS: Final = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    st.text(st.sampled_from(" \t\r\n\0\x1b\x85\ufffe&<>]\"'a\u0301"), max_size=8),
    st.sampled_from(["", FILE, "]]>"]),
).map(lambda text: normalize("NFC", text))
IDS: Final = st.sampled_from(["m_1", "m_2", "m_10", " m ", "*"])
OTHERS: Final = st.dictionaries(st.sampled_from(["lain", "blok/x", "blok/y"]), TEXTS, max_size=2)
versions = count(2)
"""That of the form which the server has at first is 1."""


@st.composite
def exchanges(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Value], dict[str, Value]]:
    """A form, answers to it, and the changes that somebody makes in the XML."""
    form = draw(described_forms(tells_members=True))
    definition = FormDefinition.from_json(form)
    filled = draw(answers_to(definition, IDS, TEXTS, has_others=False))
    answers = {path: value for path, value in filled.items() if not path.endswith("/id")}
    changed: dict[str, Value] = {path: draw(TEXTS) for path in sorted(answers) if draw(st.booleans())}
    return form, {**answers, **draw(OTHERS)}, changed


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    made = Fleet(tmp_path_factory.mktemp("exchange"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def phones(fleet: Fleet) -> tuple[Phone, Phone]:
    return fleet.phone("asha"), fleet.phone("budi")


def run(phone: Phone, *arguments: str, given: bytes = b"") -> bytes:
    """The command, with something on its standard input; what it prints."""
    env = {"VERILAP_HOME": str(phone.home), "VERILAP_KEY": KEY}
    ended = CliRunner().invoke(cli, arguments, env=env, obj=Context("en"), input=given)
    assert ended.exit_code == 0, ended.exception
    return ended.stdout_bytes


def answers_on(phone: Phone, record: str) -> dict[str, Value]:
    found = phone.dossier(record).answers
    return {path: value for path, value in found.items() if not path.startswith("$")}


@given(exchanges())
def test_a_filled_form_goes_out_and_comes_in_by_the_command_without_a_loss(
    fleet: Fleet,
    phones: tuple[Phone, Phone],
    exchange: tuple[dict[str, Any], dict[str, Value], dict[str, Value]],
) -> None:
    form, answers, changed = exchange
    form["version"] = str(next(versions))
    fleet.server.forms = [form]
    here, there = phones
    for phone in phones:
        phone.sync()
    record = here.new("coba", VILLAGE, answers).record
    xml = run(here, "show", record, "--xml")
    assert run(there, "new", "coba", "--village", VILLAGE, "--xml", "-", given=xml).decode() == f"{record}\n"
    assert answers_on(there, record) == answers_on(here, record) == answers
    if any(answers[path] != text for path, text in changed.items()):
        definition = FormDefinition.from_json(form)
        (was := there.home / "was.xml").write_bytes(run(there, "show", record, "--xml"))
        edited = instance_xml(definition, record, {**answers, **changed})
        run(there, "set", record, "--xml", "-", "--was", str(was), given=edited)
        assert answers_on(there, record) == {**answers, **changed}
