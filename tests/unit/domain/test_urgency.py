"""Which forms cannot wait.

Broken on purpose: the answer looked for at the whole path; only what is shown looked at, so that a
disagreement hid it.
"""

import pytest

from domain.merge import fold
from domain.urgency import is_urgent
from tests.support.builders import RECORD, edit, operation


@pytest.mark.parametrize(
    ("path", "value", "urgent"),
    [
        ("bahaya_segera", "1", True),
        ("g_lindung/bahaya_segera", "1", True),
        ("anggota/m_1/bahaya_segera", "1", True),
        ("g_lindung/bahaya_segera", "0", False),
        ("g_lindung/bahaya_segera", "", False),
        ("bahaya_segera/catatan", "1", False),
        ("tidak_bahaya_segera", "1", False),
    ],
)
def test_a_form_is_urgent_that_says_that_somebody_is_in_danger(path: str, value: str, urgent: bool) -> None:
    state = fold(None, [operation([("nama", "1", ()), (path, value, ())])], RECORD)
    assert is_urgent([state]) is urgent


def test_one_voice_is_enough_and_one_part() -> None:
    yes = operation([("bahaya_segera", "1", ())], n=1)
    no = operation([("bahaya_segera", "0", ())], n=2)
    disputed = fold(None, [yes, no], RECORD)
    calm = fold(None, [operation([("nama", "x", ())], n=3)], RECORD)
    assert is_urgent([calm, disputed])
    assert not is_urgent([calm])
    assert not is_urgent([])
    assert not is_urgent([fold(None, [yes, edit("bahaya_segera", "0", yes, n=4)], RECORD)])
