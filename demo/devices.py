"""Three devices: real stores, encrypted and enrolled, with clocks that can be set."""

import shutil
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Final

from PIL.Image import Image

from client_sync.desk import now_ms
from client_sync.device import Device
from client_sync.file_queue import WIFI
from client_sync.report import SyncReport
from client_sync.store.settings import ORIGINALS
from client_sync.writer import Saved
from demo.evidence import Evidence, attach
from demo.installation import Installation

OFFICE_TIME: Final = timezone(timedelta(hours=8), "WITA")
MINUTE_MS: Final = 60_000


@dataclass
class Clock:
    """A device's clock: the true time, and by how many milliseconds it is wrong."""

    wrong_by: int = 0

    def __call__(self) -> int:
        return now_ms() + self.wrong_by

    def set_to(self, time: int) -> None:
        """From now on the clock goes on from `time`, in milliseconds since 1970."""
        self.wrong_by = time - now_ms()

    def set_right(self) -> None:
        self.wrong_by = 0


@dataclass
class Phone:
    """An officer's device. `village` is where he files when nothing else is said."""

    name: str
    home: Path
    key: str
    clock: Clock = field(default_factory=Clock)
    _device: Device | None = None
    _evidence: Evidence | None = None

    @property
    def device(self) -> Device:
        """The device, opened when it is first used."""
        if self._device is None:
            self._device = Device.open(self.home, self.key, create=False, clock=self.clock)
        return self._device

    def close(self) -> None:
        """Closes the store: the file alone then holds everything."""
        if self._device is not None:
            self._device.close()
        self._device = None

    def file(
        self, form: str, village: str, answers: dict[str, str], minutes_ago: float = 180, minutes: float = 20
    ) -> str:
        """Files a form that was finished some minutes ago; gives the record."""
        ended = self.work_at(minutes_ago)
        started = ended - round(minutes * MINUTE_MS)
        return self.new(form, village, answers, started=started, ended=ended)

    def new(self, form: str, village: str | None, answers: dict[str, str], **facts: Any) -> str:
        """Files a form with its photos and signatures; `facts` as `Device.new`. Gives the record."""
        if self._evidence is None:
            self._evidence = Evidence(self.home.parent / "photos" / self.name)
        told = self._evidence.with_known(answers)
        record = self.device.new(form, village, told, **facts).record
        self._evidence.attach_new(self.device, record, told)
        return record

    def photograph(
        self, record: str, path: str, image: Image, taken: datetime, place: tuple[float, float]
    ) -> None:
        """Takes a photo and attaches it to a record."""
        file = self.home.parent / "photos" / self.name / f"IMG_{taken:%Y%m%d_%H%M%S}.jpg"
        attach(self.device, record, path, file, image, taken, place)

    def keep_originals_for_wifi(self) -> None:
        """As ``verilap files originals wifi``: on other lines only small pictures are sent."""
        self.device.store.settings.put(ORIGINALS, WIFI)

    def change(self, record: str, answers: dict[str, str], minutes_ago: float = 0) -> Saved:
        """Changes answers of a record, some minutes ago."""
        self.work_at(minutes_ago)
        return self.device.set(record, answers)

    def remove(self, record: str, member: str, minutes_ago: float = 0) -> Saved:
        """Removes a member of a repeat, some minutes ago."""
        self.work_at(minutes_ago)
        return self.device.remove(record, member)

    def work_at(self, minutes_ago: float) -> int:
        """Turns the clock back, as if the work had been done then; gives that time."""
        self.clock.set_to(now_ms() - round(minutes_ago * MINUTE_MS))
        return self.clock()

    def sync(self) -> SyncReport:
        """There is a signal: everything goes out and comes in, with the clock right."""
        self.clock.set_right()
        return self.device.sync()

    def clone(self, home: Path) -> "Phone":
        """Another phone with the same store, as a backup put onto a new phone makes it."""
        self.close()
        shutil.copytree(self.home, home)
        return Phone(f"{self.name}-2", home, self.key, _evidence=self._evidence)


def enrol(installation: Installation, account: str, url: str) -> Phone:
    """A device of an account, enrolled on the command line as its officer does it."""
    phone = Phone(account, installation.device_home(account), f"demo-{account}")
    code = installation.verilap_server("enroll", account)
    installation.verilap(phone.home, phone.key, "enroll", url, code, "--name", f"demo-{account}")
    return phone


def today() -> date:
    """The day in the office."""
    return datetime.now(OFFICE_TIME).date()


def at(day: date, minutes: float) -> int:
    """Milliseconds since 1970, so many minutes after the midnight of a day in the office."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=OFFICE_TIME)
    return round(midnight.timestamp() * 1000 + minutes * MINUTE_MS)
