"""What the server answers, read on the device: dicts end here.

Members that this version does not know are let through and ignored, so that a newer
server and an older device understand each other. What an answer says is checked again
before it is used: a device trusts a server no more than a server trusts a device.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from marshmallow import INCLUDE, Schema, ValidationError, fields, post_load, validate

from domain.batches import DIGEST
from domain.canonical import Json
from domain.erasing import NOTHING_ERASED, Erased
from domain.merge import RecordState
from domain.operations import KIND, OPERATION_ID, RECORD_ID
from schemas.describing import CHAINED, DECISIONS, DIGESTS, ERASED, HAVE, LEFT, RECORDS, told

OK: Final = "ok"
HELD: Final = "held"
VOID: Final = "void"
XOR: Final = validate.Regexp(r"[A-Za-z0-9_-]{11}\Z")


class Verdict(NamedTuple):
    """What became of an operation: ok, held (kept, a person decides) or void (kept, never applied)."""

    status: str
    code: str = ""
    message: str = ""


ACCEPTED: Final = Verdict(OK)


class Have(NamedTuple):
    """How many operations a side counts, and the xor of the beginnings of their ids (11 characters)."""

    total: int
    xor: str


NOTHING: Final = Have(0, "A" * 11)


@dataclass(frozen=True, slots=True)
class Whole:
    """A record as the server holds it, and those of the device's villages that list it."""

    state: RecordState
    villages: tuple[str, ...]

    @property
    def record(self) -> str:
        return self.state.record


@dataclass(frozen=True, slots=True)
class Short:
    """A record whose new state the device can compute; `digest` tells whether it got it right."""

    record: str
    digest: str
    villages: tuple[str, ...]


Entry = Whole | Short


@dataclass(frozen=True)
class SyncReply:
    """The answer to one exchange; what the server left out is unchanged or empty.

    `verdicts` go by the position of the operation in the request; `left` are (village,
    record) pairs; `opened` names the report that was taken; `heads` are ends of chains by
    position, and `differs` those to which what was told does not lead; `unreadable` counts the
    entries that made no sense and were left aside. `locked` is the id of the lock by which the
    device gets nothing to read, `unlocked` says that the one it named is no more; `erased` must
    not be kept here any more.
    `batch` is where the device's chain goes on from, if not from the batch that was sent;
    `keyless` says that the server does not know the device's key.
    """

    verdicts: Mapping[int, Verdict] = field(default_factory=dict)
    have: Have | None = None
    clock: int | None = None
    config: str | None = None
    cursors: Mapping[str, str] = field(default_factory=dict)
    entries: tuple[Entry, ...] = ()
    left: tuple[tuple[str, str], ...] = ()
    reset: tuple[str, ...] = ()
    decisions: tuple[tuple[str, Verdict], ...] = ()
    unknown: tuple[str, ...] = ()
    erased: Erased = NOTHING_ERASED
    more: bool = False
    fork: bool = False
    revoked: bool = False
    opened: str = ""
    locked: str | None = None
    unlocked: bool = False
    heads: str = ""
    differs: tuple[str, ...] = ()
    batch: tuple[int, str] | None = None
    keyless: bool = False
    unreadable: int = 0


@dataclass(frozen=True)
class HaveReply:
    """
    What the server has of the offered operations, and the digest of those that it has.

    It lacks the `missing`; `verdicts` are those of held and void ones, and everything else is accepted. None
    at all come from a server of before they were told: then nothing is said of what is not missing. What is
    `unsigned` waits until this device has signed it.
    """

    missing: tuple[str, ...]
    have: Have
    verdicts: Mapping[str, Verdict] | None = None
    unsigned: tuple[str, ...] = ()


@dataclass(frozen=True)
class EtagsReply:
    """The records of a village with their digests, what of it is erased, and the cursor of the snapshot."""

    village: str
    cursor: str
    records: Mapping[str, str]
    erased: Erased = NOTHING_ERASED


@dataclass(frozen=True)
class EnrollReply:
    """What a one-use code is exchanged for."""

    token: str
    replica: str
    author: str
    role: str
    areas: tuple[str, ...]
    nonce: str | None = None
    """Where the office confirms the enrolment: what the number is made with."""


class VillageName(NamedTuple):
    code: str
    name: str
    kecamatan: str


@dataclass(frozen=True)
class AreasReply:
    """Whose device this is and which villages are his; `config` is the digest of forms and villages.

    `lease_days`: after how many days without contact it locks. A server of before that says nothing: never.
    `recovery_key`: the public key of the office, to which unsent work is sealed.
    """

    config: str
    author: str
    role: str
    areas: tuple[str, ...]
    villages: tuple[VillageName, ...]
    lease_days: int = 0
    recovery_key: str | None = None


class PublishedForm(NamedTuple):
    """A version of a form; one that is retired is for what was begun with it."""

    form_id: str
    version: str
    title: Mapping[str, str]
    digest: str
    is_retired: bool = False


@dataclass(frozen=True)
class FormsReply:
    config: str
    forms: tuple[PublishedForm, ...]


