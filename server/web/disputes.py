"""Open conflicts as a page shows them: the values side by side, and what can be chosen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from domain.dossier import REMOVAL, REMOVE, Seen
from domain.forms.fields import Field, in_language
from domain.merge import preds_of_removal
from domain.operations import Value
from server.services.read_record import RecordReading
from server.web.answers import Words, anchor_of
from server.web.pictures import NO_PICTURES, Album, Picture

Widget: TypeAlias = Literal["text", "date", "number", "one", "several", "none"]

_WIDGETS: Final[dict[str, Widget]] = {
    "select_one": "one",
    "select_multiple": "several",
    "rank": "text",
    "date": "date",
    "integer": "number",
    "decimal": "number",
    "geopoint": "none",
    "geotrace": "none",
    "geoshape": "none",
    "image": "none",
    "audio": "none",
    "video": "none",
    "file": "none",
}
"""With what a value is typed that nobody has entered; nobody types a photo or a place."""
MOST_OPTIONS: Final = 400


@dataclass(frozen=True)
class Side:
    """
    One of the values, and everybody who entered it: (author, time) pairs, the latest first.

    `picture` is the file that the value names.
    """

    id: str
    value: str
    by: tuple[tuple[str, int], ...]
    picture: Picture | None = None


@dataclass(frozen=True)
class Option:
    """A choice of the question's list."""

    name: str
    label: str


@dataclass(frozen=True)
class Dispute:
    """
    A question on which people disagree, or a member whose removal somebody contests.

    `seen` are the operations whose values are on the page: what is chosen names these and
    no others. `place` says which member of a repeat it is about. For a removal `sides` are
    those who removed, and `kept` those who worked on the member meanwhile.
    """

    path: str
    anchor: str
    label: str
    place: str
    sides: tuple[Side, ...]
    seen: tuple[str, ...]
    widget: Widget
    options: tuple[Option, ...] = ()
    kept: tuple[Side, ...] = ()

    @property
    def is_removal(self) -> bool:
        return self.path.endswith(REMOVAL)


def disputes_of(reading: RecordReading, words: Words, album: Album = NO_PICTURES) -> list[Dispute]:
    """The open conflicts of a record, in the order of the form. The words must have learned the members."""
    paths = sorted(reading.conflicts, key=lambda path: words.order(path.removesuffix(REMOVAL)))
    return [_dispute(reading, words, album, path) for path in paths]


def _dispute(reading: RecordReading, words: Words, album: Album, path: str) -> Dispute:
    candidates = reading.conflicts[path]
    if path.endswith(REMOVAL):
        return _removal(reading, words, path, candidates)
    field = reading.definition.field_at(path) if reading.definition else None
    widget = _WIDGETS.get(field.type, "text") if field else "text"
    options = _options(reading, words, field) if field and widget in ("one", "several") else ()
    if widget in ("one", "several") and not 0 < len(options) <= MOST_OPTIONS:
        widget, options = "text", ()
    return Dispute(
        path=path,
        anchor="c-" + anchor_of(path),
        label=words.label(path),
        place=words.place(path),
        sides=_sides(words, album, path, candidates),
        seen=tuple(reading.survivors.get(path, ())),
        widget="none" if path.startswith("$") else widget,
        options=options,
    )


def _sides(words: Words, album: Album, path: str, candidates: Sequence[Seen]) -> tuple[Side, ...]:
    """One side for each distinct value."""
    values: list[Value] = []
    for candidate in candidates:
        if candidate.value not in values:
            values.append(candidate.value)
    return tuple(
        Side(
            next(c.id for c in candidates if c.value == value),
            words,
            tuple((c.author, c.time) for c in candidates if c.value == value),
            album.of(path, value),
        )
        for value, words in zip(values, words.told_apart(path, values), strict=True)
    )


def _options(reading: RecordReading, words: Words, field: Field) -> tuple[Option, ...]:
    choices = reading.definition.choices.get(field.choices or "", {}) if reading.definition else {}
    return tuple(
        Option(name, in_language(one.label, words.language) or name) for name, one in choices.items()
    )


def _removal(reading: RecordReading, words: Words, path: str, candidates: Sequence[Seen]) -> Dispute:
    member = path.removesuffix(REMOVAL)
    removed = tuple(Side(c.id, "", ((c.author, c.time),)) for c in candidates if c.value == REMOVE)
    return Dispute(
        path=path,
        anchor="c-" + anchor_of(path),
        label=words.label(member),
        place=words.place(member),
        sides=removed,
        seen=preds_of_removal(reading.stored.state, member),
        widget="none",
        kept=_kept(reading, words, member),
    )


def _kept(reading: RecordReading, words: Words, member: str) -> tuple[Side, ...]:
    """What stands in the member that no removal has seen: what would be lost from sight."""
    paths = dict.fromkeys(one.path for one in reading.dossier.overlooked(member))
    fresh = [shown for path in paths if (shown := reading.dossier.shown_at(path))]
    return tuple(
        Side(
            one.id, f"{words.label(one.path)}: {words.shown(one.path, one.value)}", ((one.author, one.time),)
        )
        for one in fresh
    )
