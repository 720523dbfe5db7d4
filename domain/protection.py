"""The classes of personal data, by the words that the forms have for them (column ``x_pdp``)."""

from enum import StrEnum
from typing import Final


class DataClass(StrEnum):
    """From the least to the most protected: general and specific data (UU 27/2022), and restricted."""

    GENERAL = "umum"
    SPECIFIC = "spesifik"
    RESTRICTED = "terbatas"


OPEN: Final = frozenset({DataClass.GENERAL, DataClass.SPECIFIC})
"""What stands in a record itself. Restricted answers have a record of their own."""
EVERY: Final = frozenset(DataClass)