@dataclass(frozen=True)
class ErrorReply:
    """Why the server did not do it: a stable code and a sentence."""

    code: str
    message: str


# --- schemas -------------------------------------------------------------------------------------


class Reply(Schema):
    """What all answers share."""

    class Meta:
        unknown = INCLUDE


class VerdictSchema(Reply):
    status = fields.String(required=True, validate=validate.OneOf([OK, HELD, VOID]))
    code = fields.String(allow_none=True, load_default="")
    message = fields.String(allow_none=True, load_default="")

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Verdict:
        return Verdict(data["status"], data["code"] or "", data["message"] or "")


class HaveField(fields.Field[Have]):
    """``[count, xor]``."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Have:
        match value:
            case [int(total), str(xor)] if total >= 0:
                return Have(total, XOR(xor))
        raise ValidationError("have is a count and an xor")


class Chained(fields.Field[tuple[int, str]]):
    """``[seq, digest]``."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> tuple[int, str]:
        match value:
            case [int(seq), str(digest)] if seq >= 0 and DIGEST.fullmatch(digest):
                return seq, digest
        raise ValidationError("batch is a count and a digest")


class Decisions(fields.Field[tuple[tuple[str, Verdict], ...]]):
    """Operation ids, each with what somebody decided about it."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> tuple[tuple[str, Verdict], ...]:
        return tuple((_operation_id(one), _verdict.load(verdict)) for one, verdict in _pairs(value))


class Left(fields.Field[tuple[tuple[str, str], ...]]):
    """(village, record) pairs."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> tuple[tuple[str, str], ...]:
        return tuple((_text(village), _text(record)) for village, record in _pairs(value))


class ErasedField(fields.Field[Erased]):
    """Records, and (record, path) of members."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Erased:
        if not isinstance(value, list) or not all(isinstance(p, list) and 0 < len(p) < 3 for p in value):
            raise ValidationError("a list of records and members")
        return Erased.of([[_text(one) for one in place] for place in value])


class Digests(fields.Field[dict[str, str]]):
    """A digest by record."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> dict[str, str]:
        return {_text(record): _text(digest) for record, digest in _pairs(value)}


class SyncReplySchema(Reply):
    """The answer of ``POST /api/v1/sync``; the many records are read one by one by `read_entries`."""

    verdicts = fields.Dict(fields.Integer(), fields.Nested(VerdictSchema()), load_default=dict)
    have = HaveField(load_default=None, **told(HAVE))
    clock = fields.Integer(strict=True, load_default=None)
    config = fields.String(load_default=None)
    cursors = fields.Dict(fields.String(), fields.String(), load_default=dict)
    records = fields.Raw(load_default=list, **told(RECORDS))
    left = Left(load_default=(), **told(LEFT))
    reset = fields.List(fields.String(), load_default=list)
    decisions = Decisions(load_default=(), **told(DECISIONS))
    unknown_ = fields.List(fields.String(), load_default=list, data_key="unknown")
    erased = ErasedField(load_default=lambda: NOTHING_ERASED, **told(ERASED))
    more = fields.Boolean(load_default=False)
    fork = fields.Boolean(load_default=False)
    revoked = fields.Boolean(load_default=False)
    opened = fields.String(load_default="")
    locked = fields.String(load_default=None, validate=validate.Length(min=1, max=22))
    unlocked = fields.Boolean(load_default=False)
    heads = fields.String(load_default="")
    differs = fields.List(fields.String(), load_default=list)
    batch = Chained(load_default=None, **told(CHAINED))
    keyless = fields.Boolean(load_default=False)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> SyncReply:
        entries, unreadable = read_entries(data["records"])
        plain = ("verdicts", "have", "clock", "config", "cursors", "left", "decisions", "erased")
        return SyncReply(
            **{name: data[name] for name in plain},
            entries=entries,
            reset=tuple(data["reset"]),
            unknown=tuple(data["unknown_"]),
            more=data["more"],
            fork=data["fork"],
            revoked=data["revoked"],
            opened=data["opened"],
            locked=data["locked"],
            unlocked=data["unlocked"],
            heads=data["heads"],
            differs=tuple(data["differs"]),
            batch=data["batch"],
            keyless=data["keyless"],
            unreadable=unreadable,
        )


class NeededReplySchema(Reply):
    """The answer of ``POST /api/v1/files/needed``: the hashes of the files that the device has to send."""

    needed = fields.List(fields.String(), required=True)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> tuple[str, ...]:
        return tuple(data["needed"])


class HaveReplySchema(Reply):
    """The answer of ``POST /api/v1/have``: what is offered and neither missing nor judged is accepted."""

    missing = fields.List(fields.String(), required=True)
    verdicts = fields.Dict(fields.String(), fields.Nested(VerdictSchema()), load_default=None)
    unsigned = fields.List(fields.String(), load_default=())
    have = HaveField(required=True, **told(HAVE))

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> HaveReply:
        return HaveReply(tuple(data["missing"]), data["have"], data["verdicts"], tuple(data["unsigned"]))


