"""The data of one person as a page for that person, in both languages, that needs nothing but a browser."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from server.clock import office_time
from server.texts import catalogue

_FOLDER: Final = Path(__file__).parent / "person"


def person_page(document: Mapping[str, Any]) -> bytes:
    """The page of what `server.services.person_export` gives."""
    pages = Environment(
        loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    template = pages.get_template("person.html")
    return template.render(told=document, say=_say, moment=office_time).encode()


def _say(key: str) -> str:
    """A heading in Indonesian and in English."""
    return f"{catalogue('id')[key]} / {catalogue('en')[key]}"
