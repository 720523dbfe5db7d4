"""
What the commands print for a person.

Broken on purpose to see them fail: `say` took its first argument by name too, so that
a sentence with a fact called ``code`` ended in a TypeError; the server's message printed
in the place of the words of its code; the raw status in `list`.
"""

import pytest

from client_sync.config import Language
from client_sync.printing import print_report, print_status
from client_sync.report import SyncReport
from client_sync.store.outbox import Refusal
from tests.support.devices import FAR_VILLAGE, Fleet
from tests.support.terminal import Verilap

HELD = Refusal("op", ("record",), "held", "unknown-village", "there is no such village here")
REFUSED = {"id": "op", "records": ["record"], "status": "held", "code": HELD.code, "message": HELD.message}
COUNTS = "author role url replica records unsent held void wanted drafts conflicts returned revoked locked"
NOTHING = dict.fromkeys(COUNTS.split(), 0)
WORDS: dict[Language, str] = {
    "id": "tertahan: record (unknown-village) Desanya tidak dikenal di server.",
    "en": "held back: record (unknown-village) The server does not know the village.",
}


@pytest.mark.parametrize("language", ["id", "en"])
def test_status_tells_why_an_operation_is_held(
    capsys: pytest.CaptureFixture[str], language: Language
) -> None:
    told = {**NOTHING, "areas": [], "last_sync": None, "offset_ms": None, "refused": [REFUSED]}
    told |= {"heads_differ": [], "files": 0}
    print_status(told, language)
    assert f"{WORDS[language]} [op]\n" in capsys.readouterr().out


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_sync_tells_why_an_operation_is_held(
    capsys: pytest.CaptureFixture[str], language: Language
) -> None:
    print_report(SyncReport(sent=1, refused=[HELD], is_quiet=True), language)
    assert f"{WORDS[language]}\n" in capsys.readouterr().out


@pytest.mark.parametrize("language", ["id", "en"])
def test_list_and_show_tell_in_words_what_is_held(fleet: Fleet, verilap: Verilap, language: Language) -> None:
    asha = fleet.phone()
    saved = asha.new("anak", FAR_VILLAGE, {"nama": "jauh"})
    later = asha.set(saved.record, {"umur": "3"})
    asha.sync()
    mark = {"id": "tertahan", "en": "held back"}[language]
    (line,) = verilap(asha, "list", language=language).out.splitlines()
    assert line.count(mark) == 1
    assert "held " not in line.removesuffix(mark)
    shown = verilap(asha, "show", saved.record, language=language).out
    village, form = {
        "id": ("Desanya tidak termasuk wilayah akun ini", "Isian induknya belum tiba"),
        "en": ("The village is not among those of this account", "The form that this belongs to has not"),
    }[language]
    assert f"{mark}: {saved.operations[0]} (outside-scope) {village}" in shown
    assert f"{mark}: {later.operations[0]} (unknown-record) {form}" in shown
