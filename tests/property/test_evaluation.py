"""What holds for every form and filling: random forms of a few questions, random answers."""

from hypothesis import given
from hypothesis import strategies as st

from domain.forms.program import Program
from domain.forms.xpath import XPathError, parse
from domain.forms.xpath.expressions import Call, Literal, Negation, Number, Operation, Path, Step
from tests.support.forms import context
from tests.support.small_forms import evaluated, form, question

NAMES = ["a", "b", "c", "d"]
RANKS = [["or"], ["and"], ["=", "!="], ["<", ">="], ["+", "-"], ["*", "div", "mod"]]

numbers = st.floats(0, 1e15).map(Number)
literals = st.text("ab '12").map(Literal)
steps = st.builds(Step, st.just("child"), st.sampled_from([*NAMES, "*", "or", "div-x"]))
walks = st.lists(steps, min_size=1, max_size=3)
paths = st.builds(lambda walk, is_absolute: Path(tuple(walk), is_absolute), walks, st.booleans())


def grown(inner):
    operations = st.sampled_from(RANKS).flatmap(
        lambda signs: st.builds(
            lambda first, rest: Operation(first, tuple(rest)),
            inner,
            st.lists(st.tuples(st.sampled_from(signs), inner), min_size=1, max_size=3),
        )
    )
    calls = st.builds(lambda a, b: Call("concat", (a, b)), inner, inner)
    filtered = st.builds(lambda a: Path((Step("child", "r", (a,)),)), inner)
    return operations | calls | filtered | st.builds(Negation, inner)


trees = st.recursive(numbers | literals | paths, grown, max_leaves=12)

conditions = st.builds(
    "/data/{} {} '{}'".format, st.sampled_from(NAMES), st.sampled_from(["=", "!="]), st.sampled_from("12")
)


def sums(name):
    """Of other questions: what adds to itself grows each time."""
    others = st.sampled_from([one for one in NAMES if one != name])
    return st.builds("concat(/data/{}, /data/{})".format, others, others)


answers = st.dictionaries(
    st.sampled_from([*NAMES, *(f"r/m{n}/p" for n in range(3)), "lama"]), st.sampled_from(["", "1", "2", "x"])
)


@st.composite
def forms(draw):
    """Questions that each may be hidden, calculated or limited by the others."""
    maybe = lambda strategy: draw(st.none() | strategy)  # noqa: E731
    fields = [
        question(name, relevant=maybe(conditions), calculate=maybe(sums(name)), constraint=maybe(conditions))
        for name in NAMES
    ]
    inside = question("r/*/p", relevant=maybe(conditions), constraint=maybe(conditions))
    return form(*fields, inside, repeats=[{"path": "r", "relevant": maybe(conditions)}])


@given(trees)
def test_a_tree_written_out_reads_as_itself(tree):
    assert parse(str(parse(str(tree)))) == parse(str(tree))


@given(st.text("ab/[]().@*+-=<>!|'\" 01andor:,"))
def test_no_text_breaks_the_parser(text):
    try:
        assert parse(str(parse(text))) == parse(text)
    except XPathError as error:
        assert 0 <= error.position <= len(text)  # noqa: PT017


@given(forms(), answers)
def test_the_order_of_the_answers_makes_no_difference(definition, given_answers):
    program = Program(definition)
    first, again = (
        program.evaluate(some, context()) for some in (given_answers, dict(reversed(given_answers.items())))
    )
    assert first.problems == again.problems
    assert dict(first.values) == dict(again.values)
    assert dict(first.shown) == dict(again.shown)


@given(forms(), answers)
def test_no_answer_is_lost_and_no_hidden_one_is_a_problem_or_seen(definition, given_answers):
    found = evaluated(definition, given_answers)
    for path, text in given_answers.items():
        if text and path != "lama":
            assert found.values[path] == text or path in found.calculated
            assert found.relevant(path) or path not in found.shown
    assert all(found.relevant(one.path) for one in found.problems)


@given(forms(), answers)
def test_evaluating_what_was_calculated_again_changes_nothing(definition, given_answers):
    """
    A filled form can be opened, evaluated and kept as often as one likes; circles are refused elsewhere.
    """
    first = evaluated(definition, given_answers)
    circles = Program.of(definition).steps.late
    if circles:
        return
    again = evaluated(definition, first.values)
    assert dict(again.shown) == dict(first.shown)


@given(forms(), answers, st.sampled_from(NAMES), st.sampled_from("12"))
def test_what_was_hidden_comes_back(definition, given_answers, switch, other):
    """Switched to another answer and back: the same is shown as before."""
    before = evaluated(definition, given_answers)
    there = {**given_answers, switch: other}
    evaluated(definition, there)
    back = evaluated(definition, {**there, switch: given_answers.get(switch, "")})
    assert dict(back.shown) == dict(before.shown)
