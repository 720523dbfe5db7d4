"""What can go wrong, told apart by who has to act, with codes that never change.

Every error carries a stable ``code`` (for programs and catalogues), an English
sentence (for logs and command lines) and the facts behind it. A conflict between
two people is not an error but a result, and has no class here.
"""


class VerilapError(Exception):
    """Something the caller can understand; ``facts`` hold what the sentence speaks of."""

    code = "error"

    def __init__(self, message: str, *, code: str | None = None, **facts: object) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.facts = facts


class InvalidRequest(VerilapError):
    """The request as a whole makes no sense (HTTP 400)."""

    code = "invalid-request"


class MalformedOperation(VerilapError):
    """One operation makes no sense; the others of its batch are not touched (verdict ``void``)."""

    code = "malformed"


class TooLarge(VerilapError):
    """More than this side takes in one piece (HTTP 413); the sender halves and tries again."""

    code = "too-large"


class NotSignedIn(VerilapError):
    """No credentials, or wrong or revoked ones (HTTP 401)."""

    code = "not-signed-in"


class NotAllowed(VerilapError):
    """The actor is known and may not do this (HTTP 403)."""

    code = "not-allowed"


class NotFound(VerilapError):
    """There is no such thing, or none that this actor may know of (HTTP 404)."""

    code = "not-found"


class Outdated(VerilapError):
    """What the caller decided on has changed meanwhile (HTTP 409); ``facts`` say to what."""

    code = "outdated"


class FormError(VerilapError):
    """A workbook cannot be published (HTTP 422)."""

    code = "form-invalid"
