"""The measures, one function each: every one gives a flat dict of figures."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.client import answers_of
from benchmarks.files import many_devices, memory, over_a_bad_line
from benchmarks.installation import VILLAGES, Installation
from benchmarks.line import Quality
from benchmarks.meters import Meter, fdatasync_ms, percentile, plain_rows_per_second
from benchmarks.pages import pages
from benchmarks.remote import clients

Figures = dict[str, Any]


@dataclass(frozen=True)
class Sizes:
    """How much is measured: see ``python -m benchmarks --help``."""

    records: int
    many: int
    singles: int
    before: int
    rounds: int
    devices: int
    large: int
    photo_forms: int
    kbit: int
    delay: int
    submissions: int

    @property
    def pulled(self) -> int:
        """What the pushes leave in the first village, of which the four clients' fill a quarter."""
        return self.records + self.records // 4 + self.many


def yardsticks() -> Figures:
    """What this machine does with the least that must be done, in the same run."""
    rows = [json.dumps(answers_of(i)).encode() for i in range(3000)]
    return {"fdatasync_ms": fdatasync_ms(), "plain_rows_per_s": round(plain_rows_per_second(rows))}


def push(where: Installation, devices: int, count: int, start: int) -> Figures:
    """New records from one device, or from several at once, each in a village of its own."""
    names = [f"push{start}x{i}" for i in range(devices)]
    share = count // devices
    with clients(where.folder, *names) as opened:
        filled = 0.0
        for i, (name, client) in enumerate(zip(names, opened, strict=True)):
            client.ask("enroll", url=where.server.url, code=where.enrol_code(name, VILLAGES[i]))
            client.ask("sync")
            told = client.ask("fill", start=start + i * share, count=share, village=VILLAGES[i])
            filled += told["seconds"]
        with Meter({**where.pids, **{n: c.process.pid for n, c in zip(names, opened, strict=True)}}) as meter:
            for client in opened:
                client.begin("sync")
            told = [client.finish() for client in opened]
    sent = sum(one["sent"] for one in told)
    assert sent == count == sum(one["verdicts"]["ok"] for one in told)
    return {
        "records_per_s": round(count / meter.seconds),
        "saved_on_device_per_s": round(count / filled),
        "requests": sum(one["requests"] for one in told),
        "bytes_up_per_record": round(sum(one["bytes_up"] for one in told) / count, 1),
        "bytes_down_per_record": round(sum(one["bytes_down"] for one in told) / count, 1),
        **_costs(where, meter, count),
        "client_cpu_us_per_record": round(sum(one["cpu"] for one in told) / count * 1e6),
    }


def _costs(where: Installation, meter: Meter, count: int) -> Figures:
    found: Figures = {
        f"{name}_cpu_us_per_record": round(meter.cpu_s[name] / count * 1e6) for name in where.pids
    }
    found |= {f"{name}_peak_mib": round(meter.peak_mib.get(name, 0.0), 1) for name in where.pids}
    return {**found, "others_cpu": round(meter.others_cpu, 2)}


def pull(where: Installation, village: str, count: int) -> Figures:
    """A fresh, encrypted device that receives and stores a village."""
    with clients(where.folder, f"pull{village}") as (client,):
        client.ask("enroll", url=where.server.url, code=where.enrol_code(f"pull{village}", village))
        with Meter(where.pids) as meter:
            told = client.ask("sync")
    assert told["held_here"] == count, told
    return {
        "records": count,
        "seconds": round(meter.seconds, 2),
        "records_per_s": round(count / meter.seconds),
        "requests": told["requests"],
        "bytes_down_per_record": round(told["bytes_down"] / count, 1),
        "client_cpu_us_per_record": round(told["cpu"] / count * 1e6),
        **_costs(where, meter, count),
    }


