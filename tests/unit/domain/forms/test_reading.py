"""Which questions an expression may look at."""

import pytest

from domain.forms.reading import questions_read
from domain.forms.shape import Shape
from domain.forms.xpath import parse
from tests.support.small_forms import form, question

SHAPE = Shape(
    form(
        question("a"),
        question("g/b"),
        question("r/*/c"),
        question("r/*/h/d"),
        question("r/*/q/*/e"),
        groups=["g", "r/*/h"],
        repeats=["r", "r/*/q"],
    )
)


@pytest.mark.parametrize(
    ("expression", "at", "read"),
    [
        ("/data/a + ../g/b", "a", {"a", "g/b"}),
        (". > 1", "r/*/c", {"r/*/c"}),
        ("../h/d", "r/*/c", {"r/*/h/d"}),
        ("../../../c", "r/*/q/*/e", set()),
        ("../../c", "r/*/q/*/e", {"r/*/c"}),
        ("sum(/data/r/c)", "a", {"r/*/c"}),
        ("count(/data/r[c = current()/../a]/q)", "a", {"r/*/c", "a"}),
        ("count(/data/r[h/d = 1])", "a", {"r/*/h/d"}),
        ("/data/*", "a", {"a"}),
        ("/data/g/*", "a", {"g/b"}),
        ("instance('l')/root/item[name = /data/g/b]/label", "a", {"g/b"}),
        ("pulldata('t', 'x', 'y', /data/a)", "g/b", {"a"}),
        ("indexed-repeat(/data/r/c, /data/r, /data/a)", "g/b", {"r/*/c", "a"}),
        ("current()", "a", {"a"}),
        ("string-length(concat('x', /data/none))", "a", set()),
    ],
)
def test_an_expression_reads_what_its_paths_lead_to(expression, at, read):
    found = questions_read(parse(expression), SHAPE.spots[at], SHAPE)
    assert {one.path for one in found} == read
