"""Loading villages from a CSV file: new ones are added, known ones renamed, none is ever removed.

A record keeps the village of its visit, so a code that was in use stays known even
when a later file leaves it out.
"""

import csv
import io
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from domain.areas import is_village
from domain.errors import InvalidRequest
from server.services.configuration import renew_areas_digest
from server.store import areas, feed
from server.store.areas import StoredVillage

COLUMNS: Final = ("kode", "nama", "jenis", "kode_kecamatan", "kecamatan")
KINDS: Final = frozenset({"desa", "kelurahan"})
LONGEST_NAME: Final = 100
LARGEST_FILE: Final = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a file brought: how many villages it lists, how many of them are new, how many changed."""

    total: int
    new: int
    changed: int


class AreasFileError(InvalidRequest):
    """A file of villages that makes no sense, with the line (from 1) and the column."""

    code = "areas-file"

    def __init__(self, line: int, column: str, problem: str) -> None:
        where = f"line {line}, column {column}" if column else f"line {line}"
        super().__init__(f"{where}: {problem}", line=line, column=column, problem=problem)


def read_areas_file(data: bytes) -> list[StoredVillage]:
    """The villages of a CSV file in UTF-8 with the columns `COLUMNS` (others are ignored).

    Raises `AreasFileError` at the first line that makes no sense; nothing is loaded then.
    """
    if len(data) > LARGEST_FILE:
        raise AreasFileError(1, "", "the file is too large")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise AreasFileError(data[: error.start].count(b"\n") + 1, "", "not UTF-8 text") from None
    villages: dict[str, StoredVillage] = {}
    for line, village in _rows(text):
        if village.code in villages:
            raise AreasFileError(line, "kode", f"{village.code} is listed twice")
        villages[village.code] = village
    if not villages:
        raise AreasFileError(2, "", "no village is listed")
    return list(villages.values())


def _rows(text: str) -> Iterator[tuple[int, StoredVillage]]:
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
        if missing:
            raise AreasFileError(1, missing[0], "this column is missing")
        for row in reader:
            yield reader.line_num, _village(reader.line_num, row)
    except csv.Error as error:
        raise AreasFileError(reader.reader.line_num, "", str(error)) from None


def _village(line: int, row: dict[str, str | None]) -> StoredVillage:
    code, name, kind, kecamatan_code, kecamatan = ((row[column] or "").strip() for column in COLUMNS)
    if not is_village(code):
        raise AreasFileError(line, "kode", f"{code[:40]!r} is no village code such as 64.02.18.2007")
    if kecamatan_code != code[:8]:
        raise AreasFileError(line, "kode_kecamatan", f"{kecamatan_code[:40]!r} is not {code[:8]!r}")
    if kind not in KINDS:
        raise AreasFileError(line, "jenis", f"{kind[:40]!r} is neither desa nor kelurahan")
    for column, text in (("nama", name), ("kecamatan", kecamatan)):
        if not 0 < len(text) <= LONGEST_NAME or not text.isprintable():
            raise AreasFileError(line, column, f"must have 1 to {LONGEST_NAME} printable characters")
    return StoredVillage(code, name, kind, kecamatan_code, kecamatan)


def load_areas(connection: Connection, villages: Collection[StoredVillage]) -> Loaded:
    """Writes the villages, begins their feeds, renews the digest that devices compare."""
    before = areas.all_villages(connection)
    changed = [village for village in villages if before.get(village.code) != village]
    areas.save(connection, changed, before.keys())
    feed.begin_feeds(connection, [village.code for village in changed])
    renew_areas_digest(connection)
    new = sum(village.code not in before for village in changed)
    return Loaded(len(villages), new, len(changed) - new)
