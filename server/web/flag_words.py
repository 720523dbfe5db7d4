"""Words for the marks that forms have in lists, see `domain.evidence`."""

from typing import Final

from server.web.translation import lazy_gettext

FLAGS: Final = {
    "danger": lazy_gettext("danger"),
    "conflict": lazy_gettext("conflict"),
    "problems": lazy_gettext("problems"),
    "unexamined": lazy_gettext("being checked"),
    "not-found": lazy_gettext("not found"),
    "far": lazy_gettext("far from its village"),
    "short": lazy_gettext("filled quickly"),
    "clock": lazy_gettext("wrong clock"),
    "late": lazy_gettext("late"),
    "file-awaited": lazy_gettext("photo not arrived yet"),
}


def flag_words(code: str) -> str:
    """A mark of a form in a list (see `domain.evidence.FLAGS`)."""
    return str(FLAGS.get(code, code))
