"""
What the API's description allows and forbids, sent by everybody to every route.

Schemathesis makes the requests from the OpenAPI document, some as described and some not; they name what
there is in one kecamatan, in the other one, or nothing that there is. Whatever is sent: no fault, a status
and a body as described, nobody let in whom the table of rights does not let in, and not a word or an id of
the other kecamatan. Broken on purpose, each found: 409 not described; three members in each of the `etags`;
`find_readable` without its question; `etags` for any village; held work that concerns everybody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import pytest
import schemathesis
import structlog
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from schemathesis import Case, GenerationMode
from schemathesis.core.transport import Response
from schemathesis.specs.openapi import checks

from domain.access import Action
from tests.conftest import Length
from tests.support.callers import KINDS, REVOKED, Caller, actions_of, call_as
from tests.support.office import FORM
from tests.support.two_kecamatan import Side, TwoKecamatan, two_kecamatan

__all__ = ["two_kecamatan"]  # a fixture: pytest finds it here by name

HANDS_IN: Final = {
    *("/api/v1/sync", "/api/v1/have", "/api/v1/files", "/api/v1/files/needed", "/api/v1/files/{upload}")
}
"""Where a revoked device may still hand in what it has not sent."""
AGREES: Final = [
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
]
IN_ANY_STATE: Final = list(HealthCheck)
Sent: TypeAlias = "Case[Any]"
CODES: Final = {"/api/v1/enroll", "/api/v1/confirmations"}
"""Something in the body lets in or not: a code, a password."""


def known_values(side: Side, caller: Caller) -> dict[str, list[Any]]:
    """Values with which a request gets somewhere in one kecamatan, by the name of a parameter or member."""
    form_id, _, version = FORM.partition("@")
    return {
        "record": [side.submission, side.part, side.case],
        "want": [[side.submission, side.part, side.case]],
        "operation": [side.operations[-1]],
        "ids": [side.operations],
        "village": [side.village],
        "list_name": ["anak"],
        "form_id": [form_id],
        "version": [version],
        "replica": [caller.replica],
        "protocol": [1],
        "reason": ["Mencocokkan data keluarga ini."],
        "paths": [["a"], ["r"]],
        "cursors": [{side.village: "0"}],
    }


@st.composite
def requests_to(
    draw: st.DrawFn, operation: Any, known: Mapping[str, list[Any]], mode: GenerationMode
) -> Sent:
    """A request as the description says, or one that breaks it; what it can name is something `known`."""
    case: Sent = draw(operation.as_strategy(generation_mode=mode))
    body = case.body if isinstance(case.body, dict) else {}
    asked = {parameter.name for parameter in operation.query}
    for place, names in ((case.path_parameters, set()), (case.query, asked), (body, set())):
        for name in sorted((names | set(place or ())) & known.keys()):
            place[name] = draw(st.sampled_from(known[name]))
    return case


def could_be_wrong(operation: Any) -> bool:
    """Whether there is anything in a request that could be wrong: a segment of a path is any text."""
    return bool(list(operation.query)) or bool(list(operation.body))


class Description:
    """The OpenAPI document. It judges bodies itself: Schemathesis 4.32 stumbles over arrays by position."""

    def __init__(self, town: TwoKecamatan) -> None:
        self.told: Any = town.office.client.get("/api/v1/openapi.json").json
        self.app = town.office.app

    def operations(self) -> list[Any]:
        """What can be asked, without what is said of tokens: those are this test's business."""
        bare = deepcopy({name: told for name, told in self.told.items() if name != "security"})
        for methods in bare["paths"].values():
            for operation in methods.values():
                if isinstance(operation, dict):
                    operation.pop("security", None)
        schema: Any = schemathesis.openapi.from_dict(bare)
        schema.app = self.app
        return [found.ok() for found in schema.get_all_operations()]

    def faults(self, method: str, path: str, answer: Response) -> list[str]:
        """What is wrong with a body of JSON."""
        responses = self.told["paths"][path][method.lower()]["responses"]
        told = responses.get(str(answer.status_code)) or responses["5XX"]
        name = told.get("$ref", "").removeprefix("#/components/responses/")
        told = self.told["components"]["responses"][name] if name else told
        content = told.get("content", {}).get("application/json")
        if content is None or method == "HEAD":
            return []
        validator = Draft202012Validator({**self.told, **content["schema"]})
        return [one.message for one in validator.iter_errors(answer.json())]


