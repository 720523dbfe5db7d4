"""Columns that an expression asks of a list, and whether the list has them."""

from collections.abc import Collection, Iterator
from difflib import get_close_matches

from domain.forms.xpath import Expression, Path, parse
from server.faults import Fault, Place, fault


def unknown_columns(
    condition: str, columns: Collection[str], place: Place, list_name: str | None
) -> Iterator[Fault]:
    """A fault for each bare name in a list's filter that is none of its columns."""
    for name in dict.fromkeys(asked_of_row(parse(condition))):
        if name not in columns:
            yield column_fault(name, columns, place, list_name or "?")


def column_fault(name: str, columns: Collection[str], place: Place, list_name: str) -> Fault:
    """The fault of a column that a list does not have, with the one that may be meant."""
    near = get_close_matches(name, columns, n=1)
    known = ", ".join(sorted(set(columns) - {"itextId", ""}))
    return fault(
        "column-near" if near else "column-unknown",
        place,
        column=name,
        list=list_name,
        near=", ".join(near),
        known=known,
    )


def asked_of_row(expression: Expression) -> Iterator[str]:
    """
    The columns that a condition on rows asks of its own row: relative paths of one step.

    Predicates inside it speak of other rows, and ``current()`` and absolute paths of the form.
    """
    waiting = [expression]
    while waiting:
        one = waiting.pop()
        if not isinstance(one, Path):
            waiting.extend(reversed(list(one.parts())))
            continue
        if one.origin is not None and not isinstance(one.origin, Path):
            waiting.append(one.origin)
        if not one.is_absolute and one.origin is None:
            names = [step for step in one.steps if step.axis != "self"]
            if len(names) == 1 and names[0].axis == "child" and names[0].name != "*":
                yield names[0].name
