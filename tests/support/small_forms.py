"""Definitions of a few questions, written by hand: for what the office's forms do not have."""

from collections.abc import Mapping, Sequence
from typing import Any

from domain.forms.definition import FormDefinition
from domain.forms.evaluation import Evaluation
from domain.forms.program import Context, Program
from domain.operations import Value
from tests.support.forms import context

Described = Mapping[str, Any]


def form(*fields: Described, **more: Any) -> FormDefinition:
    """
    A form of these fields; each needs a path only.

    `groups` and `repeats` are paths or descriptions; what else a definition has is given as it is.
    """
    given = {"format": 2, "form_id": "coba", "version": "1", "title": {"id": "Coba"}, "languages": ["id"]}
    containers = {name: [_container(one) for one in more.pop(name, ())] for name in ("groups", "repeats")}
    return FormDefinition.from_json(
        {**given, **containers, "choices": {}, **more, "fields": [_field(one) for one in fields]}
    )


def question(path: str, **more: Any) -> Described:
    return {"path": path, **more}


def rows(*names: str, **columns: Sequence[str]) -> list[Described]:
    """The choices of a list, with further columns in the same order."""
    return [
        {
            "name": name,
            "label": {"id": name.upper()},
            **{column: texts[place] for column, texts in columns.items()},
        }
        for place, name in enumerate(names)
    ]


def evaluated(
    definition: FormDefinition, answers: Mapping[str, Value] | None = None, given: Context | None = None
) -> Evaluation:
    return Program.of(definition).evaluate(answers or {}, given or context())


def told(expression: str, answers: Mapping[str, Value] | None = None, **more: Any) -> str:
    """
    What an expression gives as a text, at a question ``x`` beside ``a`` to ``e`` and a repeat ``r`` of ``p``,
    ``q``.
    """
    fields = [question(name) for name in "abcde"] + [question(f"r/*/{name}") for name in "pq"]
    definition = form(*fields, question("x", calculate=expression), repeats=["r"], **more)
    return Program(definition).evaluate(answers or {}, context()).calculated["x"]


def _field(given: Described) -> Described:
    plain = {"type": "text", "label": {"id": given["path"]}, "pdp": "umum", "group": _around(given["path"])}
    return {**plain, **given}


def _around(path: str) -> list[str]:
    steps = path.split("/")[:-1]
    walked = ["/".join(steps[: number + 1]) for number in range(len(steps))]
    return [one for one in walked if not one.endswith("*")]


def _container(given: str | Described) -> Described:
    return {"label": {}, "path": given} if isinstance(given, str) else {"label": {}, **given}
