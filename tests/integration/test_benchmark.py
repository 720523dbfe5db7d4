"""``make bench`` in small: it runs on both databases and keeps every figure that it promises."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest

from benchmarks.tunnel import missing
from tests.conftest import ON_BOTH
from tests.support.documents import ROOT
from tests.support.postgres_binaries import ensure_binaries

SMALL: Final = {
    "records": 8,
    "many": 4,
    "singles": 2,
    "before": 4,
    "rounds": 1,
    "devices": 2,
    "large": 2_000_000,
    "photo-forms": 1,
    "kbit": 20_000,
    "submissions": 60,
    "delay": 5,
    "phone": 0,
}
PROMISED: Final = {
    "push, one client": {
        "records_per_s",
        "sealing_share",
        "bytes_up_per_record",
        "bytes_down_per_record",
        "server_cpu_us_per_record",
        "server_peak_mib",
        "client_cpu_us_per_record",
    },
    "push, four clients": {"records_per_s", "server_cpu_us_per_record", "server_peak_mib"},
    "push, one client, many": {"records_per_s"},
    "pull by a fresh device": {"records", "seconds", "requests", "bytes_down_per_record"},
    "single syncs": {"p50_ms", "p95_ms"},
    "on the wire": {
        "alone_bytes_up",
        "batch_of_100_bytes_up_per_record",
        *(
            f"{what}_{figure}"
            for what in ("nothing_changed", "change_push", "change_pull")
            for figure in ("requests", "bytes_up", "bytes_down", "ms")
        ),
    },
    "pages of the office": {
        *(
            f"{role}_{figure}"
            for role in ("head", "supervisor")
            for figure in (
                *("queue_p50_ms", "queue_p95_ms", "deep_p50_ms", "slowest_filter_p50_ms"),
                *("record_p50_ms", "record_p95_ms", "queue_kb", "record_kb"),
            )
        ),
        "head_queue_to_plain_page",
    },
    "files, memory of the server": {"small_peak_mib", "large_peak_mib", "large_to_small", "large_mb_per_s"},
    "files, many devices": {
        "seconds",
        "mb_per_s",
        "of_plain_files",
        "piece_p95_ms",
        "sync_alone_p95_ms",
        "sync_meanwhile_p95_ms",
    },
    "files over a bad line": {
        "file_bytes",
        "seconds",
        "times_the_ideal",
        "requests",
        "sent_twice",
        "handed_twice",
        "wire_up_per_file_byte",
        "wire_down_per_file_byte",
    },
}
"""The figures of docs/performance.md, by measure."""
POSSIBLY_NOTHING: Final = {
    "sealing_share",
    "server_cpu_us_per_record",
    "client_cpu_us_per_record",
    "sent_twice",
    "handed_twice",
}
"""Counted in ticks of 10 ms, of which so few records may take none; or bytes that no cut made go again."""


@pytest.mark.slow
@pytest.mark.parametrize("database", ON_BOTH)
def test_the_benchmark_measures_everything_that_it_promises(database: str, tmp_path: Path) -> None:
    """Every figure that the benchmark promises stands in what it keeps."""
    if database == "postgres":
        ensure_binaries()
    found = measured(database, tmp_path)
    assert found["yardsticks"]["plain_rows_per_s"] > 0
    assert found["yardsticks"]["fdatasync_ms"].keys() == {"p50", "p95"}
    assert found["forms"]["evaluated_us_per_record"] > 0
    assert found["sealing"]["sealed_us_per_record"] >= 0
    assert found["sealing"]["document_bytes"] > 0
    assert found[database].keys() == PROMISED.keys()
    if (lacking := missing()) is not None:  # a machine without root has no bad line, and is told so
        assert lacking in found[database].pop("files over a bad line")["not_measured"]
    for measure, figures in PROMISED.items():
        if measure not in found[database]:
            continue
        for figure in figures:
            assert found[database][measure][figure] > 0 or figure in POSSIBLY_NOTHING, (measure, figure)
    wire = found[database]["on the wire"]
    assert wire["nothing_changed_requests"] == wire["change_push_requests"] == 1
    assert wire["nothing_changed_bytes_up"] + wire["nothing_changed_bytes_down"] < 300  # invariant 9
    assert found[database]["pull by a fresh device"]["records"] == 8 + 2 + 4


def measured(database: str, folder: Path) -> dict[str, Any]:
    """What the command kept as JSON, in its one file."""
    sizes = [f"--{name}={size}" for name, size in SMALL.items()]
    ran = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--databases", database, "--results", str(folder), *sizes],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    (kept,) = folder.glob("*.json")
    found: dict[str, Any] = json.loads(kept.read_text("utf-8"))
    return found
