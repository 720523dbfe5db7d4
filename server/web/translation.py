"""Flask-Babel's functions with types; the catalogues are made from the calls of these names."""

from typing import Any

import flask_babel


def gettext(message: str, **values: object) -> str:
    """A message in the page's language."""
    return str(flask_babel.gettext(message, **values))


def ngettext(one: str, several: str, num: int, **values: object) -> str:
    """A message that depends on a number."""
    return str(flask_babel.ngettext(one, several, num, **values))


def lazy_gettext(message: str) -> Any:
    """A message that finds its language when it is shown; for tables of words."""
    return flask_babel.lazy_gettext(message)
