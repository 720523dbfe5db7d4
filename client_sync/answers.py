"""What a person or a program enters, checked and brought to the one form in which it is kept.

Text is normalised to NFC here, on the device: the server alters nothing. Odd text is
kept as it is; refused is only what is no text.
"""

import json
from collections.abc import Mapping
from typing import Any
from unicodedata import normalize

from client_sync.config import is_text
from domain.areas import is_village
from domain.errors import InvalidRequest
from domain.operations import is_path


def read_answers(data: bytes) -> dict[str, str]:
    """The answers in a JSON object of path to value, UTF-8. Raises `InvalidRequest`."""
    try:
        text = data.decode("utf-8-sig")
        # Numbers stay as they were typed: 1.50 is not 1.5.
        found = json.loads(
            text, object_pairs_hook=_members, parse_int=str, parse_float=str, parse_constant=_refuse
        )
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        reason = "nested too deep" if isinstance(error, RecursionError) else str(error)[:200]
        raise InvalidRequest(
            f"the answers are no JSON: {reason}", code="answers-json", reason=reason
        ) from None
    if not isinstance(found, dict):
        raise InvalidRequest("the answers are a JSON object of path to value", code="answers-object")
    return clean_answers(found)


def clean_answers(answers: Mapping[str, object]) -> dict[str, str]:
    """The answers as texts by path. Raises `InvalidRequest` for a path or value that is none."""
    clean: dict[str, str] = {}
    for path, value in answers.items():
        cleaned = clean_path(path)
        if cleaned in clean:
            raise _twice(cleaned)
        clean[cleaned] = text_of(value, cleaned)
    return clean


def clean_path(path: object) -> str:
    """A question's or member's path. Raises `InvalidRequest` when it cannot be one."""
    cleaned = normalize("NFC", path) if isinstance(path, str) else ""
    if not is_path(cleaned) or not is_text(cleaned):
        raise InvalidRequest(f"{path!r} is no path", code="path", path=str(path)[:200])
    return cleaned


def text_of(value: object, path: str) -> str:
    """An answer as text. Raises `InvalidRequest` for null and for what has parts of its own."""
    if value is None:
        raise InvalidRequest(
            f"{path} is null; an answer cleared by hand is the empty text", code="answer-null", path=path
        )
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int, float)):
        text = normalize("NFC", str(value))
        if not is_text(text):
            raise InvalidRequest(f"{path} holds half a character", code="answer-text", path=path)
        return text
    raise InvalidRequest(f"{path} is neither text nor number", code="answer-type", path=path)


def check_village(code: str) -> str:
    """A village's code. Raises `InvalidRequest` for anything else."""
    if not is_village(code):
        raise InvalidRequest(
            f"{code!r} is no village code such as 64.02.18.2007", code="village-code", village=code[:60]
        )
    return code


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for path, value in pairs:
        if path in members:
            raise _twice(path)
        members[path] = value
    return members


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON number")


def _twice(path: str) -> InvalidRequest:
    return InvalidRequest(f"the path {path} appears twice", code="path-twice", path=path)
