"""The screens of the phone app over an invented device: `officer_app/tests/pages/screens`."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

PIN: Final = "482915"
"""What opens every invented store: `officer_app/tests/support/fake_device.ts`."""


def address(pages: str, screen: str = "", **choices: str) -> str:
    """Of a screen, as the invented device is chosen to be; `pages` is where all pages are served."""
    place = f"#/{screen}" if screen else ""
    return f"{pages}/screens/index.html?{urlencode(choices)}{place}"
