"""From what a person entered to operations."""

from typing import Any, Final, cast

from domain.canonical import digest_of
from domain.compose import (
    Piece,
    Stamp,
    Writer,
    edit_of,
    pack,
    piece_of_removal,
    piece_of_restore,
    pieces_of_edits,
    pieces_of_new,
    pieces_of_submission,
    seal,
)
from domain.forms.definition import FormDefinition
from domain.operations import Change
from domain.review import Return
from tests.support.twins.asked import Deed, change_of, dossier_of, row_of_piece


class _Definition:
    """All that is asked of a form here."""

    def __init__(self, restricted: list[str]) -> None:
        self.is_restricted = restricted.__contains__


def _definition(given: dict[str, Any]) -> FormDefinition:
    return cast(FormDefinition, _Definition(given["restricted"]))


def _read_piece(row: list[Any]) -> Piece:
    return Piece(row[0], row[1], change_of(row[2:]))


def _new(given: dict[str, Any]) -> Any:
    beside = [_read_piece(row) for row in given["beside"]]
    pieces = pieces_of_new(
        given["record"], given["part"], given["village"], dict(given["answers"]), _definition(given), beside
    )
    return [row_of_piece(one) for one in pieces]


def _edits(given: dict[str, Any]) -> Any:
    dossier = dossier_of(given)
    edits = [edit_of(dossier, change_of(row)) for row in given["changes"]]
    writer = Writer(given["author"], tuple(given["areas"]), given["fresh"])
    return [row_of_piece(one) for one in pieces_of_edits(dossier, edits, _definition(given), writer)]


def _members(given: dict[str, Any]) -> Any:
    dossier = dossier_of(given)
    asked = (piece_of_removal, piece_of_restore)
    return [[row_of_piece(piece(dossier, member)) for piece in asked] for member in given["members"]]


def _submission(given: dict[str, Any]) -> Any:
    dossier = dossier_of(given)
    returns = [Return(*one) for one in given["returns"]]
    pieces = pieces_of_submission(dossier, returns, is_renewed=given["isRenewed"])
    return [row_of_piece(one) for one in pieces]


def _pack(given: dict[str, Any]) -> Any:
    """Of pieces that are told by how many there are of each, the size of what they become and its ids."""
    pieces = [
        Piece(record, kind, Change(path.replace("*", str(one)), _value(value, length), _ids(preds, one)))
        for count, rows in given["pieces"]
        for one in range(count)
        for record, kind, path, value, length, preds in rows
    ]
    packed = pack(pieces)
    stamps = [Stamp(n=n, **given["stamp"]) for n, _ in enumerate(packed, start=1)]
    sealed = [seal(some, stamp) for some, stamp in zip(packed, stamps, strict=True)]
    return [[len(some), one.id, len(one.raw)] for some, one in zip(packed, sealed, strict=True)]


def _ids(preds: list[str] | int, place: int) -> tuple[str, ...]:
    """The ids, or as many as are asked for, which nobody else names."""
    if isinstance(preds, list):
        return tuple(preds)
    return tuple(digest_of(f"{place} {one}".encode()) for one in range(preds))


def _value(value: Any, length: int) -> Any:
    return value * length if isinstance(value, str) else value


DEEDS: Final[dict[str, Deed]] = {
    "new": _new,
    "edits": _edits,
    "members": _members,
    "submission": _submission,
    "pack": _pack,
}
