"""
What is sealed to the office's key comes out whole there, and nowhere else; what is altered is refused.

Broken on purpose, each seen here: a nonce without the mark of the last piece; a header that the key does not
cover; the private key's file read without its header.
"""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import InvalidRequest
from schemas import recovery_key
from schemas.recovery_key import read_private, write_private
from schemas.sealing import MAGIC, PIECE_BYTES, TAG_BYTES, UNSENT, open_sealed, public_of, seal

OFFICE, OTHER, SECRET, SALT = bytes(range(32)), bytes(range(1, 33)), bytes(range(2, 34)), bytes(16)
CODES = {"sealed-not", "sealed-other-key", "sealed-altered"}


def sealed(*pieces: bytes, kind: str = UNSENT) -> bytes:
    return b"".join(seal(pieces, public_of(OFFICE), kind, SECRET))


def opened(data: bytes, private: bytes = OFFICE) -> bytes:
    return b"".join(open_sealed(io.BytesIO(data), private, UNSENT))


def refused(data: bytes, private: bytes = OFFICE) -> str:
    with pytest.raises(InvalidRequest) as caught:
        opened(data, private)
    return caught.value.code


@given(st.lists(st.binary(max_size=2 * PIECE_BYTES), max_size=5))
def test_whatever_is_sealed_comes_out_the_same_however_it_was_cut(pieces: list[bytes]) -> None:
    data = sealed(*pieces)
    assert opened(data) == b"".join(pieces)
    assert len(data) <= sum(map(len, pieces)) + 1024


@pytest.mark.parametrize("size", [0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES])
def test_the_ends_of_pieces_are_where_they_are(size: int) -> None:
    assert opened(sealed(bytes(size))) == bytes(size)


def test_every_flipped_bit_is_refused() -> None:
    data = sealed(b"what nobody may alter")
    for bit in range(8 * len(data)):
        altered = bytearray(data)
        altered[bit // 8] ^= 1 << bit % 8
        assert refused(bytes(altered)) in CODES, bit


def test_a_file_that_is_cut_off_anywhere_is_refused() -> None:
    data = sealed(b"some work")
    assert {refused(data[:end]) for end in range(len(data))} <= CODES
    long = sealed(bytes(3 * PIECE_BYTES))
    start = len(long) - 3 * (PIECE_BYTES + TAG_BYTES)
    for pieces in (1, 2):
        assert refused(long[: start + pieces * (PIECE_BYTES + TAG_BYTES)]) == "sealed-altered"


@given(st.data())
@settings(max_examples=30)
def test_pieces_in_another_order_twice_or_with_more_behind_them_are_refused(data: st.DataObject) -> None:
    long = sealed(bytes(3 * PIECE_BYTES))
    size = PIECE_BYTES + TAG_BYTES
    start = len(long) - 3 * size
    pieces = [long[start + i * size : start + (i + 1) * size] for i in range(3)]
    chosen = data.draw(
        st.lists(st.sampled_from(range(3)), min_size=1, max_size=4).filter(lambda x: x != [0, 1, 2])
    )
    assert refused(long[:start] + b"".join(pieces[i] for i in chosen)) == "sealed-altered"
    assert refused(long + data.draw(st.binary(min_size=1, max_size=99))) == "sealed-altered"


@given(st.binary(max_size=300))
def test_any_other_file_is_refused(data: bytes) -> None:
    assert refused(data) == "sealed-not"
    assert refused(MAGIC + data) == "sealed-not"


def test_another_office_opens_nothing_and_is_told_whose_it_is() -> None:
    assert refused(sealed(b"x"), OTHER) == "sealed-other-key"
    assert refused(sealed(b"x", kind="store-key")) == "sealed-not"
    with pytest.raises(InvalidRequest, match="none"):
        list(seal([b"x"], bytes(32), UNSENT, SECRET))


def test_the_private_key_is_opened_by_its_passphrase_only_and_no_bit_of_its_file_can_be_altered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(recovery_key, "COST", {"n": 2, "r": 1, "p": 1})
    data = write_private(OFFICE, "kata sandi kantor", SALT)
    assert read_private(data, "kata sandi kantor") == OFFICE
    for passphrase in ("", "kata sandi kantor ", "\ud800"):
        with pytest.raises(InvalidRequest):
            read_private(data, passphrase)
    for bit in range(8 * (len(data) - 1)):
        altered = bytearray(data)
        altered[bit // 8] ^= 1 << bit % 8
        with pytest.raises(InvalidRequest):
            read_private(bytes(altered), "kata sandi kantor")
    with pytest.raises(InvalidRequest):
        write_private(OFFICE, "", SALT)


def test_the_real_cost_of_a_passphrase_is_that_of_the_file() -> None:
    assert read_private(write_private(OFFICE, "x", SALT), "x") == OFFICE
