"""
What laptops and phones work out alike: the deeds of `officer_app/tests/support/twins`, in Python.

A deed is asked by its name with JSON and answers JSON; what is refused answers ``{"refused": code}``. The
vectors (`tests.support.vectors`) are such questions with Python's answers.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from domain.errors import VerilapError
from tests.support.twins import composing, entering, merging, planning, sending, spelling
from tests.support.twins.asked import Deed

DEEDS: Final[Mapping[str, Deed]] = {
    **spelling.DEEDS,
    **merging.DEEDS,
    **composing.DEEDS,
    **entering.DEEDS,
    **planning.DEEDS,
    **sending.DEEDS,
}


def told_by(deed: str, given: Any) -> Any:
    """What Python makes of a question, as JSON has it; the order of members means nothing."""
    try:
        told = DEEDS[deed](given)
    except VerilapError as error:
        return {"refused": error.code}
    return json.loads(json.dumps(told, sort_keys=True))
