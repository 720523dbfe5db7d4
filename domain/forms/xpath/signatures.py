"""
The functions that an expression may call: those of ODK XForms, and of XPath 1.0 what it keeps.

https://getodk.github.io/xforms-spec/#xpath-functions; what JavaRosa and the ODK web engine know besides
(``last``, ``floor``, ``ceiling``, ``substring``, ``date-time``, ``depend``) is read too.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Kind: TypeAlias = Literal["string", "number", "boolean", "nodes", "any"]
"""What a function gives; ``any`` is what one of its arguments is."""


@dataclass(frozen=True, slots=True)
class Signature:
    """
    How a function is called.

    It takes `least` arguments and, in steps of `step`, up to `most` (none: any number). `nodes` are the
    places, from 0, of arguments that must be paths.
    """

    result: Kind
    least: int = 0
    most: int | None = 0
    step: int = 1
    nodes: frozenset[int] = frozenset()

    def takes(self, count: int) -> bool:
        """Whether the function can be called with so many arguments."""
        is_few_enough = self.most is None or count <= self.most
        return count >= self.least and is_few_enough and (count - self.least) % self.step == 0

    def __str__(self) -> str:
        if self.most is None:
            return f"{self.least} or more"
        return " or ".join(str(count) for count in range(self.least, self.most + 1, self.step))


# Each word: the name, `:`, the least and `-` the most arguments (`*`: any number), `/` the step of that
# number, and `@` the place from 1 of each argument that must be a path.
LISTED: Final[dict[Kind, str]] = {
    "string": """
        string:0-1 concat:0-* join:1-* substr:2-3 substring:2-3 substring-before:2 substring-after:2
        translate:3 normalize-space:0-1 uuid:0-1 digest:2-3 base64-decode:1 pulldata:4 coalesce:2 once:1
        name:0-1@1 local-name:0-1@1 today:0 now:0 date:1 date-time:1 format-date:2 format-date-time:2
        selected-at:2 jr:choice-name:2 jr:itext:1 property:1 version:0
    """,
    "number": """
        number:0-1 string-length:0-1 random:0 int:1 round:1-2 floor:1 ceiling:1 abs:1 sum:1@1 min:0-* max:0-*
        pow:2 log:1 log10:1 exp:1 exp10:1 sqrt:1 pi:0 sin:1 cos:1 tan:1 asin:1 acos:1 atan:1 atan2:2
        count:1@1 count-non-empty:1@1 position:0-1@1 last:0 decimal-date-time:1 decimal-time:1
        count-selected:1 area:1 enclosed-area:1 distance:1-*
    """,
    "boolean": """
        boolean:1 not:1 true:0 false:0 boolean-from-string:1 regex:2 contains:2 starts-with:2 ends-with:2
        selected:2 is-selected:2 checklist:2-* weighted-checklist:2-*/2 geofence:2
    """,
    "nodes": "instance:1 current:0 randomize:1-2@1 indexed-repeat:3-11/2@1@2@4@6@8@10",
    "any": "if:3 depend:1-*",
}


def _read() -> Iterator[tuple[str, Signature]]:
    for result, lines in LISTED.items():
        for entry in lines.split():
            name, _, rest = entry.rpartition(":")
            counts, *nodes = rest.split("@")
            span, _, step = counts.partition("/")
            least, _, most = span.partition("-")
            highest = None if most == "*" else int(most or least)
            places = frozenset(int(place) - 1 for place in nodes)
            yield name, Signature(result, int(least), highest, int(step or 1), places)


FUNCTIONS: Final[dict[str, Signature]] = dict(sorted(_read()))

NOT_ON_THE_PHONE: Final = frozenset({"depend", "enclosed-area", "is-selected", "property", "version"})
"""What ODK Collect knows and the ODK web engine (0.22) does not."""
