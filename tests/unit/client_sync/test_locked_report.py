"""What a sync tells of a device that is locked."""

import pytest

from client_sync.printing import print_report
from client_sync.report import SyncReport


@pytest.mark.parametrize(("unsent", "is_asked"), [(0, False), (3, True)])
def test_a_locked_device_asks_for_another_sync_only_while_work_is_unsent(
    capsys: pytest.CaptureFixture[str], unsent: int, is_asked: bool
) -> None:
    """Records come once the office has unlocked it. Broken on purpose: what it lacks was unfinished."""
    report = SyncReport(locked=True, unsent=unsent, wanted=1)
    print_report(report, "en")
    assert ("Run verilap sync again" in capsys.readouterr().out) == is_asked
