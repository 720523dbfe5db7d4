"""XPath as the forms of ODK use it: reading expressions, and what they mean."""

from domain.forms.xpath.errors import XPathError
from domain.forms.xpath.expressions import Expression, Path
from domain.forms.xpath.parser import parse
from domain.forms.xpath.signatures import FUNCTIONS, Signature

__all__ = ["FUNCTIONS", "Expression", "Path", "Signature", "XPathError", "parse"]
