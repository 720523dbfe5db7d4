"""What repairs and the office's configuration change on the device: one transaction each, as in `apply`."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from client_sync.apply import is_in_document, judge
from client_sync.erasing import erase
from client_sync.plan import PRIVATE
from client_sync.store import Store
from client_sync.store.outbox import Refusal
from client_sync.store.settings import (
    CONFIG,
    LAST_SYNC,
    LEASE_DAYS,
    OFFICE_KEY,
    RECONCILE,
    Identity,
)
from schemas.replies import ACCEPTED, AreasReply, EtagsReply, FormsReply, HaveReply, Verdict


@dataclass
class Reconciled:
    """What the server had of the offered operations: how many go again, and which are marked anew."""

    sent_again: int = 0
    refused: list[Refusal] = field(default_factory=list)


def apply_have(store: Store, replica: str, offered: list[str], reply: HaveReply) -> Reconciled:
    """
    Puts what the server lost, or wants signed, back into the outbox, and marks of the rest what it does not
    stand by.
    """
    lost = set(reply.missing)
    missing = (lost | set(reply.unsigned)) & set(offered)
    found = Reconciled()
    with store.transaction():
        current = store.settings.replica
        if current is None or current.id != replica:
            return found  # another process has taken a new replica id meanwhile
        store.outbox.count_only([one for one in offered if one not in missing])
        store.settings.set_have(replica, reply.have)
        store.settings.put(RECONCILE, None)
        if reply.verdicts is not None:
            found.refused = _mark(store, [one for one in offered if one not in missing], reply.verdicts)
        again = [one for one in offered if one in missing and store.outbox.queue_again(one)]
        for operation in again:
            for record in store.outbox.records_of(operation):
                store.outbox.contain(record, operation, is_in_document(store, record, operation))
                store.records.refresh(record)
        found.sent_again = len(lost.intersection(again))
    return found


def _mark(store: Store, known: list[str], verdicts: Mapping[str, Verdict]) -> list[Refusal]:
    """Takes over what the server says now of operations that it has: those it does not name are accepted.

    Few are named and few are marked, of however many that are known.
    """
    at = int(store.settings.get(LAST_SYNC) or 0)
    marked = store.outbox.marked()
    refused: list[Refusal] = []
    for operation in known:
        if operation in verdicts or operation in marked:
            refused += judge(store, operation, verdicts.get(operation, ACCEPTED), at)
    return refused


def apply_etags(store: Store, reply: EtagsReply) -> None:
    """Compares a village with the server's list of it: drops what is not in it, asks for what differs.

    What is asked for is a member already: another village that it moved away from does not drop it.
    """
    with store.transaction():
        for record in store.feeds.records_in(reply.village) - reply.records.keys():
            if store.feeds.leave(reply.village, record):
                store.records.drop(record)
        erase(store, reply.erased)
        for record, digest in reply.records.items():
            store.feeds.add_membership(reply.village, record)
            if store.records.digest_of(record) != digest:
                store.feeds.want([record])
        store.feeds.set_cursors({reply.village: reply.cursor})
    if reply.erased:
        store.database.empty_log()


def forget_private(store: Store, feed: str) -> None:
    """Reads a private feed from its beginning the next time."""
    with store.transaction():
        store.feeds.forget_feed(feed)


def forget_village(store: Store, village: str) -> int:
    """Drops a village that is not the account's any more; gives how many records went with it."""
    dropped = 0
    with store.transaction():
        for record in store.feeds.records_in(village):
            if store.feeds.leave(village, record):
                store.records.drop(record)
                dropped += 1
        store.feeds.forget_feed(village)
    return dropped


# --- what the office has set ---------------------------------------------------------------------


def apply_areas(store: Store, reply: AreasReply) -> int:
    """Takes the account's villages over and drops the others; gives how many records went."""
    with store.transaction():
        identity = store.settings.identity
        if identity is not None:
            store.settings.identity = Identity(
                identity.url, identity.token, reply.author, reply.role, reply.areas
            )
        store.forms.set_villages(reply.villages)
        store.settings.put(LEASE_DAYS, reply.lease_days)
        store.settings.put(OFFICE_KEY, reply.recovery_key)
        kept = {village.code for village in reply.villages}
        known = {feed for feed in store.feeds.cursors() if not feed.startswith(PRIVATE)}
        lost = (known | store.feeds.member_villages()) - kept
        return sum(forget_village(store, village) for village in sorted(lost))


def apply_forms(store: Store, reply: FormsReply) -> None:
    with store.transaction():
        store.forms.publish(reply.forms)


def confirm_config(store: Store, areas: AreasReply, forms: FormsReply) -> None:
    """All of it is here; if it changed between the calls, the next answer says so again."""
    with store.transaction():
        store.settings.put(CONFIG, forms.config if areas.config == forms.config else None)
