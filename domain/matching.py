"""
Names as they are looked for: however they are spelt, with whatever titles, from their beginnings on.

Old and new spelling (Soeharto, Suharto; Djoko, Joko), Arabic sounds as people write them (Muhammad, Mochamad;
Khadijah, Hadijah), and letters that are heard as one (v, f, p; y, i, j; z, s) come out alike. So more is
found than was meant, and never less: whoever looks sees the names and chooses. Pure: no list of names.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

SHORTEST: Final = 3
"""Letters of the shortest beginning by which a word is found; a shorter word is found whole only."""
LONGEST: Final = 8
"""Letters by which words are told apart at most."""

TITLES: Final = frozenset(
    {
        *("h", "hj", "haji", "hajjah", "hajah", "kh", "ust", "ustad", "ustadz", "ustadzah", "kiai", "kyai"),
        *("bin", "binti", "bt", "bpk", "bapak", "pak", "ibu", "bu", "sdr", "sdri", "ny", "tn", "nn", "an"),
        *("alm", "almh", "almarhum", "almarhumah", "dr", "drs", "dra", "drg", "drh", "ir", "prof", "ners"),
        *("spd", "sag", "se", "sh", "st", "ssos", "skm", "skep", "skom", "sip", "sst", "spsi", "apt", "mag"),
        *("mpd", "msi", "mm", "mh", "mkes", "amd", "amdkeb", "amdkep"),
    }
)
"""What stands before or behind a name, without points; no word of a name where anything else is left."""
_MUHAMMAD: Final = frozenset({"m", "md", "moh", "mohd", "muh", "muhd", "mhd"})
"""How the most frequent name is abbreviated, where more follows."""
MUHAMMAD: Final = "muhamad"

_LETTERS: Final[tuple[tuple[str, str], ...]] = (
    *(("oe", "u"), ("tj", "c"), ("dj", "j"), ("nj", "ny"), ("sj", "sy"), ("ch", "h"), ("kh", "h")),
    *(("sy", "s"), ("ts", "s"), ("dz", "s"), ("tz", "s"), ("th", "t"), ("dh", "d"), ("gh", "g"), ("bh", "b")),
    *(("ph", "p"), ("ck", "k"), ("q", "k"), ("x", "ks"), ("v", "p"), ("f", "p"), ("z", "s")),
    *(("ie", "i"), ("j", "i"), ("y", "i"), ("o", "u")),
)
"""From left to right; both sides of a search go through all of them."""
_TWICE: Final = re.compile(r"(.)\1+")
_POINTS: Final = re.compile(r"[.’'`´ʼ‘\u02bb]")
_BREAKS: Final = re.compile(r"[^0-9a-z]+")
_SILENT: Final = re.compile(r"(?<=[aiueo])h$")
"""Fatimah and Fatima."""
_DIGITS: Final = re.compile(r"[\s.\-/]")
NUMBER: Final = re.compile(r"[0-9]{16}")


def words_of(text: str) -> tuple[str, ...]:
    """The words of a name as they are compared, without titles, each once, in their order."""
    return tuple(dict.fromkeys(map(folded_word, _bare_words(text))))


def folded_word(word: str) -> str:
    """One word in small Latin letters, as all its spellings come out."""
    heard = _heard(word)
    return _SILENT.sub("", heard) if len(heard) > SHORTEST else heard


def beginnings_of(word: str) -> frozenset[str]:
    """All by which a folded word is found."""
    if len(word) < SHORTEST:
        return frozenset({word})
    return frozenset(word[:length] for length in range(SHORTEST, min(len(word), LONGEST) + 1))


def looked_for(text: str) -> list[frozenset[str]]:
    """For each word of what somebody types, the beginnings of which one has to be among a name's."""
    bare = _bare_words(text)
    # What is typed may end in the middle of a word: its last letter may be a silent one, or not.
    return [frozenset({_heard(word)[:LONGEST], folded_word(word)[:LONGEST]}) for word in dict.fromkeys(bare)]


def beginnings_in(names: Iterable[str]) -> frozenset[str]:
    """All by which any of these names is found."""
    return frozenset(one for name in names for word in words_of(name) for one in beginnings_of(word))


def number_in(text: str) -> str | None:
    """The number of a person or a family (NIK, KK), if that is what was typed: sixteen digits."""
    digits = _DIGITS.sub("", unicodedata.normalize("NFKC", text))
    return digits if NUMBER.fullmatch(digits) else None


def _bare_words(text: str) -> list[str]:
    plain = [word for word in _BREAKS.split(_latin(text)) if word]
    bare = [word for word in plain if word not in TITLES] or plain
    return [MUHAMMAD if word in _MUHAMMAD and len(bare) > 1 else word for word in bare]


def _latin(text: str) -> str:
    """Small letters without marks; points and apostrophes stand within words."""
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return _POINTS.sub("", "".join(one for one in letters if not unicodedata.combining(one)))


def _heard(word: str) -> str:
    for written, heard in _LETTERS:
        word = word.replace(written, heard)
    return _TWICE.sub(r"\1", word)
