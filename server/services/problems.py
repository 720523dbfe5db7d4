"""What is wrong with a record, as the server finds it: the one place in which it asks the rules.

Problems are found for a moment, that at which the form was filled (`domain.filled`), and
not for the time at which somebody happens to look: so whoever finds them, and whenever,
finds the same.
"""

from collections.abc import Mapping
from typing import Any, Final

from domain.canonical import Json, canonical_bytes, digest_of
from domain.dossier import Dossier
from domain.forms.definition import FormDefinition
from domain.forms.problems import EVALUATION_FAILED, Problem
from domain.forms.program import Program
from domain.operations import RESTRICTED, SUBMISSION, Value
from server.expressions import context_at
from server.logs import describe, logger

RULES: Final = 4
"""Raised when the rules find something else in the same answers: then every record is examined again."""
FAILED: Final = (Problem(EVALUATION_FAILED, ""),)


def find(definition: FormDefinition | None, dossier: Dossier, moment: int) -> tuple[Problem, ...]:
    """
    The problems of a submission as the reader of `dossier` may know them, by path and code.

    A restricted answer that he may not read counts as one that is there, and that is all he learns
    of it. Where the rules fail, that is the problem: neither a page nor a worker falls with them.
    `moment` is in milliseconds since 1970.
    """
    if definition is None or dossier.submission.kind != SUBMISSION:
        return ()
    try:
        return _in_order(_ask(definition, dossier, moment))
    except Exception as fault:  # noqa: BLE001 (a fault of ours or a form that nobody foresaw)
        tell_failure(dossier.submission.form, describe(fault))
        return FAILED


def _ask(definition: FormDefinition, dossier: Dossier, moment: int) -> list[Problem]:
    """Where the evaluator goes in."""
    withheld: dict[str, Value] = dict.fromkeys(dossier.unreadable, RESTRICTED)
    evaluation = Program.of(definition).evaluate({**dossier.answers, **withheld}, context_at(moment))
    if evaluation.fault:
        tell_failure(dossier.submission.form, describe(evaluation.fault))
    return list(evaluation.problems)


def _in_order(problems: list[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=lambda one: (one.path, one.code, sorted(one.params.items()))))


def tell_failure(form: str | None, facts: Mapping[str, Any]) -> None:
    """Logs that a record could not be examined: by its form, never by its answers or its id."""
    logger().error("examination-failed", form=form, **facts)


def version_of(digests: Mapping[str, str], definition_digest: str | None) -> str:
    """A digest of all that the problems of a submission depend on.

    `digests` are those of the submission and of all its restricted parts, by record.
    """
    pairs: list[Json] = [[record, digests[record]] for record in sorted(digests)]
    return digest_of(canonical_bytes([RULES, definition_digest or "", pairs]))
