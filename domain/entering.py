"""
At which paths people enter something and what, on a device as in the office.

What an operation may hold is more than this: a newer version writes reserved paths
that this one does not know. They are accepted from its devices, and typed by nobody.
"""

from collections.abc import Iterable, Mapping

from domain.dossier import Dossier
from domain.errors import InvalidRequest
from domain.forms.definition import FormDefinition
from domain.forms.display import MASK, MASKED_ROLES
from domain.merge import at_and_above, is_removal_marker
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


def refuse_masked(
    values: Mapping[str, Value], definition: FormDefinition | None, dossier: Dossier | None = None
) -> None:
    """
    Raises `InvalidRequest` when a number is entered as screens show it: ``6402********0009``.

    The true numbers would be lost from sight behind what looks like one of them. Where people disagree and
    one of them did enter that (it comes from another program), it may be chosen.
    """
    for path, value in values.items():
        asked = definition.field_at(path) if definition else None
        if not asked or asked.role not in MASKED_ROLES or not isinstance(value, str) or MASK not in value:
            continue
        if not dossier or all(one.value != value for one in dossier.conflicts.get(path, ())):
            message = f"{path} takes a whole number, not one that is masked"
            raise InvalidRequest(message, code="masked-value", path=path)


def refuse_no_question(
    paths: Iterable[str], definition: FormDefinition | None, dossier: Dossier | None = None
) -> None:
    """
    Raises `InvalidRequest` when an answer is entered at a member, a group or a repeat.

    By the form; where that does not know the path, by what stands below it. A removal of the member would
    replace such an answer, and taking it back could not bring it back. Where people disagree at such a path
    (by another program), they may be settled.
    """
    entered = list(paths)
    known = [*entered, *(one.path for one in dossier.submission.survivors)] if dossier else entered
    above = {root for path in known for root in at_and_above(path.rpartition("/")[0])}
    for path in entered:
        is_asked = definition is not None and definition.field_at(path) is not None
        is_around = path in above or (definition is not None and definition.encloses(path))
        if is_around and not is_asked and not (dossier and path in dossier.conflicts):
            raise InvalidRequest(f"{path} is no question", code="not-a-question", path=path)


def refuse_no_member(dossier: Dossier, path: str, definition: FormDefinition | None) -> None:
    """
    Raises `InvalidRequest` where no removal may stand: anywhere but at a member of a repeat.

    It hides everything below. Where one stands already, from another program, it can be taken back.
    """
    if any(is_marker(survivor.value, DEAD) for survivor in dossier.submission.at(path)):
        return
    refuse_reserved([path])
    if not _is_member(dossier, path, definition):
        raise InvalidRequest(f"{path} is no member of a repeat", code="not-a-member", path=path)


def _is_member(dossier: Dossier, path: str, definition: FormDefinition | None) -> bool:
    """
    By the form; where the form, or this version of it, is not known here, by the look of its id.

    What has an answer of its own is a question then, however it looks.
    """
    repeat, _, member = path.rpartition("/")
    if definition and definition.knows(repeat):
        return definition.is_member(path)
    is_answered = any(not is_removal_marker(survivor.value) for survivor in dossier.submission.at(path))
    return bool(repeat) and member.startswith("m_") and not is_answered
