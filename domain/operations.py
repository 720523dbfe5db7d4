"""Operations: what a person entered, removed or decided, as it is signed off on the device and kept for ever.

An operation is read from the JSON object that was sent. Its id is a digest of that
object's canonical bytes, unknown members included, so every side computes the same
id and a newer device's additions survive an older server.
"""

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple, TypeAlias, cast

from domain.canonical import Json, canonical_bytes, digest_of, encode_text
from domain.errors import MalformedOperation

Value: TypeAlias = "str | dict[str, Json]"
"""An answer as the XForm instance would hold it, or a marker or decision (an object)."""

DEAD: Final[dict[str, Json]] = {"$": "dead"}
"""At a member's path: hides everything at and below it that this operation has seen."""
ALIVE: Final[dict[str, Json]] = {"$": "alive"}
"""At a member's path: takes the removals it names back."""
RESTRICTED: Final[dict[str, Json]] = {"$": "restricted"}
"""In a submission: this question is answered, in a restricted part of its own."""

REVIEW: Final = "$review"
VILLAGE: Final = "$village"
OF: Final = "$of"

SUBMISSION: Final = "submission"
RESTRICTED_PART: Final = "restricted"

OFFICE: Final = "office"
"""The server's own replica: written by many people, numbered by the clock, and never a fork."""

MAX_BYTES: Final = 64 * 1024
"""Of one operation's canonical bytes."""
MOST_REDACTED: Final = 2 * MAX_BYTES
"""Of one that is redacted: it also says what was taken out."""
MAX_CHANGES: Final = 2_000
"""Of one operation, all parts together."""
MAX_NAMED: Final = 256 * 1024
"""Of what one operation names, in bytes as a document spells it (`named_bytes`).

A path and an index take few bytes and stand for a long path with a long id: 64 KB
can name 12 MB of values that do not exist, and a document remembers each of them.
"""
PER_NAMED: Final = 28
"""Bytes of an id in a document's list of (path, id) pairs, beside the path."""
VERSION: Final = 1
READABLE: Final[tuple[int, ...]] = (VERSION,)
"""The versions of operations that are understood here."""

RECORD_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
OPERATION_ID = re.compile(r"[A-Za-z0-9_-]{21}[AQgw]")
AUTHOR = re.compile(r"[^\x00-\x1f\x7f-\x9f]+")
DEVICE_REPLICA = re.compile(r"[A-Za-z0-9_-]{8,43}")
REPLICA = re.compile(rf"{DEVICE_REPLICA.pattern}|{OFFICE}")
KIND = re.compile(r"[a-z][a-z0-9_-]{0,31}(:[a-z][a-z0-9_]{0,63})?")
FORM = re.compile(r"([A-Za-z_][A-Za-z0-9_.-]{0,63})@([0-9A-Za-z._-]{1,32})")
PATH = re.compile(r"[^/\x00-\x1f#]+(/[^/\x00-\x1f#]+)*")
MAX_PATH: Final = 400
_EMPTY_STEPS = ("##", "#/", "/#", "//")
"""What an empty step looks like when # stands between the paths."""


class Change(NamedTuple):
    """One path set to one value by a person to whom the values of `preds` were shown there."""

    path: str
    value: Value
    preds: tuple[str, ...]


