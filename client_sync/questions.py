"""Questions and answers of one record in a person's words, beside the paths that commands take."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from client_sync.catalogue import say
from client_sync.config import Language
from domain.cases import list_of
from domain.dossier import REMOVAL
from domain.files import read_file_answer
from domain.forms.definition import FormDefinition
from domain.forms.display import MASKED_ROLES, shown, tell_apart
from domain.operations import VILLAGE, Value

if TYPE_CHECKING:
    from client_sync.reader import Reader

MOST: Final = 70
"""Characters of a question: some are paragraphs, and an answer is to stand on its line."""


@dataclass(frozen=True)
class Questions:
    """How paths and values of a form are told; `villages` are names by code."""

    definition: FormDefinition | None
    language: Language
    villages: Mapping[str, str] = field(default_factory=dict)

    def title(self, path: str) -> str:
        """A path, and what is asked there if that is known."""
        label = self._label(path)
        return f"{path} ({label})" if label else path

    def _label(self, path: str) -> str:
        if path == VILLAGE:
            is_case = self.definition is not None and list_of(self.definition.form_id) is not None
            return say("case-village" if is_case else "question-village", self.language)
        label = self.definition.label(path, self.language) if self.definition else path
        words = " ".join(label.split()) if label != path else ""
        return words if len(words) <= MOST else f"{words[: MOST - 1].rstrip()}…"

    def value(self, path: str, value: Value) -> str:
        """An answer in words; identity numbers are masked."""
        if path == VILLAGE and isinstance(value, str):
            return f"{value} {self.villages.get(value, '')}".rstrip()
        if self.definition is None or path.startswith("$"):
            return shown(value, None, {}, self.language)
        return self.definition.display(path, value, self.language)

    def sides(self, path: str, values: Sequence[Value], ids: Sequence[str]) -> list[str]:
        """
        Values between which somebody has to choose: each in words, and in brackets as `resolve` takes it.

        Identity numbers stay masked, but for a few digits in which they differ; they and files, of which the
        answer is a text that nobody types, are chosen by the ids of the operations behind them.
        """
        if path.endswith(REMOVAL):
            return [f"{say(f'side-{value}', self.language)} [{value}]" for value in values]
        found = self.definition.field_at(path) if self.definition else None
        if found and found.role in MASKED_ROLES:
            told = tell_apart([value if isinstance(value, str) else "" for value in values])
            return [f"{words} [{one}]" for words, one in zip(told, ids, strict=True)]
        told = [self.value(path, value) for value in values]
        return [
            words if words == value or not isinstance(value, str) else f"{words} [{_as_taken(value, one)}]"
            for words, value, one in zip(told, values, ids, strict=True)
        ]

    def in_order(self, paths: Iterable[str]) -> list[str]:
        """Paths as the form asks them; what it does not ask comes first."""
        given = list(paths)
        if self.definition is None:
            return given
        rows = self.definition.outline(dict.fromkeys(given, "")).rows()
        asked = {row.path: None for row in rows if row.field}  # in order
        return [*(path for path in given if path not in asked), *asked]


def _as_taken(value: str, operation: str) -> str:
    """What `resolve` takes for an answer that `operation` entered."""
    return operation if read_file_answer(value) else value


def questions_of(reader: "Reader", kind: str, form: str | None, language: Language) -> Questions:
    """How the records of a kind, filled with a form, are told on this device."""
    villages = {one.code: one.name for one in reader.store.forms.villages()}
    return Questions(reader.words_for(kind, form), language, villages)
