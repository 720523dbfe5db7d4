"""What a reviewer has typed and not sent: it survives a version that moved on and a session that ended."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge

Fields: TypeAlias = Sequence[tuple[str, str]]
"""Names and values of a form's fields."""

REMARK: Final = "remark:"
PART_COMMENT: Final = "part-comment:"
_TYPED: Final = re.compile(r"comment|reason|free:.{1,410}|remark:.{1,410}|part-comment:.{36}", re.DOTALL)


@dataclass(frozen=True)
class Draft:
    """A review that is being written.

    `comment` goes with an approval or a return, `reason` with a rejection; `remarks` map a
    question's path to a text; `free` a conflicted path to the value that is typed for it, and `picks` to the
    one that is marked; `of_parts` a restricted part to the comment on it.
    """

    comment: str = ""
    reason: str = ""
    remarks: Mapping[str, str] = field(default_factory=dict)
    free: Mapping[str, str] = field(default_factory=dict)
    picks: Mapping[str, str] = field(default_factory=dict)
    of_parts: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        return not (self.comment or self.reason or self.remarks or self.free or self.picks or self.of_parts)


def read_draft() -> Draft:
    """What the current request's form holds of a review."""
    return Draft(
        comment=request.form.get("comment", "").strip(),
        reason=request.form.get("reason", "").strip(),
        remarks=prefixed(REMARK),
        free=_free(),
        picks={
            request.form.get(f"path:{number}", ""): chosen for number, chosen in prefixed("pick:").items()
        },
        of_parts=prefixed(PART_COMMENT),
    )


def _free() -> dict[str, str]:
    """What is typed at paths in conflict; of several boxes all that are ticked."""
    return {
        name.removeprefix("free:"): " ".join(one.strip() for one in values if one.strip())
        for name, values in request.form.lists()
        if name.startswith("free:") and any(one.strip() for one in values)
    }


def prefixed(prefix: str) -> dict[str, str]:
    """The fields of the current request that begin so and are not empty, by the rest of their names."""
    return {
        name.removeprefix(prefix): value.strip()
        for name, value in request.form.items()
        if name.startswith(prefix) and value.strip()
    }


def carried() -> list[tuple[str, str]]:
    """The typed fields of the current request, to travel through the page for signing in.

    Nothing that another site has put into a form: a browser says where a form came from.
    """
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        return []
    try:
        sent = request.form.items()
    except RequestEntityTooLarge:  # a file, or nonsense: nothing that somebody typed
        return []
    return [(name, value) for name, value in sent if value.strip() and _TYPED.fullmatch(name)]