def on_the_wire(where: Installation, start: int, before: int) -> Figures:
    """Bytes of bodies: a record alone, a hundred in one request, nothing to do, one changed answer."""
    found: Figures = {}
    with clients(where.folder, "wire", "reader") as (writer, reader):
        villages = VILLAGES[4:7]
        writer.ask("enroll", url=where.server.url, code=where.enrol_code("wire", *villages))
        reader.ask("enroll", url=where.server.url, code=where.enrol_code("reader", *villages))
        for i, village in enumerate(villages):
            writer.ask("fill", start=start + i, count=1, village=village)
        writer.ask("sync")
        singles = [_one_more(writer, start + 10 + i, villages[0]) for i in range(5)]
        found["alone_bytes_up"] = round(percentile(singles, 0.5))
        writer.ask("fill", start=start + 1000, count=before, village=villages[0])
        writer.ask("sync")
        writer.ask("trust_line")
        ids = writer.ask("fill", start=start + 50_000, count=100, village=villages[0])["records"]
        hundred = writer.ask("sync")
        found["batch_of_100_bytes_up_per_record"] = round(hundred["bytes_up"] / 100, 1)
        found["batch_of_100_requests"] = hundred["requests"]
        reader.ask("sync")
        found |= {f"nothing_changed_{k}": v for k, v in _traffic(writer.ask("sync")).items()}
        pushed = writer.ask(
            "change", record=ids[0], path="note", value="Alamat diperbaiki setelah kunjungan."
        )
        found |= {f"change_push_{k}": v for k, v in _traffic(pushed).items()}
        found |= {f"change_pull_{k}": v for k, v in _traffic(reader.ask("sync")).items()}
    return found


def _one_more(client: Any, i: int, village: str) -> int:
    client.ask("fill", start=i, count=1, village=village)
    return int(client.ask("sync")["bytes_up"])


def _traffic(told: Figures) -> Figures:
    return {
        "requests": told["requests"],
        "bytes_up": told["bytes_up"],
        "bytes_down": told["bytes_down"],
        "ms": round(told["seconds"] * 1000, 1),
    }


def single_syncs(where: Installation, start: int, count: int) -> Figures:
    """One new record and its sync at a time, on an open connection."""
    with clients(where.folder, "single") as (client,):
        client.ask("enroll", url=where.server.url, code=where.enrol_code("single", VILLAGES[3]))
        client.ask("sync")
        took = [
            seconds * 1000
            for seconds in client.ask("singles", start=start, count=count, village=VILLAGES[3])["took"]
        ]
    return {"p50_ms": round(percentile(took, 0.5), 1), "p95_ms": round(percentile(took, 0.95), 1), "n": count}


def all_measures(sizes: Sizes) -> dict[str, Callable[[Installation], Figures]]:
    """By name, in the order in which they build on each other."""
    return {
        "push, one client": lambda where: push(where, 1, sizes.records, 0),
        "push, four clients": lambda where: push(where, 4, sizes.records, 100_000),
        "push, one client, many": lambda where: push(where, 1, sizes.many, 200_000),
        "pull by a fresh device": lambda where: pull(where, VILLAGES[0], sizes.pulled),
        "single syncs": lambda where: single_syncs(where, 300_000, sizes.singles),
        "on the wire": lambda where: on_the_wire(where, 400_000, sizes.before),
        "pages of the office": lambda where: pages(where, sizes.submissions),
        "files, memory of the server": lambda where: memory(where, sizes.large),
        "files, many devices": lambda where: many_devices(where, sizes.devices, sizes.singles),
    }


def line_measure(sizes: Sizes, tell: Callable[[str], None]) -> Callable[[Installation], Figures]:
    """The one that is measured on one database only: it takes minutes, and they go by on the line."""
    quality = Quality(bits_per_s=sizes.kbit * 1000, delay_ms=sizes.delay, jitter_ms=sizes.delay / 8)
    return lambda where: over_a_bad_line(where, sizes.photo_forms, quality, tell)
