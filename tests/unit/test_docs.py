"""What the documents name exists: commands and options, endpoints, paths, links, verdicts, variables, roles.

Each test was seen to fail; its docstring says what was broken.
"""

import ast
import importlib.util
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import click
import pytest
from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from client_sync.cli import cli as device_command
from domain import protection
from domain.access import SET_ASIDE, TABLE, Grant, Role
from domain.erasing import ERASED
from domain.settling import NOT_ASSIGNED, SETTLED_BEFORE
from server.app import create_app
from server.cli import main as server_command
from server.config import Config
from tests.support.documents import ROOT, Document, documents, target_of

PROGRAMS: dict[str, click.Group] = {"verilap": device_command, "verilap-server": server_command}
GROUPS: dict[str, click.Group] = {
    **PROGRAMS,
    **{
        f"{program} {name}": one
        for program, group in PROGRAMS.items()
        for name, one in group.commands.items()
        if isinstance(one, click.Group)
    },
}
"""The programs, and commands that are groups of others."""
EVERY = pytest.mark.parametrize("document", documents().values(), ids=list(documents()))

# --- commands ------------------------------------------------------------------------------------

COMMAND = re.compile(r"(?:ExecStart=)?(?:\S*/bin/)?(verilap-server|verilap)(?: +(.+))?")
OPTION = re.compile(r"(?<!\S)\[?(--[a-z][a-z-]*|-[a-z])\b")
ELSEWHERE = {"--length", "--kills", "--phone-kills", "--upgrade", "--upgrade-package", "--check", "--fix"}
"""Options of pytest (tests/conftest.py), uv and ruff."""


def options_of(command: click.Command) -> set[str]:
    return {name for one in command.params for name in one.opts if name.startswith("-")} | {"--help", "-h"}


def commands_in(document: Document) -> Iterator[tuple[str, str]]:
    """(program, what follows it) for each command; a comment or a pipe ends it."""
    for snippet in document.snippets:
        for piece in re.split(r"  +|\|(?= |$)|&&| #", snippet):
            if found := COMMAND.fullmatch(piece.strip()):
                yield found[1], found[2] or ""


@EVERY
def test_every_command_that_a_document_names_exists_with_its_options(document: Document) -> None:
    """Broken on purpose: `revoke-device` was renamed, then `--device` of it; both were named here."""
    for program, rest in commands_in(document):
        if (first := rest.partition(" ")[0]) and f"{program} {first}" in GROUPS:
            program, rest = f"{program} {first}", rest.partition(" ")[2]
        group, words = GROUPS[program], rest.split()
        known = options_of(group)
        if words and re.fullmatch(r"[a-z-]+", words[0]) and not words[0].startswith("-"):
            assert words[0] in group.commands, f"{program} {rest}"
            known = known | options_of(group.commands[words[0]])
        assert set(OPTION.findall(rest)) <= known, f"{program} {rest}"


@EVERY
def test_every_option_that_stands_alone_belongs_to_a_command(document: Document) -> None:
    """Broken on purpose: `--password-stdin` was renamed."""
    every = set().union(*(options_of(c) for g in GROUPS.values() for c in [g, *g.commands.values()]))
    for span in document.spans:
        for option in OPTION.findall(span) if span.startswith("--") else ():
            assert option in every | ELSEWHERE, span


@pytest.mark.parametrize(
    ("program", "name"),
    [(one, f"docs/{'device' if one.split()[0] == 'verilap' else 'operations'}.md") for one in GROUPS],
)
def test_every_command_and_option_is_documented(program: str, name: str) -> None:
    """Broken on purpose: `set-password` and `--retries` were taken out of the pages."""
    text = " ".join(documents()[name].snippets)
    for command in GROUPS[program].commands.values():
        assert re.search(rf"(?<![\w-]){command.name}(?![\w-])", text), command.name
        for option in options_of(command) - {"--help", "-h"}:
            assert option in text, f"{command.name} {option}"


