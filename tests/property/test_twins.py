"""What laptops and phones work out of anything: the same, or both refuse it with the same code.

The phone's code runs in a process of Node.js. Numbers are whole ones here, since JavaScript reads 1.0 as 1.
"""

import json
import random
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.operations import RESTRICTED
from tests.support.builders import RECORD, VILLAGE
from tests.support.twins import told_by
from tests.support.twins.phone import Phone, started
from tests.support.vectors.cases import (
    MEMBERS,
    NOBODYS,
    PATHS,
    Histories,
    operation_json,
    plain_value,
    record_of,
)

FIRST, SECOND, FRESH = record_of(2), record_of(3), record_of(8)
TEXTS = st.text(st.characters() | st.sampled_from('/#$\x00\ue000\uffff😀é\\"\ud83d\ude00'), max_size=8)
WHOLE_TEXTS = st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from("\ue000\uffff😀𐀀"), max_size=4
)
ODD: list[Any] = [
    *(None, True, False, 0, -1, 1, 1.5, 2**53, "", "x", "é/😀", "a//b", [], ["x"], {}, {"$": "dead"}),
    *(
        RESTRICTED,
        {"a": [[]]},
        NOBODYS,
        RECORD,
        "submission",
        "restricted",
        "case:anak",
        "\ud83d",
        "$of",
        [0],
        [9],
    ),
]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**54), 2**54) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)
SEEDS = st.integers(0, 2**32)


@pytest.fixture(scope="module")
def phone() -> Iterator[Phone]:
    with started() as running:
        yield running


def agree(phone: Phone, deed: str, given_: Any) -> Any:
    """Both say the same; gives what."""
    sent = json.loads(json.dumps(given_))
    told = told_by(deed, sent)
    assert phone.told(deed, sent) == told
    return told


@given(VALUES)
def test_values_are_spelt_alike(phone: Phone, value: Any) -> None:
    """Broken on purpose: members by code point; half a letter let through."""
    agree(phone, "canonical", json.dumps(value))


@given(st.lists(WHOLE_TEXTS, max_size=8))
def test_texts_are_sorted_alike(phone: Phone, texts: list[str]) -> None:
    """Broken on purpose: by UTF-16 unit."""
    agree(phone, "sorted", texts)


@given(SEEDS)
def test_records_merge_and_show_alike(phone: Phone, seed: int) -> None:
    """In any order, in any batches.

    Broken on purpose: `missing` forgotten; a removal that hides what it has not seen.
    """
    histories = Histories(seed, RECORD, plain_value)
    batches = histories.batches(histories.drawn(most=10))
    agree(phone, "fold", {"record": RECORD, "batches": batches, "members": MEMBERS})


def dossier_of(seed: int) -> dict[str, Any]:
    """A submission and up to two restricted parts that may hold anything."""
    parts = [FIRST, SECOND][: seed % 3]
    drawn = {
        record: Histories(seed + 1 + place, record, plain_value).drawn(3, [*PATHS, "$of"], kind="restricted")
        for place, record in enumerate(parts)
    }
    return {"submission": {RECORD: Histories(seed, RECORD, plain_value).drawn(5)}, "parts": drawn}


@given(SEEDS)
def test_dossiers_show_alike(phone: Phone, seed: int) -> None:
    """Broken on purpose: an answer below a removed member told from a restricted part."""
    agree(phone, "dossier", {**dossier_of(seed), "paths": [*PATHS, *MEMBERS]})


@given(SEEDS, st.randoms(use_true_random=False))
def test_entries_become_the_same_changes(phone: Phone, seed: int, chance: random.Random) -> None:
    """Broken on purpose: what nobody knows named in each part; the writer's own part forgotten."""
    dossier = dossier_of(seed)
    known = told_by("dossier", {**dossier, "paths": PATHS})["paths"]
    changes = [
        [path, chance.choice(["0", "1", "2", RESTRICTED]), _some_of(known[path]["onScreen"], chance)]
        for path in chance.sample(PATHS, 3)
    ]
    writer = {"author": chance.choice(["asha", "budi"]), "areas": [VILLAGE], "fresh": FRESH}
    agree(
        phone, "edits", {**dossier, **writer, "changes": changes, "restricted": chance.sample(PATHS[:2], 1)}
    )
    agree(phone, "members", {**dossier, "members": MEMBERS})


def _some_of(on_screen: dict[str, list[str]], chance: random.Random) -> list[str]:
    named = {one for ids in on_screen.values() for one in ids if chance.random() < 0.8}
    return sorted({*named, *([NOBODYS] if chance.random() < 0.1 else [])})


@given(SEEDS, st.randoms(use_true_random=False))
def test_damaged_operations_are_read_alike_or_refused_with_the_same_code(
    phone: Phone, seed: int, chance: random.Random
) -> None:
    """Broken on purpose: a part that is checked before its record; preds that may be an object."""
    sent: Any = deepcopy(Histories(seed, RECORD, plain_value).drawn(3)[-1])
    if chance.random() < 0.2:
        sent["redacted"] = {"id": NOBODYS, "without": [[RECORD], [RECORD, "m/m_1"]]}
    for _ in range(chance.randint(0, 2)):
        _damage(sent, chance)
    agree(phone, "operation", sent)


def _damage(sent: Any, chance: random.Random) -> None:
    """Puts something odd, or nothing, at some place within."""
    inner = [
        one
        for one in (sent.values() if isinstance(sent, dict) else sent)
        if isinstance(one, (dict, list)) and one
    ]
    if inner and chance.random() < 0.7:
        _damage(chance.choice(inner), chance)
    elif isinstance(sent, dict):
        name = chance.choice(list(sent))
        if chance.random() < 0.2:
            del sent[name]
        else:
            sent[name] = deepcopy(chance.choice(ODD))
    else:
        sent[chance.randrange(len(sent))] = deepcopy(chance.choice(ODD))


@given(SEEDS, st.randoms(use_true_random=False))
def test_what_is_erased_leaves_the_same(phone: Phone, seed: int, chance: random.Random) -> None:
    """Broken on purpose: a place that was named before forgotten; a remark on an erased member kept."""
    drawn = Histories(seed, RECORD, plain_value).drawn(4)
    review: Any = {"decision": "return", "remarks": {chance.choice(PATHS): "?", "m/m_1/x": "!"}}
    sent: Any = chance.choice(
        [*drawn, operation_json([("$review", review, ()), ("a", "1", ())], record=RECORD)]
    )
    sent["parts"].append(
        {"record": FIRST, "kind": "case:anak", "changes": [["label", "A", []], ["m/m_1", "x", []]]}
    )
    places = [
        [RECORD],
        [FIRST],
        *([record, one] for record in (RECORD, FIRST) for one in [*MEMBERS, "a", "label"]),
    ]
    asked = {"operation": sent, "places": chance.sample(places, chance.randint(0, 3))}
    agree(phone, "redact", asked)
    agree(phone, "redactAgain", {**asked, "further": chance.sample(places, 2)})


@given(TEXTS | st.text("aeiouhyjkmst.' ’-", max_size=20))
def test_names_are_looked_for_alike(phone: Phone, name: str) -> None:
    """Broken on purpose: the silent h of a short word. Letters younger than Python's Unicode may differ."""
    known = "".join(one for one in name if not one.isspace() and one.isprintable()) or "a"
    agree(phone, "name", known)
