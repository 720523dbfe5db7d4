"""The device's sentences: in both languages, with the same facts, and there when the code asks for them."""

import ast
import string
from pathlib import Path

import pytest

import client_sync
from client_sync.catalogue import catalogue

SOURCES = sorted(Path(client_sync.__file__).parent.glob("**/*.py"))


def facts_of(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


@pytest.mark.parametrize("code", sorted(catalogue()))
def test_a_sentence_stands_in_both_languages_with_the_same_facts(code: str) -> None:
    """Broken on purpose: {moved} was taken out of an Indonesian sentence; the test named its code."""
    sentences = catalogue()[code]
    assert set(sentences) == {"id", "en"}
    assert facts_of(sentences["id"]) == facts_of(sentences["en"])


def asked_for(tree: ast.AST) -> set[str]:
    """The first argument of every call of something named ``say`` or ``_complain``, where it is a text."""
    found = set()
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        texts = [a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        if name in {"say", "_complain"} and texts:
            found.add(texts[0])
    return found


def test_every_sentence_that_the_code_asks_for_by_name_is_there() -> None:
    """Broken on purpose: "dismissed" was renamed in the catalogue, and was named here."""
    wanted = set().union(*(asked_for(ast.parse(file.read_text("utf-8"))) for file in SOURCES))
    assert {"saved", "dismissed", "open-line"} <= wanted
    assert wanted <= set(catalogue())
