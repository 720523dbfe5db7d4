"""
Vectors of what the examples of the four forms say of cases, ``tests/vectors/cases.json``.

    python -m tests.support.case_vectors        writes them anew

Each example is filed as a new form, every second one for a case, and then corrected into the next one of its
form. Beside them stands what an engine would say of their answers, as far as cases ask for it; of the changes
that come of it, a digest.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from domain.canonical import Json, canonical_bytes, digest_of
from domain.cases import LABEL, Filing, Form, aims, case_kind, pieces_for_cases
from domain.cases.entities import CASE_ID, entities_of
from domain.compose import Piece, Stamp, seal
from domain.forms.definition import FormDefinition
from domain.merge import RecordState, fold
from domain.operations import VILLAGE, Change, Value
from tests.support.deed_forms import slim
from tests.support.deeds import AREAS, HOME_VILLAGE
from tests.support.evaluated import Evaluated, evaluated_of
from tests.support.examples import examples
from tests.support.forms import FORM_IDS, context

FILE: Final = Path(__file__).parents[1] / "vectors" / "cases.json"
CASE: Final = "7f9619ff-8b86-4d11-b42d-00c04fc964ff"
RECORD: Final = "6f9619ff-8b86-4d11-b42d-00c04fc964ff"
STAMP: Final = Stamp("replica-asha", 1, "asha", 1_790_000_000_000, "c2FsdHNhbHQ", {})
PLACES: Final = ("desa_baru", "desa", "desa_kasus")
"""Roles of the questions that say where a case is."""


def vectors() -> dict[str, Any]:
    """What each example says, and what a correction into the next one of its form does."""
    evaluated: dict[str, Evaluated] = {}
    rows = [row for form_id in FORM_IDS for row in _rows(form_id, evaluated)]
    return {"examples": rows, "evaluated": list(evaluated.values())}


def _rows(form_id: str, evaluated: dict[str, Evaluated]) -> Iterator[dict[str, Any]]:
    definition = FormDefinition.from_json(slim(form_id))
    all_of_form = examples(form_id)
    question = next(one.path for one in definition.with_role(CASE_ID) if "*" not in one.path)
    for number, (example, following) in enumerate(pairwise([*all_of_form, all_of_form[0]])):
        case = CASE if number % 2 or not entities_of(definition)[0].create_if else ""
        form = Form(definition, RECORD, case or None, AREAS, context())
        answers, after = ({**one.answers, question: case} for one in (example, following))
        for some in (answers, after):
            said = needed(definition, evaluated_of(aims._read(form, some)))
            evaluated[said["key"]] = said
        known = dict(states_of(case_before(form)))
        new = pieces_for_cases(Filing(form, HOME_VILLAGE, answers, cases=known))
        changed = {path for path in {**answers, **after} if answers.get(path) != after.get(path)}
        cases = {**known, **dict(states_of(new))}
        corrected = pieces_for_cases(Filing(form, HOME_VILLAGE, after, answers, changed, cases=cases))
        yield {
            "example": example.key,
            "next": following.key,
            "question": question,
            "case": case,
            "new": [len(new), digest_of_pieces(new)],
            "corrected": [len(corrected), digest_of_pieces(corrected)],
        }


def case_before(form: Form) -> list[Piece]:
    """A case that says something old of everything, where the form is filled for one."""
    own = next((one for one in entities_of(form.definition) if not one.path), None)
    if form.case is None or own is None:
        return []
    names = [VILLAGE, LABEL, *dict.fromkeys(own.save_to.values())]
    kind = case_kind(own.list_name)
    return [Piece(form.case, kind, Change(name, f"old {name}", ())) for name in names]


def states_of(pieces: Sequence[Piece]) -> Iterator[tuple[str, RecordState]]:
    """The cases as they are once these changes were made."""
    if pieces:
        operation = seal(pieces, STAMP)
        for record in operation.records:
            yield record, fold(None, [operation], record)


def needed(definition: FormDefinition, said: Evaluated) -> Evaluated:
    """What cases ask for of what an engine says."""
    asked = {path for one in entities_of(definition) for path in one.save_to}
    asked |= {one.path for role in PLACES for one in definition.with_role(role)}
    asked |= {one.id_question for one in entities_of(definition) if one.id_question}
    above = {"/".join(path.split("/")[: end + 1]) for path in asked for end in range(path.count("/") + 1)}
    return {
        **said,
        "hidden": [path for path in said["hidden"] if definition.definition_path(path) in above],
        "calculated": {
            path: text
            for path, text in said["calculated"].items()
            if "/entity/" in path or definition.definition_path(path) in asked
        },
    }


def digest_of_pieces(pieces: Sequence[Piece]) -> str:
    rows: list[Json] = [
        [one.record, one.kind, one.change.path, _plain(one.change.value), list[Json](one.change.preds)]
        for one in pieces
    ]
    return digest_of(canonical_bytes(rows))


def _plain(value: Value) -> Json:
    return value


def text() -> str:
    """The file's text."""
    rows = {
        name: ",\n".join(json.dumps(one, separators=(",", ":")) for one in said)
        for name, said in vectors().items()
    }
    return "{\n" + ",\n".join(f'"{name}":[\n{said}\n]' for name, said in rows.items()) + "\n}\n"


if __name__ == "__main__":
    FILE.write_text(text(), "utf-8")
