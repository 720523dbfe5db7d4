"""Questions and answers in words of the page's language."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from domain.areas import Village
from domain.dossier import REMOVAL
from domain.forms.definition import FormDefinition
from domain.forms.fields import in_language
from domain.forms.masking import is_number, masked_answer, masked_answers
from domain.handing_over import MOVED
from domain.merge import is_removal_marker, is_under
from domain.operations import ALIVE, VILLAGE, Value
from server.services.changes import AnswerChange
from server.web.pictures import Picture
from server.web.translation import gettext
from server.web.wording import current_language, day_in_words


@dataclass(frozen=True)
class ShownChange:
    """An answer before and after, in words and, where they are files, as pictures; ``None`` is no answer."""

    path: str
    anchor: str
    label: str
    place: str
    before: str | None
    after: str | None
    author: str
    time: int | None
    picture_before: Picture | None = None
    picture_after: Picture | None = None


@dataclass
class Words:
    """
    How a record's paths and values are told, by the definition of its form where there is one.

    `members` map the path of a repeat's member to what it is called; numbers at the paths `revealed` are
    shown whole.
    """

    definition: FormDefinition | None
    villages: Sequence[Village] = ()
    members: dict[str, str] = field(default_factory=dict)
    language: str = field(default_factory=current_language)
    revealed: frozenset[str] = frozenset()

    def label(self, path: str) -> str:
        """What is asked at a path."""
        question = path.removesuffix(REMOVAL)
        if question in self.members:
            return self.members[question]
        if question == VILLAGE:
            return gettext("Village of this form")
        if question == MOVED:
            return gettext("Why it was moved")
        return self.definition.label(question, self.language) if self.definition else question

    def place(self, path: str) -> str:
        """Which member of a repeat a question is about, in words; empty for a question outside of all."""
        question = path.removesuffix(REMOVAL)
        around = [member for member in self.members if is_under(question, member) and question != member]
        return self.members[max(around, key=len)] if around else self._repeat_around(question)

    def order(self, path: str) -> tuple[int, str]:
        """Sorts paths as the form asks them; members of a repeat stay together."""
        if not self.definition:
            return (0, path)
        known = self.definition.definition_path(path)
        outermost, is_repeated, _ = known.partition("/*")
        member = path.split("/")[outermost.count("/") + 1] if is_repeated else ""
        place, within = self.definition.order(outermost), self.definition.order(known) or 0
        return (place if place is not None else 10**6, f"{member}/{within:06d}")

    def _repeat_around(self, path: str) -> str:
        """The repeat that a question of a member stands in that is not (or not any more) in the record."""
        known = self.definition.definition_path(path) if self.definition else ""
        if not self.definition or "*" not in known or path in self.members:
            return ""
        return in_language(self.definition.repeats.get(known.partition("/*")[0], {}), self.language)

    def shown(self, path: str, value: Value) -> str:
        """An answer in words; numbers of persons and families are masked, unless revealed at this path."""
        if is_removal_marker(value):
            return gettext("(brought back)") if value == ALIVE else gettext("(removed)")
        if path == VILLAGE and isinstance(value, str):
            village = next((one for one in self.villages if one.code == value), None)
            return f"{village.name} ({village.kecamatan})" if village else value
        found = self.definition.field_at(path) if self.definition else None
        if found and found.type == "date" and isinstance(value, str):
            return day_in_words(value, self.language)
        told = value if path in self.revealed else masked_answer(self.definition, path, value)
        if self.definition:
            return self.definition.display(path, told, self.language, reveal=True)
        return told if isinstance(told, str) else gettext("(system note)")

    def is_masked(self, path: str, value: Value) -> bool:
        """Whether an answer is a number that is shown masked here."""
        return path not in self.revealed and is_number(self.definition, path, value)

    def told_apart(self, path: str, values: Sequence[Value]) -> list[str]:
        """Several answers to one question: masked numbers show a few of the digits in which they differ."""
        are_numbers = bool(values) and all(is_number(self.definition, path, value) for value in values)
        if path in self.revealed or not are_numbers:
            return [self.shown(path, value) for value in values]
        return [str(value) for value in masked_answers(self.definition, path, values)]

    def shown_change(self, change: AnswerChange) -> ShownChange:
        """A difference in words."""
        is_removed = change.after is None
        both = [one for one in (change.before, change.after) if one is not None and not is_removed]
        words = iter(self.told_apart(change.path, both))
        return ShownChange(
            path=change.path,
            anchor=anchor_of(change.path),
            label=self.label(change.path),
            place=self.place(change.path),
            before=None if change.before is None or is_removed else next(words),
            after=None if is_removed else next(words),
            author=change.author,
            time=change.time,
        )


def anchor_of(path: str) -> str:
    """The id of a path's element: letters of other scripts and signs have no place in an address."""
    return "q-" + "".join(c if c.isascii() and (c.isalnum() or c in "_-") else "." for c in path)