def test_every_target_of_make_and_every_module_that_is_run_exists() -> None:
    """Broken on purpose: the target `lock` was renamed; `python -m forms.build` became forms.made."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    code = "\n".join(snippet for document in documents().values() for snippet in document.snippets)
    named = set(re.findall(r"\bmake ([a-z-]+)\b", code))
    assert named
    assert named <= targets
    for module in re.findall(r"python -m ([\w.]+)", code):
        assert importlib.util.find_spec(module), module


# --- endpoints and pages -------------------------------------------------------------------------

ADDRESS = re.compile(
    r"(?<![\w.:/<-])(?:(GET|POST|PUT|PATCH|DELETE) +)?(/[a-z][\w/.<> -]*[\w>]|/)(?=[?`\s,}…]|$)"
)
OF_A_MACHINE = ("/etc", "/var", "/opt", "/usr", "/path", "/backup", "/dev", "/tmp")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    folder = tmp_path_factory.mktemp("docs")
    return create_app(Config(folder, f"sqlite:///{folder / 'none.db'}"))


def addresses_in(document: Document) -> Iterator[tuple[str | None, str]]:
    """(method or nothing, path) of each address on the server."""
    for snippet in document.snippets:
        whole = re.sub(r"<[^<>]+>", "x", snippet)
        for method, path in ADDRESS.findall(whole):
            if not path.startswith(OF_A_MACHINE) and (method or path.startswith("/api/") or path == whole):
                yield method or None, path.rstrip()


@EVERY
def test_every_address_that_a_document_names_is_served(app: Flask, document: Document) -> None:
    """Broken on purpose: `/etags` became `/digests` in server/api/sync.py, and POST /review became PUT."""
    served = app.url_map.bind("localhost")
    for method, path in addresses_in(document):
        allowed = {*served.allowed_methods(path), *served.allowed_methods(f"/api/v1{path}")}
        assert allowed, f"{path} is not served"
        assert method is None or method in allowed, f"{method} {path}: {sorted(allowed)}"


def test_every_route_for_devices_and_programs_is_documented(app: Flask) -> None:
    """Broken on purpose: a route was added that no page names."""
    named = {path for document in documents().values() for _, path in addresses_in(document)}
    served = app.url_map.bind("localhost")
    rules = set()
    for path in named:
        for method in served.allowed_methods(path):
            try:
                rules.add(served.match(path, method, return_rule=True)[0].rule)
            except (HTTPException, RequestRedirect):
                continue
    routes = {rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/")}
    assert routes - rules == set()


# --- paths, links, pages -------------------------------------------------------------------------

TOP = {entry.name for entry in ROOT.iterdir() if not entry.name.startswith(".")} | {".ci"}
PATH = re.compile(r"[\w.<>*{},-]+(?:/[\w.<>*{},-]*)+")
FILE = re.compile(r"[\w.<>{},-]+\.(?:py|csv|toml|cfg|lock|md|sql|po|service)|Makefile")
MADE = {"demo/var", "benchmarks/results"}
"""Made by a command, and not in the repository."""


def alternatives(pattern: str) -> list[str]:
    """A path with placeholders and braces as patterns for files."""
    pieces = re.split(r"\{([^}]*)\}", re.sub(r"<[^>]+>", "*", pattern))
    choices = [piece.split(",") if i % 2 else [piece] for i, piece in enumerate(pieces)]
    return ["".join(chosen) for chosen in product(*choices)]


def exists(pattern: str, *folders: Path) -> bool:
    return any(next(iter(folder.glob(pattern.rstrip("/"))), None) for folder in folders)


@EVERY
def test_every_path_of_the_repository_that_a_document_names_exists(document: Document) -> None:
    """Broken on purpose: a page named server/services/judges.py; `kukar_areas.csv` was moved."""
    for snippet in document.snippets:
        for word in (word.strip(".,;:()") for word in snippet.split()):
            in_tree = PATH.fullmatch(word) and word.split("/")[0] in TOP and word.rstrip("/") not in MADE
            for one in alternatives(word) if in_tree else ():
                assert exists(one, ROOT, document.folder), f"{one} in {document.name}"
    for span in document.spans:
        if FILE.fullmatch(span) and not span.split(".")[0].isupper():
            for one in alternatives(span):
                found = exists(one, ROOT, document.folder) or exists(
                    f"**/{one}", *(ROOT / top for top in TOP)
                )
                assert found, f"{one} in {document.name}"


@EVERY
def test_every_link_within_the_repository_leads_somewhere(document: Document) -> None:
    """Broken on purpose: a decision was renamed; a page named a heading that is not there."""
    for link in document.links:
        target = target_of(document, link)
        assert target.exists(), f"{link} in {document.name}"
        if anchor := link.partition("#")[2]:
            name = target.relative_to(ROOT).as_posix()
            assert anchor in documents()[name].anchors, f"{link} in {document.name}"


def test_the_readme_lists_every_page_and_every_page_can_be_reached() -> None:
    """Broken on purpose: the row of docs/operations.md was taken out of the table."""
    table = next(documents()["README.md"].tables())
    listed = "\n".join(cell for row in table for cell in row)
    for name in documents():
        if Path(name).parent.as_posix() == "docs":
            assert f"({name})" in listed, name
    reached, fresh = set(), {"README.md"}
    while fresh:
        reached |= fresh
        fresh = {found for name in fresh for found in leads_to(documents()[name])} - reached
    assert set(documents()) - reached == set()


def leads_to(document: Document) -> Iterator[str]:
    """Documents that are linked, by themselves or by their folder."""
    for link in document.links:
        target = target_of(document, link).relative_to(ROOT).as_posix()
        yield from (name for name in documents() if name == target or Path(name).parent.as_posix() == target)


# --- codes, variables, roles ---------------------------------------------------------------------

CODE = re.compile(r"[a-z]+(-[a-z]+)+")


def texts_of(path: str) -> set[str]:
    """Every text in a module that looks like a code; f-strings are cut at their first fact."""
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    plain = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    return {text for text in plain if isinstance(text, str) and CODE.fullmatch(text.rstrip("-"))}


def verdicts_in_code() -> dict[str, set[str]]:
    """Codes of verdicts by status, as the rules spell them; all ``malformed-`` ones count as one."""
    unreadable = texts_of("domain/operations.py") | texts_of("domain/canonical.py") | {"malformed"}
    void = {"malformed-…" if code.startswith("malformed-") else code for code in unreadable}
    refused = texts_of("server/services/push.py") & {"refused-by-office"} | {ERASED}
    judged = texts_of("server/services/judge.py") | {NOT_ASSIGNED, SETTLED_BEFORE}
    held = judged | texts_of("server/store/log.py") | {SET_ASIDE}
    return {"held": held, "void": (void | refused) - {"unknown-version"}}


def test_the_verdict_codes_of_the_protocol_are_those_of_the_code() -> None:
    """Broken on purpose: `kind-differs` was renamed in the judge; a code was added to the page."""
    documented: dict[str, set[str]] = {"held": set(), "void": set()}
    for table in documents()["docs/protocol.md"].tables():
        for row in table[1:] if table[0][:2] == ["status", "code"] else ():
            documented[row[0]] |= set(re.findall(r"`([^`]+)`", row[1]))
    assert documented == verdicts_in_code()


def codes_given_in(path: str) -> set[str]:
    """Codes of errors: those of classes, and those that are given where one is raised."""
    found: set[object] = set()
    for node in ast.walk(ast.parse((ROOT / path).read_text("utf-8"))):
        if isinstance(node, ast.keyword) and node.arg == "code" and isinstance(node.value, ast.Constant):
            found.add(node.value.value)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            found |= {node.value.value for one in node.targets if getattr(one, "id", "") == "code"}
    return {str(one) for one in found}


def test_the_codes_of_uploads_are_those_of_the_code() -> None:
    """Broken on purpose: `taken-over` was renamed; a code was added to the page."""
    documented: set[str] = set()
    for table in documents()["docs/protocol.md"].tables():
        for row in table[1:] if table[0][:2] == ["answer", "code"] else ():
            documented |= set(re.findall(r"`([^`]+)`", row[1]))
    services = ("server/services/uploads.py", "server/services/arrivals.py")
    raised = set().union(*map(codes_given_in, ("server/api/tus.py", *services)))
    storage = codes_given_in("server/blobs/__init__.py") & {"storage-away", "storage-full"}
    assert documented == raised | storage


SOURCES = ["server", "client_sync", "tests", "scripts", "Makefile"]
VARIABLE = re.compile(r"\b(VERILAP_[A-Z_]+|DATABASE_URL)\b")


def variables_of(*places: str) -> set[str]:
    found: set[str] = set()
    for place in places:
        files = [ROOT / place] if (ROOT / place).is_file() else [*(ROOT / place).rglob("*.py")]
        found |= {name for file in files for name in VARIABLE.findall(file.read_text("utf-8"))}
    return found


def test_variables_of_the_documents_and_of_the_code_are_the_same() -> None:
    """Broken on purpose: VERILAP_LOG was renamed in server/config.py; VERILAP_RETRIES left docs/device.md."""
    named = {name for document in documents().values() for name in VARIABLE.findall(document.text)}
    assert named <= variables_of(*SOURCES)
    for settings, page in (("server/config.py", "operations"), ("client_sync/config.py", "device")):
        told = VARIABLE.findall(documents()[f"docs/{page}.md"].text)
        assert variables_of(settings) <= set(told), page


def in_words(grants: tuple[Grant, ...]) -> str:
    """A cell of the table of roles."""
    classes = {frozenset(): "", protection.OPEN: ": open", protection.EVERY: ": every"}
    return "; ".join(f"{one.scope}{classes.get(one.classes, ': restricted')}" for one in grants) or "–"


def test_the_table_of_roles_is_that_of_the_code() -> None:
    """Broken on purpose: officers were given `review` in domain/rights.py, and `read` of everybody's."""
    told = next(table for table in documents()["docs/access.md"].tables() if table[0][0] == "action")
    rows = [[f"`{one}`", *(in_words(row.get(role, ())) for role in Role)] for one, row in TABLE.items()]
    assert told == [["action", *Role], *rows]


