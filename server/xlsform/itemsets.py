"""Where choices come from, as the XForm says it: ``instance('desa')/root/item[kecamatan = …]``."""

import re
from dataclasses import dataclass
from typing import Final

INSTANCE: Final = re.compile(r"instance\(\s*['\"]([^'\"]*)['\"]\s*\)")


@dataclass(frozen=True)
class Itemset:
    """
    The choices of a question.

    `source` is the list of all of them, `instance` the secondary instance that they stand in (none: they are
    answers of a repeat), `condition` what lets one pass, `value` and `label` the parts of one.
    """

    source: str
    instance: str | None
    condition: str | None
    value: str
    label: str


def read_itemset(nodeset: str, value: str, label: str) -> Itemset:
    """The itemset of a control; pyxform wraps it into ``randomize(…)`` and filters with one predicate."""
    inner = nodeset.strip()
    if inner.startswith("randomize("):
        inner = _first_argument(inner.removeprefix("randomize("))
    start = _first_outside(inner, "[")
    source = inner[:start].strip()
    condition = inner[start + 1 : inner.rindex("]")].strip() if start < len(inner) else None
    found = INSTANCE.match(source)
    return Itemset(source, found[1] if found else None, condition, value, label)


def _first_argument(text: str) -> str:
    """What stands before the comma or bracket that ends it."""
    depth, quote = 0, ""
    for place, sign in enumerate(text):
        if quote or sign in "'\"":
            quote = "" if sign == quote else quote or sign
        elif depth == 0 and sign in ",)":
            return text[:place]
        else:
            depth += (sign in "([") - (sign in ")]")
    return text


def _first_outside(text: str, wanted: str) -> int:
    """The place of the first sign `wanted` that is not in quotation marks; the length when there is none."""
    quote = ""
    for place, sign in enumerate(text):
        if quote or sign in "'\"":
            quote = "" if sign == quote else quote or sign
        elif sign == wanted:
            return place
    return len(text)
