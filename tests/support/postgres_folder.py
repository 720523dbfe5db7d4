"""The folder that a PostgreSQL of the tests lives in, and the account that it runs as."""

from __future__ import annotations

import os
import pwd
import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

PREFIX = "verilap-pg-"


@dataclass(frozen=True)
class Account:
    """PostgreSQL refuses to run as root; `user` is `None` when we are not root and need no other account."""

    user: str | None

    @classmethod
    def suitable(cls) -> Account:
        if os.geteuid() != 0:
            return cls(None)
        known = {entry.pw_name for entry in pwd.getpwall()}
        return cls("postgres" if "postgres" in known else "nobody")

    def own(self, path: Path) -> None:
        if self.user is not None:
            entry = pwd.getpwnam(self.user)
            os.chown(path, entry.pw_uid, entry.pw_gid)

    def popen_arguments(self) -> dict[str, object]:
        if self.user is None:
            return {}
        entry = pwd.getpwnam(self.user)
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def new_folder(account: Account) -> Path:
    """
    A folder for one cluster: its path is short (a socket's has 107 bytes at most) and open to the account.

    Its name carries our process id. Folders of processes that were killed are removed on the way.
    """
    parents = [Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")]
    parent = next((p for p in parents if account.user is None or _is_open_to_all(p)), Path("/tmp"))
    _remove_abandoned(parent)
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=parent))
    account.own(folder)
    return folder


def _is_open_to_all(path: Path) -> bool:
    return path.is_dir() and all(p.stat().st_mode & 0o001 for p in [path.resolve(), *path.resolve().parents])


def _remove_abandoned(parent: Path) -> None:
    """A killed test run takes its server with it, but cannot remove the folder."""
    for folder in parent.glob(f"{PREFIX}*-*"):
        owner = folder.name.removeprefix(PREFIX).split("-")[0]
        if owner.isdigit() and not psutil.pid_exists(int(owner)) and not processes_in(folder / "data"):
            shutil.rmtree(folder, ignore_errors=True)


def processes_in(folder: Path) -> list[int]:
    """The processes whose working directory is the data folder: a PostgreSQL server and its children."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if Path(os.readlink(process / "cwd")) == folder:
                found.append(int(process.name))
    return found
