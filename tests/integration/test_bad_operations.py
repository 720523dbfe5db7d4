"""Operations that make no sense get a verdict of their own, and odd answers are kept as they are.

Each bad one travels between good ones, which are taken; `Besieged.watch` looks after
every request.
"""

import json
import unicodedata
from collections.abc import Callable
from typing import Any, Final

import pytest

from domain.canonical import Json, canonical_bytes, digest_of
from domain.operations import DEAD, MAX_BYTES, read_operation
from server.store import accounts, log, records
from tests.support.builders import with_part
from tests.support.filings import MARKER
from tests.support.hostile import SECRET, Besieged, besieged, new_id
from tests.support.raw_device import RawDevice, whole

__all__ = ["besieged"]  # a fixture: pytest finds it here by name

Sent = dict[str, Any]
HERE: Final = "64.02.18.2007"


def changed(path: str, value: Any) -> Callable[[Sent], Any]:
    """Puts `value` at a path of steps joined by a dot into an operation; `...` takes the member away."""

    def change(sent: Sent) -> Sent:
        *steps, last = [int(step) if step.isdigit() else step for step in path.split(".")]
        place: Any = sent
        for step in steps:
            place = place[step]
        if value is ...:
            del place[last]
        else:
            place[last] = value
        return sent

    return change


VOID: Final[list[tuple[str, Any, str]]] = [
    ("v", ..., "unknown-version"),
    ("replica", ..., "malformed-replica"),
    ("replica", "short", "malformed-replica"),
    ("replica", "\x00" * 10, "malformed-replica"),
    ("replica", 5, "malformed-replica"),
    ("n", ..., "malformed-n"),
    ("n", 0, "malformed-n"),
    ("n", -1, "malformed-n"),
    ("n", "1", "malformed-n"),
    ("n", True, "malformed-n"),
    ("n", 2**53, "malformed-number"),
    ("n", 1.0, "malformed-number"),
    ("n", 10**4000, "malformed-number"),
    ("author", ..., "malformed-author"),
    ("author", "", "malformed-author"),
    ("author", None, "malformed-author"),
    ("author", ["asha"], "malformed-author"),
    ("author", "a" * 101, "malformed-author"),
    ("author", "asha\x00", "malformed-author"),
    ("author", "asha\n", "malformed-author"),
    ("author", "\ud800", "malformed"),
    ("time", ..., "malformed-time"),
    ("time", None, "malformed-time"),
    ("time", "2026-01-01", "malformed-time"),
    ("time", 1.5, "malformed-number"),
    ("time", 2**53, "malformed-number"),
    ("meta", [], "malformed-meta"),
    ("meta", "x", "malformed-meta"),
    ("meta.form", 5, "malformed-form"),
    ("meta.form", "verifikasi_anak", "malformed-form"),
    ("meta.form", "verifikasi_anak@", "malformed-form"),
    ("meta.form", "../x@1", "malformed-form"),
    ("meta.form", "x@1\x00", "malformed-form"),
    ("preds", "AAAAAAAAAAAAAAAAAAAAAA", "malformed-preds"),
    ("preds", [1], "malformed-preds"),
    ("preds", ["short"], "malformed-preds"),
    ("preds", ["\x00" * 22], "malformed-preds"),
    ("parts", ..., "malformed-parts"),
    ("parts", [], "malformed-parts"),
    ("parts", {}, "malformed-parts"),
    ("parts", [None], "malformed-parts"),
    ("parts.0.record", ..., "malformed-record"),
    ("parts.0.record", "R1", "malformed-record"),
    ("parts.0.record", "00000000-0000-1000-8000-000000000001", "malformed-record"),
    ("parts.0.record", "00000000-0000-4000-8000-00000000000A", "malformed-record"),
    ("parts.0.record", "00000000-0000-4000-8000-00000000000\x00", "malformed-record"),
    ("parts.0.record", "00000000-0000-4000-8000-000000000001\n", "malformed-record"),
    ("parts.0.kind", ..., "malformed-kind"),
    ("parts.0.kind", "", "malformed-kind"),
    ("parts.0.kind", "Submission", "malformed-kind"),
    ("parts.0.kind", "case:" + "x" * 99, "malformed-kind"),
    ("parts.0.kind", "submission\n", "malformed-kind"),
    ("parts.0.changes", ..., "malformed-changes"),
    ("parts.0.changes", [], "malformed-changes"),
    ("parts.0.changes", {}, "malformed-changes"),
    ("parts.0.changes.0", [], "malformed-changes"),
    ("parts.0.changes.0", ["a", "1"], "malformed-changes"),
    ("parts.0.changes.0", "a=1", "malformed-changes"),
    ("parts.0.changes.1.0", "$village", "malformed-changes"),  # the same path twice
    ("parts.0.changes.1.0", "", "malformed-path"),
    ("parts.0.changes.1.0", "/", "malformed-path"),
    ("parts.0.changes.1.0", "a//b", "malformed-path"),
    ("parts.0.changes.1.0", "a/", "malformed-path"),
    ("parts.0.changes.1.0", "a\x00b", "malformed-path"),
    ("parts.0.changes.1.0", "a#removal", "malformed-path"),
    ("parts.0.changes.1.0", "a" * 401, "malformed-path"),
    ("parts.0.changes.1.0", 5, "malformed-path"),
    ("parts.0.changes.1.0", "\udcff", "malformed"),
    ("parts.0.changes.1.1", None, "malformed-value"),
    ("parts.0.changes.1.1", 5, "malformed-value"),
    ("parts.0.changes.1.1", True, "malformed-value"),
    ("parts.0.changes.1.1", ["1"], "malformed-value"),
    ("parts.0.changes.1.1", 1.5, "malformed-number"),
    ("parts.0.changes.1.1", "\ud800", "malformed"),
    ("parts.0.changes.1.1", "half \udc00 a pair", "malformed"),
    ("parts.0.changes.1.1", "x" * 1_000_000, "too-large"),
    ("parts.0.changes.1.1", "\x00" * 20_000, "too-large"),
    ("parts.0.changes.1.1", {"$": "dead", "x": "y" * MAX_BYTES}, "too-large"),
    ("parts.0.changes.1.2", None, "malformed-preds"),
    ("parts.0.changes.1.2", [0], "malformed-preds"),
    ("parts.0.changes.1.2", [-1], "malformed-preds"),
    ("parts.0.changes.1.2", [True], "malformed-preds"),
    ("parts.0.changes.1.2", ["AAAAAAAAAAAAAAAAAAAAAA"], "malformed-preds"),
    ("parts.0.changes", [[f"p{i}", "1", []] for i in range(2001)], "too-large"),
]


