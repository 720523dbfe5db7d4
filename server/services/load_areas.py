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
from domain.canonical import Json, canonical_bytes, digest_of
from domain.errors import InvalidRequest
from server.store import areas, feed, settings
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
    """A file of villages that makes no sense; ``facts``: the line (from 1), the column, what stands there."""

    def __init__(self, code: str, message: str, line: int, column: str = "", value: str = "") -> None:
        where = f"line {line}, column {column}" if column else f"line {line}"
        super().__init__(f"{where}: {message}", code=code, line=line, column=column, value=value[:40])


def read_areas_file(data: bytes) -> list[StoredVillage]:
    """The villages of a CSV file in UTF-8 with the columns `COLUMNS` (others are ignored).

    Raises `AreasFileError` at the first line that makes no sense; nothing is loaded then.
    """
    if len(data) > LARGEST_FILE:
        raise AreasFileError("areas-too-large", "the file is too large", 1)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise AreasFileError("areas-encoding", "not UTF-8 text", line) from None
    villages: dict[str, StoredVillage] = {}
    for line, village in _rows(text):
        if village.code in villages:
            raise AreasFileError("areas-twice", "listed twice", line, "kode", village.code)
        villages[village.code] = village
    if not villages:
        raise AreasFileError("areas-empty", "no village is listed", 2)
    return list(villages.values())


def _rows(text: str) -> Iterator[tuple[int, StoredVillage]]:
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
        if missing:
            raise AreasFileError("areas-column", "this column is missing", 1, missing[0])
        for row in reader:
            yield reader.line_num, _village(reader.line_num, row)
    except csv.Error as error:
        raise AreasFileError("areas-csv", str(error), reader.reader.line_num) from None


def _village(line: int, row: dict[str, str | None]) -> StoredVillage:
    code, name, kind, kecamatan_code, kecamatan = ((row[column] or "").strip() for column in COLUMNS)
    if not is_village(code):
        raise AreasFileError("areas-code", "no village code such as 64.02.18.2007", line, "kode", code)
    if kecamatan_code != code[:8]:
        raise AreasFileError("areas-kecamatan", f"not {code[:8]}", line, "kode_kecamatan", kecamatan_code)
    if kind not in KINDS:
        raise AreasFileError("areas-kind", "neither desa nor kelurahan", line, "jenis", kind)
    for column, text in (("nama", name), ("kecamatan", kecamatan)):
        if not 0 < len(text) <= LONGEST_NAME or not text.isprintable():
            raise AreasFileError("areas-name", f"1 to {LONGEST_NAME} printable characters", line, column)
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


def renew_areas_digest(connection: Connection) -> None:
    """Writes anew the digest by which devices notice that the villages have changed."""
    villages = areas.all_villages(connection)
    rows: list[Json] = [
        [one.code, one.name, one.kind, one.kecamatan_code, one.kecamatan]
        for _, one in sorted(villages.items())
    ]
    settings.write(connection, settings.AREAS_DIGEST, digest_of(canonical_bytes(rows)))
