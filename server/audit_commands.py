"""``verilap-server audit``: whether the audit is what was sealed, and who was shown a case."""

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from server.access import of_the_shell
from server.clock import OFFICE_ZONE, now_ms, office_time
from server.console import REFUSED, PlainGroup, installed_store, say
from server.texts import sentence

if TYPE_CHECKING:
    from server.services.who_read import Shown, WhoRead


@click.group(cls=PlainGroup, help=sentence("help-audit"))
def audit() -> None:
    """The group of both."""


@of_the_shell("it tells whether rows were changed, and nothing of a record")
@audit.command("verify", help=sentence("help-audit-verify"))
@click.option("--heads", type=click.Path(path_type=Path), help=sentence("option-heads"))
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help=sentence("option-since"))
def verify_audit(heads: Path | None, since: datetime | None) -> None:
    """Exit 1 where anything differs from what was sealed."""
    from server.services.audit import Verified, read_heads, verify

    known = read_heads(heads.read_text("utf-8", "replace")) if heads else []
    verified, count = Verified(), 0
    with installed_store() as store, store.read() as connection:
        after = round(since.replace(tzinfo=OFFICE_ZONE).timestamp() * 1000) if since else 0
        for breach in verify(connection, verified, now_ms(), known, after):
            count += 1
            facts = dict(breach.facts)
            if "time" in facts:
                facts["time"] = office_time(facts["time"])
            say(breach.key, **facts)
    looked_at = {"rows": verified.rows, "partitions": verified.partitions, "heads": len(known)}
    say("audit-different" if count else "audit-sound", unsealed=verified.unsealed, count=count, **looked_at)
    if count:
        sys.exit(REFUSED)


@of_the_shell("it tells accounts, times and ids: what has to be told when data have leaked")
@audit.command("who-read", help=sentence("help-audit-who-read"))
@click.argument("record", metavar="CASE")
@click.option("--json", "as_json", is_flag=True, help=sentence("option-json"))
def who_read(record: str, as_json: bool) -> None:
    """One line a reading, by account."""
    from server.services.who_read import who_read as ask

    with installed_store() as store, store.read() as connection:
        found = ask(connection, record)
    if as_json:
        told = [one.as_json() for one in found.shown]
        click.echo(json.dumps({"record": record, "records": list(found.records), "shown": told}, indent=2))
    else:
        _print(found)


def _print(found: "WhoRead") -> None:
    say("who-read-head", record=found.record, records=len(found.records), accounts=len(found.accounts))
    for account, shown in found.accounts.items():
        first, last = shown[0].time, shown[-1].time
        say(
            "who-read-account",
            account=account,
            count=len(shown),
            first=office_time(first),
            last=office_time(last),
        )
        for one in shown:
            say("who-read-line", time=office_time(one.time), action=_action(one), place=_place(one))


WORDS: Final = {
    "read": "audited-read",
    "read-history": "audited-read-history",
    "read-held": "audited-read-held",
    "read-file": "audited-read-file",
    "list": "audited-list",
    "export": "audited-export",
    "export-restricted": "audited-export-restricted",
    "reveal": "audited-reveal",
    "feed": "audited-feed",
    "review": "audited-review",
    "change": "audited-change",
    "import": "audited-import",
    "decide-held": "audited-decide-held",
}
"""What shows somebody a record, in the catalogue."""


OFFLINE: Final = {
    "read": "opened-read",
    "edit": "opened-edit",
    "export": "opened-export",
    "list": "opened-list",
}
"""What a device says of how it showed a record, in the catalogue."""


def _action(one: "Shown") -> str:
    if not one.is_offline:
        return sentence(WORDS[one.entry.action])
    word = OFFLINE.get(one.detail["action"])
    return sentence(word) if word else str(one.detail["action"])


def _place(one: "Shown") -> str:
    if one.is_offline:
        return _place_offline(one)
    if one.entry.device:
        return sentence("who-read-device", device=one.entry.device)
    return sentence("who-read-office")


def _place_offline(one: "Shown") -> str:
    """Where the device's clock tells no possible time, the line stands at that of the report."""
    told = {"device": one.entry.device, "count": one.detail["count"], "time": office_time(one.entry.time)}
    until = one.detail.get("to")
    words = sentence("who-read-offline", **told)
    when = sentence("who-read-until", time=office_time(until)) if until else sentence("who-read-when")
    words += f" {when}"
    if author := one.detail.get("author"):
        words = f"{words} " + sentence("who-read-author", author=author)
    return words
