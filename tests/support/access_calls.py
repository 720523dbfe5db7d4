"""How each route is called when everybody tries everything; a route that is not here fails the test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from werkzeug.routing import Rule

from tests.support.access_world import KINDS_OF_RECORDS, Thing, World
from tests.support.filings import KECAMATAN, VILLAGE
from tests.support.pages import PASSWORD

API: Final = "/api/v1"
FORM_ARGUMENTS: Final = {"form_id": "verifikasi_anak", "version": "2026010101", "name": "x.csv"}
ARGUMENTS: Final = {
    **FORM_ARGUMENTS,
    "list_name": "anak",
    "upload": "A" * 22,
    "file": "A" * 43,
    "kind": "shown",
    "round_id": "no-such-round",
    "job": "no-such-job",
    "person": "inside",
    "alarm": "A" * 22,
    "view": "no-such-view",
}
"""Arguments of routes that name nobody's data."""


@dataclass(frozen=True)
class Call:
    """What is sent to a route; `query` goes behind its path.

    `about` are the kinds of things that it can name, `never` those of them that it shows nobody;
    `is_told` is whether who may not is told so, and not that there is nothing; `tells_ids` whether
    its readers are told of which records there are, whatever they may read of them.
    """

    body: Any = None
    about: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    query: str = ""
    is_told: bool = False
    tells_ids: bool = False


