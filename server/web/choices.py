"""What somebody chose on the cards of conflicts: one with a button, or all that is marked or typed."""

from dataclasses import replace
from typing import Final

from flask import request

from server.services.settling import FREE, Choice
from server.web.draft import Draft, prefixed

MARKED: Final = "marked"
"""The button that saves everything that is marked or typed on the cards of a record."""


def read_choices(draft: Draft) -> list[Choice]:
    """The choices in the current request's form; none where nothing was marked, or nothing typed."""
    number, _, chosen = request.form.get("choice", "").partition(":")
    if number != MARKED:
        choice = _choice(number, chosen, draft)
        return [] if chosen == FREE and not choice.typed else [choice]
    numbers = [one for one, path in prefixed("path:").items() if path in draft.picks or path in draft.free]
    return [_choice(one, request.form.get(f"pick:{one}", "") or FREE, draft) for one in numbers]


def _choice(number: str, chosen: str, draft: Draft) -> Choice:
    path = request.form.get(f"path:{number}", "")
    seen = frozenset(request.form.get(f"seen:{number}", "").split(","))
    return Choice(path, seen, chosen, draft.free.get(path, ""))


def without(draft: Draft, choices: list[Choice]) -> Draft:
    """What is left of what was typed and marked once these are settled."""
    gone = {choice.path for choice in choices}
    return replace(
        draft,
        free={path: typed for path, typed in draft.free.items() if path not in gone},
        picks={path: chosen for path, chosen in draft.picks.items() if path not in gone},
    )
