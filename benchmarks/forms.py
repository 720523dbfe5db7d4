"""Evaluating a filled form: the whole of the largest form, many times, on one core."""

import json
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

from demo.answers import CHILD_FORM, Visit, answer_child
from demo.people import invent_household
from demo.places import MUARA_ENGGELAM, read_villages
from domain.canonical import canonical_bytes, digest_of
from domain.forms.definition import FormDefinition
from domain.forms.program import Program
from server.expressions import context_at
from server.xlsform import compile_workbook

Figures = dict[str, Any]
FORM = Path(__file__).parents[1] / "forms" / f"{CHILD_FORM}.xlsx"
TODAY = date(2026, 3, 2)
FILLINGS = 40


def evaluation(rounds: int) -> Figures:
    """
    One record's problems, and beside them the yardstick: reading and digesting the same answers as JSON.

    Processor time of the best of several rounds. The first of the four is paid once for each process.
    """
    data = json.loads(compile_workbook(FORM).definition_bytes)
    definition = FormDefinition.from_json(data)
    reading = _best(lambda: Program(definition), 1, rounds)
    fillings = list(_fillings())
    program, context = Program(definition), context_at(1_772_400_000_000)
    evaluated = _best(
        lambda: [program.evaluate(one, context).problems for one in fillings], len(fillings), rounds
    )
    bodies = [canonical_bytes(one) for one in fillings]
    digested = _best(
        lambda: [digest_of(canonical_bytes(json.loads(one))) for one in bodies], len(bodies), rounds
    )
    return {
        "fields": len(definition.fields),
        "answers_per_record": round(sum(map(len, fillings)) / len(fillings), 1),
        "program_read_once_ms": round(reading * 1e3, 1),
        "evaluated_us_per_record": round(evaluated * 1e6),
        "read_and_digested_us_per_record": round(digested * 1e6),
        "times_the_yardstick": round(evaluated / digested, 1),
    }


def _fillings() -> list[dict[str, Any]]:
    villages, found = read_villages(), []
    for seed in range(FILLINGS):
        chance = Random(seed)
        home = invent_household(villages[MUARA_ENGGELAM], TODAY, chance)
        member = chance.choice(home.members[1:] or home.members)
        found.append(dict(answer_child(Visit(home, member, TODAY, chance))))
    return found


def _best(work: Callable[[], object], count: int, rounds: int) -> float:
    """Seconds of processor time for each of `count`."""
    took = []
    for _ in range(rounds):
        began = time.process_time()
        work()
        took.append(time.process_time() - began)
    return min(took) / count