class KeyReplySchema(Reply):
    """The answer of ``PUT /api/v1/device/key``: the id under which the office knows the device."""

    device = fields.String(required=True, validate=validate.Length(min=1, max=22))

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> str:
        return str(data["device"])


class EtagsReplySchema(Reply):
    village = fields.String(required=True)
    cursor = fields.String(required=True)
    records = Digests(required=True, **told(DIGESTS))
    erased = ErasedField(load_default=lambda: NOTHING_ERASED, **told(ERASED))

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> EtagsReply:
        return EtagsReply(data["village"], data["cursor"], data["records"], data["erased"])


class EnrollReplySchema(Reply):
    token = fields.String(required=True, validate=validate.Length(min=1, max=500))
    replica = fields.String(required=True)
    author = fields.String(required=True, validate=validate.Length(min=1, max=64))
    role = fields.String(required=True)
    areas = fields.List(fields.String(), required=True)
    nonce = fields.String(load_default=None, validate=validate.Length(min=1, max=100))

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> EnrollReply:
        about = (data["author"], data["role"], tuple(data["areas"]), data["nonce"])
        return EnrollReply(data["token"], data["replica"], *about)


class VillageSchema(Reply):
    code = fields.String(required=True)
    name = fields.String(required=True)
    kecamatan = fields.String(load_default="")

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> VillageName:
        return VillageName(data["code"], data["name"], data["kecamatan"])


class AreasReplySchema(Reply):
    config = fields.String(required=True)
    author = fields.String(required=True)
    role = fields.String(required=True)
    areas = fields.List(fields.String(), required=True)
    villages = fields.List(fields.Nested(VillageSchema()), required=True)
    lease_days = fields.Integer(strict=True, load_default=0, validate=validate.Range(0))
    recovery_key = fields.String(
        load_default=None, allow_none=True, validate=validate.Regexp(r"[A-Za-z0-9_-]{43}\Z")
    )

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> AreasReply:
        told = {**data, "areas": tuple(data["areas"]), "villages": tuple(data["villages"])}
        return AreasReply(**{name: told[name] for name in AreasReply.__dataclass_fields__})


class FormSchema(Reply):
    form_id = fields.String(required=True)
    version = fields.String(required=True)
    title = fields.Dict(fields.String(), fields.String(), load_default=dict)
    digest = fields.String(required=True)
    state = fields.String(load_default="published")

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> PublishedForm:
        is_retired = data["state"] == "retired"
        return PublishedForm(data["form_id"], data["version"], data["title"], data["digest"], is_retired)


class FormsReplySchema(Reply):
    config = fields.String(required=True)
    forms = fields.List(fields.Nested(FormSchema()), required=True)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> FormsReply:
        return FormsReply(data["config"], tuple(data["forms"]))


class ErrorMembers(Reply):
    code = fields.String(load_default="error")
    message = fields.String(load_default="")


class ErrorReplySchema(Reply):
    """The body of every answer that is no success."""

    error = fields.Nested(ErrorMembers(), required=True)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> ErrorReply:
        return ErrorReply(data["error"]["code"], data["error"]["message"])


_verdict = VerdictSchema()


# --- the many ------------------------------------------------------------------------------------


def read_entries(sent: Json) -> tuple[tuple[Entry, ...], int]:
    """The records of an answer, and how many entries made no sense.

    One that makes none is left aside: the others must not wait for it. A plain loop,
    not a schema: a first sync brings ten thousands.
    """
    if not isinstance(sent, list):
        raise ValidationError({"records": ["records is a list"]})
    entries: list[Entry] = []
    for one in sent:
        try:
            entries.append(_whole(one) if isinstance(one, dict) else _short(one))
        except (ValueError, ValidationError):
            continue
    return tuple(entries), len(sent) - len(entries)


def _whole(sent: dict[str, Json]) -> Whole:
    state = RecordState.from_document(sent)
    _record_id(state.record)
    if not KIND.fullmatch(state.kind):
        raise ValueError("not a kind")
    return Whole(state, _villages(sent.get("in", [])))


def _short(sent: Json) -> Short:
    match sent:
        case [str(record), str(digest), *villages]:
            return Short(_record_id(record), digest, _villages(villages))
    raise ValueError("neither a record nor its digest")


def _villages(sent: Json) -> tuple[str, ...]:
    if not isinstance(sent, list):
        raise ValueError("villages are a list")
    return tuple(_text(one) for one in sent)


def _record_id(sent: str) -> str:
    if not RECORD_ID.fullmatch(sent):
        raise ValueError("not a record id")
    return sent


def _operation_id(sent: object) -> str:
    if not isinstance(sent, str) or not OPERATION_ID.fullmatch(sent):
        raise ValidationError("not an operation id")
    return sent


def _text(sent: object) -> str:
    if not isinstance(sent, str):
        raise ValidationError("not a text")
    return sent


def _pairs(value: object) -> Iterable[tuple[Any, Any]]:
    if not isinstance(value, list) or not all(isinstance(one, list) and len(one) == 2 for one in value):
        raise ValidationError("a list of pairs")
    return [(one[0], one[1]) for one in value]
