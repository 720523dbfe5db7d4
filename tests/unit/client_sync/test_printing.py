"""
What the commands print for a person.

Broken on purpose to see them fail: `say` took its first argument by name too, so that
a sentence with a fact called ``code`` ended in a TypeError.
"""

from client_sync.engine import SyncReport
from client_sync.printing import print_report, print_status
from client_sync.store.outbox import Refusal

HELD = Refusal("op", ("record",), "held", "outside-scope", "not among those of this account")
REFUSED = {"id": "op", "records": ["record"], "status": "held", "code": HELD.code, "message": HELD.message}
COUNTS = "author role url replica records unsent held void wanted drafts conflicts returned revoked"
NOTHING = dict.fromkeys(COUNTS.split(), 0)


def test_status_tells_why_an_operation_is_held(capsys):
    told = {**NOTHING, "areas": [], "last_sync": None, "offset_ms": None, "refused": [REFUSED]}
    print_status(told, "en")
    assert "held: record (outside-scope)" in capsys.readouterr().out


def test_a_sync_tells_why_an_operation_is_held(capsys):
    print_report(SyncReport(sent=1, refused=[HELD], is_quiet=True), "id")
    assert "held: record (outside-scope)" in capsys.readouterr().out
