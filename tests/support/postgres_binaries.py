"""Where PostgreSQL's programs are on this machine, and how they get there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.packages import MissingPackageError, Need, install, prepare

OLDEST_MAJOR = 15
NEED = Need(
    name=f"PostgreSQL {OLDEST_MAJOR} or newer",
    package="postgresql",
    variable="VERILAP_TEST_POSTGRES",
)
BIN_VARIABLE = "VERILAP_PG_BIN"


def find_binaries() -> Path | None:
    """The folder with `postgres` and `initdb`: the variable's, else the newest that is new enough."""
    chosen = os.environ.get(BIN_VARIABLE)
    if chosen:
        return _checked(Path(chosen))
    candidates = [*Path("/usr/lib/postgresql").glob("*/bin"), *_folder_on_path()]
    suitable = [(major_version(folder), folder) for folder in candidates if _is_complete(folder)]
    newest = max(suitable, key=lambda pair: pair[0], default=(0, Path()))
    return newest[1] if newest[0] >= OLDEST_MAJOR else None


def major_version(folder: Path) -> int:
    """The major version of the server in a folder of binaries; 0 when it does not say."""
    said = subprocess.run(
        [folder / "postgres", "--version"], capture_output=True, text=True, check=False
    ).stdout
    match = re.search(r"\(PostgreSQL\) (\d+)", said)
    return int(match[1]) if match else 0


def ensure_binaries() -> Path | None:
    """
    The folder of binaries, installed from the distribution where that is allowed; `None` when left out.

    Raises `MissingPackageError`.
    """
    return prepare(NEED, find_binaries, around=_without_a_system_cluster)


def _checked(folder: Path) -> Path:
    if not _is_complete(folder) or major_version(folder) < OLDEST_MAJOR:
        raise MissingPackageError(
            f"{BIN_VARIABLE}={folder} holds no PostgreSQL server of {OLDEST_MAJOR} or newer."
        )
    return folder


def _is_complete(folder: Path) -> bool:
    return all((folder / program).is_file() for program in ("postgres", "initdb"))


def _folder_on_path() -> list[Path]:
    program = shutil.which("postgres")
    return [Path(program).resolve().parent] if program else []


@contextmanager
def _without_a_system_cluster() -> Iterator[None]:
    """Debian's package makes and starts a cluster when it is installed, unless its own settings say no."""
    settings = Path("/etc/postgresql-common/createcluster.conf")
    if not settings.exists():
        install(["postgresql-common"])
    before = settings.read_text(encoding="utf-8")
    settings.write_text(before + "\ncreate_main_cluster = false\n", encoding="utf-8")
    try:
        yield
    finally:
        settings.write_text(before, encoding="utf-8")