class Part(NamedTuple):
    """The changes of one operation to one record, by column: change i sets ``paths[i]``.

    A server reads sixty changes of each of a thousand operations in a second. By column
    the loops run inside the interpreter, in a third of the time.
    """

    record: str
    kind: str
    paths: tuple[str, ...]
    values: tuple[Value, ...]
    preds: tuple[tuple[str, ...], ...]

    @property
    def changes(self) -> tuple[Change, ...]:
        """The same one by one."""
        return tuple(map(Change, self.paths, self.values, self.preds))

    @property
    def named(self) -> set[tuple[str, str]]:
        """The (path, id) pairs that the changes replace."""
        if not any(self.preds):
            return set()
        return {(path, pred) for path, preds in zip(self.paths, self.preds, strict=True) for pred in preds}

    def value_at(self, path: str) -> "Value | None":
        """What the part sets at `path`, if anything: a path stands once in a part."""
        return self.values[self.paths.index(path)] if path in self.paths else None


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation, checked.

    `raw` holds its canonical bytes, from which `id` follows (one that is redacted says its
    own id); `time` is the device's clock in milliseconds since 1970, of which nothing but
    the display depends; `form` is ``form_id@version``.
    """

    id: str
    replica: str
    n: int
    author: str
    time: int
    form: str | None
    parts: tuple[Part, ...]
    raw: bytes = field(repr=False)
    without: tuple[tuple[str, ...], ...] = ()
    """Of a redacted operation: what was erased of it, each a record, or a record and the path of a member."""

    @property
    def records(self) -> list[str]:
        return [part.record for part in self.parts]

    @property
    def submissions(self) -> list[str]:
        """The submissions that its restricted parts say they belong to."""
        claimed = (part.value_at(OF) for part in self.parts if part.kind == RESTRICTED_PART)
        return [one for one in claimed if isinstance(one, str) and RECORD_ID.fullmatch(one)]

    def part_of(self, record: str) -> Part:
        return next(part for part in self.parts if part.record == record)


def without_reviews(operation: Operation) -> Operation:
    """The operation as if it said nothing about the review; its id and bytes stay."""
    parts = tuple(_without(part, REVIEW) for part in operation.parts)
    return replace(operation, parts=parts)


def _without(part: Part, path: str) -> Part:
    kept = [change for change in part.changes if change.path != path]
    columns = zip(*kept, strict=True) if kept else ((), (), ())
    return Part(part.record, part.kind, *columns)


def is_marker(value: Value, marker: dict[str, Json]) -> bool:
    return value.__class__ is dict and value == marker


def operation_id(raw: bytes) -> str:
    """The id of the operation with these canonical bytes: 16 bytes of SHA-256, 22 characters."""
    return digest_of(raw)


def id_of(raw: bytes) -> str:
    """The same of stored bytes, which may be those of a redacted operation: that one says its own id."""
    return operation_id(raw) if b'"redacted":' not in raw else parse_raw(raw).id


def read_operation(sent: Json) -> Operation:
    """The operation in a JSON value as it was sent.

    Raises `MalformedOperation` with a code that says what is wrong; such an operation
    gets the verdict ``void`` and is kept as it came.
    """
    operation = _read(sent)
    naming = (part for part in operation.parts if any(part.preds))
    named = sum(named_bytes(change) for part in naming for change in part.changes)
    if named > MAX_NAMED:
        raise MalformedOperation(
            f"what an operation names has at most {MAX_NAMED} bytes, here it is {named}", code="too-large"
        )
    return operation


def named_bytes(change: Change) -> int:
    """What the (path, id) pairs that a change names take in a document, should none of them ever arrive."""
    return len(change.preds) * (len(encode_text(change.path).encode()) + PER_NAMED)


def _read(sent: Json) -> Operation:
    if not isinstance(sent, dict):
        raise MalformedOperation("an operation is a JSON object")
    raw = canonical_bytes(sent)
    redacted, without = _redacted(sent)
    if len(raw) > (MAX_BYTES if redacted is None else MOST_REDACTED):
        raise MalformedOperation(
            f"an operation has at most {MAX_BYTES} bytes, this one {len(raw)}", code="too-large"
        )
    if sent.get("v") not in READABLE or sent["v"] is True:
        raise MalformedOperation("this version of operations is not known here", code="unknown-version")
    return Operation(
        id=redacted or operation_id(raw),
        replica=_text(sent, "replica", REPLICA),
        n=_integer(sent, "n", 1),
        author=_text(sent, "author", AUTHOR),
        time=_integer(sent, "time"),
        form=_form(sent.get("meta")),
        parts=_parts(sent),
        raw=raw,
        without=without,
    )


def _redacted(sent: dict[str, Json]) -> tuple[str | None, tuple[tuple[str, ...], ...]]:
    """The id that a redacted operation had as a whole, and what was erased of it."""
    told = sent.get("redacted")
    if told is None:
        return None, ()
    one = told.get("id") if isinstance(told, dict) else None
    places = told.get("without") if isinstance(told, dict) else None
    is_sound = isinstance(one, str) and OPERATION_ID.fullmatch(one) and isinstance(places, list) and places
    if not is_sound or not all(map(_is_place, cast("list[Json]", places))):
        raise MalformedOperation("redacted has not the expected form", code="malformed-redacted")
    return cast(str, one), tuple(tuple(place) for place in cast("list[list[str]]", places))


def _is_place(place: Json) -> bool:
    match place:
        case [str(record)]:
            return RECORD_ID.fullmatch(record) is not None
        case [str(record), str(path)]:
            return RECORD_ID.fullmatch(record) is not None and is_path(path)
    return False


def parse_raw(raw: bytes) -> Operation:
    """An operation from its own canonical bytes, as a log keeps them.

    What it names is not weighed again: what was accepted before there was that limit
    is part of its record, and has to stay readable.
    """
    return _read(json.loads(raw))


def _text(sent: dict[str, Json], name: str, pattern: re.Pattern[str]) -> str:
    value = sent.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= 100:
        raise MalformedOperation(f"{name} must be a text of 1 to 100 characters", code=f"malformed-{name}")
    if not pattern.fullmatch(value):
        raise MalformedOperation(f"{name} has not the expected form", code=f"malformed-{name}")
    return value


def _integer(sent: dict[str, Json], name: str, least: int | None = None) -> int:
    value = sent.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or (least is not None and value < least):
        raise MalformedOperation(f"{name} must be an integer", code=f"malformed-{name}")
    return value


def _form(meta: Json) -> str | None:
    if meta is None:
        return None
    if not isinstance(meta, dict):
        raise MalformedOperation("meta must be an object", code="malformed-meta")
    form = meta.get("form")
    if form is None:
        return None
    if not isinstance(form, str) or not FORM.fullmatch(form):
        raise MalformedOperation("meta.form must be form_id@version", code="malformed-form")
    return form


def _parts(sent: dict[str, Json]) -> tuple[Part, ...]:
    preds, parts = sent.get("preds", []), sent.get("parts")
    if not isinstance(preds, list) or not all(
        isinstance(p, str) and OPERATION_ID.fullmatch(p) for p in preds
    ):
        raise MalformedOperation("preds must be a list of operation ids", code="malformed-preds")
    if not isinstance(parts, list) or not parts:
        raise MalformedOperation("parts must be a list that is not empty", code="malformed-parts")
    named = cast("list[str]", preds)
    read = tuple(_part(part, named) for part in parts)
    if len({part.record for part in read}) < len(read):
        raise MalformedOperation("a record appears in two parts", code="malformed-parts")
    if sum(len(part.paths) for part in read) > MAX_CHANGES:
        raise MalformedOperation(f"an operation has at most {MAX_CHANGES} changes", code="too-large")
    return read


def _part(part: Json, preds: list[str]) -> Part:
    if not isinstance(part, dict):
        raise MalformedOperation("a part is an object", code="malformed-parts")
    record, kind, changes = part.get("record"), part.get("kind"), part.get("changes")
    if not isinstance(record, str) or not RECORD_ID.fullmatch(record):
        raise MalformedOperation(
            "record must be a UUID of version 4, in small letters", code="malformed-record"
        )
    if not isinstance(kind, str) or not KIND.fullmatch(kind):
        raise MalformedOperation("kind has not the expected form", code="malformed-kind")
    if not isinstance(changes, list) or not changes:
        raise MalformedOperation("changes must be a list that is not empty", code="malformed-changes")
    read = _first_answers(record, kind, changes)
    if read is None:
        columns = zip(*(_change(change, preds) for change in changes), strict=True)
        read = Part(record, kind, *columns)
    if len(set(read.paths)) < len(read.paths):
        raise MalformedOperation("a path appears twice in one part", code="malformed-changes")
    return read


def _first_answers(record: str, kind: str, changes: list[Json]) -> Part | None:
    """The part, if each of its changes is a sound ``[path, text or marker, []]``; else nothing is judged.

    Nine operations in ten answer only what was empty.
    """
    if set(map(type, changes)) != {list} or set(map(len, cast("list[list[Json]]", changes))) != {3}:
        return None
    paths, values, named = zip(*cast("list[list[Json]]", changes), strict=True)
    is_sound = (
        set(map(type, paths)) == {str}
        and set(map(type, values)) <= {str, dict}
        and not any(named)
        and set(map(type, named)) == {list}
        and are_paths(cast("tuple[str, ...]", paths))
    )
    return Part(record, kind, paths, values, ((),) * len(paths)) if is_sound else None


def _change(change: Json, preds: list[str]) -> Change:
    if not isinstance(change, list) or len(change) < 3:
        raise MalformedOperation("a change is [path, value, preds]", code="malformed-changes")
    path, value, indexes = change[0], change[1], change[2]
    if not isinstance(path, str) or not is_path(path):
        raise MalformedOperation("a path is steps joined by /", code="malformed-path")
    if not isinstance(value, (str, dict)):
        raise MalformedOperation("a value is a text or a marker", code="malformed-value")
    return Change(path, value, tuple(_named(indexes, preds)))


def _named(indexes: Json, preds: list[str]) -> Iterator[str]:
    if not isinstance(indexes, list):
        raise MalformedOperation("a change names its preds by a list of indexes", code="malformed-preds")
    for index in indexes:
        if not isinstance(index, int) or isinstance(index, bool) or not 0 <= index < len(preds):
            raise MalformedOperation("an index points to no pred", code="malformed-preds")
        yield preds[index]


def is_reserved(path: str) -> bool:
    """Whether a path is kept for the program itself, whatever version of it."""
    return path.startswith("$")


def is_path(path: str) -> bool:
    """Whether `path` is a question's or member's path, or one of those reserved with a ``$``."""
    return len(path) <= MAX_PATH and PATH.fullmatch(path) is not None


def are_paths(paths: Collection[str]) -> bool:
    """Whether all of them are paths."""
    # Most are found sound all at once: # stands in no path, and so between them.
    row = f"#{'#'.join(paths)}#"
    if (
        row.isprintable()
        and row.count("#") == len(paths) + 1
        and max(map(len, paths)) <= MAX_PATH
        and not any(map(row.__contains__, _EMPTY_STEPS))
    ):
        return True
    return all(map(is_path, paths))
