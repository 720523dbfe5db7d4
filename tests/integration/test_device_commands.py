"""`verilap-server device` and `lease`, from a shell."""

from collections.abc import Iterator

import pytest

from server.config import Config
from tests.support.filings import KECAMATAN, REGENCY
from tests.support.office import Office
from tests.support.server import run_command


@pytest.fixture
def office(config: Config) -> Iterator[Office]:
    made = Office(config.database_url, config.data)
    yield made
    made.close()


def test_a_locked_device_is_listed_and_unlocked(office: Office, config: Config) -> None:
    """Broken on purpose: the list did not tell of the lock; `--by` was not asked for."""
    asha = office.device("asha", "officer", KECAMATAN)
    office.person("head", "head", REGENCY)
    asha.sync(locked="AAAAAAAAAAA")
    listed = run_command(config, "devices", "asha").stdout
    assert "locked since" in listed
    device = listed.split()[0]
    for arguments, code in (
        (("unlock", device, "--by", "asha"), "not-allowed"),
        (("unlock", "nobodys", "--by", "head"), "no-such-device"),
        (("unlock", "--by", "head"), "device-or-all"),
        (("unlock", device, "--all", "--by", "head"), "device-or-all"),
    ):
        refused = run_command(config, "device", *arguments)
        assert (refused.returncode, f"({code})" in refused.stderr) == (1, True), refused.stderr
    assert run_command(config, "device", "unlock", device).returncode == 2
    done = run_command(config, "device", "unlock", device, "--by", "head")
    assert (done.returncode, f"Unlocked: {device}  asha" in done.stdout) == (0, True), done.stderr
    assert "locked since" not in run_command(config, "devices", "asha").stdout
    again = run_command(config, "device", "unlock", device, "--by", "head", LANG="id_ID.UTF-8")
    assert (again.returncode, "tidak terkunci" in again.stderr) == (1, True)
    everybody = run_command(config, "device", "unlock", "--all", "--by", "head")
    assert (everybody.returncode, "0 devices unlocked" in everybody.stdout) == (0, True)
    assert asha.sync(locked="AAAAAAAAAAA")["unlocked"]


def test_the_lease_is_shown_and_set(config: Config) -> None:
    """Broken on purpose: what was set was not kept."""
    assert "after 30 days" in run_command(config, "lease").stdout
    assert "after 7 days" in run_command(config, "lease", "7").stdout
    assert "after 7 days" in run_command(config, "lease").stdout
    assert "No device locks" in run_command(config, "lease", "0").stdout
    refused = run_command(config, "lease", "4000")
    assert (refused.returncode, "(lease-days)" in refused.stderr) == (1, True)
