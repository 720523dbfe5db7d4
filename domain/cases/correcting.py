"""Corrections: what a submission says of its cases once answers of it are changed."""

from collections.abc import Sequence

from domain.cases.aims import Form
from domain.cases.following import Filing, Seen
from domain.compose import Edit, Piece
from domain.dossier import Dossier
from domain.merge import is_under
from domain.operations import ALIVE, DEAD, VILLAGE, Value, is_marker


def filing_of_edits(
    form: Form, dossier: Dossier, edits: Sequence[Edit], pieces: Sequence[Piece], seen: Seen | None = None
) -> Filing:
    """
    The submission of a dossier with these edits; `pieces` are all its changes, removals among them.

    `seen` are the ids that were on the screen at each path of a draft when it was typed.
    """
    after = answers_after(dossier, pieces)
    after |= {edit.path: edit.value for edit in edits}
    village = after.get(VILLAGE)
    return Filing(
        form=form,
        village=village if isinstance(village, str) else "",
        answers=after,
        before=dossier.answers,
        entered={edit.path for edit in edits},
        own={edit.path: dossier.on_screen(edit.path).get(dossier.record, ()) for edit in edits},
        seen=seen or {},
    )


def answers_after(dossier: Dossier, pieces: Sequence[Piece]) -> dict[str, Value]:
    """A record's answers, with the members gone that are removed now, and those back that are restored."""
    answers = dict(dossier.answers)
    for _, _, change in (piece for piece in pieces if piece.record == dossier.record):
        if is_marker(change.value, DEAD):
            answers = {path: value for path, value in answers.items() if not is_under(path, change.path)}
        elif is_marker(change.value, ALIVE):
            below = (one for one in dossier.submission.survivors if is_under(one.path, change.path))
            answers |= {one.path: one.value for one in below if isinstance(one.value, str)}
    return answers
