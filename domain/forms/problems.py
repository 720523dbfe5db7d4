"""
What is plainly wrong with single answers, by their type alone.

Problems stand beside a record and refuse nothing: two valid edits may merge into an invalid record, and what
an officer saw in the field is worth more than the rule it breaks. Skips, limits and calculations are not
judged here: they need the form to be evaluated.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from domain.forms.definition import FormDefinition
from domain.forms.display import MASKED_ROLES
from domain.forms.fields import DEFAULT_LANGUAGE, Field, Text, in_language
from domain.forms.values import is_date, is_geopoint, is_integer, is_number
from domain.operations import Value

MESSAGES: Final[dict[str, Text]] = {
    "unknown-question": {
        "id": "Versi formulir ini tidak memuat pertanyaan tersebut.",
        "en": "This version of the form has no such question.",
    },
    "choice-unknown": {
        "id": "Pilihan “{value}” tidak ada dalam daftar.",
        "en": "The choice “{value}” is not in the list.",
    },
    "not-an-integer": {
        "id": "“{value}” bukan bilangan bulat.",
        "en": "“{value}” is not a whole number.",
    },
    "not-a-number": {"id": "“{value}” bukan angka.", "en": "“{value}” is not a number."},
    "not-a-date": {
        "id": "“{value}” bukan tanggal yang ada (tahun-bulan-hari).",
        "en": "“{value}” is not a date that exists (year-month-day).",
    },
    "not-a-geopoint": {
        "id": "“{value}” bukan titik lokasi (lintang bujur ketinggian ketelitian).",
        "en": "“{value}” is not a location (latitude longitude altitude accuracy).",
    },
    "evaluation-failed": {
        "id": "Isian ini tidak dapat diperiksa secara otomatis. Periksalah sendiri, dan beri tahu pengelola.",
        "en": "This form could not be checked automatically. Check it yourself, and tell the administrator.",
    },
}

PROBLEM: Final = "problem"
WARNING: Final = "warning"
"""How bad it is: a warning may well be right, and is not counted."""
EVALUATION_FAILED: Final = "evaluation-failed"

SHOWN: Final = 60
"""Characters of an answer in a message."""
WITHHELD: Final = "…"


@dataclass(frozen=True)
class Problem:
    """
    One thing that is wrong at a path; `params` fill the message of `code`.

    `severity` is problem or warning. What concerns the record as a whole has an empty path.
    """

    code: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    severity: str = PROBLEM

    @property
    def is_counted(self) -> bool:
        """Whether lists count it."""
        return self.severity == PROBLEM

    def message(self, language: str = DEFAULT_LANGUAGE) -> str:
        """The sentence for a person, in Indonesian (``id``) or English (``en``)."""
        return in_language(MESSAGES[self.code], language).format_map(self.params)


def find_problems(definition: FormDefinition, answers: Mapping[str, Value]) -> list[Problem]:
    """
    The problems of a record's answers, ordered by path and code.

    An empty answer is no problem, and paths that begin with ``$`` are no answers. A message never quotes a
    restricted answer or an identity number.
    """
    problems = [one for path, value in answers.items() for one in _judge(definition, path, value)]
    return sorted(problems, key=lambda one: (one.path, one.code, one.params.get("value", "")))


def _judge(definition: FormDefinition, path: str, value: Value) -> Iterator[Problem]:
    if not isinstance(value, str) or not value or path.startswith("$"):
        return
    found = definition.field_at(path)
    if found is None:
        yield Problem("unknown-question", path)
    elif found.type in ("select_one", "select_multiple", "rank"):
        yield from _unknown_choices(definition, found, path, value)
    elif found.type in CHECKS:
        code, is_right = CHECKS[found.type]
        if not is_right(value):
            yield Problem(code, path, {"value": _quoted(found, value)})


def _unknown_choices(definition: FormDefinition, found: Field, path: str, value: str) -> Iterator[Problem]:
    if found.choices not in definition.choices:
        return
    names = [value] if found.type == "select_one" else value.split()
    for name in dict.fromkeys(names):
        if definition.choice(found, name) is None:
            yield Problem("choice-unknown", path, {"value": _quoted(found, name)})


def _quoted(found: Field, value: str) -> str:
    if found.is_restricted or found.role in MASKED_ROLES:
        return WITHHELD
    return value if len(value) <= SHOWN else value[:SHOWN] + WITHHELD


CHECKS: Final[dict[str, tuple[str, Callable[[str], bool]]]] = {
    "integer": ("not-an-integer", is_integer),
    "decimal": ("not-a-number", is_number),
    "range": ("not-a-number", is_number),
    "date": ("not-a-date", is_date),
    "geopoint": ("not-a-geopoint", is_geopoint),
}
