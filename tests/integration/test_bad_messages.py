"""Messages that make no sense: refused with a code, never a fault, and nothing else changes.

`Besieged.watch` looks after every one: the server answers, what was accepted is there,
the message cost less than two seconds, and the log keeps silent about answers.
"""

import gzip
import json
import tracemalloc
from collections.abc import Callable
from typing import Any, Final

import pytest
import zstandard

from domain.canonical import digest_of
from tests.support.hostile import SECRET, Besieged, besieged, new_id

__all__ = ["besieged"]  # a fixture: pytest finds it here by name

MIB: Final = 1024 * 1024


def body_of(target: Besieged, **members: Any) -> bytes:
    """A request with one good operation, as it travels."""
    good = target.sender.submission(new_id(), {"a": SECRET})
    return json.dumps(target.sender.request(good, **members)).encode()


# --- bodies --------------------------------------------------------------------------------------

BODIES: Final[dict[str, tuple[Callable[[bytes], bytes], int, str]]] = {
    "empty": (lambda _: b"", 400, "bad-json"),
    "blank": (lambda _: b" \n\t", 400, "bad-json"),
    "null": (lambda _: b"null", 400, "invalid-request"),
    "a list": (lambda good: b"[" + good + b"]", 400, "invalid-request"),
    "a text": (lambda _: b'"sync"', 400, "invalid-request"),
    "a number": (lambda _: b"1", 400, "invalid-request"),
    "no JSON": (lambda _: b"protocol=1&replica=x", 400, "bad-json"),
    "half": (lambda good: good[: len(good) // 2], 400, "bad-json"),
    "two in one": (lambda good: good + good, 400, "bad-json"),
    "a NUL behind": (lambda good: good + b"\0", 400, "bad-json"),
    "a member twice": (lambda good: b'{"protocol":2,' + good[1:], 400, "bad-json"),
    "a member twice inside": (lambda good: good.replace(b'{"v"', b'{"v":2,"v"', 1), 400, "bad-json"),
    "a member twice, spelt otherwise": (lambda good: b'{"\\u0070rotocol":1,' + good[1:], 400, "bad-json"),
    "byte-order mark": (lambda good: b"\xef\xbb\xbf" + good, 400, "bad-json"),
    "UTF-16": (lambda good: good.decode().encode("utf-16"), 400, "bad-json"),
    "UTF-32": (lambda good: good.decode().encode("utf-32-le"), 400, "bad-json"),
    "Latin-1": (lambda good: good.replace(SECRET.encode(), b"\xe9"), 400, "bad-json"),
    "half a surrogate pair in UTF-8": (
        lambda good: good.replace(SECRET.encode(), b"\xed\xa0\x80"),
        400,
        "bad-json",
    ),
    "overlong UTF-8": (lambda good: good.replace(SECRET.encode(), b"\xc0\xaf"), 400, "bad-json"),
    "NaN": (
        lambda good: good.replace(b'"n":', b'"x":NaN,"n":').replace(b'"n": ', b'"x":NaN,"n":'),
        400,
        "bad-json",
    ),
    "Infinity": (lambda good: b'{"x":-Infinity,' + good[1:], 400, "bad-json"),
    "5,000 digits": (lambda good: b'{"x":' + b"9" * 5000 + b"," + good[1:], 400, "bad-json"),
    "100,000 lists deep": (lambda _: b"[" * 100_000 + b"]" * 100_000, 400, "bad-json"),
    "100,000 objects deep": (lambda _: b'{"a":' * 100_000 + b"1" + b"}" * 100_000, 400, "bad-json"),
    "100,000 lists that never end": (lambda _: b"[" * 100_000, 400, "bad-json"),
    "one byte too many": (lambda good: good + b" " * (MIB + 1 - len(good)), 413, "too-large"),
    "three mebibytes": (lambda good: good + b" " * 3 * MIB, 413, "too-large"),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_is_no_request_is_refused(besieged: Besieged, name: str) -> None:
    """Broken once: `parse_constant` and `object_pairs_hook` left out of `read_json`."""
    make, status, code = BODIES[name]
    answer = besieged.post(make(body_of(besieged)))
    assert (answer.status_code, answer.json["error"]["code"]) == (status, code)  # type: ignore[index]


def test_a_body_of_exactly_one_mebibyte_is_taken(besieged: Besieged) -> None:
    body = body_of(besieged, limit=1)
    assert besieged.post(body + b" " * (MIB - len(body))).status_code == 200


def test_nesting_of_any_depth_is_refused_or_void(besieged: Besieged) -> None:
    """Where the parser gives up, and where what comes after it does, depends on how deep the calls are."""
    for depth in [*range(100, 900, 100), *range(900, 1000)]:
        deep = b"[" * depth + b"]" * depth
        bad = b'"ops": [' + deep + b', {"v": 1, "x": ' + deep + b"}, "
        answer = besieged.post(body_of(besieged, limit=1).replace(b'"ops": [', bad))
        if answer.status_code != 400:
            assert answer.status_code == 200
            assert {v["status"] for v in (answer.json or {})["verdicts"].values()} == {"void"}


# --- packing -------------------------------------------------------------------------------------


def zstd(data: bytes) -> bytes:
    return zstandard.ZstdCompressor(write_checksum=True).compress(data)


def bomb() -> bytes:
    """256 MiB of blanks in some kilobytes."""
    packer = zstandard.ZstdCompressor(level=1).compressobj()
    return b"".join(packer.compress(b" " * MIB) for _ in range(256)) + packer.flush()


def damaged_inside(good: bytes) -> bytes:
    """Sound gzip as far as its header."""
    return gzip.compress(good)[:10] + b"\x07\xff" * 20


PACKINGS: Final[dict[str, tuple[str, Callable[[bytes], bytes], int, str]]] = {
    "unknown": ("br", lambda good: good, 400, "bad-encoding"),
    "two at once": ("gzip, zstd", lambda good: zstd(gzip.compress(good)), 400, "bad-encoding"),
    "a very long name": ("z" * 5000, lambda good: good, 400, "bad-encoding"),
    "gzip: plain": ("gzip", lambda good: good, 400, "bad-encoding"),
    "gzip: empty": ("gzip", lambda _: b"", 400, "bad-json"),
    "gzip: cut": ("gzip", lambda good: gzip.compress(good)[:-9], 400, "bad-encoding"),
    "gzip: header only": ("gzip", lambda good: gzip.compress(good)[:10], 400, "bad-encoding"),
    "gzip: wrong checksum": (
        "gzip",
        lambda good: gzip.compress(good)[:-8] + b"12345678",
        400,
        "bad-encoding",
    ),
    "gzip: damaged inside": ("gzip", damaged_inside, 400, "bad-encoding"),
    "gzip: nonsense behind": ("gzip", lambda good: gzip.compress(good) + b"rest", 400, "bad-encoding"),
    "gzip: packed twice": ("gzip", lambda good: gzip.compress(gzip.compress(good)), 400, "bad-json"),
    "gzip: a bomb": ("gzip", lambda _: gzip.compress(b" " * 64 * MIB), 413, "too-large"),
    "gzip: a bomb in many pieces": ("gzip", lambda _: gzip.compress(b" " * MIB) * 64, 413, "too-large"),
    "gzip: 40,000 empty pieces": ("gzip", lambda _: gzip.compress(b"") * 40_000, 400, "bad-json"),
    "zstd: plain": ("zstd", lambda good: good, 400, "bad-encoding"),
    "zstd: empty": ("zstd", lambda _: b"", 400, "bad-json"),
    "zstd: cut": ("zstd", lambda good: zstd(good)[:-20], 400, "bad-json"),
    "zstd: wrong checksum": ("zstd", lambda good: zstd(good)[:-4] + b"1234", 400, "bad-encoding"),
    "zstd: damaged inside": ("zstd", lambda good: zstd(good)[:7] + b"\xff" * 40, 400, "bad-encoding"),
    "zstd: packed twice": ("zstd", lambda good: zstd(zstd(good)), 400, "bad-json"),
    "zstd: a bomb": ("zstd", lambda _: bomb(), 413, "too-large"),
    "zstd: a bomb that tells its size": ("zstd", lambda _: zstd(b" " * 256 * MIB), 413, "too-large"),
    "zstd: a window of 2 GiB": (
        "zstd",
        lambda _: b"\x28\xb5\x2f\xfd\x00\xa8" + b"\x01\x00\x00",
        400,
        "bad-encoding",
    ),
}


@pytest.mark.parametrize("name", PACKINGS)
def test_a_packing_that_cannot_be_undone_or_explodes_is_refused(besieged: Besieged, name: str) -> None:
    """Broken once: everything unpacked, and its size looked at then."""
    encoding, make, status, code = PACKINGS[name]
    packed = make(body_of(besieged))
    tracemalloc.start()
    answer = besieged.post(packed, **{"Content-Encoding": encoding})
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (answer.status_code, answer.json["error"]["code"]) == (status, code)  # type: ignore[index]
    assert peak < 16 * MIB


@pytest.mark.parametrize(
    ("accepted", "packing"),
    [
        ("zstd", "zstd"),
        ("gzip, zstd;q=0", "gzip"),
        ("zstd;q=0, gzip;q=0", None),
        ("xzstd", None),
        ("*;q=0.5", "zstd"),
        ("", None),
    ],
)
def test_an_answer_is_packed_only_as_its_reader_accepts(
    besieged: Besieged, accepted: str, packing: str | None
) -> None:
    """RFC 9110 section 12.5.3: a weight of 0 is a refusal. Broken once: the name looked for anywhere."""
    headers = {"Authorization": f"Bearer {besieged.sender.token}", "Accept-Encoding": accepted}
    answer = besieged.sender.client.get("/api/v1/areas", headers=headers)
    assert answer.status_code == 200
    assert answer.headers.get("Content-Encoding") == packing


@pytest.mark.parametrize("encoding", ["zstd", "gzip", "ZSTD", " gzip ", "identity", ""])
def test_a_sound_packing_is_undone(besieged: Besieged, encoding: str) -> None:
    pack = {"zstd": zstd, "gzip": gzip.compress}.get(encoding.strip().lower(), bytes)
    assert (
        besieged.post(pack(body_of(besieged, limit=1)), **{"Content-Encoding": encoding}).status_code == 200
    )


@pytest.mark.parametrize(
    "kind",
    [
        "",
        "text/plain",
        "text/html; charset=utf-16",
        "multipart/form-data",
        "application/xml",
        "\x7f",
        "x" * 999,
    ],
)
def test_a_body_is_read_whatever_it_is_said_to_be(besieged: Besieged, kind: str) -> None:
    answer = besieged.post(body_of(besieged, limit=1), **{"Content-Type": kind})
    assert answer.status_code == 200


# --- the envelope --------------------------------------------------------------------------------

REFUSED = (400, "invalid-request")
ENVELOPES: Final[list[tuple[str, Any, tuple[int, str]]]] = [
    ("protocol", None, REFUSED),
    ("protocol", "1", REFUSED),
    ("protocol", 1.5, REFUSED),
    ("protocol", [1], REFUSED),
    ("protocol", 0, (400, "protocol-version")),
    ("protocol", 2, (400, "protocol-version")),
    ("protocol", -(2**70), (400, "protocol-version")),
    ("replica", None, REFUSED),
    ("replica", "", REFUSED),
    ("replica", "short", REFUSED),
    ("replica", "x" * 44, REFUSED),
    ("replica", "replica with blanks", REFUSED),
    ("replica", "réplica-of-the-tests", REFUSED),
    ("replica", "replica-\x00-of-tests", REFUSED),
    ("replica", "\ud800" * 10, REFUSED),
    ("replica", "office", REFUSED),
    ("replica", "../../../etc/passwd", REFUSED),
    ("replica", 12345678, REFUSED),
    ("replica", {"$": "dead"}, REFUSED),
    ("have", 5, REFUSED),
    ("have", [1], REFUSED),
    ("have", [-1, "AAAAAAAAAAA"], REFUSED),
    ("have", ["1", "AAAAAAAAAAA"], REFUSED),
    ("have", [1, "too short"], REFUSED),
    ("have", [1, "AAAAAAAAAAA", 3], REFUSED),
    ("clock", "now", REFUSED),
    ("clock", 1.5, REFUSED),
    ("clock", [], REFUSED),
    ("config", 1, REFUSED),
    ("config", "x" * 65, REFUSED),
    ("limit", 0, REFUSED),
    ("limit", -1, REFUSED),
    ("limit", 2**63, REFUSED),
    ("limit", "1", REFUSED),
    ("cursors", 1, REFUSED),
    ("cursors", ["64.02.18.2007"], REFUSED),
    ("cursors", {"64.02.18.2007": 1}, REFUSED),
    ("cursors", {"64.02.18.2007": None}, REFUSED),
    ("cursors", {"64.02.18.2007": "9" * 41}, REFUSED),
    ("cursors", "not the digest of a map", REFUSED),
    ("cursors", digest_of(b"a map that nobody sent"), (409, "cursors-unknown")),
    ("cursors", {"\ud800": "0", "a": "0", "b": "0", "c": "0"}, (400, "malformed")),
    ("ops", {}, REFUSED),
    ("ops", "[]", REFUSED),
    ("ops", [None] * 501, (413, "too-large")),
    ("want", {}, REFUSED),
    ("want", "all", REFUSED),
    ("want", [1], REFUSED),
    ("want", ["' OR 1=1 --"], REFUSED),
    ("want", ["00000000-0000-1000-8000-000000000001"], REFUSED),
    ("want", ["00000000-0000-4000-8000-000000000001"] * 501, REFUSED),
]


@pytest.mark.parametrize(
    ("member", "value", "expected"), ENVELOPES, ids=[f"{m}-{str(v)[:30]!a}" for m, v, _ in ENVELOPES]
)
def test_a_member_that_makes_no_sense_is_refused(
    besieged: Besieged, member: str, value: Any, expected: tuple[int, str]
) -> None:
    answer = besieged.post(body_of(besieged, **{member: value}))
    assert (answer.status_code, answer.json["error"]["code"]) == expected  # type: ignore[index]


@pytest.mark.parametrize("member", ["protocol", "replica"])
def test_a_member_that_is_missing_is_refused(besieged: Besieged, member: str) -> None:
    whole = json.loads(body_of(besieged))
    del whole[member]
    answer = besieged.post(whole)
    assert (answer.status_code, answer.json["error"]["code"]) == REFUSED  # type: ignore[index]


HARMLESS: Final[list[tuple[str, Any]]] = [
    ("clock", 0),
    ("clock", -1),
    ("clock", 4_070_908_800_000),
    ("clock", 2**70),
    ("clock", None),
    ("have", [0, "AAAAAAAAAAA"]),
    ("have", [2**70, "~~~~~~~~~~~"]),
    ("config", "\x00"),
    ("config", "\ud800"),
    ("limit", 1),
    ("cursors", {"no village": "0", "": "", "\x00": "x"}),
    ("cursors", {"~\x00": "0", "~" + "\ud800": "0", "~../../x": "0"}),
    ("cursors", {f"~{i:08}": "1.AAAAAAA" for i in range(35_000)}),
    ("owner", "asha"),
    ("role", "admin"),
    ("author", "somebody"),
    ("areas", ["64"]),
    ("__proto__", {"role": "admin"}),
    ("", ""),
]


@pytest.mark.parametrize(("member", "value"), HARMLESS, ids=[f"{m}-{str(v)[:30]!a}" for m, v in HARMLESS])
def test_a_member_that_is_odd_or_unknown_does_no_harm(besieged: Besieged, member: str, value: Any) -> None:
    """Nobody gets a role, an area or another name by saying so. Faults once: odd names of private feeds."""
    answer = besieged.post(body_of(besieged, **{"limit": 1, member: value}))
    assert answer.status_code == 200
    assert "verdicts" not in (answer.json or {})
    with besieged.sender.get("areas") as told:
        account = told.json or {}
    assert (account["author"], account["role"], account["areas"]) == ("asha", "officer", ["64.02.18"])


@pytest.mark.parametrize(
    "cursor", ["999999999999999999.x", "-1.x", "1e3.x", "١.x", "1", ".", "x" * 40, "\x00", "1.\ud800"]
)
def test_a_cursor_that_is_none_of_ours_resets_its_village_only(besieged: Besieged, cursor: str) -> None:
    answer = besieged.post(
        body_of(besieged, limit=1, cursors={"64.02.18.2007": cursor, "64.02.18.2006": "0"})
    )
    assert (answer.json or {})["reset"] == ["64.02.18.2007"]
