"""Names, questions and choices in words, beside the paths and values that commands take.

Broken on purpose, each time with a failing test here: a restricted name shown in `list`; labels in Indonesian
only; the choice without its value where one has to be chosen, and a text with it; a number in a conflict not
masked, then masked so that both look the same; answers in the order of their paths; a removed member not
told; a line break of a name printed as it is.
"""

import json
import re
from typing import Any

import pytest

from client_sync.config import Language
from schemas.replies import VillageName
from tests.support.devices import VILLAGE, Fleet, Phone
from tests.support.loopback import FORM
from tests.support.terminal import Verilap

YES_NO = [
    {"name": "1", "label": {"id": "Ya", "en": "Yes"}},
    {"name": "2", "label": {"id": "Tidak", "en": "No"}},
]


def question(path: str, id_: str, en: str, kind: str = "text", **more: Any) -> dict[str, Any]:
    around = ["anggota", "anggota/*"] if path.startswith("anggota") else path.split("/")[:-1]
    label = {"id": id_, "en": en}
    return {"path": path, "type": kind, "label": label, "pdp": "umum", "group": around, **more}


SPOKEN = {
    **FORM,
    "version": "2",
    "fields": [
        question("g/no_kk", "Nomor KK", "KK number", role="kk"),
        question("g/hamil", "Apakah\n sedang hamil?", "Is she pregnant?", "select_one", choices="ya"),
        question("anggota/*/nama", "Nama anggota", "Name of member", role="nama"),
        question("a/panjang", "Pertanyaan " * 20, "Question " * 20),
        question("a/nama", "Nama kepala keluarga", "Name of head", role="nama"),
    ],
    "groups": [{"path": "g", "label": {"id": "G"}}, {"path": "a", "label": {"id": "A"}}],
    "repeats": [{"path": "anggota", "label": {"id": "Anggota keluarga", "en": "Family member"}}],
    "choices": {"ya": YES_NO},
}
FILLED = {
    "a/nama": "Siti",
    "g/no_kk": "6402180101100001",
    "g/hamil": "1",
    "anggota/m_1/nama": "Ani",
    "anggota/m_2/nama": "Rudi",
}


@pytest.fixture
def asha(fleet: Fleet) -> Phone:
    fleet.server.forms = [SPOKEN]
    return fleet.phone()


def in_conflict(fleet: Fleet, asha: Phone) -> str:
    """A record with two answers to each of three questions, and a contested removal."""
    record = asha.new("anak", VILLAGE, FILLED).record
    asha.sync()
    budi = fleet.phone("budi")
    budi.sync()
    asha.set(record, {"g/hamil": "2", "g/no_kk": "6402180101100002", "lain": "x"}, remove=["anggota/m_1"])
    answers = {"g/hamil": "1", "g/no_kk": "6402180101190003", "lain": "y", "anggota/m_1/nama": "Anu"}
    budi.set(record, answers)
    for phone in (asha, budi, asha):
        phone.sync()
    return record


# --- names ---------------------------------------------------------------------------------------


def test_a_list_names_whom_each_record_is_about(asha: Phone, verilap: Verilap) -> None:
    named = asha.new("anak", VILLAGE, FILLED).record
    nameless = asha.new("anak", VILLAGE, {"anggota/m_1/nama": "Ani"}).record
    told = {one["record"]: one["name"] for one in json.loads(verilap(asha, "list", "--json").out)}
    assert told == {named: "Siti", nameless: None}
    lines = verilap(asha, "list").out.splitlines()
    assert {line[:36]: line[36:46] for line in lines} == {named: "  Siti  64", nameless: "  -     64"}


def test_a_restricted_name_stands_in_no_list(fleet: Fleet, verilap: Verilap) -> None:
    fields = [{**one, "pdp": "terbatas"} if one.get("role") == "nama" else one for one in SPOKEN["fields"]]
    fleet.server.forms = [{**SPOKEN, "fields": fields}]
    asha = fleet.phone()
    record = asha.new("anak", VILLAGE, FILLED).record
    assert "Siti" not in verilap(asha, "list").out + verilap(asha, "list", "--json").out
    assert "Siti" in verilap(asha, "show", record).out


def test_a_name_cannot_command_a_terminal_or_begin_a_line(asha: Phone, verilap: Verilap) -> None:
    asha.new("anak", VILLAGE, {"a/nama": "Si\nti\x1b[2J"})
    (line,) = verilap(asha, "list").out.splitlines()
    assert "Si\\nti\\x1b[2J" in line


