"""Open conflicts as a page shows them: the values side by side, and what can be chosen."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from domain.dossier import REMOVAL, REMOVE, Seen
from domain.forms.fields import Field, in_language
from domain.merge import preds_of_removal
from domain.operations import Value
from domain.planning import ASSIGNED, BEGINS, CLOSED, DUE, FORM_ID, PLANNED, TITLE
from server.services.disagreements import NOTHING_KNOWN, Background, Entered, Place
from server.services.read_record import RecordReading
from server.web.answers import Words, anchor_of
from server.web.pictures import NO_PICTURES, Album, Picture
from server.web.translation import lazy_gettext

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
PLANNED_LABELS: Final = {
    ASSIGNED: lazy_gettext("Assigned officer"),
    DUE: lazy_gettext("Due on"),
    BEGINS: lazy_gettext("Begins on"),
    CLOSED: lazy_gettext("Closed"),
    FORM_ID: lazy_gettext("Form"),
    TITLE: lazy_gettext("Title"),
}
"""What stands in rounds and assignments, of which no form tells."""


@dataclass(frozen=True)
class By:
    """
    Who entered a value, and when by his clock; `entered` tells how, where that was looked for.

    `had_seen` is what he had before him then, in words.
    """

    author: str
    time: int
    entered: Entered | None = None
    had_seen: tuple[str, ...] = ()


@dataclass(frozen=True)
class Side:
    """One of the values, and everybody who entered it, the latest first; `picture` is the file it names."""

    id: str
    value: str
    by: tuple[By, ...]
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
    since: int | None = None
    settled: tuple[str, int] | None = None
    """Who settled it before, and when: it is disputed again."""

    @property
    def is_removal(self) -> bool:
        return self.path.endswith(REMOVAL)


@dataclass(frozen=True)
class _Showing:
    """What the cards of one record are made from."""

    reading: RecordReading
    words: Words
    album: Album
    background: Background

    def by(self, seen: Seen, path: str) -> By:
        entered = self.background.evidence.get(Place(seen.record, path, seen.id))
        told = tuple(self.words.shown(path, value) for value in entered.had_seen) if entered else ()
        return By(seen.author, seen.time, entered, told)


def disputes_of(
    reading: RecordReading,
    words: Words,
    album: Album = NO_PICTURES,
    background: Background = NOTHING_KNOWN,
) -> list[Dispute]:
    """The open conflicts of a record, in the order of the form. The words must have learned the members."""
    showing = _Showing(reading, words, album, background)
    paths = sorted(reading.conflicts, key=lambda path: words.order(path.removesuffix(REMOVAL)))
    return [
        replace(
            _dispute(showing, path), since=background.since.get(path), settled=background.settled.get(path)
        )
        for path in paths
    ]


def _dispute(showing: _Showing, path: str) -> Dispute:
    reading, words = showing.reading, showing.words
    candidates = reading.conflicts[path]
    if path.endswith(REMOVAL):
        return _removal(showing, path, candidates)
    field = reading.definition.field_at(path) if reading.definition else None
    widget = _WIDGETS.get(field.type, "text") if field else "text"
    options = _options(reading, words, field) if field and widget in ("one", "several") else ()
    if widget in ("one", "several") and not 0 < len(options) <= MOST_OPTIONS:
        widget, options = "text", ()
    is_planned = reading.kind in PLANNED
    return Dispute(
        path=path,
        anchor="c-" + anchor_of(path),
        label=str(PLANNED_LABELS.get(path, path)) if is_planned else words.label(path),
        place=words.place(path),
        sides=_sides(showing, path, candidates),
        seen=tuple(reading.survivors.get(path, ())),
        widget="none" if path.startswith("$") or is_planned else widget,
        options=options,
    )


def _sides(showing: _Showing, path: str, candidates: Sequence[Seen]) -> tuple[Side, ...]:
    """One side for each distinct value."""
    values: list[Value] = []
    for candidate in candidates:
        if candidate.value not in values:
            values.append(candidate.value)
    return tuple(
        Side(
            next(c.id for c in candidates if c.value == value),
            told,
            tuple(showing.by(c, path) for c in candidates if c.value == value),
            showing.album.of(path, value),
        )
        for value, told in zip(values, showing.words.told_apart(path, values), strict=True)
    )


def _options(reading: RecordReading, words: Words, field: Field) -> tuple[Option, ...]:
    choices = reading.definition.choices.get(field.choices or "", {}) if reading.definition else {}
    return tuple(
        Option(name, in_language(one.label, words.language) or name) for name, one in choices.items()
    )


def _removal(showing: _Showing, path: str, candidates: Sequence[Seen]) -> Dispute:
    words, member = showing.words, path.removesuffix(REMOVAL)
    removed = tuple(Side(c.id, "", (showing.by(c, member),)) for c in candidates if c.value == REMOVE)
    return Dispute(
        path=path,
        anchor="c-" + anchor_of(path),
        label=words.label(member),
        place=words.place(member),
        sides=removed,
        seen=preds_of_removal(showing.reading.stored.state, member),
        widget="none",
        kept=_kept(showing, member),
    )


def _kept(showing: _Showing, member: str) -> tuple[Side, ...]:
    """What stands in the member that no removal has seen: what would be lost from sight."""
    reading, words = showing.reading, showing.words
    paths = dict.fromkeys(one.path for one in reading.dossier.overlooked(member))
    fresh = [shown for path in paths if (shown := reading.dossier.shown_at(path))]
    return tuple(
        Side(
            one.id,
            f"{words.label(one.path)}: {words.shown(one.path, one.value)}",
            (showing.by(one, one.path),),
        )
        for one in fresh
    )
