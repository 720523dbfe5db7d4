"""
The records on this device: the server's document of each, and what its person sees.

What the person sees is the document with the device's own operations on top that are
not in it yet, held and void ones included (but for what void ones say of the review), by
the same merge as everywhere. It is kept
beside the document while the two differ, so that reading needs no merge, and so that
an acknowledged operation costs no second one: when the server's digest is that of what
the person sees, and nothing in it is undecided, the view becomes the document.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from client_sync.database import Database
from client_sync.errors import StoreDamaged
from client_sync.store.feeds import Feeds
from client_sync.store.files import Files
from client_sync.store.outbox import Open, Outbox
from domain.cases import case_kind
from domain.merge import RecordState, fold, unexplained
from domain.operations import OF, SUBMISSION, VILLAGE, Operation, parse_raw, without_reviews
from schemas.replies import OK, VOID, Entry, Short, Whole


class Records:
    def __init__(self, database: Database, outbox: Outbox, feeds: Feeds, files: Files) -> None:
        self._db = database
        self._outbox = outbox
        self._feeds = feeds
        self._files = files

    # --- reading ---

    def shown(self, record: str) -> RecordState | None:
        """The record as its person sees it."""
        return _read(self._db.value("shown_record", record))

    def stored(self, record: str) -> RecordState | None:
        """The server's document of the record, as it was last sent."""
        row = self._db.row("record_row", record)
        return _read(row[0]) if row else None

    def parts_of(self, submission: str) -> list[RecordState]:
        """The restricted parts of a submission that are on this device."""
        return [state for row in self._db.rows("shown_parts", submission) if (state := _read(row[0]))]

    def all_shown(self, kind: str = SUBMISSION) -> Iterator[RecordState]:
        """All records of a kind, by village."""
        for (data,) in self._db.each("shown_records", kind):
            if state := _read(data):
                yield state

    def all_cases(self, list_name: str | None = None) -> Iterator[RecordState]:
        """The cases of a list, or of all of them, by list and village."""
        kind = case_kind(list_name or "")
        end = f"{kind}!" if list_name else kind.replace(":", ";")  # what follows these kinds in ASCII
        for (data,) in self._db.each("shown_cases", kind, end):
            if state := _read(data):
                yield state

    def cases_saying(self, list_name: str, texts: Collection[str]) -> Iterator[RecordState]:
        """The cases of a list in which one of these texts (ids, numbers) stands somewhere."""
        if texts:
            for (data,) in self._db.each("cases_saying", case_kind(list_name), json.dumps(sorted(texts))):
                if state := _read(data):
                    yield state

    def ids(self) -> list[str]:
        return [row[0] for row in self._db.rows("record_ids")]

    def count(self, kind: str = SUBMISSION) -> int:
        return int(self._db.value("count_records", kind))

    def digests_in(self, village: str) -> dict[str, str]:
        """The digests of the server's documents of a village."""
        return dict(self._db.rows("stored_digests", village))

    def digest_of(self, record: str) -> str | None:
        found = self._db.value("stored_digest", record)
        return str(found) if found else None

    # --- writing ---

    def add_own(self, operation: Operation) -> None:
        """Shows an operation of this device that was just saved."""
        for record in operation.records:
            state = self.shown(record)
            absent = self._outbox.dismissed_of(record)
            known = unexplained(state, [operation], record) - absent
            self._put_view(fold(state, [operation], record, known))

    def take(self, entries: Sequence[Entry], accepted: Mapping[str, int]) -> list[str]:
        """Takes in what an answer tells of records; gives those that have to be asked for.

        `accepted` says how many of our operations on a record the answer accepted. Set-wise
        where it can be: a first sync brings ten thousand records.
        """
        own = self._outbox.touched_among(entry.record for entry in entries)
        placed: dict[str, tuple[str, ...]] = {}
        level: list[str] = []
        unknown: list[str] = []
        for entry in entries:
            if not entry.villages:
                self.drop(entry.record)
                continue
            if isinstance(entry, Whole):
                self._take_document(entry.state, entry.record in own)
            elif self._accept_view(entry, accepted.get(entry.record, 0)):
                level.append(entry.record)
            elif not self._accept_folded(entry):
                unknown.append(entry.record)
                continue
            placed[entry.record] = entry.villages
        self._outbox.contain_all(level)
        self._feeds.place(placed)
        return unknown

    def _take_document(self, state: RecordState, is_ours_too: bool) -> None:
        """Puts the server's document in the place of what was there."""
        self._put_document(state)
        if is_ours_too:
            for one in self._outbox.marked_of(state.record) & state.origins.keys():
                self._outbox.accept_shown(one)
            self._outbox.contain_accepted(state.record)
            self.refresh(state.record)

    def _accept_view(self, entry: Short, accepted: int) -> bool:
        """What is in view becomes the document, if nothing in it is undecided."""
        return self._db.run("accept_view", entry.record, entry.digest, accepted) > 0

    def _accept_folded(self, entry: Short) -> bool:
        """Computes the document; false when by its digest the server's is another one."""
        state = self.stored(entry.record)
        accepted = [one for one in self._outbox.open_of(entry.record) if one.status == OK]
        batch = _unseen(state, (parse_raw(one.raw) for one in accepted))
        if batch:
            absent = self._outbox.uncontained_of(entry.record)
            known = unexplained(state, batch, entry.record) - absent
            state = fold(state, batch, entry.record, known)
        if state is None or state.digest != entry.digest:
            return False
        self._take_document(state, is_ours_too=True)
        return True

    def drop(self, record: str) -> None:
        """
        Gives the server's document up; what of ours it does not have stays in view.

        One that a draft is about stays until that is finished or thrown away (`let_go`): what somebody is
        typing just now could neither be kept nor sent without it.
        """
        self._feeds.leave_all(record)
        self._feeds.unwant([record])
        if not self._db.value("is_drafted", record):
            self._give_up(record)

    def let_go(self, record: str) -> None:
        """Gives up what stayed for a draft, once there is none about it."""
        is_left = self.digest_of(record) and not self._feeds.villages_of(record)
        if is_left and not self._db.value("is_drafted", record):
            self._give_up(record)

    def _give_up(self, record: str) -> None:
        self._outbox.contain_accepted(record)
        batch = [_in_view(one) for one in self._outbox.open_of(record)]
        if not batch:
            self._db.run("drop_record", record)
            self._files.leave(record)
            return
        self._put_view(self._fold_open(None, batch, record))
        self._db.run("drop_document", record)

    def erase(self, record: str) -> None:
        """Removes all that is kept of a record, whatever of ours is in it."""
        self._feeds.leave_all(record)
        self._feeds.unwant([record])
        self._db.run("drop_record", record)
        self._files.erase_record(record)

    def refresh(self, record: str) -> None:
        """Computes anew what the person sees of a record."""
        waiting = self._outbox.open_of(record)
        row = self._db.row("record_row", record)
        if not waiting and (row is None or row[3] is None):
            return
        state = _read(row[0]) if row else None
        batch = _unseen(state, map(_in_view, waiting))
        if batch:
            self._put_view(self._fold_open(state, batch, record))
        elif state:
            self._put_document(state)
        else:
            self._db.run("drop_record", record)
            self._files.leave(record)

    def _fold_open(self, state: RecordState | None, batch: list[Operation], record: str) -> RecordState:
        known = unexplained(state, batch, record) - self._outbox.dismissed_of(record)
        return fold(state, batch, record, known)

    def _put_document(self, state: RecordState) -> None:
        self._db.run("put_document", *_columns(state), state.digest, state.to_bytes())

    def _put_view(self, state: RecordState) -> None:
        self._db.run("put_view", *_columns(state), state.digest, state.to_bytes())


def _columns(state: RecordState) -> tuple[str | None, ...]:
    return state.record, state.kind, state.form, _text_at(state, VILLAGE), _text_at(state, OF)


def _text_at(state: RecordState, path: str) -> str | None:
    """A reserved path's value, any of them where there are several; for finding only."""
    return next((value for value in state.values_at(path) if isinstance(value, str)), None)


def _unseen(state: RecordState | None, batch: Iterable[Operation]) -> list[Operation]:
    """Those that the document does not show to be in it already (it may have come before the verdict)."""
    return [one for one in batch if state is None or one.id not in state.origins]


def _in_view(one: Open) -> Operation:
    """What an operation shows. A void one submits nothing and answers no return."""
    operation = parse_raw(one.raw)
    return without_reviews(operation) if one.status == VOID else operation


def _read(data: bytes | None) -> RecordState | None:
    """A state from disk. Raises `StoreDamaged` when the bytes are none."""
    if data is None:
        return None
    try:
        return RecordState.from_bytes(data)
    except ValueError as error:
        message = "the device store is damaged: a record cannot be read"
        raise StoreDamaged(message, detail=str(error)) from None
