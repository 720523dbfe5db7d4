"""What is wrong with a reason that somebody gave, in words."""

from typing import Final

from server.web.translation import lazy_gettext

REASONS: Final = {
    "reason-short": lazy_gettext("Write the reason, in 10 characters or more."),
    "reason-long": lazy_gettext("Shorten the reason to 500 characters."),
    "reason-text": lazy_gettext("The reason holds signs that are no text."),
    "reason-number": lazy_gettext("Leave the number out of the reason: the reason stays on record."),
}
"""By the code of the refusal (`domain.reasons`)."""
