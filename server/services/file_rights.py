"""
Who may read a file: whoever may read a record in which somebody who has the file has named it.

A hash is no secret that would give a file away: it stands in answers, addresses and lists. So a record shows
a file only where the account that handed in the operation *holds* it: has sent all of its bytes, or could
read it when it named it. Whoever writes a hash that he has from elsewhere into a record of his gets nothing.
"""

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import Connection

from domain.access import Action, Actor, is_authorized
from domain.files import read_file_answer
from domain.operations import Operation
from server.services.restricted import Withholding
from server.store import accounts, file_uses, files, records
from server.store.records import StoredRecord


def may_read_through(connection: Connection, actor: Actor, record: str, file: str) -> bool:
    """
    Whether the actor may read a file (by its hash) in a record.

    Also one that was replaced since: the record's history tells of it. Whether it has arrived is another
    question; nobody holds what has not.
    """
    places = {(record, file)} & file_uses.vouched_in(connection, [record])
    return bool(_readable(connection, actor, places))


def holds_or_reads(connection: Connection, actor: Actor, hashes: Collection[str]) -> set[str]:
    """Those of the files that the actor has shown to have, or may read through any record."""
    held = files.held_by(connection, actor.name, hashes)
    places = file_uses.vouched_of(connection, set(hashes) - held)
    return held | {file for _, file in _readable(connection, actor, places)}


def _readable(
    connection: Connection, actor: Actor, places: Collection[tuple[str, str]]
) -> set[tuple[str, str]]:
    stored = records.load(connection, {record for record, _ in places})
    allowed = {
        one: found for one, found in stored.items() if is_authorized(actor, Action.READ, found.subject)
    }
    found = {(record, file) for record, file in places if record in allowed}
    withholding = Withholding(connection, actor)
    return found if withholding.reach.is_whole else _told(connection, withholding, allowed, found)


def _told(
    connection: Connection,
    withholding: Withholding,
    stored: Mapping[str, StoredRecord],
    places: Collection[tuple[str, str]],
) -> set[tuple[str, str]]:
    """Those that are named where the reader is told answers: a form may have become stricter since."""
    told: set[tuple[str, str]] = set()
    for record, operations in file_uses.vouching(connection, places).items():
        for operation in operations:
            part = operation.part_of(record)
            closed = withholding.in_open(operation, part, stored[record])
            for path, value in zip(part.paths, part.values, strict=True):
                if path not in closed and (answer := read_file_answer(value)):
                    told.update((record, file) for file in answer.hashes)
    return told & set(places)


# --- holding -------------------------------------------------------------------------------------


def claim(connection: Connection, operations: Iterable[Operation], now: int) -> None:
    """
    Makes those hold the files that operations name who may read them through another record.

    In the transaction that takes the operations in, before its feeds. Later they may lose that record:
    theirs keeps the file.
    """
    if named := {file for one in operations for _, file in file_uses.named_in(one)}:
        claim_files(connection, named, now)


def claim_files(connection: Connection, hashes: Collection[str], now: int) -> None:
    """The same for whoever names any of these files: one has just arrived, or another account has it now."""
    while waiting := file_uses.without_holding(connection, hashes):
        gained = [(file, name) for file, name in sorted(waiting) if _could_read(connection, name, file)]
        for file, name in gained:
            files.add_holder(connection, file, name, now)
        if not gained:
            return


def _could_read(connection: Connection, name: str, file: str) -> bool:
    account = accounts.find(connection, name)
    if account is None or account.is_disabled:
        return False
    return file in holds_or_reads(connection, account.actor, [file])


def hand_over(connection: Connection, operations: Collection[str], author: str, now: int) -> None:
    """
    Makes an author hold what somebody else sent for him, with the work that he hands in himself now.

    Before the log names him as who handed it in: his device has sent these files under the other account,
    and will not send them again.
    """
    for file in sorted(file_uses.held_by_senders(connection, operations)):
        files.add_holder(connection, file, author, now)