RECORD: Final = Call(about=KINDS_OF_RECORDS)
WHY: Final = "untuk rapat kasus"
REFUSAL: Final = {"decision": "refuse", "reason": "tidak perlu lagi", "password_again": PASSWORD}
NO_FORMS: Final = ("part", "own part", "case")
REVIEW: Final = {"decision": "reject", "etag": "of another version", "comment": "x", "reason": "x"}
CALLS: Final[dict[tuple[str, str], Call]] = {
    ("GET", f"{API}/records/<record>"): RECORD,
    ("GET", f"{API}/records/<record>/history"): RECORD,
    # A file that none of them has; `test_served_files` asks for those that records have.
    ("GET", f"{API}/records/<record>/files/<file>/<kind>"): Call(None, KINDS_OF_RECORDS, KINDS_OF_RECORDS),
    ("PUT", f"{API}/records/<record>/xml"): Call("<data/>", KINDS_OF_RECORDS, NO_FORMS),
    ("POST", f"{API}/records/<record>/xml"): Call({"reason": WHY}, KINDS_OF_RECORDS, NO_FORMS),
    ("POST", f"{API}/records/<record>/reveal"): Call({"paths": ["b"], "reason": WHY}, KINDS_OF_RECORDS),
    ("POST", f"{API}/cases/<list_name>.csv"): Call({"reason": WHY}),
    ("POST", f"{API}/records/<record>/review"): Call(REVIEW, KINDS_OF_RECORDS),
    ("POST", f"{API}/records/<record>/changes"): Call({"changes": [["b", "9", []]]}, KINDS_OF_RECORDS),
    ("POST", f"{API}/held/<operation>"): Call({"decision": "void", "reason": "x"}, ("held",)),
    ("POST", f"{API}/confirmations"): Call({"password": PASSWORD}),
    # `test_alarms` asks for those that there are.
    ("POST", "/alarms/<alarm>/acknowledge"): Call({"note": "x"}),
    ("POST", f"{API}/find"): Call({"text": "kasus"}),
    ("POST", "/find"): Call({"text": "kasus"}),
    ("GET", f"{API}/etags"): Call(query=f"?village={VILLAGE}", about=("village",), is_told=True),
    ("POST", f"{API}/sync"): Call("sync"),
    # One that was taken would have to sign from then on.
    ("PUT", f"{API}/device/key"): Call({"key": "no key"}),
    ("POST", f"{API}/have"): Call("have"),
    # Uploads name nobody's data: a file belongs to whoever sends all of it.
    ("POST", f"{API}/files/needed"): Call({"files": []}),
    ("POST", f"{API}/files"): Call({}),
    ("HEAD", f"{API}/files/<upload>"): Call(),
    ("PATCH", f"{API}/files/<upload>"): Call({}),
    ("DELETE", f"{API}/files/<upload>"): Call({}),
    ("POST", f"{API}/files/<upload>"): Call({}),
    ("GET", "/records/<record>"): RECORD,
    ("GET", "/records/<record>/history"): RECORD,
    ("GET", "/records/<record>/files/<file>/<kind>"): Call(None, KINDS_OF_RECORDS, KINDS_OF_RECORDS),
    ("GET", "/records/<record>/files/<file>"): Call(None, KINDS_OF_RECORDS, KINDS_OF_RECORDS),
    # Names a record only as a place in the reader's own list, and tells nothing of it.
    ("GET", "/records/<record>/next"): Call(),
    ("GET", "/records/<record>/previous"): Call(),
    # What is approved from a list has to have stood on a page of whoever approves it.
    ("POST", "/records/approve"): Call({}),
    ("POST", "/views"): Call({"name": ""}),
    ("POST", "/views/<view>"): Call({"change": "remove"}),
    ("POST", "/records/<record>/review"): Call(REVIEW, KINDS_OF_RECORDS),
    ("POST", "/records/<record>/review-part"): Call({"part": "none:approve"}, KINDS_OF_RECORDS),
    ("POST", "/records/<record>/newest"): Call({}, KINDS_OF_RECORDS),
    ("GET", "/records/<record>/version"): RECORD,
    ("POST", "/records/<record>/resolve"): Call({"choice": "0:free"}, KINDS_OF_RECORDS),
    ("POST", "/conflicts/<record>"): Call({"choice": "0:keep"}, KINDS_OF_RECORDS),
    ("POST", "/conflicts/<record>/undo"): Call({"operation": "A" * 22}, KINDS_OF_RECORDS),
    ("POST", "/records/<record>/reveal"): Call({"reveal": "b", "reveal_reason": WHY}, KINDS_OF_RECORDS),
    ("GET", "/records/<record>/export"): Call(about=KINDS_OF_RECORDS, never=NO_FORMS),
    ("POST", "/records/<record>/export"): Call({"what": "open", "reason": WHY}, KINDS_OF_RECORDS, NO_FORMS),
    ("POST", "/cases/<list_name>/export"): Call({"reason": WHY}),
    ("POST", "/cases/<list_name>/import"): Call({}),
    ("POST", "/cases/<list_name>/import/<job>"): Call({"do": "import"}),
    ("POST", "/jobs/<job>/cancel"): Call({}),
    ("POST", "/jobs/<job>/file"): Call({}),
    ("POST", "/forms/<form_id>/<version>/rehearsal"): Call({}),
    ("GET", "/cases/<record>"): Call(about=("case",)),
    ("GET", "/cases/<record>/copy"): Call(about=("case",)),
    ("POST", "/cases/<record>/copy"): Call({"what": "open"}, ("case",)),
    ("GET", "/cases/<record>/erase"): Call(about=("case",)),
    ("GET", "/cases/<record>/restriction"): Call(about=("case",)),
    # What it answers to is a reason; this one is too short, so that the case stays as it is.
    ("POST", "/cases/<record>/restriction"): Call({"decision": "restrict", "reason": "x"}, ("case",)),
    ("GET", "/cases/<record>/move"): Call(about=("case",)),
    # Names an officer and assignments, and tells only of those in the reader's villages.
    ("GET", "/assignments"): Call(query="?officer=asha"),
    ("POST", "/assignments/preview"): Call({"officer": "asha", "all": "1", "to": "budi"}),
    ("POST", "/assignments/reassign"): Call({"officer": "asha", "all": "1", "to": "budi", "seen": "x"}),
    ("POST", "/cases/<record>/move"): Call({"village": VILLAGE, "reason": "x"}, ("case",)),
    ("POST", "/cases/<record>/erase"): Call({"reason": WHY}, ("case",)),
    ("POST", "/held/<operation>"): Call({"decision": "void", "reason": "x"}, ("held",)),
    # An administrator confirms what he does not read; he is told which record it is.
    ("GET", "/confirmations"): Call(tells_ids=True),
    ("POST", "/confirmations/<confirmation>"): Call(REFUSAL, ("asked",)),
    # Which round, is nobody's datum; what a page of one names, is asked in `test_rounds`.
    ("POST", "/rounds"): Call({"title": "x"}),
    ("POST", "/rounds/<round_id>/edit"): Call({"what": "close"}),
    ("POST", "/rounds/<round_id>/assign"): Call({"how": "ticked", "to": "asha", "case": "x"}),
    ("GET", "/devices/<device>"): Call(about=("device",)),
    ("POST", "/devices/<device>/unlock"): Call({}, ("device",)),
    ("POST", "/devices/<device>/revoke"): Call({"sure": "yes"}, ("device",)),
    ("POST", "/devices/<device>/confirm"): Call({"number": "000000"}, ("device",)),
    # Accounts are nobody's data; nothing is saved, so that everybody stays as he is.
    ("POST", "/people/~new"): Call({"name": "no name", "role": "head"}),
    ("POST", "/people/<person>/change"): Call({"step": "show", "role": "head", "area": KECAMATAN}),
    ("POST", "/people/<person>/close"): Call({"step": "show"}),
    ("POST", "/people/<person>/open"): Call({}),
    ("POST", "/people/<person>/passphrase"): Call({}),
    ("POST", "/people/<person>/settings"): Call({"language": "id"}),
    ("POST", "/people/<person>/enrol"): Call({}),
    # A file and its key name nobody; without any there is nothing to take in.
    ("POST", "/unsent"): Call({}),
    ("POST", "/unsent/<upload>"): Call({}),
    ("POST", "/password"): Call({"password_again": PASSWORD, "next": "/"}),
    ("POST", "/forms"): Call({}),
    ("POST", "/forms/<form_id>/<version>"): Call({"become": "published"}),
    ("POST", "/forms/<form_id>/<version>/preview"): Call({}),
}
"""By method and path. What is got and names nothing, or only what is in `ARGUMENTS`, needs no entry."""


