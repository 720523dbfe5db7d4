"""What is wrong with an expression of a form, and where in it."""

from domain.errors import VerilapError


class XPathError(VerilapError):
    """
    An expression that is no XPath of ODK XForms, or more than this version reads.

    `position` counts characters of the expression from 0. The codes are ``xpath-syntax``,
    ``xpath-function-unknown``, ``xpath-arguments``, ``xpath-axis-unsupported``, ``xpath-too-deep`` and
    ``xpath-too-long``; ``facts`` hold what the sentence speaks of (``found``, ``function``, …).
    """

    code = "xpath-syntax"

    def __init__(self, message: str, position: int, *, code: str | None = None, **facts: object) -> None:
        super().__init__(message, code=code, **facts)
        self.position = position
