"""Fields for texts that reach text columns: without characters that a database or a screen cannot take."""

from typing import Any

from marshmallow import ValidationError, fields

from domain.operations import REPLICA


class PlainText(fields.String):
    """A text of `least` to `most` characters, without control characters and broken surrogates."""

    def __init__(self, most: int, least: int = 0, **settings: Any) -> None:
        super().__init__(metadata={"maxLength": most}, **settings)
        self.least = least
        self.most = most

    def _deserialize(self, value: Any, attr: str | None, data: Any, **settings: Any) -> str:
        text = super()._deserialize(value, attr, data, **settings)
        if text is None or not self.least <= len(text) <= self.most:
            raise ValidationError(f"must have {self.least} to {self.most} characters")
        if any(ord(c) < 32 and c not in "\n\r\t" for c in text) or not is_encodable(text):
            raise ValidationError("holds characters that are not text")
        return text


def is_encodable(text: str) -> bool:
    """Whether the text has no half of a surrogate pair, which UTF-8 cannot hold."""
    return not any(0xD800 <= ord(c) <= 0xDFFF for c in text)


def check_replica(value: str) -> None:
    """Raises `ValidationError` for what is no device store's id."""
    if not REPLICA.fullmatch(value) or value == "office":
        raise ValidationError("not a replica id")
