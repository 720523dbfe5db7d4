"""``verilap-server device`` and ``lease``: devices that were away for too long."""

import click

from domain.access import Action
from domain.errors import InvalidRequest
from server.access import of_the_shell, stands_for
from server.clock import now_ms, office_time
from server.console import PlainGroup, installed_store, say
from server.texts import sentence


@click.group(cls=PlainGroup, help=sentence("help-device"))
def device() -> None:
    """The group of what is done to one device."""


@stands_for(Action.MANAGE_DEVICES)
@device.command("unlock", help=sentence("help-device-unlock"))
@click.argument("device_id", metavar="[ID]", required=False)
@click.option("--all", "is_all", is_flag=True, help=sentence("option-all-locked"))
@click.option("--by", required=True, metavar="NAME", help=sentence("option-by-device"))
def unlock(device_id: str | None, is_all: bool, by: str) -> None:
    """Lets devices read again."""
    from server.services.leases import unlock_all, unlock_device

    if (device_id is None) != is_all:
        raise InvalidRequest("an id, or --all", code="device-or-all")
    with installed_store() as store:
        if device_id is None:
            unlocked = store.transact(lambda connection: unlock_all(connection, by, now_ms()))
        else:
            unlocked = [store.transact(lambda connection: unlock_device(connection, by, device_id, now_ms()))]
    for one in unlocked:
        say("device-unlocked", device=one.id, account=one.account)
    say("devices-unlocked", count=len(unlocked))


@stands_for(Action.MANAGE_DEVICES)
@device.command("show", help=sentence("help-device-show"))
@click.argument("device_id", metavar="ID")
def show(device_id: str) -> None:
    """One device, and which changes were still on it."""
    from server.services.devices import find_device

    with installed_store() as store, store.read() as connection:
        found = find_device(connection, None, device_id)
    say("device-shown", device=found.id, account=found.account, name=found.name, app=found.app or "-")
    for key, moment in (
        ("device-enrolled", found.enrolled),
        ("device-seen", found.seen),
        ("device-locked", found.locked),
        ("device-was-revoked", found.revoked),
        ("device-batch", found.moved),
        ("device-breached", found.breached),
    ):
        if moment is not None:
            say(key, time=office_time(moment), seq=found.seq, count=found.breaches)
    if found.moved is None:
        say("device-unsigned")
        return
    say("device-still", count=found.waiting_count, drafts=found.drafts)
    for replica, ranges in found.waiting.items():
        for first, last in ranges:
            say("device-range", replica=replica, first=first, last=last)


@of_the_shell("it tells and sets a number of days, for all devices")
@click.command(help=sentence("help-lease"))
@click.argument("days", type=int, required=False)
def lease(days: int | None) -> None:
    """Shows or sets the lease."""
    from server.services.leases import lease_days, set_lease_days

    with installed_store() as store:
        if days is not None:
            store.transact(lambda connection: set_lease_days(connection, days, now_ms()))
        with store.read() as connection:
            kept = lease_days(connection)
    say("lease-days" if kept else "lease-never", days=kept)
