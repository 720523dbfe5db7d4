"""
The photos and signatures of the demo: drawn once, attached as an officer attaches them.

Hundreds of forms name the same few pictures: a file that the server has is not sent again.
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from PIL.Image import Image

from client_sync.device import Device
from demo.drawing import goods, house, photo, room, signature

WALLS, ROOF, MENDED = "#c9b48a", "#7b6a58", "#a8442f"
DRAWN: Final[Mapping[str, Callable[[], Image]]] = {
    "rumah.jpg": lambda: house(WALLS, ROOF),
    "depan.jpg": lambda: house("#9fb7a3", ROOF),
    "dalam.jpg": lambda: room("#e3d9c6"),
    "serah-terima.jpg": lambda: goods("#6f8fb3"),
    "tanda-tangan.jpg": lambda: signature(1),
    "penerima.jpg": lambda: signature(2),
    "petugas.jpg": lambda: signature(3),
    "pengasuh.jpg": lambda: signature(4),
}
"""What is drawn for the names that invented answers have (`demo.answers.filling.picture`)."""


class Evidence:
    """The pictures of one device: of each the answer that its first form got when it was attached there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._attached: dict[str, str] = {}

    def with_known(self, answers: Mapping[str, str]) -> dict[str, str]:
        """Answers that name the files which are attached already, instead of invented ones."""
        return {
            path: self._attached.get(name, value) if (name := _drawn_name(value)) else value
            for path, value in answers.items()
        }

    def attach_new(self, device: Device, record: str, answers: Mapping[str, str]) -> None:
        """Attaches to a record those of its pictures that are the first of their name."""
        for path, value in answers.items():
            name = _drawn_name(value)
            if name and name not in self._attached:
                self._attached[name] = attach(device, record, path, self._folder / name, DRAWN[name]())


def attach(
    device: Device,
    record: str,
    path: str,
    file: Path,
    image: Image,
    taken: datetime | None = None,
    place: tuple[float, float] | None = None,
) -> str:
    """Attaches a picture to a record as the command ``verilap attach`` does it; gives the answer."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(photo(image, taken, place))
    device.attach(record, path, file)
    return str(device.dossier(record).answers[path])


def _drawn_name(value: str) -> str:
    """The name of a drawn picture that an invented answer names; empty for every other answer."""
    if not value.startswith("{"):
        return ""
    name = json.loads(value).get("name")
    return name if name in DRAWN else ""
