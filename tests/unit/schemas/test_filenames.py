"""
A name that somebody keeps a file under is harmless on every system, whatever others called it.

Broken on purpose, each seen here: folders left; the old ending left; reserved names, turned text and signs of
Windows let through; no longest name.
"""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.filenames import safe_name
from schemas.filetypes import ENDINGS, UNKNOWN

NAMES = {
    "rumah depan.jpg": "rumah depan.jpg",
    "rumah": "rumah.jpg",
    "rumah.PNG": "rumah.jpg",
    "laporan.v2.jpeg": "laporan.v2.jpg",
    "../../etc/passwd": "passwd.jpg",
    "/etc/shadow": "shadow.jpg",
    "C:\\Windows\\system32\\cmd.exe": "cmd.jpg",
    "CON.jpg": "_CON.jpg",
    "nul": "_nul.jpg",
    "com1.tar.gz": "_com1.tar.jpg",
    "COM¹": "_COM¹.jpg",
    "console.jpg": "console.jpg",
    "foto\u202egpj.exe": "fotogpj.jpg",
    'a";\r\nSet-Cookie: b=1.jpg': "a_;Set-Cookie_ b=1.jpg",
    "foto.jpg\x00.html": "foto.jpg.jpg",
    "": "file.jpg",
    ".": "file.jpg",
    "..": "file.jpg",
    ".htaccess": "htaccess.jpg",
    " . ": "file.jpg",
    "\u200b\ufeff": "file.jpg",
    "a*?<>|b": "a_____b.jpg",
    "e\u0301": "\xe9.jpg",
    "\ud800": "file.jpg",
    "x" * 5000: "x" * 80 + ".jpg",
    "rumah.": "rumah.jpg",
}


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_name_is_harmless(name: str) -> None:
    assert safe_name(name, "image/jpeg") == NAMES[name]


def test_the_ending_is_that_of_the_content() -> None:
    assert safe_name("foto.jpg", UNKNOWN) == "foto.bin"
    assert safe_name("foto.jpg", "text/html") == "foto.bin"
    assert {safe_name("a.html", one) for one in ENDINGS} == {f"a.{ending}" for ending in ENDINGS.values()}


@given(st.text(max_size=300), st.sampled_from([*ENDINGS, UNKNOWN]))
def test_whatever_it_was_called_it_is_one_seen_part_of_a_path(name: str, type_: str) -> None:
    safe = safe_name(name, type_)
    assert not set(safe) & set('/\\<>:"|?*%')
    assert not {unicodedata.category(one)[0] for one in safe} & {"C"}
    assert len(safe.encode()) <= 255
    stem, _, ending = safe.rpartition(".")
    assert stem
    assert stem == stem.strip(" .")
    assert ending == ENDINGS.get(type_, "bin")
    assert safe_name(safe, type_) == safe
