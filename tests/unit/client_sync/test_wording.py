"""Words that the commands use for times and states.

Broken on purpose: the time in UTC; in the machine's own zone; without the years between which it is believed;
a word of the pages replaced; the words of a verdict taken out of the catalogue; no words for an unknown one.
"""

import time

import pytest
from babel.messages.pofile import read_po

from client_sync.catalogue import catalogue, say
from client_sync.config import Language
from client_sync.wording import mark_words, verdict_words, when
from server.catalogues import FOLDER
from tests.support.devices import VILLAGE, Fleet
from tests.support.documents import documented_verdicts
from tests.support.terminal import Verilap

NOON = 1_772_424_000_000
"""2 March 2026, 12.00 in Tenggarong, 04.00 UTC."""


@pytest.mark.parametrize("zone", ["UTC", "Asia/Jakarta", "America/New_York"])
def test_times_are_those_of_the_office_whatever_the_machine_is_set_to(
    monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert when(NOON, "id") == when(NOON, "en") == "2026-03-02 12:00 WITA"
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(
    ("ms", "language", "words"),
    [
        (0, "id", "1970-01-01 08:00 WITA: jam perangkat keliru"),
        (0, "en", "1970-01-01 08:00 WITA: the device's clock is wrong"),
        (-5_000, "id", "1970-01-01 07:59 WITA: jam perangkat keliru"),
        (1_735_660_799_999, "id", "2024-12-31 23:59 WITA: jam perangkat keliru"),
        (1_735_660_800_000, "id", "2025-01-01 00:00 WITA"),
        (4_070_908_800_000, "id", "2099-01-01 08:00 WITA: jam perangkat keliru"),
        (10**17, "id", "waktu yang tidak mungkin: jam perangkat keliru"),
        (-(2**52), "en", "a time that cannot be: the device's clock is wrong"),
        (253_402_300_799_999, "en", "a time that cannot be: the device's clock is wrong"),
    ],
)
def test_a_time_that_is_plainly_wrong_is_said_to_be(ms: int, language: Language, words: str) -> None:
    assert when(ms, language) == words


def test_people_read_a_time_of_their_zone_and_programs_milliseconds(fleet: Fleet, verilap: Verilap) -> None:
    asha = fleet.phone()
    fleet.server.clock = NOON
    asha.new("anak", VILLAGE, {"nama": "a"})
    asha.sync()
    assert "2026-03-02 12:00 WITA" in verilap(asha, "status").out
    assert '"last_sync": 17724240' in verilap(asha, "status", "--json").out


# --- verdicts ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("status", "code"), documented_verdicts())
@pytest.mark.parametrize("language", ["id", "en"])
def test_every_verdict_has_words_in_both_languages(status: str, code: str, language: Language) -> None:
    words = verdict_words(code, "the server's sentence", language)
    assert words in {
        entry[language].format(message="the server's sentence")
        for key, entry in catalogue().items()
        if key.startswith("verdict-")
    }
    assert mark_words(status, language) != status


def test_what_somebody_wrote_who_left_it_out_is_told() -> None:
    assert "salah desa" in verdict_words("refused-by-office", "salah desa", "id")
    assert verdict_words("refused-by-office", "", "en") == "The office left it out: -"


def test_a_verdict_of_a_newer_server_is_told_in_its_own_words() -> None:
    assert verdict_words("wrong-moon", "the moon is wrong", "id") == "the moon is wrong"
    assert mark_words("parked", "id") == "parked"


# --- one word for one thing ----------------------------------------------------------------------

AS_ON_THE_PAGES = {
    "mark-held": "held back",
    "mark-void": "left out",
    "state-pending": "Waiting for review",
    "state-approved": "Approved",
    "state-returned": "Returned",
    "state-rejected": "Rejected",
    "state-stale": "Changed since approval",
}


@pytest.mark.parametrize("key", AS_ON_THE_PAGES)
@pytest.mark.parametrize("language", ["id", "en"])
def test_states_have_the_names_that_they_have_on_the_offices_pages(key: str, language: Language) -> None:
    with (FOLDER / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        message = read_po(file).get(AS_ON_THE_PAGES[key])
    assert message
    words = message.string or message.id
    assert say(key, language) == str(words).lower()


ELSEWHERE = {
    "perbedaan": set(),
    "BERBEDA": set(),
    "ditahan": set(),
    "ditolak": {"state-rejected", "task-rejected"},
    "kembalikan": {"state-returned", "status-work", "list-part-returned", "task-returned"},
}
"""Words for conflicts, for held and void work and for members taken back, that mean something else."""


@pytest.mark.parametrize("word", ELSEWHERE)
def test_a_word_stands_for_one_thing_only(word: str) -> None:
    assert {key for key, entry in catalogue().items() if word in entry["id"]} <= ELSEWHERE[word]
