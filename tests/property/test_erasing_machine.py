"""
Records, their restricted parts and members of records are erased in the hostile world of the sync machine.

Phones are cloned, restored and without a line, the server comes back from backups and erases again what its
file tells. In the end what is left is the fold of what is left of the log, everybody agrees on it, and no
phone's operation or document says anything of what was erased.
"""

import json
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule, run_state_machine_as_test
from sqlalchemy import Connection

from domain.erasing import Erased
from domain.operations import parse_raw
from server.clock import now_ms
from server.models import OperationRow
from server.services.check_store import Checked, check_store
from server.services.erasures import carry_out, replay
from server.store import records
from server.store.erasures import Erasure
from server.store.sealing import BODY, opened
from tests.property.test_sync_machine import World
from tests.support.hostile_world import Phone, Seed, seed

__all__ = ["seed"]  # a fixture: pytest finds it here by name

MEMBERS = ["m/m_1", "m/m_2"]


class ErasingWorld(World):
    """See the module."""

    @initialize()
    def begin(self) -> None:
        self.kept: list[Erasure] = []
        super().begin()

    @rule(k=st.integers(0, 9), member=st.sampled_from([None, None, *MEMBERS]))
    def erase(self, k: int, member: str | None) -> None:
        """One submission with its restricted parts, or a member of one."""
        with self.office.store.read() as connection:
            there = sorted(records.load(connection, self.records))
        if there:
            one = f"{len(self.kept):022}"
            self.office.store.transact(lambda c: self._erase(c, there[k % len(there)], member, one))

    def _erase(self, connection: Connection, record: str, member: str | None, one: str) -> None:
        found = {record, *(p.state.record for p in records.restricted_parts_of(connection, record))}
        erased = Erased(members=frozenset((r, member) for r in found)) if member else Erased(frozenset(found))
        erasure = Erasure(one, now_ms(), record, "kepala", erased)
        carry_out(connection, erasure, self.kept.append, now_ms())

    @rule(
        i=st.integers(0, 5), j=st.integers(0, 5), k=st.integers(0, 9), member=st.sampled_from([None, "m/m_1"])
    )
    def erase_what_a_phone_changes(self, i: int, j: int, k: int, member: str | None) -> None:
        """One phone has no line and goes on with what is erased; another one hears of it first."""
        self.edit(i, k, "m/m_1/x", "2")
        self.edit(i, k, "r", "3")
        self.erase(k, member)
        self.sync(j, [])
        self.edit(i, k, "m/m_1/y", "1")
        self.sync(i, [])

    def restore_server(self) -> None:
        """As when it starts on a database from a backup."""
        super().restore_server()
        replay(self.office.store, self.kept, now_ms())

    @rule()
    def back_up_server(self) -> None:
        super().back_up_server()

    def _assert_agrees(self, phone: Phone, log: Any) -> None:
        super()._assert_agrees(phone, log)
        rows = phone.device.store.database._connection.execute("SELECT raw FROM operation WHERE raw <> x''")
        self._assert_says_nothing([row[0] for row in rows])
        for one in phone.device.store.records.ids():
            shown = phone.device.store.records.shown(one)
            assert shown is not None
            assert not [path for path, *_ in shown.rows if self._erased.covers(one, path)]

    def _quiet_down(self) -> None:
        super()._quiet_down()
        with self.office.store.read() as connection:
            assert list(check_store(connection, Checked())) == []
            self._assert_says_nothing(
                [
                    opened(connection, BODY, row.id, row.body)
                    for row in connection.execute(OperationRow.__table__.select())
                ]
            )

    def _assert_says_nothing(self, bodies: list[bytes]) -> None:
        for body in filter(None, bodies):
            if isinstance(json.loads(body), dict):
                for part in parse_raw(body).parts:
                    assert not [path for path in part.paths if self._erased.covers(part.record, path)]

    @property
    def _erased(self) -> Erased:
        found = Erased()
        for one in self.kept:
            found |= one.erased
        return found


def test_what_is_erased_is_nowhere_and_everybody_agrees_on_the_rest(seed: Seed, length: Any) -> None:
    run_state_machine_as_test(
        type("ErasingHere", (ErasingWorld,), {"seed": seed}),
        settings=settings(
            max_examples=length.of(20, 1000),
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
