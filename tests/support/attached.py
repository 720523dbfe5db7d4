"""Photos as cameras leave them, a form that asks for some, and phones that have it."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any, Final

from PIL import Image

from domain.files import FileAnswer, read_file_answer
from tests.support.devices import Fleet, Phone
from tests.support.photos import encoded, notes

PHOTO_FORM: Final[dict[str, Any]] = {
    "form_id": "foto",
    "version": "1",
    "title": {"id": "Foto", "en": "Photo"},
    "languages": ["id", "en"],
    "fields": [
        {"path": path, "type": kind, "label": {"id": path}, "pdp": pdp, "group": group, **more}
        for path, kind, pdp, group, more in (
            ("nama", "text", "spesifik", [], {"role": "nama"}),
            ("foto", "image", "spesifik", [], {}),
            ("foto_kecil", "image", "spesifik", [], {"parameters": {"max-pixels": "64"}}),
            ("foto_luka", "image", "terbatas", [], {}),
            ("surat", "file", "umum", [], {}),
            ("suara", "audio", "umum", [], {}),
            ("lindung/bahaya_segera", "text", "terbatas", ["lindung"], {}),
            ("anggota/*/foto", "image", "umum", ["anggota", "anggota/*"], {}),
        )
    ],
    "groups": [{"path": "lindung", "label": {"id": "Lindung"}}],
    "repeats": [{"path": "anggota", "label": {"id": "Anggota"}}],
    "choices": {},
    "village_question": None,
}


def photo(seed: int = 1, width: int = 320, height: int = 240, *, turn: int = 1, kind: str = "JPEG") -> bytes:
    """A picture of noise, red at its top, with notes of its camera."""
    rough = random.Random(seed).randbytes(width * height // 16 * 3)
    image = Image.frombytes("RGB", (width // 4, height // 4), rough).resize((width, height))
    image.paste((255, 0, 0), (0, 0, width, height // 3))
    return encoded(image, kind, exif=notes(turn=turn))


def file_of(phone: Phone, data: bytes, name: str = "rumah.jpg") -> Path:
    """A file beside the phone's store."""
    folder = phone.home.parent / "files"
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(data)
    return folder / name


def photo_phone(fleet: Fleet, name: str = "asha") -> Phone:
    """A phone that has the form with photos."""
    if PHOTO_FORM not in fleet.server.forms:
        fleet.server.forms = [*fleet.server.forms, PHOTO_FORM]
    return fleet.phone(name)


def answer_of(phone: Phone, record: str, path: str = "foto") -> FileAnswer:
    """What an answer says of its file."""
    answer = read_file_answer(phone.dossier(record).answers[path])
    assert answer is not None
    return answer


def bytes_of(phone: Phone, file: str) -> bytes:
    """The bytes of a file as the phone keeps them."""
    kept = phone.store.files.find(file)
    assert kept is not None
    return phone.store.files.read(kept)
