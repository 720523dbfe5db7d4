"""Making operations of the office's own replica."""

import secrets
from collections.abc import Iterable
from typing import Final

from domain.access import Actor
from domain.canonical import Json, to_text
from domain.compose import Piece, Stamp, seal
from domain.operations import OFFICE, Operation

SALT_BYTES: Final = 8


def make_operation(
    actor: Actor, form: str | None, pieces: Iterable[Piece], now: int, **further: Json
) -> Operation:
    """
    An operation of the office; `further` goes into its `meta`.

    `now` is its time and its number: the office counts by the clock.
    """
    salt = to_text(secrets.token_bytes(SALT_BYTES))
    meta: dict[str, Json] = {**({"form": form} if form else {}), **further}
    return seal(pieces, Stamp(OFFICE, now, actor.name, now, salt, meta))
