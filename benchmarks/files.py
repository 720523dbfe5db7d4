"""What files cost: over a bad line with cuts, in the server's memory, and with many devices at once."""

import os
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from benchmarks.client import KEY
from benchmarks.installation import VILLAGES, Installation
from benchmarks.line import Quality
from benchmarks.meters import Meter, percentile, resident_peak_mib
from benchmarks.photos import photo
from benchmarks.remote import RemoteClient, clients
from benchmarks.tally import Tally, tallied
from benchmarks.tunnel import Tunnel, missing
from benchmarks.uploader import Uploader
from benchmarks.workload import PHOTO_FORM_ID, PHOTO_PATHS
from client_sync.device import Device

Figures = dict[str, Any]
PHOTO_BYTES: Final = 300 * 1024
PHOTOS_EACH: Final = 2
CHUNK: Final = 64 * 1024
LARGEST_CHUNK: Final = 512 * 1024
SMALL: Final = 1_000_000
MOST_SYNCS: Final = 50
TELL_S: Final = 20.0


def token_of(where: Installation, name: str) -> str:
    """The token of a new officer's new device."""
    with closing(Device.open(where.folder / name, KEY)) as device:
        device.enroll(where.server.url, where.enrol_code(name, VILLAGES[0]))
        identity = device.store.settings.identity
        assert identity
        return identity.token


def memory(where: Installation, large: int) -> Figures:
    """The most memory that the server has resident while it takes a small file, and a large one."""
    found: Figures = {}
    with closing(Uploader(where.server.url, token_of(where, "memory"))) as uploader:
        uploader.send(secrets.token_bytes(SMALL), LARGEST_CHUNK)  # what is loaded once
        for name, size in (("small", SMALL), ("large", large)):
            data = secrets.token_bytes(size)
            with resident_peak_mib(where.server.pid) as peak:
                took = sum(uploader.send(data, LARGEST_CHUNK))
            found[f"{name}_mb"] = round(size / 1e6, 2)
            found[f"{name}_peak_mib"] = round(peak[0], 1)
            found[f"{name}_mb_per_s"] = round(size / 1e6 / took, 1)
    return {**found, "large_to_small": round(found["large_peak_mib"] / found["small_peak_mib"], 2)}


def many_devices(where: Installation, devices: int, singles: int) -> Figures:
    """Devices that send two photos each at the same moment, and meanwhile somebody who syncs answers."""
    photos = [[secrets.token_bytes(PHOTO_BYTES) for _ in range(PHOTOS_EACH)] for _ in range(devices)]
    total = devices * PHOTOS_EACH * PHOTO_BYTES / 1e6
    uploaders = [Uploader(where.server.url, token_of(where, f"many{i}")) for i in range(devices)]
    took: list[float] = []

    def send(place: int) -> None:
        for data in photos[place]:
            took.extend(uploaders[place].send(data, CHUNK))

    with clients(where.folder, "meanwhile") as (other,):
        other.ask("enroll", url=where.server.url, code=where.enrol_code("meanwhile", VILLAGES[3]))
        other.ask("sync")
        alone = _syncs(other, 0, singles)
        threads = [threading.Thread(target=send, args=[place]) for place in range(devices)]
        with Meter(where.pids) as meter:
            for thread in threads:
                thread.start()
            beside: list[float] = []
            while any(thread.is_alive() for thread in threads):
                beside += _syncs(other, singles + len(beside), 1)
            for thread in threads:
                thread.join()
    for uploader in uploaders:
        uploader.close()
    plain = total / _plainly(where.folder, [data for one in photos for data in one])
    return {
        "devices": devices,
        "mb": round(total, 2),
        "seconds": round(meter.seconds, 2),
        "mb_per_s": round(total / meter.seconds, 1),
        "plain_files_mb_per_s": round(plain, 1),
        "of_plain_files": round(total / meter.seconds / plain, 3),
        "piece_p50_ms": round(percentile(took, 0.5) * 1000, 1),
        "piece_p95_ms": round(percentile(took, 0.95) * 1000, 1),
        "sync_alone_p95_ms": round(percentile(alone, 0.95), 1),
        "sync_meanwhile_p95_ms": round(percentile(beside, 0.95), 1),
    }


