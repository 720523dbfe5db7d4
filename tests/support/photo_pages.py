"""Photos for tests of pages: drawn, kept as if uploaded, with what a worker makes of them; and a form."""

from __future__ import annotations

import io
import uuid
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any, Final

from PIL import Image, ImageDraw
from sqlalchemy import update

from domain.canonical import Json
from domain.files import FileAnswer, file_hash
from server.blobs.sealing import seal_segments
from server.context import context_of
from server.models_files import FileRow
from server.services.files import keep, new_object
from server.store import files
from server.store.files import StoredView
from tests.support.office import NOW, Office
from tests.support.pages import VILLAGE, field_of
from tests.support.raw_device import RawDevice
from tests.support.visits import Visit, visit

FORM: Final = "foto@1"
PHOTO, INSIDE, SIGNATURE, SOUND = "g/foto", "g/dalam", "g/ttd", "g/suara"
PLACE, WOUND = "g/lokasi", "lindung/foto_luka"
DEFINITION: Final[dict[str, Json]] = {
    "form_id": "foto",
    "version": "1",
    "title": {"id": "Kunjungan berfoto", "en": "Visit with photos"},
    "languages": ["id", "en"],
    "fields": [
        field_of("g/nama", "Nama anak", "Child's name", role="nama"),
        field_of(PLACE, "Titik lokasi", "Location", "geopoint", role="lokasi"),
        field_of(PHOTO, "Foto rumah", "Photo of the house", "image"),
        field_of(INSIDE, "Foto ruang dalam", "Photo of the inside", "image"),
        field_of(SIGNATURE, "Tanda tangan", "Signature", "image", appearance="signature"),
        field_of(SOUND, "Rekaman", "Recording", "audio"),
        field_of(WOUND, "Foto luka", "Photo of the wound", "image", pdp="terbatas"),
        *(field_of(f"g/foto_{number}", f"Foto {number}", f"Photo {number}", "image") for number in range(50)),
    ],
    "groups": [
        {"path": "g", "label": {"id": "Kunjungan", "en": "Visit"}},
        {"path": "lindung", "label": {"id": "Perlindungan", "en": "Protection"}},
    ],
    "repeats": [],
    "choices": {},
    "village_question": None,
}


@dataclass(frozen=True)
class Photo:
    """A drawn photo; every colour is another one. `taken` and `position` are what the device read of it."""

    colour: str = "teal"
    name: str = "rumah.jpg"
    width: int = 640
    height: int = 480
    taken: str | None = None
    position: str | None = None
    small: Photo | None = None

    @cached_property
    def data(self) -> bytes:
        return jpeg(self.colour, self.width, self.height)

    @cached_property
    def hash(self) -> str:
        return file_hash(sha256(self.data).digest())

    @property
    def value(self) -> str:
        """The answer that names it."""
        small = self.small.hash if self.small else None
        told = FileAnswer(
            self.hash, self.name, len(self.data), "image/jpeg", self.taken, self.position, small
        )
        return told.to_text()


def jpeg(colour: str, width: int, height: int) -> bytes:
    """A house on a field, in a colour."""
    image = Image.new("RGB", (width, height), "skyblue")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, height * 2 // 3, width, height), fill="darkolivegreen")
    draw.rectangle((width // 4, height // 3, width * 3 // 4, height * 5 // 6), fill=colour)
    draw.polygon(
        ((width // 5, height // 3), (width // 2, height // 8), (width * 4 // 5, height // 3)), fill="brown"
    )
    made = io.BytesIO()
    image.save(made, "JPEG", quality=80)
    return made.getvalue()


def arrives(office: Office, account: str, *photos: Photo) -> None:
    """Photos that an account has sent whole, and that a worker has looked at."""
    for one in photos:
        arrives_unseen(office, account, one.hash, one.data)
        _is_shown(office, one)


def arrives_unseen(office: Office, account: str, hash_: str, data: bytes) -> None:
    """A file that has arrived and that no worker has looked at yet."""
    keep(office.store, context_of(office.app).blobs, hash_, [data], account, NOW)


def is_examined(
    office: Office, hash_: str, type_: str, fault: str | None = None, examined: int | None = NOW
) -> None:
    """As a worker leaves a file behind, but for what is shown of it."""
    with office.store.write() as connection:
        told = update(FileRow).where(FileRow.hash == hash_)
        connection.execute(told.values(type=type_, examined=examined, fault=fault))


def _is_shown(office: Office, photo: Photo) -> None:
    is_examined(office, photo.hash, "image/jpeg")
    for kind, side in (("thumbnail", 240), ("shown", 1600)):
        share = min(1.0, side / max(photo.width, photo.height))
        width, height = round(photo.width * share), round(photo.height * share)
        data = jpeg(photo.colour, width, height)
        name, key = new_object()
        context_of(office.app).blobs.put(name, seal_segments(key, [data]))
        with office.store.write() as connection:
            view = StoredView(photo.hash, kind, name, key, "image/jpeg", len(data), width, height)
            files.add_view(connection, view)


def publish_photos(office: Office) -> None:
    """Makes the form with photos known."""
    office.publish(DEFINITION)


def photo_visit(
    device: RawDevice, answers: dict[str, Any] | None = None, *, case: str = "", **facts: Any
) -> Visit:
    """A visit that was taken in; of a case, where one is named."""
    told = {"g/nama": "Asha", **(answers or {})}
    return visit(device, {**told, **({"$case": case} if case else {})}, form=FORM, village=VILLAGE, **facts)


def new_case(device: RawDevice) -> str:
    """A child's case, which visits can be about."""
    case = str(uuid.uuid4())
    changes: list[Any] = [("$village", VILLAGE, []), ("label", "Asha", []), ("nama", "Asha", [])]
    told = device.sync(device.operation(changes, record=case, kind="case:anak", form=None))
    assert "verdicts" not in told, told
    return case
