"""The ground that everything stands on: the lock, the set-up and what may be tracked."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from configparser import ConfigParser
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.packages import Install, LeaveOut, Need, Refuse, Use, decide, is_no

ROOT = Path(__file__).parents[2]
SERVER = Need(name="PostgreSQL 15 or newer", package="postgresql", variable="VERILAP_TEST_POSTGRES")
BINARIES = Path("/usr/lib/postgresql/17/bin")

# The lock


def declared() -> list[Requirement]:
    """Every requirement of setup.cfg, the extras' too."""
    settings = ConfigParser(interpolation=None)
    settings.read(ROOT / "setup.cfg", encoding="utf-8")
    lists = [settings["options"]["install_requires"], *settings["options.extras_require"].values()]
    return [Requirement(line) for text in lists for line in text.split("\n") if line.strip()]


def pinned() -> dict[str, Requirement]:
    """Every requirement of the lock by its normalised name."""
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    pins = [Requirement(line.removesuffix("\\").strip()) for line in lines if re.match(r"[A-Za-z0-9]", line)]
    return {canonicalize_name(pin.name): pin for pin in pins}


def pinned_version(pin: Requirement) -> str:
    """The one version that a line of the lock allows."""
    (specifier,) = pin.specifier
    assert specifier.operator == "=="
    return specifier.version


@pytest.mark.parametrize("requirement", declared(), ids=str)
def test_the_lock_satisfies_what_setup_cfg_asks_for(requirement: Requirement):
    """Seen to fail with `rich>=16` in setup.cfg, and with `httpx` that the lock does not have."""
    pin = pinned().get(canonicalize_name(requirement.name))
    assert pin is not None, f"{requirement.name} is not in requirements.lock: run `make lock`"
    assert requirement.specifier.contains(pinned_version(pin), prereleases=True)


def test_every_locked_package_has_a_hash():
    """Seen to fail when the hashes of one package were taken out of the lock."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    blocks = re.split(r"(?m)^(?=[A-Za-z0-9])", text)[1:]
    assert len(blocks) > 50
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_the_environment_is_the_locked_one():
    """
    Seen to fail after `pip install rich==14.0.0`.

    uv is left out: where it cannot be had, pip installs all the others.
    """
    pins = {name: pin for name, pin in pinned().items() if name != "uv"}
    wanted = {
        name: pinned_version(pin) for name, pin in pins.items() if not pin.marker or pin.marker.evaluate()
    }
    assert {name: version(name) for name in wanted} == wanted


# The set-up


def run_environment(folder: Path, python: str) -> subprocess.CompletedProcess[str]:
    """Run the set-up in a folder without .venv, with a Python that is only a shell script."""
    (folder / "scripts").mkdir()
    script = folder / "scripts" / "environment"
    script.write_bytes((ROOT / "scripts" / "environment").read_bytes())
    fake = folder / "python3"
    fake.write_text(f"#!/bin/sh\n{python}\n", encoding="utf-8")
    fake.chmod(0o755)
    environment = {**os.environ, "PYTHON": str(fake)}
    return subprocess.run(["sh", str(script)], env=environment, capture_output=True, text=True, check=False)


def test_a_python_that_is_too_old_is_refused_in_plain_words(tmp_path: Path):
    """Seen to fail with the version check taken out: the set-up went on with the old Python."""
    result = run_environment(tmp_path, "exit 1")
    assert result.returncode == 1
    assert "needs Python 3.11 or newer" in result.stderr
    assert not (tmp_path / ".venv").exists()


def test_a_python_without_venv_is_refused_with_the_name_of_the_package(tmp_path: Path):
    """Seen to fail with the check taken out: the message was then a traceback of Python's."""
    result = run_environment(tmp_path, 'case "$2" in *ensurepip*) exit 1 ;; esac')
    assert result.returncode == 1
    assert "apt-get install python3-venv" in result.stderr
    assert not (tmp_path / ".venv").exists()


def test_the_readme_names_the_two_commands():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "make demo" in text
    assert "make test" in text


# The rules


