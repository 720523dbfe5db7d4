"""Keeping by what each record is found and listed, in the transaction that writes it; and all of it anew."""

from collections.abc import Callable, Collection, Mapping
from functools import partial

from sqlalchemy import Connection

from domain.cases import case_definition, list_of
from domain.finding import RULES, Term, terms_of
from domain.forms.definition import FormDefinition
from domain.merge import RecordState
from server.clock import now_ms
from server.services import alarms
from server.services.facts import facts_of
from server.services.forms import definition_of, newest_definitions
from server.store import facts, finding, keys, records, settings
from server.store.records import StoredRecord
from server.store.transactions import Store
from server.vault import FIND

AT_ONCE = 200
Tell = Callable[[int], None]


def index_records(
    connection: Connection,
    stored: Mapping[str, StoredRecord],
    existing: Collection[str],
    now: int | None = None,
) -> None:
    """
    Writes by what these records are found and listed now; those not in `existing` are new.

    All were written at `now`, or each when its row says so.
    """
    words = _Words(connection)
    terms: dict[str, frozenset[Term]] = {}
    for record, one in stored.items():
        terms[record] = terms_of(one.state, words.of(one.state))
    finding.write(connection, terms, existing)
    written = dict.fromkeys(stored, now) if now is not None else records.updated(connection, stored)
    facts.write(connection, facts_of(stored, written), stored, existing)


class _Words:
    """The definitions by which records are read, each looked up once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[str | None, FormDefinition | None] = {}

    def of(self, state: RecordState) -> FormDefinition | None:
        list_name = list_of(state.kind)
        name = state.form if list_name is None else state.kind
        if name not in self._known:
            self._known[name] = (
                definition_of(self._connection, name)
                if list_name is None
                else case_definition(list_name, newest_definitions(self._connection))
            )
        return self._known[name]


def is_whole(connection: Connection) -> bool:
    """Whether everything is found by this version's rules and the newest key."""
    return settings.read(connection, [settings.FOUND_BY]).get(settings.FOUND_BY) == _state(connection)


def index_everything(store: Store, tell: Tell = lambda _: None) -> int:
    """
    Works out anew by what every record is found; gives how many records there are.

    Some at a time, beside a running server. Hashes by earlier keys are gone then, and so are those keys.
    """
    with store.read() as connection:
        state = _state(connection)
    count, after = 0, ""
    while True:
        done = store.transact(partial(_index_some, after=after))
        if not done:
            break
        count, after = count + len(done), done[-1]
        tell(count)
    store.transact(partial(_finish, state=state))
    return count


def _index_some(connection: Connection, after: str) -> list[str]:
    ids = records.ids_after(connection, after, AT_ONCE)
    readable = records.lock_readable(connection, ids)
    index_records(connection, readable, readable.keys())
    alarms.derive(connection, readable, now_ms())
    return ids


def _finish(connection: Connection, state: str) -> None:
    """Unless another key has come meanwhile, by which all is to be done again."""
    keys.lock(connection)
    if _state(connection) != state:
        return
    found = [one.number for one in keys.read_all(connection) if one.purpose == FIND]
    keys.remove(connection, [one for one in found if one != max(found)])
    settings.write(connection, settings.FOUND_BY, state)


def _state(connection: Connection) -> str:
    newest = max((one.number for one in keys.read_all(connection) if one.purpose == FIND), default=0)
    return f"{RULES}:{newest}:{facts.RULES}"
