"""What a worker does for files goes on step by step, whatever becomes of one of them."""

from typing import Any

import pytest
from structlog.testing import capture_logs

from server import working_files
from server.blobs import BlobsAwayError
from server.working_files import look_after_files


@pytest.fixture
def turns(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the first of two steps does, turn by turn: fails, or gives a number. The other always gives 1."""
    given: list[Any] = []

    def settle(_store: object, _blobs: object, _now: int) -> int:
        if isinstance(now := given.pop(0), Exception):
            raise now
        return int(now)

    monkeypatch.setattr(working_files, "STEPS", (settle, lambda *_: 1))
    return given


def test_a_storage_that_is_away_stops_no_other_step_and_is_told_once(turns: list[Any]) -> None:
    """Broken on purpose: told at each turn; not told again after it had been back."""
    nothing: Any = None
    away, told = BlobsAwayError("away"), dict[str, str]()
    turns.extend([away, away, 2, away])
    with capture_logs() as logged:
        done = [look_after_files(nothing, nothing, 0, told) for _ in range(4)]
    assert done == [1, 1, 3, 1]
    assert [(one["event"], one["step"]) for one in logged] == [("storage-away", "settle")] * 2
