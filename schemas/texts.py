"""Fields for texts that reach text columns: without characters that a database or a screen cannot take.

What a field asks of a text stands in the description of the API too, as `pattern`.
"""

import re
from typing import Any, Final

from marshmallow import ValidationError, fields

from domain.batches import DIGEST
from domain.operations import DEVICE_REPLICA
from schemas.describing import WITHOUT_CONTROLS

WHEN_ABSENT: Final[dict[str, Any]] = {"load_default": lambda: None, "allow_none": False}
"""Settings of a field of a query: nothing when it is not there. A query cannot say null."""


class PlainText(fields.String):
    """A text of `least` to `most` characters, without control characters and broken surrogates."""

    def __init__(self, most: int, least: int = 0, **settings: Any) -> None:
        limits = {"maxLength": most, "minLength": least, "pattern": WITHOUT_CONTROLS}
        super().__init__(metadata=limits, **settings)
        self.least = least
        self.most = most

    def _deserialize(self, value: Any, attr: str | None, data: Any, **settings: Any) -> str:
        text = super()._deserialize(value, attr, data, **settings)
        if text is None or not self.least <= len(text) <= self.most:
            raise ValidationError(f"must have {self.least} to {self.most} characters")
        if any(ord(c) < 32 and c not in "\n\r\t" for c in text) or not is_encodable(text):
            raise ValidationError("holds characters that are not text")
        return text


class ShapedText(fields.String):
    """A text that `pattern` matches from end to end; `what` says what it is no example of."""

    def __init__(self, pattern: re.Pattern[str], what: str, **settings: Any) -> None:
        super().__init__(metadata={"pattern": f"^(?:{pattern.pattern})$"}, **settings)
        self.pattern = pattern
        self.what = what

    def _deserialize(self, value: Any, attr: str | None, data: Any, **settings: Any) -> str:
        text = super()._deserialize(value, attr, data, **settings)
        if text is None or not self.pattern.fullmatch(text):
            raise ValidationError(f"not {self.what}")
        return text


def is_encodable(text: str) -> bool:
    """Whether the text has no half of a surrogate pair, which UTF-8 cannot hold."""
    return not any(0xD800 <= ord(c) <= 0xDFFF for c in text)


def replica_id(**settings: Any) -> ShapedText:
    """The id of a device's store; never the server's own."""
    return ShapedText(DEVICE_REPLICA, "a replica id", **settings)


def digest_text(**settings: Any) -> ShapedText:
    """32 bytes as base64url text: a whole SHA-256, or a key."""
    return ShapedText(DIGEST, "32 bytes as base64url text", **settings)
