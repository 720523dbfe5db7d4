"""What forms set by themselves while they are filled on this device; the rules are `domain.forms.acting`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from unicodedata import normalize

from client_sync.config import is_text
from client_sync.editing import Notice
from client_sync.expressions import context_at
from domain.cases import Opening, answers_after
from domain.compose import Edit, Piece
from domain.dossier import Dossier
from domain.forms.acting import begun, filled, following
from domain.forms.definition import FormDefinition
from domain.forms.program import Context
from domain.forms.starting import last_answers
from domain.operations import RESTRICTED, Value


@dataclass(frozen=True)
class Acting:
    """
    A form at the `moment` when somebody fills it in on a device, in milliseconds since 1970.

    `record` is what the filling is or will be, `device` the replica that it is written by.
    """

    definition: FormDefinition
    record: str
    author: str
    device: str
    moment: int

    @cached_property
    def context(self) -> Context:
        chance = f"{self.record}/{self.moment}"
        return context_at(self.moment, username=self.author, deviceid=self.device, chance=chance)

    def beginning(self, opening: Mapping[str, str]) -> dict[str, str]:
        """What a new form begins with beside what it was opened with."""
        return _kept(begun(self.definition, opening, self.context))

    def ending(self, given: Mapping[str, str]) -> dict[str, str]:
        """What is known when it is finished, unless it is given."""
        found = last_answers(self.definition, self.context)
        return {path: text for path, text in found.items() if path not in given}

    def added(self, opening: Opening, given: Mapping[str, str]) -> dict[str, str]:
        """What a new form that is filled at once says beside its opening and what is given."""
        entered = {**given, **opening.fixed}
        found = _kept(filled(self.definition, opening.answers, entered, self.context))
        said = {**opening.answers, **entered}
        return {path: text for path, text in found.items() if said.get(path) != text}

    def following(
        self, answers: Mapping[str, Value], given: Mapping[str, str], known: Iterable[str] = ()
    ) -> dict[str, str]:
        """What is set when something is entered; see `domain.forms.acting.following`."""
        return _kept(following(self.definition, answers, given, self.context, known))

    def edits(
        self, dossier: Dossier, edits: Sequence[Edit], pieces: Sequence[Piece]
    ) -> tuple[list[Edit], list[Notice]]:
        """
        What follows from edits of a record, as edits that replace what is in view, and what to tell of it.

        A path on which people disagree is left to them.
        """
        given = {one.path: one.value for one in edits if isinstance(one.value, str) and one.path[0] != "$"}
        answers = {**answers_after(dossier, pieces), **dict.fromkeys(dossier.unreadable, RESTRICTED)}
        known = [one.path for one in dossier.submission.survivors]
        found = self.following(answers, given, known)
        left = found.keys() & dossier.conflicts.keys()
        set_now = {path: text for path, text in found.items() if path not in left}
        notices = [Notice("form-set", {"path": path}) for path in set_now]
        notices += [Notice("form-not-set", {"path": path, "record": dossier.record}) for path in sorted(left)]
        return [Edit(path, text, dossier.on_screen(path)) for path, text in set_now.items()], notices


def _kept(found: Mapping[str, str]) -> dict[str, str]:
    """As whatever is entered here: in the one form in which text is kept."""
    return {path: normalize("NFC", text) for path, text in found.items() if is_text(text)}
