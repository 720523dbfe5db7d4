"""``verilap-server import-cases``: an office's list of cases, from a CSV file or a workbook."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from domain.access import Action
from domain.forms.fields import in_language
from server.access import stands_for
from server.clock import now_ms
from server.console import REFUSED, installed_store, say
from server.texts import language_of, sentence

if TYPE_CHECKING:
    from server.caselists.headings import Column, Layout
    from server.faults import Fault
    from server.services.import_cases import Imported, Preparation

ERASE_LINE = "\r\x1b[2K"


@stands_for(Action.IMPORT_CASES)
@click.command("import-cases", help=sentence("help-import-cases"))
@click.argument("list_name", metavar="LIST")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--by", required=True, metavar="ACCOUNT", help=sentence("option-by"))
@click.option("--map", "wishes", multiple=True, metavar="COLUMN=PROPERTY", help=sentence("option-map"))
@click.option("--key", metavar="COLUMN", help=sentence("option-key"))
@click.option("--sheet", metavar="NAME", help=sentence("option-sheet"))
@click.option("--dry-run", is_flag=True, help=sentence("option-dry-run"))
@click.option("--json", "as_json", is_flag=True, help=sentence("option-json"))
def import_cases(
    list_name: str,
    file: Path,
    by: str,
    wishes: tuple[str, ...],
    key: str | None,
    sheet: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Imports what is right, tells what is not; exit 1 where a row was left out."""
    from server.caselists.headings import Wish
    from server.caselists.tables import open_table
    from server.services.import_cases import Order, prepare
    from server.services.import_plan import Became

    said = [Wish.read(wish) for wish in wishes]
    with installed_store() as store:
        table = open_table(file, sheet)
        order = Order(list_name, table, by, said, key, dry_run)
        prepared = prepare(store, order, now_ms())
        with _told(prepared, is_quiet=as_json) as told:
            done = prepared.run(told.tell, now_ms)
    if as_json:
        click.echo(json.dumps(_as_json(prepared, done, told.faults), ensure_ascii=False, indent=2))
    else:
        counts = {became.value.replace("-", "_"): count for became, count in done.counts.items()}
        say("import-rehearsed" if dry_run else "import-done", rows=done.rows, **counts)
    if done.counts[Became.LEFT_OUT]:
        sys.exit(REFUSED)


@dataclass
class _Told:
    """What is told while rows are read: a bar for whoever watches, a line for each fault."""

    bar: "click._termui_impl.ProgressBar[int]"
    is_quiet: bool
    faults: list["Fault"] = field(default_factory=list)

    def tell(self, rows: int, faults: "Sequence[Fault]") -> None:
        """After each batch."""
        if self.is_quiet:
            self.faults += faults
        else:
            if faults and not self.bar.hidden:
                click.echo(ERASE_LINE, nl=False, err=True)
            for fault in faults:
                click.echo(fault.message(language_of()))
        self.bar.update(rows)


@contextmanager
def _told(prepared: "Preparation", *, is_quiet: bool) -> Iterator[_Told]:
    table = prepared.order.table
    if not is_quiet:
        _say_layout(prepared, prepared.done.layout)
    hidden = not sys.stderr.isatty()
    with click.progressbar(
        length=table.count, label=sentence("import-progress"), file=sys.stderr, show_pos=True, hidden=hidden
    ) as bar:
        yield _Told(bar, is_quiet)


def _say_layout(prepared: "Preparation", layout: "Layout") -> None:
    table = prepared.order.table
    if table.sheet:
        say("import-sheet", sheet=table.sheet, rows=table.count)
    else:
        say("import-rows", rows=table.count)
    for column in layout.columns:
        say("import-column", column=column.heading, name=_target(column), label=_label(column))
    for heading in layout.ignored:
        say("import-ignored", column=heading)
    say("import-key", column=table.headings[layout.key])


def _target(column: "Column") -> str:
    return f"{column.property.name}@{column.reference}" if column.reference else column.property.name


def _label(column: "Column") -> str:
    if column.property.field is None:
        return sentence("import-place")
    return in_language(column.property.field.label, language_of())


def _as_json(prepared: "Preparation", done: "Imported", faults: "Sequence[Fault]") -> dict[str, object]:
    order, layout = prepared.order, done.layout
    return {
        "list": order.list_name,
        "dry_run": order.is_rehearsal,
        "sheet": order.table.sheet,
        "columns": [{"column": one.heading, "property": _target(one)} for one in layout.columns],
        "ignored": list(layout.ignored),
        "key": order.table.headings[layout.key],
        "rows": done.rows,
        "counts": {became.value: count for became, count in done.counts.items()},
        "problems": [one.as_json() for one in faults],
    }
