"""The data of one person as a page for that person, in both languages, that needs nothing but a browser."""

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zipfile import ZIP_DEFLATED, ZipFile

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from server.clock import office_time
from server.texts import catalogue

if TYPE_CHECKING:
    from server.services.person_export import PersonExport

_FOLDER: Final = Path(__file__).parent / "person"


def person_archive(found: "PersonExport") -> bytes:
    """A ZIP file with the data for programs and as a page."""
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        archive.writestr("person.json", found.to_json())
        archive.writestr("person.html", person_page(found.document))
    return packed.getvalue()


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