# --- questions -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        (
            "id",
            [
                f"$village (Desa isian ini) = {VILLAGE} Muara Enggelam",
                "lain = x",
                "g/no_kk (Nomor KK) = 6402********0001",
                "g/hamil (Apakah sedang hamil?) = Ya",
                "anggota/m_1/nama (Nama anggota) = Ani",
                "a/nama (Nama kepala keluarga) = Siti",
                "anggota/m_2 (Anggota keluarga) = (dihapus; pulihkan dengan --restore)",
            ],
        ),
        (
            "en",
            [
                f"$village (Village of this form) = {VILLAGE} Muara Enggelam",
                "lain = x",
                "g/no_kk (KK number) = 6402********0001",
                "g/hamil (Is she pregnant?) = Yes",
                "anggota/m_1/nama (Name of member) = Ani",
                "a/nama (Name of head) = Siti",
                "anggota/m_2 (Family member) = (removed; --restore brings it back)",
            ],
        ),
    ],
)
def test_a_record_is_told_by_its_questions_as_the_form_asks_them(
    asha: Phone, verilap: Verilap, language: Language, lines: list[str]
) -> None:
    record = asha.new("anak", VILLAGE, {**FILLED, "lain": "x"}).record
    asha.remove(record, "anggota/m_2")
    asha.store.forms.set_villages([VillageName(VILLAGE, "Muara Enggelam", "Muara Wis")])
    told = verilap(asha, "show", record, language=language).out.splitlines()
    assert told[0].startswith(f"{record}  Siti  {VILLAGE}  anak@2")
    assert told[1 : 1 + len(lines)] == lines


def test_a_long_question_is_cut(asha: Phone, verilap: Verilap) -> None:
    record = asha.new("anak", VILLAGE, {"a/panjang": "x"}).record
    (line,) = [one for one in verilap(asha, "show", record).out.splitlines() if "panjang" in one]
    assert line.endswith("…) = x")
    assert len(line) < 100


def test_without_its_form_a_record_is_told_by_its_paths(asha: Phone, verilap: Verilap) -> None:
    record = asha.new("anak", VILLAGE, FILLED).record
    asha.store.database._connection.execute("UPDATE form SET definition = NULL")
    assert "g/hamil = 1" in verilap(asha, "show", record).out.splitlines()
    assert json.loads(verilap(asha, "list", "--json").out)[0]["name"] is None


# --- conflicts -----------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["show", "conflicts"])
@pytest.mark.parametrize(
    ("language", "question", "sides", "removed", "kept"),
    [
        ("id", "g/hamil (Apakah sedang hamil?)", ["Ya [1]", "Tidak [2]"], "dihapus", "dipertahankan"),
        ("en", "g/hamil (Is she pregnant?)", ["Yes [1]", "No [2]"], "removed", "kept"),
    ],
)
def test_a_conflict_is_told_in_words_and_by_what_resolve_takes(
    fleet: Fleet,
    asha: Phone,
    verilap: Verilap,
    command: str,
    language: Language,
    question: str,
    sides: list[str],
    removed: str,
    kept: str,
) -> None:
    record = in_conflict(fleet, asha)
    arguments = [record] if command == "show" else []
    told = verilap(asha, command, *arguments, language=language).out
    assert question in told
    for side, author in zip(sides, ("budi", "asha"), strict=True):
        assert f"    {side} ({author}, 20" in told
    assert "    x (asha, 20" in told
    assert f"    {removed} [remove] (asha, 20" in told
    assert f"    {kept} [keep] (budi, 20" in told
    if command == "conflicts":
        assert told.count(f"{record}  Siti  ") == 4
        assert "verilap resolve" in told.splitlines()[-1]
    assert verilap(asha, "resolve", record, "g/hamil", "2").status == 0
    assert "g/hamil" not in verilap(asha, "conflicts").out


@pytest.mark.parametrize("command", ["show", "conflicts"])
def test_numbers_in_a_conflict_are_masked_but_for_what_tells_them_apart(
    fleet: Fleet, asha: Phone, verilap: Verilap, command: str
) -> None:
    record = in_conflict(fleet, asha)
    told = verilap(asha, command, *([record] if command == "show" else [])).out
    assert re.search(r"    6402\*{8}0002 \[\S{22}\] \(asha", told)
    assert re.search(r"    6402\*{8}0003 \[\S{22}\] \(budi", told)
    assert "64021801" not in told
    asha.resolve(record, "g/no_kk", "6402180101100002")
    other = asha.new("anak", VILLAGE, {"g/no_kk": "6402180101100001"}).record
    asha.sync()
    budi = fleet.phones[1]
    budi.sync()
    budi.set(other, {"g/no_kk": "6402180111100001"})
    asha.set(other, {"g/no_kk": "6402180121100001"})
    for phone in (asha, budi, asha):
        phone.sync()
    told = verilap(asha, command, *([other] if command == "show" else [])).out
    assert "    6402****1***0001 [" in told
    assert "    6402****2***0001 [" in told


def test_programs_read_values_as_they_are(fleet: Fleet, asha: Phone, verilap: Verilap) -> None:
    record = in_conflict(fleet, asha)
    told = {one["path"]: one for one in json.loads(verilap(asha, "conflicts", "--json").out)}
    assert {one["value"] for one in told["g/no_kk"]["values"]} == {"6402180101100002", "6402180101190003"}
    assert {(one["record"], one["name"]) for one in told.values()} == {(record, "Siti")}
