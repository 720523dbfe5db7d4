"""Shows a page again on which somebody had typed when his session ended, with what he typed."""

import re
from typing import Final

from server.web.draft import Draft
from server.web.filters import Filter
from server.web.submission import render_record
from server.web.translation import gettext

RECORD_PAGE: Final = re.compile(r"/records/([0-9a-f-]{36})(?:\?|$)")


def resume_page(address: str, typed: Draft) -> str | None:
    """The page at an address of this server; nothing where it is not one of those that take a draft."""
    record = RECORD_PAGE.match(address)
    if record is None:
        return None
    refusal = gettext("You are signed in again. What you had typed is here; nothing of it was sent yet.")
    return render_record(record[1], Filter(), typed, refusal=refusal)
