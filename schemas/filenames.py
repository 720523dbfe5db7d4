"""
Names for files that somebody keeps on his computer: whatever others called them, harmless on every system.
"""

import re
import unicodedata
from typing import Final

from schemas.filetypes import ENDINGS

NAMELESS: Final = "file"
LONGEST: Final = 80
"""Characters before the ending: at most 240 bytes, which every file system takes."""

_NO_PLACE: Final = re.compile(r'[<>:"|?*%]')
_ENDING: Final = re.compile(r"\.[A-Za-z0-9]{1,5}\Z")
_RESERVED: Final = re.compile(r"(con|prn|aux|nul|(com|lpt)[0-9¹²³])(\.|\Z)", re.IGNORECASE)
_UNSEEN: Final = ("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp")
"""Categories of Unicode: what nobody sees, turns text round, or is no character."""


def safe_name(name: str, type_: str) -> str:
    """
    A name without folders, invisible or reserved parts, that ends as its content (a media type) demands.

    So a page that was called ``foto.jpg`` is kept as ``foto.bin``, and no program takes it for anything.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    seen = "".join(one for one in last if unicodedata.category(one) not in _UNSEEN)
    stem = _ENDING.sub("", _NO_PLACE.sub("_", seen))[:LONGEST].strip(" .")
    if _RESERVED.match(stem):
        stem = f"_{stem}"
    return f"{stem or NAMELESS}.{ENDINGS.get(type_, 'bin')}"