BY_ID: Final = {("POST", f"{API}/sync"): Call("want", tells_ids=True)}
"""Second ways to call a route: the records by their ids, which come back as unknown."""


def methods_of(rule: Rule) -> set[str]:
    """The methods that a route has a view for: HEAD comes with GET, and Flask itself answers OPTIONS."""
    methods = set(rule.methods or ())
    added = ({"HEAD"} if "GET" in methods else set()) | ({"OPTIONS"} if methods != {"OPTIONS"} else set())
    return methods - added


def calls_of(rule: Rule, method: str) -> list[Call]:
    """Every way in which a route is called."""
    further = BY_ID.get((method, rule.rule))
    return [call_of(rule, method), *([further] if further else [])]


def call_of(rule: Rule, method: str) -> Call:
    """How a route is called. Fails where nobody said so."""
    call = CALLS.get((method, rule.rule))
    if call is None:
        assert method == "GET", f"say in CALLS what is sent to {method} {rule.rule}"
        assert rule.arguments <= ARGUMENTS.keys(), f"say in CALLS what {rule.rule} is about"
        return Call()
    return call


def path_of(rule: Rule, call: Call, thing: Thing | None, world: World) -> str:
    """The address, with the thing in it."""
    named = {**ARGUMENTS, "record": world.record.id}
    if thing is not None:
        named[thing.argument] = thing.id
    path: str = rule.rule
    for name, value in named.items():
        path = path.replace(f"<{name}>", value)
    assert "<" not in path, f"say what {rule.rule} is about"
    return path + call.query
