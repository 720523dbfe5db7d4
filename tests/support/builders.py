"""Operations for tests, stating only what matters."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from domain.canonical import Json
from domain.operations import Operation, Value, read_operation

RECORD = "00000000-0000-4000-8000-000000000001"
VILLAGE = "64.02.18.2007"
REPLICA = "replica-of-the-tests-A"


def new_id() -> str:
    """A record's id that nobody has yet."""
    return str(uuid.uuid4())


def op_id(sent: Json) -> str:
    """The id of an operation as it is sent."""
    return read_operation(sent).id


def with_part(sent: Any, record: str, kind: str, *changes: Any) -> Any:
    """An operation as it is sent, with one more part."""
    return {**sent, "parts": [*sent["parts"], {"record": record, "kind": kind, "changes": list(changes)}]}


def with_restricted_part(
    sent: Any, of: str, answers: Mapping[str, Value], *, part: str = "", village: str = VILLAGE
) -> Any:
    """The same with a new restricted part of the submission `of`, which may be named."""
    heads: list[Json] = [["$of", of, []], ["$village", village, []]]
    return with_part(
        sent, part or new_id(), "restricted", *heads, *([path, value, []] for path, value in answers.items())
    )


def operation_json(
    changes: Sequence[tuple[str, Value, Sequence[str]]] = (("a", "1", ()),),
    *,
    record: str = RECORD,
    kind: str = "submission",
    n: int = 1,
    time: int = 1_790_000_000_000,
    author: str = "asha",
    replica: str = REPLICA,
    form: str | None = "verifikasi_anak@2026010101",
    salt: str = "AAAAAAAAAAA",
    **further: Any,
) -> dict[str, Json]:
    """The JSON object of an operation with one part; a change names its preds by their ids."""
    preds = sorted({pred for _, _, named in changes for pred in named})
    rows: list[Json] = [[path, value, [preds.index(p) for p in named]] for path, value, named in changes]
    meta: dict[str, Json] = {"form": form} if form else {}
    return {
        "v": 1,
        "replica": replica,
        "n": n,
        "author": author,
        "time": time,
        "salt": salt,
        "meta": meta,
        "preds": list[Json](preds),
        "parts": [{"record": record, "kind": kind, "changes": rows}],
        **further,
    }


def operation(
    changes: Sequence[tuple[str, Value, Sequence[str]]] = (("a", "1", ()),), **facts: Any
) -> Operation:
    """The same, read."""
    return read_operation(operation_json(changes, **facts))


def edit(path: str, value: Value, *sees: Operation, **facts: Any) -> Operation:
    """One answer, entered with the answers of `sees` on the screen."""
    return operation([(path, value, [op.id for op in sees])], **facts)


def submission_json(
    answers: Mapping[str, Value], *, village: str = VILLAGE, submitted: bool = True, **facts: Any
) -> dict[str, Json]:
    """A first filling: its village, its answers, and that it was submitted."""
    changes: list[tuple[str, Value, Sequence[str]]] = [("$village", village, ())]
    changes += [(path, value, ()) for path, value in answers.items()]
    if submitted:
        changes.append(("$review", "submitted", ()))
    return operation_json(changes, **facts)
