"""What sealing costs: operation and document of a new record sealed, and the document opened again."""

import secrets
import time
from collections.abc import Callable
from typing import Any, Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from domain.canonical import canonical_bytes
from domain.merge import fold
from domain.operations import parse_raw
from server.store.sealing import BODY, DOCUMENT
from server.vault import KEY_BYTES, seal, unseal
from tests.support.builders import new_id, submission_json

EACH: Final = 500
"""Times a round: one takes some microseconds."""


def sealing(answers: dict[str, str], rounds: int) -> dict[str, Any]:
    """Microseconds of one processor for a record with these answers; of several rounds the best."""
    record = new_id()
    body = canonical_bytes(submission_json(answers, record=record))
    document = fold(None, [parse_raw(body)], record).to_bytes()
    cipher, place = AESGCMSIV(secrets.token_bytes(KEY_BYTES)), DOCUMENT.place(record)

    def write() -> None:
        seal(cipher, 1, BODY.place(record), body)
        seal(cipher, 1, place, document)

    stored = seal(cipher, 1, place, document)
    return {
        "operation_bytes": len(body),
        "document_bytes": len(document),
        "sealed_us_per_record": _best(write, rounds),
        "opened_us_per_record": _best(lambda: unseal(cipher, place, stored), rounds),
    }


def _best(work: Callable[[], object], rounds: int) -> float:
    took = []
    for _ in range(rounds):
        began = time.process_time()
        for _ in range(EACH):
            work()
        took.append(time.process_time() - began)
    return round(min(took) / EACH * 1e6, 2)
