"""
How a form keeps the texts of answers: as a program spells them that opens an instance and writes it anew.

It writes 131 of a decimal question as 131.0, and leaves blank what is no value of the type or no choice that
is offered. Nobody has changed the answer then.
"""

from collections.abc import Mapping

from domain.forms.binding import kept_by
from domain.forms.definition import FormDefinition
from domain.forms.program import Context, Program
from domain.operations import Value


def kept_text(definition: FormDefinition, path: str, text: str) -> str:
    """A text as the type of its question keeps it; blank where it is no value of that type."""
    found = definition.field_at(path)
    kept = kept_by(found) if found else None
    return kept(text) if kept else text


def kept_texts(
    definition: FormDefinition, answers: Mapping[str, Value], context: Context
) -> dict[str, frozenset[str]]:
    """By path, what such a program may write of an answer: by its type, and if it is asked by its choices."""
    evaluation = Program.of(definition).evaluate(answers, context)
    found = {}
    for path, value in answers.items():
        if isinstance(value, str) and definition.field_at(path):
            texts = {kept_text(definition, path, value)}
            if not evaluation.is_stopped and evaluation.relevant(path):
                texts.add(evaluation.shown.get(path, ""))
            found[path] = frozenset(texts)
    return found
