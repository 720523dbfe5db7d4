"""
What a file is, by its first bytes: never by its name, nor by what its sender says of it.

A short table of what officers photograph, record and scan. Everything else (HTML, SVG, scripts, whatever
nobody has thought of) is `UNKNOWN`, which no browser shows.
"""

import re
from typing import Final

HEAD_BYTES: Final = 64 * 1024
"""So many bytes from the beginning of a file are enough."""

UNKNOWN: Final = "application/octet-stream"
DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

PICTURES: Final = frozenset({"image/gif", "image/jpeg", "image/png", "image/webp"})
"""What `schemas.pictures` opens."""

ENDINGS: Final = {
    "application/pdf": "pdf",
    "application/zip": "zip",
    "audio/aac": "aac",
    "audio/amr": "amr",
    "audio/amr-wb": "awb",
    "audio/mp4": "m4a",
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg",
    "audio/wav": "wav",
    "image/gif": "gif",
    "image/heic": "heic",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "video/3gpp": "3gp",
    "video/mp4": "mp4",
    "video/ogg": "ogv",
    "video/quicktime": "mov",
    "video/webm": "webm",
    DOCX: "docx",
    XLSX: "xlsx",
}
"""How the name of a file of each type ends; `UNKNOWN` has no ending of its own."""

_BEGINNINGS: Final = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"ID3", "audio/mpeg"),
    (b"#!AMR\n", "audio/amr"),
    (b"#!AMR-WB\n", "audio/amr-wb"),
)
_RIFF: Final = {b"WEBP": "image/webp", b"WAVE": "audio/wav"}
_BRANDS: Final = {
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"heim": "image/heic",
    b"heis": "image/heic",
    b"mif1": "image/heic",
    b"msf1": "image/heic",
    b"M4A ": "audio/mp4",
    b"M4B ": "audio/mp4",
    b"qt  ": "video/quicktime",
    b"M4V ": "video/mp4",
    b"MSNV": "video/mp4",
    b"avc1": "video/mp4",
    b"dash": "video/mp4",
}
_BRAND_FAMILIES: Final = {
    b"3gp": "video/3gpp",
    b"3g2": "video/3gpp",
    b"iso": "video/mp4",
    b"mp4": "video/mp4",
}
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_OFFICE_PART: Final = re.compile(rb"PK\x03\x04.{26}(word|xl)/", re.DOTALL)
"""A member of an archive: its header has 30 bytes, then comes its name."""
_EBML: Final = b"\x1a\x45\xdf\xa3"
_WEBM: Final = b"\x42\x82\x84webm"


def media_type(head: bytes) -> str:
    """
    The media type of a file, by its first `HEAD_BYTES` bytes or all of it; `UNKNOWN` for what is in no table.
    """
    for beginning, told in _BEGINNINGS:
        if head.startswith(beginning):
            return told
    if head.startswith(b"RIFF"):
        return _RIFF.get(head[8:12], UNKNOWN)
    if head[4:8] == b"ftyp":
        return _by_brand(head[8:12])
    if head.startswith(_ZIP):
        return _by_members(head)
    if head.startswith(b"OggS"):
        return "video/ogg" if b"\x80theora" in head[:64] else "audio/ogg"
    if head.startswith(_EBML):
        return "video/webm" if _WEBM in head[:64] else UNKNOWN
    return _by_frame(head)


def _by_brand(brand: bytes) -> str:
    """Of the family of MP4, by the first brand that it names."""
    return _BRANDS.get(brand) or _BRAND_FAMILIES.get(brand[:3], UNKNOWN)


def _by_members(head: bytes) -> str:
    """Of an archive: a document of an office program has parts with certain names."""
    found = _OFFICE_PART.search(head) if b"[Content_Types].xml" in head else None
    if found is None:
        return "application/zip"
    return DOCX if found[1] == b"word" else XLSX


def _by_frame(head: bytes) -> str:
    """Of sound without a header, by its first frame."""
    if len(head) < 4 or head[0] != 0xFF:
        return UNKNOWN
    kind, rates = head[1], head[2]
    if kind & 0xF6 == 0xF0 and (rates >> 2) & 0x0F < 13:  # ADTS
        return "audio/aac"
    is_layer_three = kind & 0xE6 == 0xE2 and kind & 0x18 != 0x08
    if is_layer_three and rates >> 4 not in (0, 15) and (rates >> 2) & 3 != 3:
        return "audio/mpeg"
    return UNKNOWN
