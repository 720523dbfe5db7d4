"""Merging, and what a person sees of it."""

from typing import Any, Final

from domain.dossier import Dossier
from domain.merge import (
    RecordState,
    fold,
    preds_of_edit,
    preds_of_removal,
    preds_of_restore,
    unexplained,
    view,
)
from domain.operations import read_operation
from domain.review import Review
from tests.support.twins.asked import Deed, dossier_of, ids_of, row_of_seen


def _fold(given: dict[str, Any]) -> Any:
    """Batch by batch, each from the bytes of what was before, as a store does that looks up what is named."""
    record, arrived, asked = given["record"], set[str](), []
    state: RecordState | None = None
    for batch in given["batches"]:
        operations = [read_operation(one) for one in batch]
        unknown = unexplained(state, operations, record)
        asked.append(sorted(unknown))
        state = fold(state, operations, record, unknown & arrived)
        state = RecordState.from_bytes(state.to_bytes())
        arrived |= {one.id for one in operations}
    assert state is not None
    return {
        "unexplained": asked,
        "bytes": state.to_bytes().decode(),
        "digest": state.digest,
        "etag": state.etag,
        "form": state.form,
        "isSimple": state.is_simple,
        **_shown(state),
        "preds": _preds(state, given.get("members", [])),
    }


def _shown(state: RecordState) -> dict[str, Any]:
    seen = view(state)
    return {
        "answers": dict(seen.answers),
        "conflicts": ids_of(seen.conflicts),
        "removals": ids_of(seen.removals),
        "hidden": sorted(seen.hidden),
        "isSettled": seen.is_settled,
    }


def _preds(state: RecordState, members: list[str]) -> list[Any]:
    return [
        [preds_of_edit(state, one), preds_of_removal(state, one), preds_of_restore(state, one)]
        for one in members
    ]


def _dossier(given: dict[str, Any]) -> Any:
    dossier = dossier_of(given)
    return {
        "records": dossier.records,
        "answers": dict(dossier.answers),
        "unreadable": dossier.unreadable,
        "keptBack": sorted(dossier.kept_back),
        "settledElsewhere": dossier.settled_elsewhere,
        "disputes": [[path, [row_of_seen(one) for one in rows]] for path, rows in dossier.disputes.items()],
        "isSettled": dossier.is_settled,
        "survivors": list(dossier.survivors.items()),
        "review": _review(dossier.review),
        "reviews": [one.id for one in dossier.reviews],
        "returns": [list(one) for one in dossier.returns],
        "village": dossier.village,
        "of": dossier.of,
        "paths": {path: _at(dossier, path) for path in given["paths"]},
        "parts": {part: _of_part(dossier, part) for part in dossier.records[1:]},
    }


def _at(dossier: Dossier, path: str) -> Any:
    shown = dossier.shown_at(path)
    return {
        "values": [one.id for one in dossier.values_at(path)],
        "shown": row_of_seen(shown) if shown else None,
        "onScreen": {record: list(ids) for record, ids in dossier.on_screen(path).items()},
        "overlooked": [one.id for one in dossier.overlooked(path)],
        "isHidden": dossier.is_hidden(path),
    }


def _of_part(dossier: Dossier, part: str) -> Any:
    return {
        "paths": sorted(dossier.paths_of(part)),
        "disputed": dossier.disputed_in(part),
        "review": _review(dossier.part_reviews[part]),
        "reviews": [one.id for one in dossier.reviews_of_parts[part]],
    }


def _review(review: Review) -> list[Any]:
    return [review.state.value, review.comment, dict(review.remarks), review.etag, list(review.ids)]


DEEDS: Final[dict[str, Deed]] = {"fold": _fold, "dossier": _dossier}
