"""The same filling through the phone's engine and through the evaluation in Python, and where they differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

from domain.forms.definition import FormDefinition
from domain.forms.evaluation import Evaluation
from domain.forms.instance import instance_xml
from domain.forms.program import Program
from server.expressions import context_at
from tests.support.engine import NOW, Engine, Members, Told
from tests.support.fillings import Filling, Paper

FILES: Final = frozenset({"image", "audio", "video", "file", "background-audio", "audit"})
RECORD: Final = "kQ3xAAAAAAAAAAAAAAAAAA"


@dataclass(frozen=True)
class Difference:
    """At a record's path one side says this, the other that; `aspect` is value, relevant, valid, …"""

    path: str
    aspect: str
    engine: object
    python: object


@dataclass(frozen=True)
class Both:
    """One filling as both have it."""

    told: Told
    evaluation: Evaluation
    answers: Mapping[str, str]


@dataclass(frozen=True)
class Comparison:
    """A form known to both sides; the engine has it loaded under its id."""

    paper: Paper
    engine: Engine

    @cached_property
    def definition(self) -> FormDefinition:
        return FormDefinition.from_json(self.paper.form.definition)

    @cached_property
    def program(self) -> Program:
        return Program(self.definition)

    def run(self, filling: Filling, now: int = NOW) -> Both:
        """Both sides on one filling; what the engine itself fills in is an answer for Python too."""
        told = self.engine.fill(self.definition.form_id, filling.answers, members=filling.members, now=now)
        answers = dict(self._held(filling, told))
        return Both(told, self.evaluate(answers, now), answers)

    def evaluate(self, answers: Mapping[str, str], now: int = NOW) -> Evaluation:
        """Python's side alone."""
        context = replace(context_at(now, username="asha"), deviceid="device-1")
        return self.program.evaluate(answers, context)

    def reopened(self, both: Both, members: Members) -> Told:
        """The same answers read from a stored instance, as the phone reads a record."""
        xml = instance_xml(self.definition, RECORD, both.answers).decode()
        files = sorted(
            {both.answers[path] for path in both.answers if self._is_file(path) and both.answers[path]}
        )
        return self.engine.open(
            self.definition.form_id, mode="restore", xml=xml, members=members, files=files, now=NOW
        )

    def _is_file(self, path: str) -> bool:
        field = self.definition.field_at(path)
        return field is not None and field.type in FILES

    def differences(self, both: Both) -> list[Difference]:
        """Everything on which the two do not agree."""
        found: list[Difference] = []
        for path, node in both.told.nodes.items():
            if not path.startswith("meta") and self.definition.knows(path) and not self.is_by_chance(path):
                found += [one for one in _compared(path, node, both.evaluation) if one.engine != one.python]
        return found

    def is_by_chance(self, path: str) -> bool:
        """Whether each side makes the value up: the id of a new case, and what repeats it."""
        return self.definition.definition_path(path) in self._made_up

    @cached_property
    def _made_up(self) -> frozenset[str]:
        fields = [one for one in self.paper.form.definition["fields"] if one["role"] != "id_anggota"]
        said = {one["path"]: one.get("calculate", "") for one in fields}
        own = {path for path, text in said.items() if "uuid()" in text}
        return frozenset(
            own | {path for path, text in said.items() if any(f"/data/{one}" in text for one in own)}
        )

    def logic(self, path: str) -> Mapping[str, Any]:
        """What the definition says of the question, group or repeat at a record's path."""
        return self._logic.get(self.definition.definition_path(path).removesuffix("/*"), {})

    def is_member_id(self, path: str) -> bool:
        """Whether the answer at a record's path is the id of the member around it."""
        field = self.definition.field_at(path)
        return field is not None and field.role == "id_anggota"

    @cached_property
    def _logic(self) -> Mapping[str, Mapping[str, Any]]:
        told = self.paper.form.definition
        return {one["path"]: one for one in (*told["fields"], *told["groups"], *told["repeats"])}

    def _held(self, filling: Filling, told: Told) -> Iterator[tuple[str, str]]:
        """The record's answers: as they were given, or as the form itself set them."""
        for path, node in told.nodes.items():
            known = self.definition.definition_path(path)
            if known in self._calculated or "value" not in node:
                continue
            given = filling.answers.get(path)
            is_own = given is None or known in self._acted or path in told.refused
            yield path, str(node["value"]) if is_own and node["relevant"] else given or ""

    @cached_property
    def _calculated(self) -> frozenset[str]:
        held = {question.path for question in self.paper.questions}
        return frozenset(
            one["path"]
            for one in self.paper.form.definition["fields"]
            if one.get("calculate") and one["path"] not in held
        )

    @cached_property
    def _acted(self) -> frozenset[str]:
        return frozenset(one["path"] for one in self.paper.form.definition["fields"] if one.get("actions"))


def _compared(path: str, node: Mapping[str, Any], evaluation: Evaluation) -> Iterator[Difference]:
    yield Difference(path, "relevant", node["relevant"], evaluation.relevant(path))
    if "value" not in node or not node["relevant"]:
        return
    codes = {problem.code for problem in evaluation.problems if problem.path == path}
    yield Difference(path, "value", node["value"], evaluation.shown.get(path, ""))
    yield Difference(path, "constraint", not node["valid"], "constraint" in codes)
    is_unanswered = not node["answered"]
    # An answer that the engine drops is blank there; in Python it is a problem of its own.
    yield Difference(path, "required", is_unanswered, "required" in codes or (is_unanswered and bool(codes)))
    if "choices" in node:
        yield Difference(path, "choices", node["choices"], [one.name for one in evaluation.choices(path)])
    if "label" in node:
        yield Difference(path, "label", _words(node["label"]), _words(evaluation.label(path)))


def _words(label: str) -> str:
    """A label without the spaces around what stands in it for an answer."""
    return " ".join(label.split())
