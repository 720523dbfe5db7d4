"""
At which paths people enter something, on a device as in the office.

What an operation may hold is more than this: a newer version writes reserved paths
that this one does not know. They are accepted from its devices, and typed by nobody.
"""

from collections.abc import Iterable

from domain.dossier import Dossier
from domain.errors import InvalidRequest
from domain.forms.definition import FormDefinition
from domain.operations import DEAD, OF, REVIEW, VILLAGE, Value, is_marker, is_reserved


def refuse_reserved(paths: Iterable[str], *but: str) -> None:
    """Raises `InvalidRequest` when a path is kept for the program itself, those named apart."""
    for path in paths:
        if is_reserved(path) and path not in but:
            raise InvalidRequest(f"{path} is not entered by hand", code="reserved-path", path=path)


def refuse_unsettling(dossier: Dossier, path: str, value: Value) -> None:
    """
    Raises `InvalidRequest` when something new is entered at a reserved path, the village apart.

    Where people disagree at one, a person chooses between what is there: else the record
    could never be approved.
    """
    candidates = dossier.conflicts.get(path, ()) if path not in (REVIEW, OF) else ()
    if not any(one.value == value for one in candidates):
        refuse_reserved([path], VILLAGE)


def refuse_no_member(dossier: Dossier, path: str, definition: FormDefinition | None) -> None:
    """
    Raises `InvalidRequest` where no removal may stand: anywhere but at a member of a repeat.

    It hides everything below. Where one stands already, from another program, it can be taken back.
    """
    if any(is_marker(survivor.value, DEAD) for survivor in dossier.submission.at(path)):
        return
    refuse_reserved([path])
    if not _is_member(path, definition):
        raise InvalidRequest(f"{path} is no member of a repeat", code="not-a-member", path=path)


def _is_member(path: str, definition: FormDefinition | None) -> bool:
    """By the form; by the look of its id where the form, or this version of it, is not known here."""
    repeat, _, member = path.rpartition("/")
    if definition and definition.knows(repeat):
        return definition.is_member(path)
    return bool(repeat) and member.startswith("m_")
