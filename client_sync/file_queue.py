"""Which files go first: small ones before large ones, within both those of urgent cases, then the oldest."""

from collections.abc import Iterable
from typing import Final

from client_sync.store import Store
from client_sync.store.files import KeptFile
from domain.merge import RecordState
from domain.operations import OF, RESTRICTED_PART
from domain.urgency import is_urgent

ANY: Final = "any"
WIFI: Final = "wifi"
"""On which lines files travel that are not small."""
USUAL_DAYS: Final = 30
"""For so long a file stays on the device that the server has."""


def in_order(files: Iterable[KeptFile], urgent: set[str]) -> list[KeptFile]:
    """The order of sending."""
    return sorted(files, key=lambda one: (not one.is_small, one.hash not in urgent, one.made, one.hash))


def urgent_files(store: Store) -> set[str]:
    """The files of records that cannot wait."""
    urgent: dict[str, bool] = {}
    found = set()
    for file, records in store.files.records_of_each().items():
        for record in records:
            if record not in urgent:
                urgent[record] = is_urgent(states_around(store, record))
            if urgent[record]:
                found.add(file)
    return found


def states_around(store: Store, record: str) -> list[RecordState]:
    """A submission as it is in view, with its restricted parts; `record` is any of them."""
    state = store.records.shown(record)
    if state is not None and state.kind == RESTRICTED_PART:
        record = next((one for one in state.values_at(OF) if isinstance(one, str)), record)
        state = store.records.shown(record) or state
    return [state, *store.records.parts_of(record)] if state else []
