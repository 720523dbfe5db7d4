"""What an erasure takes from this device: records, the bytes of own operations, files, drafts; ids stay."""

from collections.abc import Iterable

from client_sync.store import Store
from domain.erasing import Erased, redact
from domain.merge import is_under


def erase(store: Store, erased: Erased) -> None:
    """
    Removes what is erased, inside the caller's transaction; any number of times.

    What waits to be sent goes as it is: the server keeps of it what may be kept and says so, and then it is
    emptied here too.
    """
    if not erased:
        return
    for operation in store.outbox.sent_of(erased.touched):
        left = redact(operation, erased)
        if left is None:
            _empty(store, operation.id)
        elif left is not operation:
            store.outbox.redact(left)
            store.files.erase_operation(operation.id, left)
    for record in sorted(erased.records):
        store.records.erase(record)
    for record in sorted({record for record, _ in erased.members} - erased.records):
        store.records.refresh(record)
    _erase_drafts(store, erased)


def empty(store: Store, operations: Iterable[str]) -> None:
    """Empties own operations of which the server keeps nothing, and shows their records without them."""
    for operation in operations:
        records = store.outbox.records_of(operation)
        _empty(store, operation)
        for record in records:
            store.records.refresh(record)


def _empty(store: Store, operation: str) -> None:
    store.outbox.empty(operation)
    store.files.erase_operation(operation)


def _erase_drafts(store: Store, erased: Erased) -> None:
    for one in store.drafts.about(erased.records):
        store.drafts.remove(one)
    steps = {f"m_{record}" for record in erased.records}
    for draft in store.drafts.all():
        roots = {path for record, path in erased.members if record == draft.record}
        for answer in store.drafts.answers(draft.id):
            is_known = not steps.isdisjoint(answer.path.split("/"))
            if is_known or any(is_under(answer.path, root) for root in roots):
                store.drafts.take_back(draft.id, answer.path)
        for removal in store.drafts.removals(draft.id):
            if any(is_under(removal.member, root) for root in roots):
                store.drafts.take_removal_back(draft.id, removal.member)
    store.files.drop_unnamed()
