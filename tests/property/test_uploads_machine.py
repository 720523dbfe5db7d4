"""
Any order of beginning, asking, sending, hanging, dying and giving up ends with the exact bytes, or nothing.

Two devices of one account and one of another upload the same few files, as they like, wrongly too. A model
says what each upload must be; at every step the server tells the same. A request that hangs has been let in
and writes later, when others may have come; one that dies is rolled back where it stands.

Broken on purpose, and found here: pieces read without their order.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest import mock

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from domain.errors import NotFound, Outdated
from server.clock import now_ms
from server.context import context_of
from server.services import arrivals, uploads
from server.store import files as stored_files
from server.store import uploads as stored
from tests.conftest import Length
from tests.support.filings import KECAMATAN
from tests.support.office import Office
from tests.support.raw_device import RawDevice
from tests.support.uploading import Uploading, code_of, hash_of, holders, kept_bytes

FILES = (b"", b"a", b"seven by", bytes(range(40)))
WHO = st.integers(0, 2)
WHICH = st.integers(0, len(FILES) - 1)
STEPS: dict[str, tuple[Any, str]] = {
    "piece": (stored, "add_piece"),
    "holder": (stored_files, "add_holder"),
    "kept": (arrivals, "keep"),
    "dropped": (stored, "drop_pieces"),
}
"""Where a server may die: behind these, before what they did is committed, or just after it was."""


class Killed(BaseException):
    """The server dies."""


@dataclass
class Upload:
    """What an upload must be: whose, of which file, and the bytes that have come."""

    account: str
    device: int
    file: int
    where: str
    data: bytes = b""

    @property
    def has_all(self) -> bool:
        return len(self.data) == len(FILES[self.file])


class Uploads(RuleBasedStateMachine):
    """The office, three devices, and the model."""

    new_office: Callable[[], Office]

    def __init__(self) -> None:
        super().__init__()
        self.office = self.new_office()
        accounts = ("asha", "asha", "budi")
        self.accounts = accounts
        self.office.device("asha", "officer", KECAMATAN)
        self.office.device("budi", "officer", KECAMATAN)
        self.devices = [
            Uploading(RawDevice(self.office.client, self.office.device_token(one), f"store-{i}" * 3, one))
            for i, one in enumerate(accounts)
        ]
        self.uploads: dict[str, Upload] = {}
        self.held: set[tuple[str, int]] = set()

    def teardown(self) -> None:
        for upload in list(self.uploads.values()):
            self._complete(upload)
        for account, file in self.held:
            assert kept_bytes(self.office, hash_of(FILES[file])) == FILES[file]
            assert holders(self.office, hash_of(FILES[file]), account) == {account}
        self.office.close()

    # --- what devices do ---

    @rule(who=WHO, which=WHICH, first=st.none() | st.integers(0, 40))
    def begin(self, who: int, which: int, first: int | None) -> None:
        data, account = FILES[which], self.accounts[who]
        sent = None if first is None else data[:first]
        told = self.devices[who].create(data, sent)
        assert told.status_code == 201
        where, offset = told.headers["Location"], int(told.headers["Upload-Offset"])
        mine = [one for one in self.uploads.values() if (one.device, one.file) == (who, which)]
        if where in self.uploads:
            assert self.uploads[where] in mine
            assert offset == len(self.uploads[where].data)
            return
        for one in mine:  # it was dropped, for this one
            del self.uploads[one.where]
        is_had = (account, which) in self.held
        assert offset == (len(data) if is_had else len(sent or b""))
        self._note(Upload(account, who, which, where, data[:offset]))

    @rule(
        data=st.data(),
        size=st.integers(0, 40),
        shift=st.sampled_from([0, 0, 0, -1, 1, 5]),
        is_whole=st.booleans(),
    )
    def send(self, data: st.DataObject, size: int, shift: int, is_whole: bool) -> None:
        if (upload := self._some(data)) is None:
            return
        self.devices[upload.device].is_whole = is_whole
        at = max(0, len(upload.data) + shift)
        piece = FILES[upload.file][at : at + size]
        told = self.devices[upload.device].patch(upload.where, at, piece)
        if at == len(upload.data):
            assert told.status_code == 204
            upload.data += piece
            assert told.headers["Upload-Offset"] == str(len(upload.data))
            self._note(upload)
        else:
            assert (told.status_code, code_of(told)) == (409, "offset-differs")

    @rule(data=st.data())
    def ask(self, data: st.DataObject) -> None:
        if upload := self._some(data):
            assert self.devices[upload.device].offset(upload.where) == len(upload.data)
            self._note(upload)

    @rule(
        data=st.data(),
        size=st.integers(1, 40),
        meanwhile=st.sampled_from(["nothing", "asked", "begun", "sent"]),
    )
    def hang(self, data: st.DataObject, size: int, meanwhile: str) -> None:
        """A request is let in and hangs: its bytes count only if nobody asked, began or sent meanwhile."""
        upload = self._some(data)
        if upload is None or upload.has_all:
            return
        device, at, file = self.devices[upload.device], len(upload.data), FILES[upload.file]
        store, blobs = self.office.store, context_of(self.office.app).blobs
        started = uploads.start(store, upload.account, upload.where.rpartition("/")[2], at, now_ms())
        if meanwhile == "asked":
            assert device.offset(upload.where) == at
        elif meanwhile == "begun":
            self.begin(upload.device, upload.file, 0)
        elif meanwhile == "sent":
            assert device.patch(upload.where, at, b"").status_code == 204
        try:
            uploads.add(store, blobs, started, file[at : at + size], now_ms())
        except (Outdated, NotFound):
            assert meanwhile != "nothing"
        else:
            assert meanwhile == "nothing"
            upload.data += file[at : at + size]
            self._note(upload)

    @rule(data=st.data(), size=st.integers(1, 40), step=st.sampled_from(sorted(STEPS)))
    def die(self, data: st.DataObject, size: int, step: str) -> None:
        """The server dies at a step of taking a piece in; another one tells how far it got."""
        if (upload := self._some(data)) is None:
            return
        at = len(upload.data)
        piece = FILES[upload.file][at : at + size]
        place, name = STEPS[step]
        plain = getattr(place, name)

        def dying(*given: Any, **named: Any) -> Any:
            plain(*given, **named)
            raise Killed

        with mock.patch.object(place, name, dying), suppress(Killed):
            self.devices[upload.device].patch(upload.where, at, piece)
        offset = self.devices[upload.device].offset(upload.where)
        assert offset in (at, at + len(piece))
        upload.data = FILES[upload.file][:offset]
        self._note(upload)

    @rule(data=st.data(), who=WHO)
    def meddle(self, data: st.DataObject, who: int) -> None:
        """Somebody else's upload is as if it were not."""
        upload = self._some(data)
        if upload and self.accounts[who] != upload.account:
            assert self.devices[who].head(upload.where).status_code == 404
            assert self.devices[who].patch(upload.where, len(upload.data), b"x").status_code == 404
            assert self.devices[who].call("DELETE", upload.where).status_code == 404

    @rule(data=st.data())
    def give_up(self, data: st.DataObject) -> None:
        if upload := self._some(data):
            assert self.devices[upload.device].call("DELETE", upload.where).status_code == 204
            del self.uploads[upload.where]

    # --- what must be ---

    @invariant()
    def nobody_has_what_he_has_not_sent(self) -> None:
        for which, data in enumerate(FILES):
            found = holders(self.office, hash_of(data), "asha", "budi")
            assert found == {account for account, file in self.held if file == which}

    def _some(self, data: st.DataObject) -> Upload | None:
        known = sorted(self.uploads)
        return self.uploads[data.draw(st.sampled_from(known))] if known else None

    def _note(self, upload: Upload) -> None:
        self.uploads[upload.where] = upload
        if upload.has_all:
            self.held.add((upload.account, upload.file))

    def _complete(self, upload: Upload) -> None:
        """As a device does that comes back."""
        device = self.devices[upload.device]
        offset = device.offset(upload.where)
        assert offset == len(upload.data)
        device.send(upload.where, FILES[upload.file], 7, offset)
        self.held.add((upload.account, upload.file))


@pytest.mark.slow
def test_any_order_of_requests_ends_with_the_exact_bytes_or_with_nothing(
    new_database: Callable[[], str], length: Length
) -> None:
    """Invariant 12. Broken on purpose: see the beginning of this module."""
    with TemporaryDirectory() as folder:
        numbers = iter(range(1_000_000))

        def new_office() -> Office:
            place = Path(folder) / str(next(numbers))
            place.mkdir()
            return Office(new_database(), place, villages=1)

        Uploads.new_office = staticmethod(new_office)
        run_state_machine_as_test(
            Uploads,
            settings=settings(max_examples=length.of(8, 500), stateful_step_count=30),
        )
