"""
Coverage: numbers of villages, the same as somebody gets who counts the documents one by one.

Broken on purpose, each time with a failing test here: a form in two villages counted in one; a rejected form
as a visit; a case that two forms name as two visits; a form that names no round counted before its round
began; what is set aside told to a supervisor; a kecamatan of others by its address; a device of the office
among the silent.
"""

import csv
import io
import random
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, text

from domain.access import Actor
from domain.cases import case_kind
from domain.merge import RecordState, view
from domain.operations import SUBMISSION
from domain.operations import VILLAGE as VILLAGE_PATH
from domain.planning import ROUND, is_not_found, round_of, round_record
from domain.review import review_of
from server.clock import first_moment, now_ms, office_day
from server.services.coverage import COLUMNS, Coverage, Question, read_coverage
from server.services.restricting import restrict
from server.store import imports
from tests.support.builders import new_id
from tests.support.filings import FAR, KECAMATAN, NEIGHBOUR, REGENCY, VILLAGE, arrives, review
from tests.support.forms import compiled
from tests.support.office import Office
from tests.support.pages import at_work

FORM_ID = "kunjungan_pemantauan"
FORM = f"{FORM_ID}@2026010102"
ROUND_ID = "11111111-1111-4111-8111-111111111111"
DAY_MS = 24 * 60 * 60 * 1000
PLACES = (VILLAGE, NEIGHBOUR, FAR)
TODAY = office_day(now_ms())


class World:
    """An office with cases in three villages, a round in two of them, and forms at random about the cases."""

    def __init__(self, office: Office, forms: int = 24) -> None:
        self.office, self.chance = office, random.Random(7)
        for form_id in ("verifikasi_anak", FORM_ID):
            office.publish({**compiled(form_id).definition, "version": "2026010102"})
        self.asha = office.device("asha", "officer", REGENCY)
        self.budi = office.device("budi", "officer", REGENCY)
        self.hana = office.api("hana", "head", REGENCY)
        siti = office.device("siti", "supervisor", REGENCY)
        for village in PLACES[:2]:
            plan: list[Any] = [("$village", village, []), ("$round", ROUND_ID, []), ("form", FORM_ID, [])]
            plan += [("title", "Semester 1", []), ("begins", TODAY, []), ("due", "2999-01-01", [])]
            arrives(siti, siti.operation(plan, record=round_record(ROUND_ID, village), kind=ROUND))
        self.cases = [self._case(village) for village in PLACES for _ in range(3)]
        self.forms = [self._form() for _ in range(forms)]

    def _case(self, village: str) -> str:
        case = new_id()
        said: list[Any] = [("$village", village, []), ("label", "Siapa", [])]
        arrives(self.asha, self.asha.operation(said, record=case, kind="case:anak"))
        return case

    def _form(self) -> str:
        record, pick = new_id(), self.chance.choice
        answers = {
            "$case": pick(self.cases),
            **pick(({}, {"$round": ROUND_ID})),
            **pick(({}, {"k/status_keberadaan": "4"}, {"k/status_keberadaan": "1"})),
        }
        form, village = pick((FORM, FORM, "verifikasi_anak@2026010102")), pick(PLACES)
        arrives(self.asha, self.asha.submission(record, answers, form=form, village=village))
        if self.chance.random() < 0.25:  # somebody else says that it is elsewhere: it lies in both
            said: list[Any] = [(VILLAGE_PATH, pick(PLACES), [])]
            arrives(self.budi, self.budi.operation(said, record=record, form=form))
        decision = pick(("approve", "return", "reject", "", ""))
        if decision:
            told = review(self.hana, record, decision, comment="baik", reason="tidak benar")
            assert told[0] in (200, 409), told  # nobody approves what people disagree on
        return record

    def read(self, connection: Connection, actor: Actor, **asked: str) -> Coverage:
        return read_coverage(connection, actor, Question(**asked), now_ms())


def states(connection: Connection, kind: str) -> Iterator[RecordState]:
    aside = set(connection.execute(text("SELECT record FROM set_aside")).scalars())
    return (one for one in imports.states_of_kind(connection, kind) if one.record not in aside)


def naive(connection: Connection, *, form: str = "", round_id: str = "") -> dict[str, dict[str, int]]:
    """The same numbers, by looking at each document."""
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    visited: dict[str, set[str]] = defaultdict(set)
    for state in states(connection, SUBMISSION):
        seen = view(state)
        name = (state.form or "").partition("@")[0]
        named = round_of(state)
        if round_id and named != round_id and not (named is None and name == FORM_ID):
            continue
        if form and name != form:
            continue
        what = str(review_of(state, seen).state)
        for village in set(state.values_at(VILLAGE_PATH)):
            row = counts[str(village)]
            row["forms"] += 1
            row["approved"] += what == "approved"
            row["returned"] += what == "returned"
            row["conflicts"] += bool(seen.conflicts)
            if what != "rejected":
                row["not_found"] += is_not_found(state)
                visited[str(village)].add(str(seen.answers["$case"]))
    for village, some in visited.items():
        counts[village]["visited"] = len(some)
    return counts