@pytest.mark.parametrize(("path", "value", "code"), VOID, ids=[f"{p}={str(v)[:24]!a}" for p, v, _ in VOID])
def test_an_operation_that_cannot_be_read_is_void(
    besieged: Besieged, path: str, value: Any, code: str
) -> None:
    """And kept as it came: a person sees it. Broken once: one of them refused the whole batch."""
    sent = changed(path, value)(besieged.sender.submission(new_id(), {"a": SECRET}))
    status = "held" if code == "unknown-version" else "void"
    assert besieged.verdict(sent) == (status, code)


@pytest.mark.parametrize("sent", [None, True, 0, 1.5, "", "operation", [], [[]], {}, {"": ""}], ids=repr)
def test_what_is_no_operation_is_void(besieged: Besieged, sent: Json) -> None:
    status, _ = besieged.verdict(sent)
    assert status == ("held" if isinstance(sent, dict) else "void")


HELD: Final[list[tuple[str, Any, str]]] = [
    ("v", 2, "unknown-version"),
    ("v", "1", "unknown-version"),
    ("v", True, "unknown-version"),
    ("v", None, "unknown-version"),
    ("author", "budi", "other-author"),
    ("author", "Asha", "other-author"),
    ("author", "Asha '; DROP TABLE record; --", "other-author"),
    ("replica", "office", "other-replica"),
    ("meta.form", "verifikasi_anak@1", "unknown-form"),
    ("meta.form", ..., "unknown-form"),
    ("meta", ..., "unknown-form"),
    ("parts.0.changes.0.1", "64.02.01.2001", "outside-scope"),
    ("parts.0.changes.0.1", "64.02.18.9999", "unknown-village"),
    ("parts.0.changes.0.1", "64.02.18", "unknown-village"),
    ("parts.0.changes.0.1", "", "unknown-village"),
    ("parts.0.changes.0.1", "64.02.18.2007\n", "unknown-village"),
    ("parts.0.changes.0.1", "٦٤.02.18.2007", "unknown-village"),
    ("parts.0.changes.0.1", {"$": "dead"}, "unknown-village"),
    ("parts.0.changes.0.0", "village", "unknown-record"),
    ("parts.0.changes.2.1", {"decision": "approve"}, "not-a-reviewer"),
    ("parts.0.changes.2.1", {}, "not-a-reviewer"),
    ("parts.0.changes.2.1", "approved", "not-a-reviewer"),
    ("parts.0.changes.2.1", "", "not-a-reviewer"),
]


