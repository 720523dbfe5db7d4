"""A restricted part is its author's, in whatever order its operations arrive.

Broken on purpose: whoever came first was the owner, and after a restore the officer never got his own
answers; the rows of the feeds kept the owner that they were written with.
"""

import copy
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import text

from server.services.check_store import Checked, Difference, check_store
from tests.support.builders import new_id, op_id, with_part, with_restricted_part
from tests.support.filings import KECAMATAN, MARKER, NEIGHBOUR, arrives
from tests.support.office import Office
from tests.support.raw_device import RawDevice

THIRD = "64.02.18.2006"


def written(asha: RawDevice, karti: RawDevice) -> tuple[str, str, list[tuple[RawDevice, Any]]]:
    """A filling with a restricted answer, which a social worker moves and adds to; ids and operations."""
    record, part = new_id(), new_id()
    filled = asha.submission(record, {"r": MARKER})
    filled = with_restricted_part(filled, record, {"r": "luka"}, part=part)
    seen = op_id(filled)
    moved = karti.operation([("$village", NEIGHBOUR, [seen])], record=record)
    moved = with_part(moved, part, "restricted", ["$village", NEIGHBOUR, [0]])
    added = karti.operation([("b", "2", ())], record=record)
    return record, part, [(asha, filled), (karti, moved), (karti, added)]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_its_author_gets_it_whoever_comes_first(office: Office, asha: RawDevice, order: Any) -> None:
    karti = office.device("karti", "peksos", KECAMATAN)
    _, part, sent = written(asha, karti)
    for i in order:
        device, operation = sent[i]
        device.sync(copy.deepcopy(operation))
    for device in (asha, karti):
        device.cursors = {}
        assert part in device.pull()[0]
    other = office.device("budi", "officer", KECAMATAN)
    assert part not in other.pull()[0]
    assert differences(office) == []


def test_a_part_that_a_store_has_as_somebody_elses_becomes_its_authors_again(
    office: Office, asha: RawDevice
) -> None:
    """As a store may have it from before: the next operation gives it back, in the feeds that it left too."""
    karti = office.device("karti", "peksos", KECAMATAN)
    _, part, sent = written(asha, karti)
    for device, operation in sent:
        arrives(device, operation)
    with office.store.write() as connection:
        connection.execute(text("UPDATE record SET owner = 'budi' WHERE kind = 'restricted'"))
        connection.execute(text("UPDATE feed_row SET owner = 'budi' WHERE owner IS NOT NULL"))
    assert Difference("check-column", {"record": part, "column": "owner"}) in differences(office)
    arrives(karti, karti.operation([("$village", THIRD, [])], record=part, kind="restricted"))
    assert differences(office) == []


def differences(office: Office) -> list[Difference]:
    with office.store.read() as connection:
        return list(check_store(connection, Checked()))
