"""What a device tells its server beside operations, what it keeps of it, and what is erased."""

from typing import Any, Final

from domain.batches import Batch, batch_digest, joined, key_digest
from domain.clocks import clock_trust, offset_of
from domain.enrolling import code_digest, confirmation_number, read_code, split_address
from domain.erasing import Erased, redact
from domain.files import digest_bytes, files_named, read_file_answer
from domain.filled import Entered, filled_at, operations_behind
from domain.heads import Head, kecamatan_of, read_head
from domain.lease import Lease, Moment, at, begun, is_over
from domain.opened import Opened, OpenedAct, OpenedReport
from domain.operations import read_operation
from domain.urgency import is_urgent, says_danger
from tests.support.twins.asked import Deed, change_of, state_of, told_of


def _batch(given: dict[str, Any]) -> Any:
    batch = Batch(**{**given, "waiting": dict(given["waiting"])})
    signed = batch.to_bytes()
    return [signed.decode(), batch.members(), batch.core, batch_digest(signed, b"signature")]


def _redact(given: dict[str, Any]) -> Any:
    operation = read_operation(given["operation"])
    erased = Erased.of(given["places"])
    left = redact(operation, erased)
    told = left and (left is operation or [left.raw.decode(), told_of(left)["without"], left.id])
    return [bool(erased), sorted(erased.touched), told]


def _redact_again(given: dict[str, Any]) -> Any:
    """What is redacted a second time still says what was taken out the first time."""
    once = redact(read_operation(given["operation"]), Erased.of(given["places"]))
    twice = once and redact(once, Erased.of(given["further"]))
    return twice and twice.raw.decode()


def _file(given: str) -> Any:
    file = read_file_answer(given)
    if file is None:
        return None
    said = [file.hash, file.name, file.size, file.type, file.time, file.position, file.thumbnail]
    return [said, list(file.hashes), file.to_text()]


def _head(given: str) -> Any:
    head = read_head(given)
    return head and [head.seq, head.digest, str(head)]


def _lease(given: dict[str, Any]) -> Any:
    """From use to use."""
    moments = [Moment(*one) for one in given["moments"]]
    lease = begun(moments[0])
    told = []
    for moment in moments[1:]:
        lease = at(lease, moment)
        told.append([lease.elapsed, *_row_of_moment(lease), is_over(lease, given["days"])])
    return told


def _row_of_moment(lease: Lease) -> list[Any]:
    return [lease.moment.wall, lease.moment.boot, lease.moment.up]


def _opened(given: list[Any]) -> Any:
    report = OpenedReport("b1", tuple(OpenedAct(tuple(row[0]), *row[1:]) for row in given))
    return [
        report.as_json(),
        [one.together_ms for one in (Opened.READ, Opened.EDIT, Opened.EXPORT, Opened.LIST)],
    ]


def _urgent(given: dict[str, Any]) -> Any:
    (record, sent), *_ = given["states"].items()
    changes = [change_of(row) for one in sent for row in one["parts"][0]["changes"]]
    is_said = [says_danger(change._replace(preds=())) for change in changes]
    return [is_urgent([state_of(record, sent)]), is_said, sorted(operations_behind([state_of(record, sent)]))]


def _filled_at(given: dict[str, Any]) -> Any:
    return filled_at([Entered(*row) for row in given["entered"]], given["otherwise"])


DEEDS: Final[dict[str, Deed]] = {
    "batch": _batch,
    "joined": lambda given: joined(given),
    "keyDigest": key_digest,
    "redact": _redact,
    "redactAgain": _redact_again,
    "file": _file,
    "filesNamed": lambda given: [list(one) for one in files_named(read_operation(given))],
    "digestBytes": lambda given: digest_bytes(given).hex(),
    "head": _head,
    "contradicts": lambda given: Head(*given[0]).contradicts(Head(*given[1])),
    "kecamatan": kecamatan_of,
    "lease": _lease,
    "opened": _opened,
    "urgent": _urgent,
    "filledAt": _filled_at,
    "clock": lambda given: clock_trust(*given).value,
    "offset": lambda given: offset_of(read_operation(given)),
    "code": lambda given: [read_code(given), code_digest(given)],
    "confirmation": lambda given: confirmation_number(*given),
    "address": lambda given: list(split_address(given)),
}
