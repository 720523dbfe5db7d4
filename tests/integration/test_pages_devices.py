"""The page of devices: who sees which, what a lost one still held, and revoking one."""

import re

import pytest
from click.testing import CliRunner
from sqlalchemy import select, update

from server.clock import now_ms
from server.models import Device
from server.models_devices import DeviceChain
from server.models_evidence import AuditRow
from server.store import devices
from tests.support.builders import new_id
from tests.support.filings import FAR, KECAMATAN, REGENCY
from tests.support.office import Office
from tests.support.pages import Person, at_work
from tests.support.signed_device import SignedDevice, signed_device


@pytest.fixture
def device(office: Office) -> SignedDevice:
    return signed_device(office, "asha", "officer", KECAMATAN)


@pytest.fixture
def root(office: Office) -> Person:
    person = at_work(office, "root", "admin")
    person.speak("en")
    return person


def test_a_head_sees_the_devices_of_the_accounts_in_his_areas(office: Office, device: SignedDevice) -> None:
    """Broken on purpose: the list without asking for each account."""
    signed_device(office, "eka", "officer", FAR)
    here = at_work(office, "hana", "head", KECAMATAN)
    everywhere = at_work(office, "hadi", "head", REGENCY)
    assert "asha" in here.get("/devices").text
    assert "eka" not in here.get("/devices").text
    assert {"asha", "eka"} <= set(everywhere.get("/devices").text.split())
    assert at_work(office, "far", "head", FAR).get(f"/devices/{device.device}").status == 404
    assert at_work(office, "sari", "supervisor", KECAMATAN).get("/devices").status == 403


def test_the_page_of_a_lost_device_names_what_was_still_on_it(
    office: Office, device: SignedDevice, root: Person
) -> None:
    device.waiting, device.drafts = {device.replica: ((3, 5), (9, 9))}, 1
    device.sync(device.submission(new_id()))
    assert "4 changes still on it then" in root.get("/devices").text
    page = root.get(f"/devices/{device.device}")
    assert f"{device.replica} : 3–5, 9" in page.text
    assert "4 changes in all." in page.text
    assert "1 form was being filled." in page.text


def test_what_has_arrived_since_is_not_on_it_any_more(
    office: Office, device: SignedDevice, root: Person
) -> None:
    """As after its store enrolled anew. Broken on purpose: the ranges as the device told them."""
    device.waiting = {device.replica: ((3, 5),)}
    device.sync(device.submission(new_id()))
    device.waiting = {}
    other = office.device("asha", "officer", KECAMATAN)
    other.replica = device.replica
    other.sync(other.submission(new_id(), n=4))
    assert f"{device.replica} : 3, 5" in root.get(f"/devices/{device.device}").text
    for n in (3, 5):
        other.sync(other.submission(new_id(), n=n))
    assert "No change that has not arrived." in root.get(f"/devices/{device.device}").text


def test_a_locked_device_is_unlocked_on_its_page(office: Office, device: SignedDevice, root: Person) -> None:
    """Broken on purpose: a button that unlocked nothing."""
    lock = "AAAAAAAAAAA"
    path = f"/devices/{device.device}"
    assert f"{path}/unlock" not in root.get(path).html
    assert device.sync(locked=lock)["locked"] == lock
    far = at_work(office, "far", "head", FAR)
    sent = {"csrf_token": far.get("/devices").form("/sign-out").fields["csrf_token"]}
    assert far.post(f"{path}/unlock", sent).status == 404
    before = root.get(path)
    page = before.submit(form=f"{path}/unlock")
    assert "Unlocked." in page.text
    assert f"{path}/unlock" not in page.html
    assert device.sync(locked=lock)["unlocked"]
    assert "It is not locked." in before.submit(form=f"{path}/unlock").text


def test_revoking_needs_a_tick_and_tells_what_was_on_it(
    office: Office, device: SignedDevice, root: Person
) -> None:
    device.waiting = {device.replica: ((2, 7),)}
    device.sync(device.submission(new_id()))
    path = f"/devices/{device.device}"
    refused = root.get(path).submit(form=f"{path}/revoke")
    assert refused.status == 400
    assert "revoked" not in device.sync()
    page = root.get(path).submit(form=f"{path}/revoke", sure="yes")
    assert page.path == path
    assert f"{device.replica} : 2–7" in page.text
    assert device.sync()["revoked"]
    with office.store.read() as connection:
        query = select(AuditRow.account).where(AuditRow.action == "device-revoked")
        assert connection.execute(query).scalars().all() == ["root"]
    assert "Revoke this device" not in page.text


def test_the_last_contact_is_never_before_the_last_batch(office: Office, device: SignedDevice) -> None:
    """That a device asked is noted once an hour only. Broken on purpose: only what was noted was shown."""
    device.sync(device.submission(new_id()))
    with office.store.write() as connection:
        connection.execute(update(Device).values(seen=1_700_000_000_000))
        moved = connection.execute(select(DeviceChain.moved)).scalar_one()
    with office.store.read() as connection:
        assert devices.listed(connection, device.device)[0].seen == moved


def test_a_break_of_the_chain_is_told(office: Office, device: SignedDevice, root: Person) -> None:
    assert "perhaps copied" not in root.get("/devices").text
    device.sync(device.submission(new_id()))
    device.before = "x" * 43
    device.sync(device.submission(new_id()))
    assert "perhaps copied" in root.get("/devices").text
    assert "Breaks of its chain 1" in root.get(f"/devices/{device.device}").text


