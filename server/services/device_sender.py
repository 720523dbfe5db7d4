"""Who sends operations: an account, and the device that it works on."""

from dataclasses import dataclass

from domain.access import Actor


@dataclass(frozen=True)
class Sender:
    """
    Who sends: the account behind the token, the device store, whether the device was revoked, its id and key.

    A device that has no key signs nothing. The key is empty for one that has only told its digest so far.
    `is_uncertain`: the work came in a file, and nobody vouches for it.
    """

    actor: Actor
    replica: str
    is_revoked: bool = False
    device: str = ""
    is_uncertain: bool = False
    key: str | None = None