@dataclass(frozen=True)
class Trial:
    """Everybody's requests to one office, and what is asked of each answer."""

    town: TwoKecamatan
    caller: Caller
    actions: Mapping[tuple[str, str], Action | None]
    description: Description

    @property
    def forbidden_words(self) -> Iterator[str]:
        """What no answer to this caller may say."""
        inside, outside = self.town.inside, self.town.outside
        answer, waiting, case = inside.words
        yield from (*outside.words, *outside.protected)
        if not self.caller.may(Action.READ):
            yield from (answer, case)
        if not self.caller.may(Action.READ_HELD):
            yield waiting
        if not self.caller.reads_protected:
            yield from inside.protected

    @property
    def forbidden_ids(self) -> Iterator[str]:
        """Ids that no answer may name but one to a request that named them itself."""
        yield from self.town.outside.ids
        if not self.caller.may(Action.READ):
            yield from self.town.inside.ids

    def send(self, case: Sent, is_of_devices: bool) -> Response:
        token = self.caller.device if is_of_devices else self.caller.person
        with structlog.testing.capture_logs() as lines:
            answer = case.call(headers=self.caller.headers(token))
        assert not [line for line in lines if line["event"] in ("fault", "database")], lines
        return answer

    def judge(self, case: Sent, answer: Response) -> None:
        """Fails for an answer that is not as described, or that tells what this caller may not know."""
        case.validate_response(answer, checks=AGREES)
        assert answer.status_code < 500
        path = case.operation.path
        assert self.description.faults(case.method, path, answer) == []
        action = self.actions[case.method, path]
        if self.caller.may(action):
            is_elsewhere = self.town.outside.village in str(case.query)
            is_let_in = answer.status_code not in (401, 403)
            assert is_let_in or is_elsewhere or path in CODES, (answer.status_code, answer.text)
        elif self.caller.kind != REVOKED or path not in HANDS_IN:
            assert answer.status_code in (401, 403), (answer.status_code, answer.text)
        sent = f"{case.formatted_path} {case.query} {case.body!r}"
        told = f"{answer.text} {answer.headers}"
        assert [word for word in self.forbidden_words if word in told] == []
        assert [one for one in self.forbidden_ids if one in told and one not in sent] == []


def goes_to_devices(town: TwoKecamatan, method: str, path: str) -> bool:
    """Whether a route takes devices' tokens alone: there a person's own counts for nothing."""
    head = call_as(town.office, "head")
    answer = town.office.client.open(path, method=method, headers=head.headers(head.person))
    return answer.status_code == 401


def explore(
    trial: Trial, operation: Any, known: Mapping[str, list[Any]], mode: GenerationMode, examples: int
) -> None:
    """Sends requests to one route, always the same ones, and judges the answers."""
    method, path = operation.method.upper(), operation.path
    asks = trial.actions[method, path] is not None
    is_of_devices = asks and goes_to_devices(trial.town, method, path)

    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=IN_ANY_STATE,
    )
    @given(requests_to(operation, known, mode))
    def fits(case: Sent) -> None:
        trial.judge(case, trial.send(case, is_of_devices))

    fits()


@pytest.mark.parametrize("kind", KINDS)
def test_every_answer_is_as_described_and_tells_nobody_more_than_he_may_know(
    two_kecamatan: TwoKecamatan, kind: str, length: Length
) -> None:
    town = two_kecamatan
    description = Description(town)
    trial = Trial(town, call_as(town.office, kind), actions_of(town.office), description)
    operations = description.operations()
    assert len(operations) > 15
    sides = [known_values(side, trial.caller) for side in (town.inside, town.outside)]
    for operation in operations:
        for known in ({}, *sides):
            explore(trial, operation, known, GenerationMode.POSITIVE, length.of(2, 100))
        if could_be_wrong(operation):
            explore(trial, operation, {}, GenerationMode.NEGATIVE, length.of(2, 100))
