"""What may be done to a record as it is on the screen, and what its author is told: pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from client_sync.answers import check_village, text_of
from domain.compose import Edit, Piece, piece_of_removal, piece_of_restore
from domain.dossier import KEEP, REMOVAL, REMOVE, Dossier
from domain.entering import refuse_masked, refuse_no_member, refuse_no_question, refuse_unsettling
from domain.errors import InvalidRequest
from domain.files import read_file_answer
from domain.forms.definition import FormDefinition
from domain.forms.display import FILES
from domain.merge import is_under, preds_of_restore
from domain.operations import VILLAGE, Value


@dataclass(frozen=True)
class Notice:
    """Something its author should know about what he has just saved; it was saved all the same."""

    code: str
    facts: Mapping[str, str] = field(default_factory=dict)


def check_edit(
    dossier: Dossier,
    values: Mapping[str, str],
    removed: Sequence[str],
    restored: Sequence[str],
    definition: FormDefinition | None,
) -> None:
    """Raises `InvalidRequest` when these changes make no sense on what is in view, or in the form."""
    refuse_masked(values, definition)
    refuse_no_question(values, definition, dossier)
    for path in values:
        _refuse_conflict(dossier, path)
        _refuse_hidden(dossier, path, removed, restored)
    for member in [*removed, *restored]:
        refuse_no_member(dossier, member, definition)
        if [*removed, *restored].count(member) > 1:
            raise InvalidRequest(f"the path {member} appears twice", code="path-twice", path=member)
    for member in removed:
        if member in dossier.removals:
            raise _contested(dossier, member)
        if member in restored or dossier.is_hidden(member) or not has_anything(dossier, member):
            raise InvalidRequest(f"there is nothing to remove at {member}", code="nothing-there", path=member)
    for member in restored:
        if member in dossier.removals:
            raise _contested(dossier, member)
        if not preds_of_restore(dossier.submission, member) or not dossier.is_hidden(member):
            raise InvalidRequest(f"{member} was not removed", code="not-removed", path=member)


def _refuse_conflict(dossier: Dossier, path: str) -> None:
    if path in dossier.conflicts:
        raise _conflicted(dossier, path)


def _conflicted(dossier: Dossier, path: str) -> InvalidRequest:
    return InvalidRequest(
        f"people disagree at {path}: settle it with `verilap resolve {dossier.record} {path} VALUE`",
        code="conflicted",
        record=dossier.record,
        path=path,
    )


def _contested(dossier: Dossier, member: str) -> InvalidRequest:
    path = member + REMOVAL
    return InvalidRequest(
        f"a removal is contested: settle it with `verilap resolve {dossier.record} {path} keep|remove`",
        code="contested",
        record=dossier.record,
        path=path,
    )


def _refuse_hidden(dossier: Dossier, path: str, removed: Sequence[str], restored: Sequence[str]) -> None:
    hidden = [root for root in dossier.shown.hidden if root not in restored]
    refuse_removed(path, [*hidden, *removed])


def refuse_removed(path: str, members: Iterable[str]) -> None:
    """Raises `InvalidRequest` for an answer at or under one of the members, which are removed."""
    for member in members:
        if is_under(path, member):
            raise InvalidRequest(
                f"{member} is removed; bring it back first with --restore {member}",
                code="member-removed",
                path=path,
                member=member,
            )


def has_anything(dossier: Dossier, member: str) -> bool:
    """Whether a record says anything at or below a member, whoever sees it."""
    return any(is_under(survivor.path, member) for survivor in dossier.submission.survivors)


def settled_value(dossier: Dossier, path: str, value: object, definition: FormDefinition | None) -> Edit:
    """
    The edit that settles a conflict. Raises `InvalidRequest` where there is none.

    `value` is an answer, or the id of the operation behind one of those in conflict: what is masked on the
    screen can be chosen, and not typed.
    """
    if path not in dossier.conflicts:
        raise InvalidRequest(f"nobody disagrees at {path}", code="no-conflict", path=path)
    chosen = next((one.value for one in dossier.conflicts[path] if one.id == value), None)
    entered = text_of(value, path) if chosen is None else chosen
    refuse_unsettling(dossier, path, entered)
    refuse_masked({path: entered}, definition, dossier)
    _refuse_mere_name(path, entered, [one.value for one in dossier.conflicts[path]])
    if path == VILLAGE and isinstance(entered, str):
        check_village(entered)
    return Edit(path, entered, dossier.on_screen(path))


def _refuse_mere_name(path: str, entered: Value, values: Sequence[Value]) -> None:
    """Raises `InvalidRequest` where a text, such as a file's name, would hide the files to choose between."""
    is_about_files = any(isinstance(value, str) and read_file_answer(value) for value in values)
    if is_about_files and _is_no_file(entered) and entered not in values:
        raise InvalidRequest(f"{path} is answered by files", code="not-one-of-files", path=path)


def settled_removal(dossier: Dossier, member: str, value: object) -> Piece:
    """The change that settles a contested removal. Raises `InvalidRequest`."""
    if member not in dossier.removals:
        raise InvalidRequest(
            f"nobody contests a removal of {member}", code="no-conflict", path=member + REMOVAL
        )
    if value == KEEP:
        return piece_of_restore(dossier, member)
    if value == REMOVE:
        return piece_of_removal(dossier, member)
    raise InvalidRequest("a contested removal is settled by keep or remove", code="keep-or-remove")


# --- notices -------------------------------------------------------------------------------------


def notices_of_answers(answers: Mapping[str, Value], definition: FormDefinition | None) -> list[Notice]:
    """Tells of what fits no question: it is kept, since refusing it would lose it."""
    if definition is None:
        return []
    notices = []
    for path, value in answers.items():
        asked = definition.field_at(path)
        if asked is None and not path.startswith("$"):
            notices.append(Notice("unknown-question", {"path": path, "form": definition.identity}))
        elif asked and asked.type in FILES and _is_no_file(value):
            notices.append(Notice("text-for-file", {"path": path}))
    return notices


def _is_no_file(value: object) -> bool:
    """Whether it is a text that says nothing of a file, such as its mere name."""
    return isinstance(value, str) and bool(value) and read_file_answer(value) is None
