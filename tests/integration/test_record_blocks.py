"""The page of a record shows the blocks that are registered, where they belong, in the order of the list."""

from __future__ import annotations

import pytest
from jinja2 import BaseLoader, ChoiceLoader, DictLoader
from sqlalchemy import Connection, select

from server.models_evidence import AuditRecord
from server.web import RECORD_BLOCKS
from server.web.record_blocks import RecordBlock, RecordPage, Shown, Slot, register
from tests.support.builders import new_id
from tests.support.office import Office
from tests.support.pages import VILLAGE, Person
from tests.support.visits import Visit, publish, visit

TEMPLATE = "told.html"
WORDS = "<p>{{ block.name }} tells {{ block.told }} of {{ page.subject.name }}</p>"


@pytest.fixture
def made(office: Office) -> Visit:
    """A visit to Asha; blocks on its page may have the template of this file."""
    publish(office)
    usual = office.app.jinja_loader
    assert isinstance(usual, BaseLoader)
    office.app.jinja_loader = ChoiceLoader([DictLoader({TEMPLATE: WORDS}), usual])
    return visit(office.device("asha", "officer", VILLAGE))


def block(
    name: str, slot: Slot = Slot.CARDS, told: object = 7, beside: frozenset[str] = frozenset()
) -> RecordBlock:
    """A block that always tells the same."""
    return RecordBlock(name, slot, TEMPLATE, lambda *_: Shown(told, beside))


def test_a_block_that_is_registered_shows_what_it_read(office: Office, made: Visit, siti: Person) -> None:
    """Broken on purpose: the page had the blocks of the server, whatever was registered."""

    def read(connection: Connection, page: RecordPage) -> Shown:
        return Shown(f"{page.actor.name} and {connection.scalar(select(1))}")

    register(office.app, [*RECORD_BLOCKS, RecordBlock("weather", Slot.CARDS, TEMPLATE, read)])
    assert "weather tells siti and 1 of Asha" in siti.get(made.path)


@pytest.mark.parametrize("told", [(), 0, ""])
def test_a_block_may_show_that_there_is_nothing(
    office: Office, made: Visit, siti: Person, told: object
) -> None:
    """As a form without answers. Broken on purpose: what is empty was taken for nothing to say."""
    register(office.app, [block("weather", told=told)])
    assert f"weather tells {told}" in siti.get(made.path)


def test_a_block_that_has_nothing_to_say_leaves_nothing(office: Office, made: Visit, siti: Person) -> None:
    """Not even its template is looked for. Broken on purpose: it was drawn without anything to tell."""
    register(office.app, [block("weather")])
    usual = siti.get(made.path)
    register(
        office.app, [block("weather"), RecordBlock("silent", Slot.CARDS, "nowhere.html", lambda *_: None)]
    )
    assert siti.get(made.path).text == usual.text
    assert "weather tells" in usual


@pytest.mark.parametrize("names", [("one", "two", "three"), ("three", "one", "two")])
@pytest.mark.parametrize("slot", Slot)
def test_blocks_stand_in_the_order_of_the_list(
    office: Office, made: Visit, siti: Person, slot: Slot, names: tuple[str, ...]
) -> None:
    """In each slot. Broken on purpose: they were sorted by name; a slot was left out of the page."""
    register(office.app, [block(name, slot) for name in names])
    html = siti.get(made.path).html
    assert sorted(names, key=lambda name: html.index(f"{name} tells")) == list(names)


def test_slots_stand_from_top_to_bottom(office: Office, made: Visit, siti: Person) -> None:
    """Wherever their blocks stand in the list. Broken on purpose: the cards stood after the answers."""
    register(office.app, [block(slot, slot) for slot in reversed(Slot)])
    html = siti.get(made.path).html
    assert sorted(Slot, key=lambda slot: html.index(f"{slot} tells")) == list(Slot)


def test_of_whom_a_block_tells_besides_is_put_on_record(office: Office, made: Visit, siti: Person) -> None:
    """Of each of them. Broken on purpose: only what the last block told was kept."""
    one, two = new_id(), new_id()
    blocks = [block("one", beside=frozenset({one})), block("two", beside=frozenset({two})), block("three")]
    register(office.app, blocks)
    siti.get(made.path)
    with office.store.read() as connection:
        assert {made.record, one, two} <= set(connection.scalars(select(AuditRecord.record)))


def test_no_two_blocks_have_one_name(office: Office) -> None:
    with pytest.raises(ValueError, match="weather"):
        register(office.app, [block("weather"), block("weather", Slot.ASIDE)])
