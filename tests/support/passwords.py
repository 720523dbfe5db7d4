"""
Passwords at next to no cost, for the tests of all else.

With its real cost each hash takes four threads a tenth of a second and 64 MiB; most tests in which somebody
signs in have nothing to do with that.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from secrets import token_bytes

import pytest
from argon2 import PasswordHasher

from server.services import accounts

CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
REAL, NOBODY = accounts._hasher, accounts._NOBODY


@contextmanager
def hashing_by(hasher: PasswordHasher, nobody: str) -> Iterator[None]:
    """Within, this process makes and compares passwords so; `nobody` stands for where there is no account."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(accounts, "_hasher", hasher)
        patch.setattr(accounts, "_NOBODY", nobody)
        yield


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> Iterator[None]:
    """Where a conftest names this, passwords are cheap in its folder."""
    with hashing_by(CHEAP, CHEAP.hash(token_bytes())):
        yield


@pytest.fixture
def real_passwords() -> Iterator[None]:
    """Passwords as they are delivered."""
    with hashing_by(REAL, NOBODY):
        yield
