"""Restricting the processing of somebody's data: which records an operation would process."""

from domain.cases.naming import CASE
from domain.erasing import BENEFICIARY
from domain.operations import Operation


def processed_by(operation: Operation) -> frozenset[str]:
    """
    The records that an operation changes, and those to which what it begins would belong.

    A form belongs to the case that it is about, a restricted part to its form, a delivery to whom it is for.
    """
    belongs_to = (part.value_at(name) for part in operation.parts for name in (CASE, BENEFICIARY))
    named = {one for one in belongs_to if isinstance(one, str)}
    return frozenset({*operation.records, *operation.submissions, *named})
