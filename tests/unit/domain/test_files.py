"""What an answer says of a file."""

import json
from hashlib import sha256
from string import ascii_letters, digits

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.canonical import to_bytes
from domain.errors import InvalidRequest
from domain.files import FileAnswer, digest_bytes, file_hash, files_named, is_file_hash, read_file_answer
from domain.operations import RESTRICTED, Value
from tests.support.builders import operation

PHOTO = file_hash(sha256(b"photo").digest())
SMALL = file_hash(sha256(b"small").digest())
BASE64URL = ascii_letters + digits + "-_"
WHOLE = FileAnswer(
    PHOTO, "rumah.jpg", 204_800, "image/jpeg", "2026-03-01T10:22:33+08:00", "-0.4321 116.9876 12", SMALL
)


def test_a_value_is_canonical_and_reads_back() -> None:
    text = WHOLE.to_text()
    assert list(json.loads(text)) == ["hash", "name", "position", "size", "thumbnail", "time", "type"]
    assert read_file_answer(text) == WHOLE
    assert WHOLE.hashes == (SMALL, PHOTO)


def test_a_value_of_before_has_a_hash_and_a_name_only() -> None:
    old = read_file_answer('{"hash":"h","name":"rumah.jpg"}')
    assert old == FileAnswer("h", "rumah.jpg")
    assert old.hashes == ()
    assert json.loads(old.to_text()) == {"hash": "h", "name": "rumah.jpg"}


@pytest.mark.parametrize(
    "value", ["", "rumah.jpg", "{", "[1]", "{}", '{"hash":1,"name":"x"}', "{" * 9_000, RESTRICTED, '"h"']
)
def test_another_value_is_no_file(value: Value) -> None:
    assert read_file_answer(value) is None


def test_members_that_make_no_sense_are_left_out() -> None:
    odd = {"hash": PHOTO, "name": "x", "size": -1, "type": 3, "time": [], "position": None, "thumbnail": {}}
    assert read_file_answer(json.dumps(odd)) == FileAnswer(PHOTO, "x")
    assert read_file_answer(json.dumps({"hash": PHOTO, "name": "x", "size": True})) == FileAnswer(PHOTO, "x")


@given(st.binary(min_size=32, max_size=32))
def test_every_digest_has_one_spelling(digest: bytes) -> None:
    spelt = file_hash(digest)
    assert is_file_hash(spelt)
    assert digest_bytes(spelt) == digest
    for last in BASE64URL:
        other = spelt[:-1] + last
        assert is_file_hash(other) == (file_hash(to_bytes(other)) == other)


@pytest.mark.parametrize("text", ["", "x", PHOTO + "A", PHOTO[:-1] + "B", PHOTO + "\n", "../" + PHOTO[3:]])
def test_what_is_no_hash_is_refused(text: str) -> None:
    assert not is_file_hash(text)
    with pytest.raises(InvalidRequest) as refused:
        digest_bytes(text)
    assert refused.value.code == "file-hash"


def test_an_operation_names_its_files_whatever_the_question_is() -> None:
    changes = [("g/unknown", WHOLE.to_text(), ()), ("name", "Asha", ()), ("note", "{no json", ())]
    sent = operation(changes)
    assert set(files_named(sent)) == {(sent.records[0], PHOTO), (sent.records[0], SMALL)}
