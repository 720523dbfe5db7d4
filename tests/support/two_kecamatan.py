"""Two kecamatan that must not learn of each other, with everything in each that somebody could ask for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import text

from server.migrations import HEAD
from server.services.check_store import Checked, check_store
from tests.conftest import ON_BOTH, sqlite_url
from tests.support.builders import new_id, op_id, with_restricted_part
from tests.support.filings import FAR, KECAMATAN, MARKER, VILLAGE, arrives
from tests.support.office import Office
from tests.support.postgres import Cluster
from tests.support.raw_device import RawDevice, whole

FAR_KECAMATAN: Final = "64.02.01"


@dataclass
class Side:
    """What one kecamatan has: the ids by which it is asked for, and words that stand in its answers.

    `protected` are words of restricted answers, which are for few even inside.
    """

    village: str
    submission: str = field(default_factory=new_id)
    part: str = field(default_factory=new_id)
    case: str = field(default_factory=new_id)
    operations: list[str] = field(default_factory=list)

    @property
    def words(self) -> tuple[str, ...]:
        return f"answer-of-{self.village}", f"held-of-{self.village}", f"case-of-{self.village}"

    @property
    def protected(self) -> tuple[str, ...]:
        return (f"wound-of-{self.village}",)

    @property
    def ids(self) -> tuple[str, ...]:
        return self.submission, self.part, self.case, *self.operations

    def fill(self, device: RawDevice) -> None:
        """Files a form with a restricted answer, a case, and a form of a version that waits."""
        answer, waiting, name = self.words
        sent = device.submission(self.submission, {"a": answer, "r": MARKER}, village=self.village)
        whole = with_restricted_part(
            sent, self.submission, {"r": self.protected[0]}, part=self.part, village=self.village
        )
        changes: list[Any] = [("$village", self.village, []), ("nama", name, []), ("label", name, [])]
        case = device.operation(changes, record=self.case, kind="case:anak")
        held = device.submission(new_id(), {"a": waiting}, village=self.village, form="unknown@1")
        arrives(device, whole)
        arrives(device, case)
        assert device.sync(held)["verdicts"]["0"]["code"] == "unknown-form"
        self.operations += [op_id(whole), op_id(case), op_id(held)]


@dataclass
class TwoKecamatan:
    """An office with both; everybody whom a test calls is of the first one, `inside`."""

    office: Office
    inside: Side
    outside: Side
    outsider: RawDevice

    def outside_now(self) -> dict[str, Any]:
        """What the other kecamatan's officer reads of his submission and case."""
        named = [self.outside.submission, self.outside.case]
        told = self.outsider.sync(want=named, cursors={})
        return {record: one for record, one in whole(told).items() if record in named}


def build(office: Office) -> TwoKecamatan:
    """Fills both kecamatan and sees to it that somebody decides in each."""
    inside, outside = Side(VILLAGE), Side(FAR)
    office.person("decides-inside", "supervisor", KECAMATAN)
    office.person("decides-outside", "supervisor", FAR_KECAMATAN)
    inside.fill(office.device("insider", "officer", KECAMATAN))
    outsider = office.device("outsider", "officer", FAR_KECAMATAN)
    outside.fill(outsider)
    with office.store.write() as connection:  # so that it calls itself healthy
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})
    return TwoKecamatan(office, inside, outside, outsider)


@pytest.fixture(scope="module", params=ON_BOTH)
def two_kecamatan(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TwoKecamatan]:
    """One such office for all tests of a file, on SQLite and on PostgreSQL; sound at the end."""
    folder: Path = tmp_path_factory.mktemp("two-kecamatan")
    cluster: Cluster | None = None
    url = sqlite_url(folder / "database" / "verilap.db")
    if request.param == "postgres":
        cluster = request.getfixturevalue("postgres_cluster")
        url = cluster.create_database()
    office = Office(url, folder)
    made = build(office)
    before = made.outside_now()
    yield made
    assert made.outside_now() == before
    with office.store.read() as connection:
        assert list(check_store(connection, Checked())) == []
    office.close()
    if cluster:
        cluster.drop(url)
