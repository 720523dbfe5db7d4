"""Whose a conflict is, and who reviews."""

from collections.abc import Iterator
from itertools import product
from typing import Any

from domain.rights import Role
from tests.support.vectors.cases import VILLAGES, Case, cases_of, record_of
from tests.support.vectors.tasks import assignment


def cases() -> Iterator[Case]:
    """All of them."""
    yield from cases_of("assigned", *_assigned())
    yield from cases_of("whyNot", *_why_not())
    yield from cases_of("mayReview", *_may_review())


def _assigned() -> Iterator[tuple[str, Any]]:
    ones = {
        "his": assignment({}),
        "another's": assignment({"$assigned": "budi", "earlier/x": "asha", "$round": record_of(2)}),
        "nobody's": assignment({"$assigned": "", "earlier/x": "citra", "$round": record_of(3)}),
        "disputed": assignment({"$round": record_of(4)}, {"$assigned": "dewi", "$round": record_of(4)}),
        "none": assignment({}, record=record_of(9)),
    }
    for names in (
        ["his"],
        ["another's"],
        ["nobody's"],
        ["disputed"],
        ["none"],
        ["nobody's", "none"],
        [*ones],
        [],
    ):
        yield (
            f"assignments: {', '.join(names)}",
            {ones[one]["record"]: ones[one]["operations"] for one in names},
        )


def _why_not() -> Iterator[tuple[str, Any]]:
    everybody: list[list[str]] = [[], ["asha"], ["budi"], ["asha", "budi"]]
    for assigned, is_reviewer, is_settled in product(everybody, (False, True), (False, True)):
        yield f"{assigned}, {is_reviewer}, {is_settled}", ["asha", assigned, is_reviewer, is_settled]


def _may_review() -> Iterator[tuple[str, Any]]:
    for role, kind in product(Role, ("submission", "restricted")):
        for villages in ([VILLAGES[2]], [], [VILLAGES[2], VILLAGES[1]]):
            yield f"{role.value}, {kind}, {villages}", [role.value, ["64.02.18", "64.03"], kind, villages]
