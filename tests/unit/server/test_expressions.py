"""Regular expressions of forms by RE2: what they find, and what is not read."""

import time

import pytest

from client_sync import expressions as device
from domain.forms.patterns import ANY, MOST_KEPT, Patterns
from server import expressions as office


@pytest.mark.parametrize("side", [office, device], ids=["office", "device"])
def test_an_expression_is_searched_for_in_a_text(side):
    matches = side.PATTERNS
    assert matches("^[1-9][0-9]{15}$", "6402180107150001")
    assert not matches("^[1-9][0-9]{15}$", "6402180107150001\n")
    assert matches("sh", "Asha")
    assert not matches(r"\d", "٣")


@pytest.mark.parametrize("side", [office, device], ids=["office", "device"])
def test_an_exploding_expression_is_over_at_once(side):
    """Broken once by searching with Python's own expressions: this did not end."""
    started = time.monotonic()
    assert not side.PATTERNS("^(a|aa)+$", "a" * 5_000 + "b")
    assert time.monotonic() - started < 1


@pytest.mark.parametrize("pattern", ["(?!a)b", r"(a)\1", "(", "(a{1000}){1000}", "\\"])
def test_an_expression_that_cannot_be_read_refuses_nothing(pattern):
    assert office.PATTERNS(pattern, "x")
    assert office.PATTERNS.weight(pattern) == ANY.size


@pytest.mark.parametrize(
    ("pattern", "text", "is_found"),
    [
        (r"^\s$", "\u00a0", True),
        (r"^[^\s]$", "\v", False),
        ("^.$", "\r", False),
        (r"\A", "bA", True),
        (r"^[\w-.]+$", "a-b.c", True),
        ("[[:alpha:]]", "a]", True),
        (r"^\u0041$", "A", True),
        ("^.$", "\ud800", True),
    ],
)
@pytest.mark.parametrize("side", [office, device], ids=["office", "device"])
def test_an_expression_means_what_it_means_in_javascript(side, pattern, text, is_found):
    """`tests/integration/test_same_patterns.py` asks the phone's engine itself."""
    assert side.PATTERNS(pattern, text) is is_found


def test_an_expression_that_is_too_long_is_not_read():
    assert office.reads_pattern("a" * 2_000)
    assert not office.reads_pattern("a" * 2_001)
    assert office.PATTERNS("b" * 2_001, "a")


def test_both_sides_read_the_same():
    assert office.context_at(5).matches("a", "b") == device.context_at(5).matches("a", "b")


def test_kept_expressions_do_not_grow_without_end():
    read = []
    patterns = Patterns(lambda pattern: read.append(pattern))
    for number in range(2 * MOST_KEPT):
        patterns(str(number // 2), "x")
    assert len(read) == MOST_KEPT
    patterns("another", "x")
    assert len(patterns._kept) <= MOST_KEPT
