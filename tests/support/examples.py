"""Filled examples of the four forms, as JSON beside the tests: see ``docs/forms.md``."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from domain.forms.evaluation import Evaluation
from domain.forms.problems import Problem
from domain.forms.program import Program
from domain.operations import Value
from forms.build import FORM_IDS
from tests.support.forms import context, definition

EXAMPLES: Final = Path(__file__).parents[1] / "fixtures" / "forms"


@dataclass(frozen=True)
class Example:
    """
    One filled form: the answers by path, at a moment, and what the form must make of them.

    `problems` are all of them, as codes by path; `values` some of what is calculated; `asked` and `not_asked`
    some of the questions and groups that are.
    """

    form_id: str
    name: str
    about: str
    time: int
    answers: Mapping[str, Value]
    problems: Mapping[str, list[str]]
    values: Mapping[str, str]
    asked: tuple[str, ...]
    not_asked: tuple[str, ...]

    @property
    def key(self) -> str:
        return f"{self.form_id}/{self.name}"

    def evaluation(self) -> Evaluation:
        """What the evaluator makes of it."""
        return Program.of(definition(self.form_id)).evaluate(self.answers, context(self.time))


@cache
def examples(form_id: str) -> tuple[Example, ...]:
    """The examples of a form in the order of their numbers."""
    return tuple(_read(form_id, path) for path in sorted((EXAMPLES / form_id).glob("*.json")))


def all_examples() -> list[Example]:
    """The examples of the four forms."""
    return [one for form_id in FORM_IDS for one in examples(form_id)]


def codes(problems: tuple[Problem, ...]) -> dict[str, list[str]]:
    """The codes of problems by path, warnings too."""
    found: dict[str, list[str]] = {}
    for one in problems:
        found.setdefault(one.path, []).append(one.code)
    return found


def _read(form_id: str, path: Path) -> Example:
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    expected = data["expected"]
    return Example(
        form_id=form_id,
        name=path.stem,
        about=data["about"],
        time=data["time"],
        answers=data["answers"],
        problems=expected.get("problems", {}),
        values=expected.get("values", {}),
        asked=tuple(expected.get("asked", ())),
        not_asked=tuple(expected.get("not_asked", ())),
    )