@pytest.mark.parametrize(("path", "value", "code"), HELD, ids=[f"{p}={str(v)[:24]!a}" for p, v, _ in HELD])
def test_an_operation_that_is_not_his_to_make_waits(
    besieged: Besieged, path: str, value: Any, code: str
) -> None:
    sent = changed(path, value)(besieged.sender.submission(new_id(), {"a": SECRET}))
    assert besieged.verdict(sent) == ("held", code)


ODD: Final[list[tuple[str, Any]]] = [
    ("time", 0),
    ("time", -1),
    ("time", 4_070_908_800_000),
    ("time", 2**53 - 1),
    ("time", -(2**53) + 1),
    ("n", 2**53 - 1),
    ("salt", ["what", {"a": "newer"}, "version"]),
    ("id", "AAAAAAAAAAAAAAAAAAAAAA"),
    ("owner", "budi"),
    ("role", "admin"),
    ("account", "budi"),
    ("status", "ok"),
    ("received", 0),
    ("meta.role", "head"),
    ("meta.started", -1),
    ("preds", ["AAAAAAAAAAAAAAAAAAAAAA"] * 2000),
    ("parts.0.owner", "budi"),
    ("parts.0.kind", "referral"),
    ("parts.0.kind", "case:nothing_yet"),
    ("parts.0.changes.1", ["a", "1", [], "of a newer version"]),
    ("parts.0.changes.1", ["$owner", "budi", []]),
    ("parts.0.changes.1", ["$role", "admin", []]),
    ("parts.0.changes.1", ["$of", "\x00" * 36, []]),
    ("parts.0.changes.1", ["__proto__", "x", []]),
    ("parts.0.changes.1", ["a/../../b", "x", []]),
    ("parts.0.changes.1.1", {"$": "of a newer version"}),
    ("parts.0.changes.1.1", {"$": {"$": {"$": []}}}),
    ("parts.0.changes.1.1", {}),
    ("parts.0.changes.1.1", DEAD),
]


@pytest.mark.parametrize(("path", "value"), ODD, ids=[f"{p}={str(v)[:24]!a}" for p, v in ODD])
def test_an_odd_operation_is_taken_whole_and_gives_nobody_anything(
    besieged: Besieged, path: str, value: Any
) -> None:
    """What this version does not know is kept to the byte; nobody gets a role or a record by saying so."""
    sent = changed(path, value)(besieged.sender.submission(record := new_id()))
    with besieged.watch():
        assert "verdicts" not in besieged.sender.sync(sent, limit=1)
    with besieged.office.store.read() as connection:
        row = log.row_of(connection, read_operation(sent).id)
        stored = records.load(connection, [record])[record]
        actor = accounts.actor_of(connection, "asha")
    assert row is not None
    assert row.body == canonical_bytes(sent)
    assert stored.owner is None
    assert (actor.role, actor.areas) == ("officer", ("64.02.18",))
    besieged.assert_readable(record)


def test_a_restricted_part_is_its_authors_whatever_it_says(besieged: Besieged) -> None:
    """Faults once: a submission's id with NULs in it, on PostgreSQL. What belongs to none is held."""
    besieged.sender.sync(besieged.sender.submission(own := new_id()), limit=1)
    for of in ("\x00" * 36, "x" * 36, "", {"$": "dead"}, besieged.known, own):
        marked = besieged.sender.operation([("a", MARKER, ())], record=own, owner="budi")
        heads = [["$of", of, []], ["$village", HERE, []]]
        sent = with_part(marked, record := new_id(), "restricted", *heads, ["a", SECRET, []])
        with besieged.watch():
            held = besieged.sender.sync(sent, limit=1).get("verdicts")
        assert (held is None) == (of == own)
        assert besieged.watcher.sync(want=[record])["unknown"] == [record]


