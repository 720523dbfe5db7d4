"""The server's clock: milliseconds since 1970, UTC; and how the office's clock shows them."""

import sys
import time
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

OFFICE_ZONE: Final = ZoneInfo("Asia/Makassar")


def office_time(moment: int) -> str:
    """A moment as a command prints it: ``2026-09-21 14:03 WITA``."""
    return datetime.fromtimestamp(moment / 1000, OFFICE_ZONE).strftime("%Y-%m-%d %H:%M %Z")


def office_day(moment: int) -> str:
    """The day of a moment by the office's calendar, ``2026-09-21``."""
    return datetime.fromtimestamp(moment / 1000, OFFICE_ZONE).date().isoformat()


def first_moment(day: str) -> int:
    """When a day (``2026-09-21``) begins in the office. Raises `ValueError` for what is none."""
    return int(datetime.fromisoformat(f"{day}T00:00").replace(tzinfo=OFFICE_ZONE).timestamp() * 1000)


def now_ms() -> int:
    """The time now. A test may put a clock of its own into ``app.config["VERILAP_CLOCK"]``."""
    flask = sys.modules.get(
        "flask"
    )  # where nothing has imported it there is no app; commands start without it
    chosen = flask.current_app.config.get("VERILAP_CLOCK") if flask and flask.has_app_context() else None
    return int(chosen()) if chosen else time.time_ns() // 1_000_000
