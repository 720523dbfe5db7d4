"""The demo's own installation: a folder that is begun anew, and the two commands, run as a user runs them."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import create_engine, inspect
from sqlalchemy.exc import DBAPIError

from domain.errors import VerilapError
from server.config import Config, read_config
from server.store.transactions import engine_options

MARK: Final = ".verilap-demo"
"""A file in every folder that a demo has made: only such a folder, or an empty one, is wiped."""
LONGEST_COMMAND_S: Final = 120


class DemoError(VerilapError):
    """The demo cannot go on; its code has a sentence in the catalogue."""


@dataclass(frozen=True)
class Installation:
    """Where the demo lives, and the environment in which its commands run."""

    folder: Path
    environment: Mapping[str, str]

    @classmethod
    def in_folder(cls, folder: Path, environ: Mapping[str, str] = os.environ) -> "Installation":
        """The installation in `folder`; a DATABASE_URL in `environ` is honoured, other settings are not."""
        kept = {name: value for name, value in environ.items() if not name.startswith("VERILAP_")}
        return cls(folder, {**kept, "VERILAP_DATA": str(folder / "server"), "PYTHONUNBUFFERED": "1"})

    @property
    def config(self) -> Config:
        return read_config(self.environment)

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    def device_home(self, name: str) -> Path:
        return self.folder / "devices" / name

    def begin_anew(self) -> None:
        """Wipes the folder. Raises `DemoError` when it is not the demo's, or the database is not empty."""
        if self.folder.exists() and any(self.folder.iterdir()) and not (self.folder / MARK).exists():
            raise DemoError(f"{self.folder} is not a demo's", code="folder-strange", folder=self.folder)
        if self.folder.exists():
            shutil.rmtree(self.folder)
        self.folder.mkdir(parents=True)
        (self.folder / MARK).touch()
        if self.environment.get("DATABASE_URL"):
            _check_empty(self.config)

    def verilap_server(self, *arguments: str, typed: str = "") -> str:
        """Runs ``verilap-server``; gives the last line that it prints. Raises `DemoError`."""
        return self._run("verilap-server", arguments, {}, typed)

    def verilap(self, home: Path, key: str, *arguments: str) -> str:
        """Runs ``verilap`` on a device. Raises `DemoError`."""
        return self._run("verilap", arguments, {"VERILAP_HOME": str(home), "VERILAP_KEY": key})

    def _run(self, command: str, arguments: tuple[str, ...], more: Mapping[str, str], typed: str = "") -> str:
        done = subprocess.run(
            [program(command), *arguments],
            env={**self.environment, **more},
            input=typed,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=LONGEST_COMMAND_S,
            check=False,
        )
        if done.returncode != 0:
            told = f"{command} {' '.join(arguments)}"
            reason = done.stderr.strip() or done.stdout.strip()
            raise DemoError(f"{told}: {reason}", code="command-failed", command=told, reason=reason)
        return (done.stdout.strip().splitlines() or [""])[-1]


def program(command: str) -> str:
    """The installed command beside this Python."""
    return str(Path(sys.executable).with_name(command))


def _check_empty(config: Config) -> None:
    """Invented people must never get among real ones."""
    engine = create_engine(config.database_url, **engine_options(config.database_url))
    try:
        tables = inspect(engine).get_table_names()
    except DBAPIError as error:
        reason = str(error.orig).strip().partition("\n")[0]
        raise DemoError(reason, code="database-unavailable", reason=reason) from None
    finally:
        engine.dispose()
    if tables:
        raise DemoError("the database is not empty", code="database-not-empty")
