"""
What is shown of a picture, and how the process that makes it hands it over (`server.imaging`).

That process has read what others wrote, and may have been taken over by it: what it answers is read as
strictly as anything from outside. It can show a false picture in place of that one, and no more.
"""

import json
from typing import BinaryIO, Final, NamedTuple

THUMBNAIL: Final = "thumbnail"
SHOWN: Final = "shown"
KINDS: Final = (THUMBNAIL, SHOWN)
WHOLE: Final = "whole"
"""Beside the kinds of views: the file itself."""
SHOWN_SIDE: Final = 1600
"""Pixels on the longer side of what is shown large."""
TYPE: Final = "image/jpeg"
DAMAGED: Final = "picture-damaged"
TOO_LARGE: Final = "picture-too-large"
MOST_BYTES: Final = 16 * 1024 * 1024
"""Of an answer; a picture of `SHOWN_SIDE` that is nothing but noise has five millions."""

_JPEG: Final = b"\xff\xd8\xff"
_LONGEST_LINE: Final = 1024


class View(NamedTuple):
    """A picture to be shown, as JPEG; `width` and `height` in pixels."""

    kind: str
    width: int
    height: int
    data: bytes


class Looked(NamedTuple):
    """What there is to show of a file, and why that is nothing or not all of it."""

    views: tuple[View, ...] = ()
    fault: str | None = None


def write_answer(looked: Looked, out: BinaryIO) -> None:
    """A line of JSON that tells what comes, and then the bytes of all views."""
    views = [
        {"kind": o.kind, "width": o.width, "height": o.height, "size": len(o.data)} for o in looked.views
    ]
    out.write(json.dumps({"fault": looked.fault, "views": views}).encode() + b"\n")
    for one in looked.views:
        out.write(one.data)


def read_answer(answer: bytes) -> Looked:
    """What `write_answer` wrote. Raises `ValueError` for anything else."""
    line, _, rest = answer.partition(b"\n")
    if len(line) > _LONGEST_LINE:
        raise ValueError("its first line is too long")
    try:
        told = json.loads(line)
        fault, listed = told["fault"], told["views"]
        sizes = [
            (one["kind"], *(_number(one[name]) for name in ("width", "height", "size"))) for one in listed
        ]
    except (TypeError, KeyError, RecursionError) as odd:
        raise ValueError("its first line says something else") from odd
    views, at = [], 0
    for kind, width, height, size in sizes:
        views.append(View(kind, width, height, rest[at : at + size]))
        at += size
    if fault not in (None, DAMAGED, TOO_LARGE) or at != len(rest):
        raise ValueError("it says something else than it gives")
    if views or fault is None:
        _check(views)
    return Looked(tuple(views), fault)


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise TypeError
    return value


def _check(views: list[View]) -> None:
    if tuple(one.kind for one in views) != KINDS:
        raise ValueError("these are not the views of a picture")
    if not all(one.data.startswith(_JPEG) and max(one.width, one.height) <= SHOWN_SIDE for one in views):
        raise ValueError("a view is no such picture")