# --- invariants ----------------------------------------------------------------------------------

INVARIANT = re.compile(r"Invariants? (\d+(?:(?:, | and )\d+)*)")
NOT_YET = {10}
"""Promised by a later version: docs/protocol.md says so."""


def docstrings_of_tests() -> Iterator[tuple[str, bool, str]]:
    """Where, whether of a test or a class of them, and the text."""
    for file in sorted((ROOT / "tests").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and (text := ast.get_docstring(node)):
                yield f"{file.name}: {node.name}", node.name.lower().startswith("test"), text


def test_every_invariant_has_a_test_that_names_it_and_says_what_was_broken() -> None:
    """Broken on purpose: the ninth's name left its test; another test spoke of a thirteenth."""
    _, _, section = documents()["docs/protocol.md"].text.partition("## 5. Invariants")
    listed = {int(number) for number in re.findall(r"^(\d+)\. ", section, re.MULTILINE)}
    assert listed == set(range(1, 13))
    proven: set[int] = set()
    for where, is_test, text in docstrings_of_tests():
        named = {int(n) for numbers in INVARIANT.findall(text) for n in re.findall(r"\d+", numbers)}
        assert named <= listed - NOT_YET, where
        if is_test and re.search(r"\b[Bb]roken (on purpose|once)\b", text):
            proven |= named
    assert proven == listed - NOT_YET
