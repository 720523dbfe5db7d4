"""
What the process that looks at pictures answers is read as something from outside.

Broken on purpose, each seen here: kinds, sizes, numbers and the beginning of a picture not looked at.
"""

import io
import json
from typing import Any

import pytest

from server.views import KINDS, Looked, View, read_answer, write_answer

JPEG = b"\xff\xd8\xff\xe0 a picture"
WHOLE = Looked(tuple(View(kind, 16, 12, JPEG) for kind in KINDS))


def written(looked: Looked) -> bytes:
    out = io.BytesIO()
    write_answer(looked, out)
    return out.getvalue()


def altered(**changes: Any) -> bytes:
    """An answer with something else in its first line: in its first view, or as a whole."""
    line, _, rest = written(WHOLE).partition(b"\n")
    told = json.loads(line)
    whole = {name: value for name, value in changes.items() if name in told}
    told["views"][0].update({name: value for name, value in changes.items() if name not in told})
    return json.dumps({**told, **whole}).encode() + b"\n" + rest


@pytest.mark.parametrize(
    "looked", [WHOLE, WHOLE._replace(fault="picture-damaged"), Looked(fault="picture-too-large")]
)
def test_what_is_written_is_read(looked: Looked) -> None:
    assert read_answer(written(looked)) == looked


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\n",
        b"[]\n",
        b"{}\n",
        b"null\n",
        b"\xff\n",
        b"[" * 1000 + b"\n",
        b"{" + b" " * 2000 + b"}\n",
        written(Looked()),
        written(WHOLE)[:-1],
        written(WHOLE) + b"x",
        written(Looked(WHOLE.views[:1])),
        written(Looked(WHOLE.views[::-1])),
        altered(fault="picture-unknown"),
        altered(fault=7),
        altered(views=None),
        altered(kind="whole"),
        altered(width=0),
        altered(width=1601),
        altered(height="12"),
        altered(height=True),
        altered(size=len(JPEG) - 1),
        altered(size=-1),
        written(WHOLE).replace(JPEG, b"<html>".ljust(len(JPEG))),
    ],
)
def test_nothing_else_is_read(answer: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (which one does not matter)
        read_answer(answer)
