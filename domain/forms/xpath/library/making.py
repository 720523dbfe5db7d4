"""What the groups of functions share."""

from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar

from domain.forms.xpath.nodes import LETTERS_A_STEP, SHORT
from domain.forms.xpath.operands import Fn, Operand
from domain.forms.xpath.scope import Arguments

T = TypeVar("T")
Builder: TypeAlias = Callable[[Arguments], Operand]


def over_text(function: Callable[[str], T], text: Fn[str]) -> Fn[T]:
    """A function of one text; a long text costs steps."""

    def given(at: Any) -> T:
        found = text(at)
        if len(found) > SHORT:
            at.run.charge(len(found) // LETTERS_A_STEP)
        return function(found)

    return given


def over_texts(function: Callable[..., T], *texts: Fn[str]) -> Fn[T]:
    """A function of several texts; long ones cost steps."""

    def given(at: Any) -> T:
        found = [text(at) for text in texts]
        length = sum(map(len, found))
        if length > SHORT:
            at.run.charge(length // LETTERS_A_STEP)
        return function(*found)

    return given


def drawn(at: Any) -> str:
    """The seed of the next random value of a run."""
    run = at.run
    run.drawn += 1
    return f"{run.chance}/{run.drawn}"
