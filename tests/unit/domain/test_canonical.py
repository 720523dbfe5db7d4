"""Canonical bytes and ids: one spelling on every side."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.canonical import Json, canonical_bytes, digest_of, to_bytes, to_text, xor_digest
from domain.errors import MalformedOperation

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
)


@given(values)
def test_canonical_bytes_read_back_and_spell_the_same_again(value: object) -> None:
    once = canonical_bytes(value)  # type: ignore[arg-type]
    assert canonical_bytes(json.loads(once)) == once
    assert json.loads(once) == value


def test_member_names_are_sorted_by_utf16_units_as_rfc_8785_says() -> None:
    """The RFC's own example, §3.2.3. Broken once: sorted by code point."""
    names = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\u0080": 6, "\u00f6": 7}
    assert list(json.loads(canonical_bytes(dict(names)))) == [
        "\r",
        "1",
        "\u0080",
        "\u00f6",
        "\u20ac",
        "\U0001f600",
        "\ufb33",
    ]


def test_control_characters_are_escaped_as_rfc_8785_says() -> None:
    assert canonical_bytes('\u20ac$\u000f\nA\'B"\\\\"/') == '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'.encode()


@pytest.mark.parametrize("value", [1.5, 2**53, -(2**53), float("nan"), [0.1], {"a": {"b": 1e3}}, "\ud800"])
def test_what_has_no_canonical_form_is_malformed(value: object) -> None:
    with pytest.raises(MalformedOperation):
        canonical_bytes(value)  # type: ignore[arg-type]


@pytest.mark.parametrize("depth", [65, 900, 100_000])
def test_deep_nesting_is_malformed_and_no_crash(depth: int) -> None:
    with pytest.raises(MalformedOperation):
        canonical_bytes(nested(1, depth))


def test_nesting_has_a_canonical_form_as_far_as_everybody_can_read_it_again() -> None:
    assert canonical_bytes(nested(1, 64)) == b"[" * 64 + b"1" + b"]" * 64


def nested(value: Json, depth: int) -> Json:
    for _ in range(depth):
        value = [value]
    return value


def test_an_id_is_sixteen_bytes_of_sha256_in_22_characters() -> None:
    assert digest_of(b"") == "47DEQpj8HBSa-_TImW-5JA"
    assert len(to_bytes(digest_of(b"x"))) == 16


@given(st.binary(max_size=40))
def test_bytes_survive_their_text(data: bytes) -> None:
    assert to_bytes(to_text(data)) == data


@given(st.lists(st.binary(min_size=16, max_size=16).map(to_text), unique=True), st.randoms())
def test_the_digest_of_a_set_does_not_depend_on_order_and_undoes_itself(
    ids: list[str], chance: object
) -> None:
    shuffled = list(ids)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert xor_digest(shuffled) == xor_digest(ids)
    assert xor_digest(ids + ids) == 0
