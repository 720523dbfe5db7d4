"""The page docs/forms-matrix.md, and that what it says of types, functions and differences is so."""

from __future__ import annotations

import html
from pathlib import Path

import pytest
from pyxform.question_type_dictionary import QUESTION_TYPE_DICT

from domain.forms.xpath import FUNCTIONS
from domain.forms.xpath.signatures import NOT_ON_THE_PHONE
from server.xlsform.support import REFUSED_TYPES
from tests.support.engine import Engine, EngineFault, Told
from tests.support.form_types import NOT_OPENED, TYPES
from tests.support.forms_matrix import counted_functions, counted_types, page
from tests.support.small_forms import told

PAGE = Path(__file__).parents[2] / "docs" / "forms-matrix.md"
FORM = """<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
  xmlns:jr="http://openrosa.org/javarosa"><h:head><h:title>f</h:title><model>
  <instance><data id="f" version="1"><a>3</a><b>1 2</b><r><n>1</n></r><r><n>2</n></r><c/></data></instance>
  <bind nodeset="/data/a" type="string"/><bind nodeset="/data/r/n" type="string"/>
  <bind nodeset="/data/c" type="string" calculate="%s"/>
  </model></h:head><h:body><input ref="/data/a"/><input ref="/data/b"/>
  <group ref="/data/r"><repeat nodeset="/data/r"><input ref="/data/r/n"/></repeat></group></h:body>
  </h:html>"""
STOPS = (
    "/data/a | /data/b", "--5", "- - 5", "distance('')", "date('2026-02-30')", "regex('a', '[')",
    "regex('a', '(?i)a')", "date(99999999999)", "concat('m_', once('x'))",
    "digest('a', 'md4')",
    "position(/data/r)",
)  # fmt: skip


def test_the_page_is_what_the_command_prints():
    assert PAGE.read_text(encoding="utf-8") == page(), (
        "python -m tests.support.forms_matrix > docs/forms-matrix.md"
    )


def test_every_type_is_compared_at_least_twice():
    counts = counted_types()
    assert [kind for kind in TYPES if counts[kind] < 2] == []


def test_every_function_that_the_phone_has_is_compared_at_least_twice():
    """Seen to fail when `checklist` was new in `FUNCTIONS`."""
    counts = counted_functions()
    assert [name for name in FUNCTIONS if name not in NOT_ON_THE_PHONE and counts[name] < 2] == []


def test_no_type_of_an_xlsform_is_forgotten():
    """pyxform's own names, its old ones too, are each another word for one of ours, or refused."""
    ours = {_kind(_pyxform(kind)) for kind in (*TYPES, *NOT_OPENED) if _pyxform(kind) in QUESTION_TYPE_DICT}
    strange = [name for name in QUESTION_TYPE_DICT if _kind(name) not in ours and name not in REFUSED_TYPES]
    assert strange == ["select one external", "osm"] or set(strange) <= {
        "select one external",
        "phone number",
    }


def _pyxform(kind: str) -> str:
    return {"select_one": "select one", "select_multiple": "select all that apply"}.get(kind, kind)


def _kind(name: str) -> tuple[str, ...]:
    entry = QUESTION_TYPE_DICT[name]
    bind, control = entry.get("bind", {}), entry.get("control", {})
    parts = (control.get("tag"), control.get("mediatype"), bind.get("type"), bind.get("jr:preload"))
    return (
        *map(str, parts),
        str(bind.get("jr:preloadParams")).removeprefix("uri:"),
        str(bind.get("readonly")),
    )


@pytest.mark.engine
def test_the_functions_that_the_phone_lacks_are_those_that_the_engine_does_not_know(engine: Engine):
    """Seen to fail with `area` in `NOT_ON_THE_PHONE`, and without `depend`."""
    assert {name for name in FUNCTIONS if _is_unknown(engine, name)} == NOT_ON_THE_PHONE


def _is_unknown(engine: Engine, name: str) -> bool:
    try:
        _calculated(engine, f"{name}({', '.join(['/data/a'] * FUNCTIONS[name].least)})")
    except EngineFault as fault:
        return "is not defined" in str(fault)
    return False


@pytest.mark.engine
@pytest.mark.parametrize("expression", STOPS)
def test_what_the_page_says_stops_the_engine_does(expression: str, engine: Engine):
    with pytest.raises(EngineFault):
        _calculated(engine, expression)


@pytest.mark.engine
@pytest.mark.parametrize("answer", ["2026-13-01", "2026-02-30"])
@pytest.mark.parametrize(
    ("expression", "before"),
    [("string-length(/data/a)", "1"), ("concat(/data/a, 'x')", "3x"), ("regex(/data/a, '^2')", "false")],
)
def test_an_answer_that_looks_like_a_day_that_does_not_exist_stops_the_engine_and_not_the_server(
    expression: str, before: str, answer: str, engine: Engine
) -> None:
    """Python takes it for a text. A row of the page says so; when the engine is mended, it goes."""
    engine.load("one", FORM % html.escape(expression))
    found = engine.open("one", {"a": answer})
    assert ("a" in found.refused, found.nodes["a"]["value"], found.nodes["c"]["value"]) == (
        True,
        answer,
        before,
    )
    assert told(expression, {"a": answer}) in {str(len(answer)), f"{answer}x", "true"}


def _calculated(engine: Engine, expression: str) -> Told:
    engine.load("one", FORM % html.escape(expression))
    return engine.open("one")
