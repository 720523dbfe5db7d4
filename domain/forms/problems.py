"""
What is wrong with a record's answers.

Problems stand beside a record and refuse nothing: two valid edits may merge into an invalid record, and what
an officer saw in the field is worth more than the rule it breaks.
"""

from collections.abc import Mapping

from domain.forms.definition import FormDefinition
from domain.forms.finding import EVALUATION_FAILED, MESSAGES, PROBLEM, WARNING, Problem
from domain.forms.program import Context, Program
from domain.operations import Value

__all__ = ["EVALUATION_FAILED", "MESSAGES", "PROBLEM", "WARNING", "Problem", "find_problems"]


def find_problems(
    definition: FormDefinition, answers: Mapping[str, Value], context: Context
) -> list[Problem]:
    """
    The problems of a record's answers, ordered by path and code.

    An empty or hidden answer is no problem, and paths that begin with ``$`` are no answers. A message never
    quotes a restricted answer or an identity number.
    """
    return list(Program.of(definition).evaluate(answers, context).problems)
