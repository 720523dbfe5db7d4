"""The server's clock: milliseconds since 1970, UTC."""

import time

from flask import current_app, has_app_context


def now_ms() -> int:
    """The time now. A test may put a clock of its own into ``app.config["VERILAP_CLOCK"]``."""
    chosen = current_app.config.get("VERILAP_CLOCK") if has_app_context() else None
    return int(chosen()) if chosen else time.time_ns() // 1_000_000