def test_a_known_id_cannot_come_with_other_bytes(besieged: Besieged) -> None:
    """The id is the digest of the bytes: what says that it is another operation is one of its own."""
    first = besieged.sender.submission(record := new_id(), {"a": "first"})
    one = read_operation(first).id
    forged = {**besieged.sender.submission(record, {"a": "forged"}), "id": one}
    with besieged.watch():
        besieged.sender.sync(first, forged, limit=1)
    assert read_operation(forged).id != one
    document = whole(besieged.watcher.sync(want=[record]))[record]
    assert sorted(value for path, value, _ in document["values"] if path == "a") == ["first", "forged"]
    with besieged.office.store.read() as connection:
        row = log.row_of(connection, one)
    assert row is not None
    assert row.body == canonical_bytes(first)


def test_the_same_operation_many_times_in_a_batch_is_one(besieged: Besieged) -> None:
    sent = besieged.sender.submission(new_id(), {"a": SECRET})
    before = besieged.sender.sync(have=[0, "-----------"])["have"][0]
    with besieged.watch():
        told = besieged.sender.sync(*[sent] * 500, limit=1)
    assert "verdicts" not in told
    assert told["have"][0] == before + 1


def test_a_bad_operation_twice_gets_the_same_verdict_twice(besieged: Besieged) -> None:
    bad: Json = {"v": 1, "nonsense": SECRET}
    first = besieged.post(besieged.sender.request(bad, bad, limit=1)).json or {}
    again = besieged.post(besieged.sender.request(bad, limit=1)).json or {}
    assert first["verdicts"]["0"] == first["verdicts"]["1"] == again["verdicts"]["0"]
    assert first["have"] == again["have"]


# --- answers -------------------------------------------------------------------------------------

TEXTS: Final[dict[str, str]] = {
    "empty": "",
    "blank": " \t\n\r ",
    "NUL": "a\x00b",
    "control characters": "".join(map(chr, range(32))) + "\x7f\x85",
    "right-to-left override": "\u202egnp.exe\u202c",
    "isolates": "\u2066\u2067x\u2069",
    "composed": unicodedata.normalize("NFC", "Nuraéni"),
    "decomposed": unicodedata.normalize("NFD", "Nuraéni"),
    "zero width": "a\u200bb\u200d\ufeff",
    "line separators": "a\u2028b\u2029c",
    "astral": "👨‍👩‍👧‍👦 𝒜 \U0010ffff",
    "no characters": "\ufffe\uffff\ufdd0",
    "Arabic": "السلام عليكم ١٢٣",
    "Javanese": "ꦲꦏ꧀ꦱꦫꦗꦮ",
    "HTML": '<img src=x onerror="alert(1)"><script>alert(1)</script>',
    "a template": "{{7*7}} ${7*7} {% raw %} <%= 7*7 %> #{7*7}",
    "SQL": "'); DROP TABLE operation; -- /* \" ` ; \\",
    "a link": "javascript:alert(document.cookie)",
    "an address inside": "http://169.254.169.254/latest/meta-data",
    "a formula": '=HYPERLINK("http://evil.example";"klik")',
    "a path": "../../../../etc/passwd\x00.jpg",
    "a format": "%s%n %(x)s {0.__class__}",
    "31 February": "2026-02-31",
    "year 10000": "10000-01-01T00:00:00.000+08:00",
    "a huge number": "9" * 400,
    "no number": "NaN",
    "accuracy 0": "-0.5 117.1 0 0",
    "15 digits": "640218200700001"[:15],
    "17 digits": "64021820070000123",
    "a choice that is not in the list": "tidak_ada",
    "JSON": '{"$":"dead"}',
    "sixty thousand characters": "x" * 60_000,
    "half as many of three bytes": "ꦲ" * 20_000,
}


@pytest.mark.parametrize("name", TEXTS)
def test_an_odd_answer_is_kept_to_the_byte(besieged: Besieged, name: str) -> None:
    """As an answer, and as the name of a member where it can be one."""
    sent = besieged.sender.submission(record := new_id(), {"a": TEXTS[name]})
    with besieged.watch():
        assert "verdicts" not in besieged.sender.sync(sent, limit=1)
    document = whole(besieged.watcher.sync(want=[record]))[record]
    values = {path: value for path, value, _ in document["values"]}
    assert values["a"].encode() == TEXTS[name].encode()
    assert besieged.assert_readable(record)["answers"]["a"].encode() == TEXTS[name].encode()


