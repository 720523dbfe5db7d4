"""
What the office hands out as files, with whole numbers: a form, a list of cases; each for a reason on record.

A form is handed out without its restricted answers, whoever asks: with them only by what a second person has
confirmed (`server.services.second_person`), once, to who asked.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from domain.access import Action, Actor, authorize
from domain.canonical import Json
from domain.dossier import Dossier
from domain.errors import NotAllowed
from domain.reasons import read_reason
from schemas.reading import record_xml
from server.expressions import context_at
from server.services import second_person
from server.services.audit import Act, Audited, put
from server.services.cases import case_rows
from server.services.read_record import RecordReading, read_record

LONGEST_CELL: Final = 32_767
"""Characters of a cell that spreadsheets keep (Excel's limit)."""
FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")
ROUNDED: Final = 16
"""A number with so many digits loses its last ones in a spreadsheet."""
CUT: Final = " … [{left}]"


@dataclass(frozen=True)
class ExportedForm:
    """One form as the XForm instance that ODK Collect would send; `etag` is the version of its record."""

    record: str
    xml: bytes
    etag: str


def export_form(connection: Connection, actor: Actor, record: str, reason: str, now: int) -> ExportedForm:
    """
    One form without what is restricted in it.

    Raises `NotFound` (no-instance for what is no form), `NotAllowed`, and `InvalidRequest` for the reason.
    """
    reading = read_record(connection, actor, record)
    authorize(actor, Action.EXPORT, reading.stored.subject)
    why = read_reason(reason)
    made = _form(reading, Dossier(reading.dossier.submission))
    _put_on_record(connection, actor, Audited.EXPORT, (record,), reading.villages, now, reason=why)
    return made


def export_whole_form(connection: Connection, actor: Actor, confirmation: str, now: int) -> ExportedForm:
    """
    One form with the restricted answers in it, by what a second person has confirmed; uses that up.

    Raises as `second_person.use`, and `NotAllowed` for somebody else than who asked.
    """
    confirmed = second_person.use(connection, confirmation, now)
    if confirmed.actor.name != actor.name or confirmed.action is not Action.EXPORT_RESTRICTED:
        raise NotAllowed("this was confirmed to somebody else, or for something else", code="not-confirmed")
    reading = read_record(connection, confirmed.actor, confirmed.record)
    made = _form(reading, reading.dossier)
    told = {"confirmation": confirmation, "reason": confirmed.reason}
    ids = [reading.record, *(part.state.record for part in reading.parts)]
    _put_on_record(connection, actor, Audited.EXPORT_RESTRICTED, ids, reading.villages, now, **told)
    return made


def _form(reading: RecordReading, dossier: Dossier) -> ExportedForm:
    xml = record_xml(dossier, reading.definition, context_at(reading.filled))
    return ExportedForm(reading.record, xml, reading.etag)


def export_list(connection: Connection, actor: Actor, list_name: str, reason: str, now: int) -> bytes:
    """
    A list of cases as CSV for a spreadsheet: everything that the actor may read of it, with whole numbers.

    Raises `NotAllowed`, and `InvalidRequest` for the reason.
    """
    authorize(actor, Action.EXPORT_LIST)
    why = read_reason(reason)
    named: list[str] = []
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    for row in case_rows(connection, actor, list_name, named):
        writer.writerow([harmless(cell) for cell in row])
    told = {"file": f"{list_name}.csv", "reason": why}
    _put_on_record(connection, actor, Audited.EXPORT, named, actor.areas, now, **told)
    return text.getvalue().encode("utf-8-sig")


def harmless(cell: str) -> str:
    """
    A cell that a spreadsheet neither runs, rounds nor cuts.

    What begins like a formula, or is a long number, gets an apostrophe before it; of what is too long the end
    says how many characters are left out.
    """
    is_number = cell.isdigit() and len(cell) >= ROUNDED
    safe = f"'{cell}" if cell.lstrip(" ").startswith(FORMULAS) or is_number else cell
    if len(safe) <= LONGEST_CELL:
        return safe
    kept = LONGEST_CELL - len(CUT) - len(str(len(safe)))
    return safe[:kept] + CUT.format(left=len(safe) - kept)


def _put_on_record(
    connection: Connection,
    actor: Actor,
    action: Audited,
    records: Sequence[str],
    places: Sequence[str],
    now: int,
    **told: Json,
) -> None:
    put(connection, Act(actor.name, action, records, next(iter(places), ""), detail=told), now)
