"""What is read comes before what reads it, and circles are found."""

from hypothesis import given
from hypothesis import strategies as st

from domain.forms.order import ordered


def test_a_part_comes_after_what_it_needs():
    needs = {"a": ["b"], "b": ["c"], "c": [], "d": []}
    assert ordered(list(needs), needs.__getitem__) == [["c"], ["b"], ["a"], ["d"]]


def test_a_circle_is_one_group_in_the_order_given():
    needs = {"a": ["c"], "b": ["a"], "c": ["b"], "d": ["a"], "e": ["e"]}
    assert ordered(list(needs), needs.__getitem__) == [["a", "b", "c"], ["d"], ["e"]]


def test_a_long_chain_meets_no_limit_of_python():
    parts = range(50_000)
    found = ordered(parts, lambda one: [one + 1] if one + 1 in parts else [])
    assert found[0] == [49_999]


@given(st.dictionaries(st.integers(0, 9), st.lists(st.integers(0, 9), max_size=4)))
def test_every_part_is_there_once_and_needs_only_what_came_before(needs):
    parts = sorted(needs)
    groups = ordered(parts, lambda one: [other for other in needs[one] if other in needs])
    assert sorted(one for group in groups for one in group) == parts
    seen = set()
    for group in groups:
        seen |= set(group)
        assert all(other in seen for one in group for other in needs[one] if other in needs)