@pytest.mark.parametrize(
    "name", [n for n, text in TEXTS.items() if 0 < len(text) < 200 and text.isprintable()]
)
def test_a_member_may_have_any_printable_name(besieged: Besieged, name: str) -> None:
    path = f"m/{TEXTS[name].replace('/', '-').replace('#', '-')}/x"
    sent = besieged.sender.submission(record := new_id(), {path: SECRET, "m": "1"})
    with besieged.watch():
        assert "verdicts" not in besieged.sender.sync(sent, limit=1)
    document = whole(besieged.watcher.sync(want=[record]))[record]
    assert [row[:2] for row in document["values"] if row[0].startswith("m/")] == [[path, SECRET]]
    besieged.assert_readable(record)


def test_names_that_look_alike_are_different_questions(besieged: Besieged) -> None:
    """The server alters nothing: it is the device that normalises what it sends."""
    twins = {unicodedata.normalize(form, "m/é/x"): form for form in ("NFC", "NFD")}
    with besieged.watch():
        besieged.sender.sync(besieged.sender.submission(record := new_id(), dict(twins)), limit=1)
    document = whole(besieged.watcher.sync(want=[record]))[record]
    assert {path: value for path, value, _ in document["values"] if path in twins} == twins


def test_ten_thousand_members_of_a_repeat_are_taken_and_removed(besieged: Besieged) -> None:
    """Took half a minute once: each removal was compared with each value."""
    sender: RawDevice = besieged.sender
    sender.sync(sender.submission(record := new_id()))
    fillings = [
        sender.operation([(f"m/m_{i}_{j}/x", "1", ()) for j in range(1000)], record=record) for i in range(10)
    ]
    with besieged.watch():
        assert "verdicts" not in sender.sync(*fillings, limit=1)
    ids = [read_operation(one).id for one in fillings]
    removals = [
        sender.operation([(f"m/m_{i}_{j}", DEAD, (ids[i],)) for j in range(1000)], record=record)
        for i in range(9)
    ]
    with besieged.watch():
        assert "verdicts" not in sender.sync(*removals, limit=1)
    document = whole(besieged.watcher.sync(want=[record]))[record]
    assert len(document["values"]) == 19_000 + 3
    assert len(besieged.assert_readable(record)["answers"]) == 1000 + len({"$village", "a"})


def test_five_hundred_operations_of_nonsense_are_answered_one_by_one(besieged: Besieged) -> None:
    bad: list[Any] = [{"v": 1, "n": i, "x": SECRET} for i in range(499)]
    answer = besieged.post(besieged.sender.request(*bad, besieged.sender.submission(new_id()), limit=1))
    assert list((answer.json or {})["verdicts"]) == [str(i) for i in range(499)]


def test_an_operation_that_names_megabytes_is_void_and_its_record_stays_small(besieged: Besieged) -> None:
    """Broken on purpose: the sum was not compared, and every device of the village got 12.6 MB."""
    sent = besieged.sender.submission(record := new_id(), {"a": SECRET})
    besieged.sender.sync(sent, limit=1)
    edit: Any = besieged.sender.operation([("a", "1", ())], record=record)
    edit["preds"] = [digest_of(f"{i}".encode()) for i in range(708)]
    edit["parts"][0]["changes"] = [[f"{i:03}" + "\U0001f600" * 397, "", [*range(708)]] for i in range(11)]
    assert besieged.verdict(edit) == ("void", "too-large")
    assert len(canonical_bytes(whole(besieged.watcher.sync(want=[record]))[record])) < 1_000


def test_an_operation_as_large_as_may_be_is_taken_and_one_byte_more_is_void(besieged: Besieged) -> None:
    sent = besieged.sender.submission(new_id(), {"a": ""})
    room = MAX_BYTES - len(canonical_bytes(sent))
    fitting, larger = (json.loads(json.dumps(sent)) for _ in range(2))
    fitting["parts"][0]["changes"][1][1] = "x" * room
    larger["parts"][0]["changes"][1][1] = "x" * (room + 1)
    with besieged.watch():
        told = besieged.sender.sync(fitting, larger, limit=1)
    assert told["verdicts"].keys() == {"1"}
    assert told["verdicts"]["1"]["code"] == "too-large"