def test_devices_are_narrowed_to_what_is_the_matter(office: Office, root: Person) -> None:
    """
    Each of them matters in one way only, so each filter names one.

    Broken on purpose: revoked ones in every list; a contact of the chain that did not count; a head's filter
    that named devices of other areas; a clock that was noted at each request.
    """
    office.person("hana", "head", FAR)
    hours, now = 3_600_000, now_ms()
    fine, unsent, wrong, old = (
        signed_device(office, name, "officer", KECAMATAN) for name in ("fine", "unsent", "wrong", "old")
    )
    for name in ("silent", "locked", "gone"):
        office.device(name, "officer", FAR)
    unsent.waiting, unsent.drafts = {unsent.replica: ((9, 9),)}, 2
    unsent.sync(unsent.submission(new_id()), clock=now)
    old.client.environ_base["HTTP_USER_AGENT"] = "verilap/0.0.9"
    _change(office, old.device, seen=None)
    old.sync(clock=now)
    wrong.sync(clock=now + 3 * hours + 600_000)
    fine.sync(clock=now - 60_000)
    fine.sync(fine.submission(new_id()), clock=now - 60_000)
    _change(office, fine.device, seen=now - 100 * 24 * hours)
    for name, change in (
        ("silent", {"seen": now - 8 * 24 * hours}),
        ("locked", {"locked": now, "lock_id": "x"}),
        ("gone", {"revoked": now}),
    ):
        with office.store.read() as connection:
            (one,) = devices.listed(connection, account=name)
        _change(office, one.id, **change)

    def named(query: str, person: Person = root) -> list[str]:
        return re.findall(r"<bdi>([a-z]+)</bdi> ·", person.get(f"/devices?{query}").html)

    assert named("") == ["fine", "locked", "old", "silent", "unsent", "wrong"]
    assert named("show=offline") == ["silent"]
    assert named("show=offline&days=14") == []
    for name, shown in (("unsent", "unsent"), ("wrong", "clock"), ("old", "old"), ("gone", "revoked")):
        assert named(f"show={shown}") == [name]
    assert named("show=locked") == ["locked"]
    assert named("show=unconfirmed") == named("account=nobody") == []
    assert named("account=SIL%00&show=nonsense&days=x&page=%00") == ["silent"]
    page = root.get("/devices?show=clock").text
    assert ("3 hours fast" in page, "clock wrong" in page) == (True, True)
    assert "1 change still on it then, 2 drafts" in root.get("/devices?show=unsent").text
    assert named("", at_work(office, "hana", "head")) == ["locked", "silent"]

    with office.store.read() as connection:
        (before,) = devices.listed(connection, wrong.device)
    wrong.sync(clock=now_ms() + 3 * hours + 600_000)
    with office.store.read() as connection:
        (after,) = devices.listed(connection, wrong.device)
    assert (after.skew, after.reported) == (before.skew, before.reported)
    for clock in (2**80, -(2**80), 0):
        wrong.sync(clock=clock)
    assert "slow" in root.get(f"/devices/{wrong.device}").text


def _change(office: Office, device: str, **values: object) -> None:
    with office.store.write() as connection:
        connection.execute(update(Device).where(Device.id == device).values(**values))


def test_the_version_of_its_program_is_told(office: Office, root: Person) -> None:
    office.person("asha", "officer", KECAMATAN)
    device = SignedDevice(office.client, office.device_token("asha"), "replica-of-asha", "asha")
    device.client.environ_base["HTTP_USER_AGENT"] = "verilap/1.2.3"
    device.register()
    assert "Version 1.2.3" in root.get(f"/devices/{device.device}").text


def test_a_number_that_is_sent_twice_is_no_mistake_of_the_server(
    office: Office, device: SignedDevice, root: Person
) -> None:
    """Broken on purpose: the page said that the server made a mistake, as of everything without words."""
    token = root.get("/devices").form("/sign-out").fields["csrf_token"]
    sent = {"csrf_token": token, "number": "123456"}
    page = root.post(f"/devices/{device.device}/confirm", sent)
    assert (page.status, "Something is different by now" in page.text) == (409, True)
    assert "made a mistake" not in page.text


def test_a_device_that_is_not_there_is_not_found(office: Office, root: Person) -> None:
    for path in ("/devices/x", "/devices/%00", "/devices/" + "y" * 300):
        assert root.get(path).status == 404


def test_the_command_tells_the_same(
    office: Office, device: SignedDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    from contextlib import nullcontext

    from server.cli import main

    monkeypatch.setenv("LANG", "en_US.UTF-8")
    monkeypatch.setattr("server.device_commands.installed_store", lambda: nullcontext(office.store))
    shown = CliRunner().invoke(main, ["device", "show", device.device])
    assert "no signed batch" in shown.stdout
    device.waiting = {device.replica: ((3, 5),)}
    device.sync(device.submission(new_id()))
    shown = CliRunner().invoke(main, ["device", "show", device.device])
    assert f"{device.replica}  3–5" in shown.stdout
    assert shown.exit_code == 0
    assert CliRunner().invoke(main, ["device", "show", "x"]).exit_code == 1
