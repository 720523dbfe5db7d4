"""
What the tests need from the operating system, and where it comes from.

PostgreSQL and Chromium are no Python packages. They are found on the machine, or installed from the
distribution's packages where that is allowed, or left out by a variable; otherwise the run ends with a
message that names the package and the variable. The decision (`decide`) is pure; `prepare` carries it out.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

WORDS_FOR_NO = frozenset({"no", "0", "false", "off"})


class MissingPackageError(Exception):
    """A program that the tests need is neither there nor installable; the message is for a person."""


@dataclass(frozen=True)
class Need:
    """What the tests need: its name, the distribution's package, the variable that leaves it out."""

    name: str
    package: str
    variable: str


@dataclass(frozen=True)
class Use:
    """It is there: use it from this path."""

    path: Path


@dataclass(frozen=True)
class Install:
    """It is not there, and this package may be installed."""

    package: str


@dataclass(frozen=True)
class LeaveOut:
    """The person who runs the tests does not want it."""

    line: str


@dataclass(frozen=True)
class Refuse:
    """It is not there, and nobody may install it: the run cannot go on."""

    message: str


Decision = Use | Install | LeaveOut | Refuse
Around = Callable[[], AbstractContextManager[None]]


def decide(need: Need, *, setting: str | None, found: Path | None, can_install: bool) -> Decision:
    """What to do about a need, given the variable's value, the path where it was found, and our rights."""
    if is_no(setting):
        return LeaveOut(f"{need.name} is left out of the tests ({need.variable}={setting}).")
    if found is not None:
        return Use(found)
    if can_install:
        return Install(need.package)
    return Refuse(missing(need))


def missing(need: Need) -> str:
    """The sentence for a person whose machine lacks it."""
    return (
        f"The tests need {need.name}, which is not on this machine. Install it (on Debian and Ubuntu: "
        f"apt-get install {need.package}), or leave it out with {need.variable}=no."
    )


def is_no(setting: str | None) -> bool:
    """Whether a variable's value says no; unset and empty do not."""
    return setting is not None and setting.strip().lower() in WORDS_FOR_NO


def is_left_out(need: Need) -> bool:
    """Whether the environment leaves the need out of this run."""
    return is_no(os.environ.get(need.variable))


def can_install() -> bool:
    """Whether this process may install the distribution's packages: root on a system with apt."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def prepare(need: Need, find: Callable[[], Path | None], *, around: Around = nullcontext) -> Path | None:
    """
    The path of what is needed, installed first where necessary; `None` when it is left out.

    `find` looks for it; the installation happens inside `around()`. Several test processes may call this at
    once: one installs, the others wait and then find it.

    Raises `MissingPackageError` when it is absent and cannot be installed.
    """
    setting = os.environ.get(need.variable)
    match decide(need, setting=setting, found=find(), can_install=can_install()):
        case LeaveOut():
            return None
        case Use(path):
            return path
        case Refuse(message):
            raise MissingPackageError(message)
        case Install(package):
            with one_at_a_time(package):
                if find() is None:
                    with around():
                        install([package])
    found = find()
    if found is None:
        raise MissingPackageError(
            f"{need.package} was installed, but {need.name} was not found. {missing(need)}"
        )
    return found


def install(packages: Sequence[str]) -> None:
    """Install the distribution's packages by name. Raises `MissingPackageError` with apt's own words."""
    print(f"Installing from the distribution: {' '.join(packages)}", flush=True)
    _apt("update", needed=False)
    _apt("install", "--yes", "--no-install-recommends", "-o", "Dpkg::Options::=--force-confold", *packages)


def _apt(*arguments: str, needed: bool = True) -> None:
    result = subprocess.run(
        ["apt-get", "-qq", *arguments],
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if needed and result.returncode != 0:
        raise MissingPackageError(f"apt-get {' '.join(arguments)} failed:\n{result.stderr[-2000:]}")


@contextmanager
def one_at_a_time(name: str) -> Iterator[None]:
    """Let one test process after the other pass: the first installs, the others find it installed."""
    path = Path(tempfile.gettempdir()) / f"verilap-install-{name}-{os.geteuid()}.lock"
    with path.open("w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
