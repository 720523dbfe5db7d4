"""What devices send. Members that this version does not know are let through and ignored.

Operations themselves are not described here: they are read by `domain.operations`
one by one, so that one bad operation spoils no batch.
"""

import re
from typing import Any, Final

from marshmallow import INCLUDE, Schema, ValidationError, fields, validate

from domain.files import FILE_HASH
from domain.opened import MOST_RECORDS, OpenedAct, OpenedReport, read_act
from domain.operations import OPERATION_ID, RECORD_ID
from domain.uploading import MOST_ASKED
from schemas.describing import BATCH, CURSORS, HAVE, OPENED, OPERATION, listing, told
from schemas.texts import ShapedText, digest_text, replica_id

HEADS: Final = re.compile(r"[A-Za-z0-9_.,-]{0,4000}")
MAX_OPERATIONS: Final = 500
MAX_WANT: Final = 500
MAX_CURSORS: Final = 100_000
MAX_OFFERED: Final = 20_000
USUAL_LIMIT: Final = 262_144
LOCK: Final = re.compile(r"[A-Za-z0-9_-]{11,22}")
MOST_LIMIT: Final = 8 * 1024 * 1024


def _is_cursor_map(value: object) -> bool:
    if not isinstance(value, dict) or len(value) > MAX_CURSORS:
        return False
    return all(isinstance(cursor, str) and len(cursor) <= 40 for cursor in value.values())


class Have(fields.Field[Any]):
    """``[count, xor]``: a digest of operation ids."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> tuple[int, str]:
        match value:
            case [int(count), str(xor)] if count >= 0 and len(xor) == 11:
                return count, xor
        raise ValidationError("have is [count, xor]")


class Cursors(fields.Field[Any]):
    """A map of feed to cursor, or the digest of one that was sent before."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> dict[str, str] | str:
        if isinstance(value, str) and OPERATION_ID.fullmatch(value):
            return value
        if _is_cursor_map(value):
            return dict(value)
        raise ValidationError("cursors is a map of texts, or the digest of one")


class OpenedField(fields.Field[Any]):
    """What a device showed; see `domain.opened`."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> OpenedReport:
        match value:
            case {"batch": str(batch), "acts": list(sent)} if OPERATION_ID.fullmatch(batch):
                return OpenedReport(batch, self._acts(sent))
        raise ValidationError("opened is a batch and a list of acts")

    def _acts(self, sent: list[Any]) -> tuple[OpenedAct, ...]:
        try:
            acts = tuple(map(read_act, sent))
        except ValueError as error:
            raise ValidationError(str(error)) from None
        if sum(len(act.records) for act in acts) > MOST_RECORDS:
            raise ValidationError(f"a request reports at most {MOST_RECORDS} records")
        return acts


class Request(Schema):
    """What all requests of devices share."""

    class Meta:
        unknown = INCLUDE


class SyncRequest(Request):
    """One exchange: a device's operations up, its share of the feeds down."""

    protocol = fields.Integer(strict=True, required=True)
    replica = replica_id(required=True)
    have = Have(load_default=None, **told(HAVE))
    clock = fields.Integer(strict=True, load_default=None)
    config = fields.String(load_default=None, validate=validate.Length(max=64))
    limit = fields.Integer(strict=True, load_default=USUAL_LIMIT, validate=validate.Range(1, MOST_LIMIT))
    cursors = Cursors(load_default=dict, **told(CURSORS))
    ops = fields.List(fields.Raw(allow_none=True), load_default=list, **told(listing(OPERATION)))
    want = fields.List(
        ShapedText(RECORD_ID, "a record id"),
        load_default=list,
        validate=validate.Length(max=MAX_WANT),
    )
    heads = ShapedText(HEADS, "what is known of chains", load_default=None)
    opened = OpenedField(load_default=None, **told(OPENED))
    locked = ShapedText(LOCK, "the id of a lock", load_default=None)
    batch = fields.Raw(load_default=None, **told(BATCH))


class KeyRequest(Request):
    """The public key of a device, as base64url text."""

    key = digest_text(required=True)


class HaveRequest(Request):
    """All operation ids that a device keeps, to learn what the server has of them."""

    replica = replica_id(required=True)
    ids = fields.List(
        ShapedText(OPERATION_ID, "an operation id"),
        required=True,
        validate=validate.Length(max=MAX_OFFERED),
    )


class NeededRequest(Request):
    """Files that a device could send, by their hashes."""

    files = fields.List(
        ShapedText(FILE_HASH, "the hash of a file"),
        required=True,
        validate=validate.Length(max=MOST_ASKED),
    )


class EtagsQuery(Request):
    """Which village's list of records and digests."""

    village = fields.String(required=True, validate=validate.Length(max=13))