def _syncs(client: RemoteClient, start: int, count: int) -> list[float]:
    """Milliseconds of syncs of one new record each."""
    told = client.ask("singles", start=start, count=count, village=VILLAGES[3])
    return [seconds * 1000 for seconds in told["took"]]


def _plainly(folder: Path, photos: list[bytes]) -> float:
    """Seconds for writing the same bytes as plain files, each forced to the disk: the yardstick."""
    target = folder / "plain"
    target.mkdir()
    began = time.perf_counter()
    for place, data in enumerate(photos):
        with (target / str(place)).open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    return time.perf_counter() - began


# --- over a bad line -----------------------------------------------------------------------------


def over_a_bad_line(
    where: Installation, forms: int, quality: Quality, tell: Callable[[str], None]
) -> Figures:
    """
    Forms with two photos each, from a device whose only way to the server is a bad line with cuts.

    `sent_twice` is what the server's side received of files beyond their bytes, as a share of these;
    `handed_twice` the same of what the device gave to its system. `tell` hears how far it is.
    """
    if lacking := missing():
        return {"not_measured": f"a bad line needs {lacking}"}
    with Tunnel(quality) as tunnel, tallied(where.server.url, tunnel.near) as tally:
        total = _fill(where, tally.url, forms)
        before, began = replace(tally.counted), time.perf_counter()
        with (
            _telling(tally, total, tell),
            clients(where.folder, "bad-line", through=tunnel.command()) as (one,),
        ):
            reports = [one.ask("sync")]
            while reports[-1]["files"]["waiting"] and len(reports) < MOST_SYNCS:
                reports.append(one.ask("sync"))
        seconds = time.perf_counter() - began
        counted = tally.counted
    assert not reports[-1]["files"]["waiting"], reports[-1]
    received = counted.file_bytes - before.file_bytes
    ideal = quality.ideal_s(total)
    return {
        "files": sum(one["files"]["sent"] for one in reports),
        "file_bytes": total,
        "seconds": round(seconds, 1),
        "ideal_seconds": round(ideal, 1),
        "times_the_ideal": round(seconds / ideal, 2) if ideal else None,
        "cuts": quality.cuts_until(seconds),
        "syncs": len(reports),
        "requests": counted.requests - before.requests,
        "pieces": counted.file_requests - before.file_requests,
        "sent_twice": round(received / total - 1, 4),
        "handed_twice": round(sum(one["bytes_up"] for one in reports) / total - 1, 4),
        "wire_up_per_file_byte": round(tunnel.up.bytes / total, 3),
        "wire_down_per_file_byte": round(tunnel.down.bytes / total, 3),
        "packets_lost": sum(tunnel.up.lost.values()) + sum(tunnel.down.lost.values()),
    }


def _fill(where: Installation, url: str, forms: int) -> int:
    """A device with forms and their photos in it, all but sent; gives the bytes of its files."""
    with closing(Device.open(where.folder / "bad-line", KEY)) as device:
        device.enroll(url, where.enrol_code("bad-line", VILLAGES[4]))
        device.sync()
        for form in range(forms):
            record = device.new(PHOTO_FORM_ID, VILLAGES[4], {"note": f"visit {form}"}).record
            for place, path in enumerate(PHOTO_PATHS):
                picture = where.folder / f"{form}-{path}.jpg"
                picture.write_bytes(photo(form * len(PHOTO_PATHS) + place))
                device.attach(record, path, picture)
        return sum(one.size for one in device.store.files.all())


@contextmanager
def _telling(tally: Tally, total: int, tell: Callable[[str], None]) -> Iterator[None]:
    """Says now and then how much has arrived: this takes minutes."""
    done, began = threading.Event(), time.perf_counter()

    def report() -> None:
        while not done.wait(TELL_S):
            arrived = tally.counted.file_bytes / 1e6
            seconds = time.perf_counter() - began
            tell(f"over a bad line: {arrived:.2f} of {total / 1e6:.2f} MB after {seconds:.0f} s")

    thread = threading.Thread(target=report, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
