"""The functions of ODK XForms: for each name how its arguments become an operand."""

from collections.abc import Callable, Mapping
from typing import Final

from domain.forms.xpath.library.dates import DATES
from domain.forms.xpath.library.logic import LOGIC
from domain.forms.xpath.library.nodes import NODES
from domain.forms.xpath.library.numbers import NUMBERS
from domain.forms.xpath.library.texts import TEXTS
from domain.forms.xpath.operands import Operand
from domain.forms.xpath.scope import Arguments

FUNCTION_OPERANDS: Final[Mapping[str, Callable[[Arguments], Operand]]] = {
    **TEXTS,
    **NUMBERS,
    **LOGIC,
    **DATES,
    **NODES,
}
"""As many as `domain.forms.xpath.FUNCTIONS` lists."""
