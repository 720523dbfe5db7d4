"""``python -m benchmarks``: measures the product on this machine, prints tables, keeps the figures as JSON.

Everything is the real thing on loopback: server process, encrypted device stores,
HTTP, durable commits. Nothing is asserted; docs/performance.md says what limits what.
"""

import argparse
import json
import platform
import time
from dataclasses import fields
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

from benchmarks.client import answers_of
from benchmarks.forms import evaluation
from benchmarks.installation import installed
from benchmarks.measures import Sizes, all_measures, line_measure, yardsticks
from benchmarks.phone import phone
from benchmarks.sealing import sealing

RESULTS = Path(__file__).parent / "results"
SIZES = {
    "records": (2000, "new records in the short pushes, a multiple of four"),
    "many": (7500, "new records in the long push"),
    "singles": (200, "syncs of one new record each"),
    "before": (1000, "records that go before those whose bytes on the wire are counted"),
    "rounds": (15, "rounds of evaluating forms, of which the best counts"),
    "devices": (20, "devices that send photos at once"),
    "large": (50_000_000, "bytes of the large file, of which a server takes at most as many"),
    "photo-forms": (
        6,
        "forms with two photos each over a bad line, on the first database; each takes some minutes, 0 none",
    ),
    "kbit": (64, "kbit/s of that line"),
    "delay": (300, "milliseconds of that line, one way"),
    "phone": (7, "starts of the officers' app on a slow phone, 0 none"),
    "phone-cases": (300, "cases that this phone knows"),
    "submissions": (3000, "submissions among which the office's pages are measured; a regency has 60000"),
}


def main() -> None:
    """Runs the measures on each database."""
    asked = _arguments()
    console = Console(width=120)
    found: dict[str, Any] = {"machine": _machine(), "yardsticks": yardsticks()}
    _print(console, "yardsticks", found["yardsticks"])
    if not asked.only or asked.only in "forms":
        found["forms"] = evaluation(asked.rounds)
        _print(console, "forms: evaluating a filled one", found["forms"])
    if not asked.only or asked.only in "sealing":
        found["sealing"] = sealing(answers_of(1), asked.rounds)
        _print(console, "sealing: a new record", found["sealing"])
    if asked.phone and (not asked.only or asked.only in "phone"):
        found["phone"] = phone(asked.phone, asked.phone_cases)
        _print(console, "phone: milliseconds as four times slower", found["phone"])
    for number, database in enumerate(asked.databases.split(",")):
        found[database] = {}
        measures = all_measures(asked.sizes)
        if number == 0 and asked.sizes.photo_forms:
            measures["files over a bad line"] = line_measure(asked.sizes, console.print)
        with installed(database) as where:
            for name, measure in measures.items():
                if asked.only and asked.only not in name:
                    continue
                figures = measure(where)
                figures = _with_ratio(figures, found["yardsticks"])
                found[database][name] = _with_share(figures, found.get("sealing"))
                _print(console, f"{database}: {name}", found[database][name])
    asked.results.mkdir(parents=True, exist_ok=True)
    target = asked.results / f"{time.strftime('%Y%m%d-%H%M%S')}.json"
    target.write_text(json.dumps(found, indent=2) + "\n", "utf-8")
    console.print(f"kept in {target}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--databases", default="sqlite,postgres")
    for name, (usual, meaning) in SIZES.items():
        parser.add_argument(f"--{name}", type=int, default=usual, help=f"{meaning} ({usual})")
    parser.add_argument("--only", help="measures whose name contains this")
    parser.add_argument("--results", type=Path, default=RESULTS, help="the folder for the JSON")
    asked = parser.parse_args()
    asked.sizes = Sizes(**{one.name: getattr(asked, one.name) for one in fields(Sizes)})
    return asked


def _with_ratio(figures: dict[str, Any], yardstick: dict[str, Any]) -> dict[str, Any]:
    """Puts the share of the plain inserts beside a rate of new records."""
    if "saved_on_device_per_s" not in figures:
        return figures
    return {**figures, "of_plain_rows": round(figures["records_per_s"] / yardstick["plain_rows_per_s"], 3)}


def _with_share(figures: dict[str, Any], sealed: dict[str, Any] | None) -> dict[str, Any]:
    """Puts beside a rate of new records how much of the server's processor time is sealing."""
    if "saved_on_device_per_s" not in figures or sealed is None:
        return figures
    server = max(1, figures["server_cpu_us_per_record"])  # so few records may take none that is counted
    return {**figures, "sealing_share": round(sealed["sealed_us_per_record"] / server, 4)}


def _machine() -> dict[str, Any]:
    return {
        "cores": psutil.cpu_count(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
    }


def _print(console: Console, title: str, figures: dict[str, Any]) -> None:
    table = Table("figure", "value", title=title, title_justify="left")
    for name, value in figures.items():
        table.add_row(name.replace("_", " "), str(value))
    console.print(table)


if __name__ == "__main__":
    main()
