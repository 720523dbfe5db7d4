"""``verilap-server retention``: what has been kept long enough, by rule."""

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from domain.access import Action
from server.access import stands_for
from server.clock import now_ms
from server.console import installed_store, say
from server.texts import sentence

if TYPE_CHECKING:
    from server.services.retention import Due

KEPT: Final = {
    "conflict": "retention-conflict",
    "unreviewed": "retention-unreviewed",
    "held": "retention-held",
    "referred": "retention-referred",
    "restricted": "retention-restricted",
}
"""Why something is kept, in the catalogue."""
BECAME: Final = {"": "retention-due", "asked": "retention-asked", "erased": "retention-erased"}


@stands_for(Action.ERASE)
@click.command("retention", help=sentence("help-retention"))
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--by", required=True, metavar="ACCOUNT", help=sentence("option-by"))
@click.option("--dry-run", is_flag=True, help=sentence("option-retention-dry-run"))
@click.option("--json", "as_json", is_flag=True, help=sentence("option-json"))
def retention(file: Path, by: str, dry_run: bool, as_json: bool) -> None:
    """Tells what is due; asks for a second person, and erases what one has confirmed."""
    from server.blobs.opening import open_blobs
    from server.config import read_config
    from server.erasures_file import ErasuresFile
    from server.logs import configure
    from server.services.accounts import acting_account
    from server.services.erasures import clean, clean_storage
    from server.services.retention import carry_out, find_due, read_rules_file

    config = read_config()
    configure(config.log_format)
    rules = read_rules_file(file.read_bytes())
    with installed_store() as store:
        with store.read() as connection:
            actor = acting_account(connection, by, Action.ERASE)
            due = list(find_due(connection, actor, rules, now_ms()))
        if not dry_run:
            keep = ErasuresFile(config.erasures_file).append
            due = [carry_out(store, keep, actor, one, now_ms) for one in due]
            clean(store, now_ms())
            clean_storage(store, open_blobs(config))
    if as_json:
        click.echo(json.dumps([_as_json(one) for one in due], ensure_ascii=False, indent=2))
        return
    for rule in rules:
        of_rule = [one for one in due if one.rule == rule]
        counts = Counter(bool(one.kept) for one in of_rule)
        say(
            "retention-rule",
            rule=rule.name,
            years=rule.years,
            basis=rule.basis,
            due=counts[False],
            kept=counts[True],
        )
        for one in of_rule:
            why = ", ".join(sentence(KEPT[reason]) for reason in one.kept)
            became = sentence("retention-kept", why=why) if one.kept else sentence(BECAME[one.became])
            say("retention-case", case=one.case, villages=", ".join(one.villages), became=became)


def _as_json(one: "Due") -> dict[str, object]:
    return {
        "rule": one.rule.name,
        "case": one.case,
        "villages": list(one.villages),
        "kept": [reason.value for reason in one.kept],
        "became": one.became or "due",
    }
