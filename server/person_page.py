"""The data of one person as a page for that person, in both languages, that needs nothing but a browser."""

import json
import mimetypes
from collections.abc import Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from server.blobs import BlobMissingError, Blobs, BlobsAwayError
from server.blobs.sealing import FileDamagedError
from server.clock import office_time
from server.services.files import read_file, read_view
from server.store.files import StoredFile, StoredView
from server.texts import catalogue

if TYPE_CHECKING:
    from server.services.person_export import NamedFile, PersonExport

PICTURES: Final = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "image/gif": ".gif"}
"""What the page shows; anything else it only names."""
WHY_NOT: Final = {
    "waiting": "person-file-waiting",
    "left out": "person-file-left-out",
    "unreadable": "person-file-unreadable",
}
_FOLDER: Final = Path(__file__).parent / "person"


def write_person_archive(
    out: IO[bytes], found: "PersonExport", blobs: Blobs, most_bytes: int | None = None
) -> None:
    """
    Writes a ZIP file with the data for programs, as a page, and the files in it.

    Of pictures what the server made of them, others as they are kept; together at most so many bytes. Where
    one is left out the page says why.
    """
    left = float("inf") if most_bytes is None else most_bytes
    told = []
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for number, named in enumerate(found.files, 1):
            place, state = _place_of(number, named), _state_of(named, left)
            if state == "included" and named.given:
                try:
                    data = _read(blobs, named.given)
                except (BlobMissingError, BlobsAwayError, FileDamagedError):
                    state = "unreadable"
                else:
                    archive.writestr(place, data, ZIP_STORED)
                    left -= len(data)
            told.append(_told(named, state, place))
        document = {**found.document, "files": told}
        archive.writestr("person.json", json.dumps(document, ensure_ascii=False, indent=2))
        archive.writestr("person.html", person_page(document))


def _state_of(named: "NamedFile", left: float) -> str:
    if named.stored is None:
        return "waiting"
    if named.given is None:
        return "unreadable"
    return "included" if named.given.size <= left else "left out"


def _read(blobs: Blobs, given: StoredFile | StoredView) -> bytes:
    pieces = read_view(blobs, given) if isinstance(given, StoredView) else read_file(blobs, given)
    return b"".join(pieces)


def _place_of(number: int, named: "NamedFile") -> str:
    """A name of ours: what the bytes are is what the server found, not what the device called them."""
    type_ = named.given.type if named.given else None
    ending = PICTURES.get(type_ or "") or mimetypes.guess_extension(type_ or "") or ".bin"
    return f"files/{number:03}{ending}"


def _told(named: "NamedFile", state: str, place: str) -> dict[str, Any]:
    is_here = state == "included"
    is_picture = bool(named.given and named.given.type in PICTURES)
    return {
        "record": named.record,
        "path": named.path,
        "name": named.answer.name,
        "hash": named.answer.hash,
        "state": state,
        "file": place if is_here else None,
        "picture": is_here and is_picture,
    }


def person_page(document: Mapping[str, Any]) -> bytes:
    """The page of what `server.services.person_export` gives, and of its files."""
    pages = Environment(
        loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    template = pages.get_template("person.html")
    return template.render(told=document, say=_say, why_not=WHY_NOT, moment=office_time).encode()


def _say(key: str) -> str:
    """A heading in Indonesian and in English."""
    return f"{catalogue('id')[key]} / {catalogue('en')[key]}"