def imported(path: Path) -> set[str]:
    """The top-level modules that a file imports."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return {
        name.split(".")[0]
        for name in plain | {node.module or "." for node in nodes if isinstance(node, ast.ImportFrom)}
    }


def test_the_rules_import_the_standard_library_only():
    """Seen to fail with `import marshmallow` in a module of `domain`."""
    files = sorted((ROOT / "domain").rglob("*.py"))
    foreign = {path.name: imported(path) - sys.stdlib_module_names - {"domain"} for path in files}
    assert {name: modules for name, modules in foreign.items() if modules} == {}


# What the tests need from the operating system


def test_what_is_on_the_machine_is_used():
    assert decide(SERVER, setting=None, found=BINARIES, can_install=True) == Use(BINARIES)


def test_what_is_absent_is_installed_where_that_is_allowed():
    assert decide(SERVER, setting="", found=None, can_install=True) == Install("postgresql")


def test_what_is_absent_and_may_not_be_installed_ends_the_run_naming_package_and_variable():
    decision = decide(SERVER, setting=None, found=None, can_install=False)
    assert isinstance(decision, Refuse)
    assert "apt-get install postgresql" in decision.message
    assert "VERILAP_TEST_POSTGRES=no" in decision.message


@pytest.mark.parametrize("found", [None, BINARIES], ids=["absent", "present"])
def test_what_is_left_out_is_neither_used_nor_installed_nor_missed(found: Path | None):
    assert isinstance(decide(SERVER, setting="no", found=found, can_install=True), LeaveOut)


@pytest.mark.parametrize(
    ("word", "says_no"), [("no", True), ("NO ", True), ("0", True), ("yes", False), ("", False)]
)
def test_a_variable_says_no_in_the_usual_words(word: str, says_no: bool):
    assert is_no(word) is says_no


# What may be tracked


def tracked_texts() -> Iterator[tuple[str, str]]:
    """Every tracked text file: its path and its content."""
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode != 0:
        pytest.skip("this copy of the project has no git history")
    for name in filter(None, listed.stdout.split("\0")):
        content = (ROOT / name).read_bytes() if (ROOT / name).is_file() else b""
        if b"\0" not in content:
            yield name, content.decode("utf-8")


# Written in pieces, so that this file does not find itself.
# After a bracket it is XPath, as in instance('villages')/root.
MACHINE_PATH = re.compile(r"(?<![\w.<$}*)-])/(?:wor" r"k|roo" r"t|home/\w+|Users/\w+)/|\.\./shar" r"ed\b")
SECRET = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{30,}"
    r"|(?i:password|passwd|secret|token|api_?key)\w*[\"']?\s*[:=]\s*[\"'][A-Za-z0-9+/_=-]{20,}[\"']"
)


@pytest.mark.parametrize(
    ("pattern", "example"),
    [
        (MACHINE_PATH, "see /wor" + "k/main/README.md"),
        (MACHINE_PATH, "'/roo" + "t/.venv'"),
        (MACHINE_PATH, "from ../shar" + "ed/bench"),
        (SECRET, "SECRET_KEY = '" + "a1" * 12 + "'"),
        (SECRET, "-----BEGIN RSA PRI" + "VATE KEY-----"),
    ],
    ids=["workplace", "home", "outside", "assigned", "key-file"],
)
def test_the_patterns_find_what_they_are_for(pattern: re.Pattern[str], example: str):
    assert pattern.search(example)


INVENTED = "tests/vectors/transcripts/"
"""Syncs of servers that a test made and forgot: their tokens open nothing, and every device sends them."""


@pytest.mark.parametrize("pattern", [MACHINE_PATH, SECRET], ids=["machine-path", "secret"])
def test_no_tracked_file_holds_a_path_of_one_machine_or_a_secret(pattern: re.Pattern[str]):
    found = [
        f"{name}:{text.count(chr(10), 0, match.start()) + 1}: {match[0]}"
        for name, text in tracked_texts()
        for match in pattern.finditer(text)
        if not (pattern is SECRET and name.startswith(INVENTED))
    ]
    assert found == []