ASKED: tuple[dict[str, str], ...] = ({}, {"form": FORM_ID}, {"round": ROUND_ID})


def test_the_numbers_are_those_of_whoever_counts_the_documents(office: Office) -> None:
    world = World(office)
    with office.store.write() as connection:
        hana = office.person_in(connection, "hana")
    restrict(office.store, hana, world.cases[0], "atas permintaan orang tua", now_ms())
    siti = office.person("sri", "supervisor", REGENCY)
    with office.store.read() as connection:
        for asked in ASKED:
            wanted = naive(connection, form=asked.get("form", ""), round_id=asked.get("round", ""))
            there = PLACES[:2] if "round" in asked else PLACES
            for place in there:
                found = world.read(connection, siti, area=place.rpartition(".")[0], **asked)
                line = next(one for one in found.lines if one.code == place)
                told = {name: getattr(line, name) for name in ("forms", "approved", "returned", "conflicts")}
                told |= {"not_found": line.not_found, "visited": line.visited}
                assert told == {name: wanted[place][name] for name in told}, (asked, place)
                cases = [
                    one for one in states(connection, case_kind("anak")) if place in one.values_at("$village")
                ]
                assert line.target == (len(cases) if asked else None)
            all_of_it = world.read(connection, siti, **asked)
            assert all_of_it.total.forms == sum(wanted[place]["forms"] for place in there)
            assert sum(one.forms for one in all_of_it.lines) == all_of_it.total.forms > 0
            assert all_of_it.is_of_villages == ("round" in asked)
        whole = world.read(connection, hana)
        assert whole.total.forms > world.read(connection, siti).total.forms, "nothing was set aside"
        tomorrow = office_day(now_ms() + DAY_MS)
        assert world.read(connection, siti, since=tomorrow).total.forms == 0
        assert world.read(connection, siti, since=TODAY, until=TODAY).total.forms == whole_of(connection)
    with office.store.write() as connection:  # all of it came before the round began
        before = first_moment(TODAY) - 1
        connection.execute(text("UPDATE submission_fact SET received = :then"), {"then": before})
        query = "SELECT count(*) FROM submission_fact WHERE round = :id AND village IN (:a, :b)"
        named = connection.execute(text(query), {"id": ROUND_ID, "a": VILLAGE, "b": NEIGHBOUR}).scalar_one()
    with office.store.read() as connection:
        assert world.read(connection, hana, round=ROUND_ID).total.forms == named > 0


def whole_of(connection: Connection) -> int:
    return sum(row["forms"] for row in naive(connection).values())


@pytest.fixture
def world(office: Office) -> World:
    return World(office, forms=8)


def test_people_see_their_own_areas_as_page_and_as_file(office: Office, world: World) -> None:
    """And which officers' devices were silent, and for how long."""
    with office.store.write() as connection:
        connection.execute(
            text("UPDATE device SET seen = :then WHERE account = 'asha'"), {"then": now_ms() - 9 * DAY_MS}
        )
    siti = at_work(office, "sita", "supervisor", KECAMATAN)
    siti.speak("en")
    page = siti.get("/coverage")
    assert page.status == 200
    with office.store.read() as connection:
        mine = naive(connection)
    own = mine[VILLAGE]["forms"] + mine[NEIGHBOUR]["forms"]
    assert own < whole_of_all(mine)
    file = siti.get("/coverage.csv")
    rows = list(csv.reader(io.StringIO(file.answer.data.decode("utf-8-sig"))))
    assert tuple(rows[0]) == COLUMNS
    forms = COLUMNS.index("forms")
    assert sum(int(row[forms]) for row in rows[1:]) == own
    assert all(row[0].startswith(KECAMATAN) for row in rows[1:])
    assert {row[-1] for row in rows[1:]} == {"9"}
    assert "asha" in page
    assert "siti" not in page.text.replace("sita", "")
    assert siti.get(f"/coverage?round={ROUND_ID}").text.count("of 3 visited") == 2
    far = siti.get(f"/coverage?area={FAR.rpartition('.')[0]}")
    assert "There are no villages here" in far
    assert siti.get("/coverage?round=22222222-2222-4222-8222-222222222222").status == 404
    wrong = siti.get("/coverage?since=kemarin")
    assert "That is no day" in wrong
    assert 'value="kemarin"' in wrong.html
    assert siti.get("/coverage.csv?since=kemarin").status == 400
    head = at_work(office, "hari", "head", REGENCY)
    (link,) = {
        one for one in head.get(f"/coverage?form={FORM_ID}").links("/coverage?area=") if KECAMATAN in one
    }
    assert head.get(link.replace("&amp;", "&")).status == 200


def whole_of_all(counts: dict[str, dict[str, int]]) -> int:
    return sum(row["forms"] for row in counts.values())
