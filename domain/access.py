"""Who may do what: one function decides, from one table.

An actor may do an action on an object when his role has the action and, for records,
when one of the record's villages lies in his areas. Restricted parts (the protection
block of a form) are for their author, social workers and the head only.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from domain.areas import covers, is_covered
from domain.errors import NotAllowed
from domain.operations import RESTRICTED_PART


class Role(StrEnum):
    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    PEKSOS = "peksos"
    HEAD = "head"
    ADMIN = "admin"


class Action(StrEnum):
    READ = "read"
    WRITE = "write"
    REVIEW = "review"
    SYNC = "sync"
    SIGN_IN = "sign-in"
    READ_HELD = "read-held"
    DECIDE_HELD = "decide-held"
    MANAGE_ACCOUNTS = "manage-accounts"
    PUBLISH_FORMS = "publish-forms"
    IMPORT_CASES = "import-cases"


_OFFICE: Final = {
    Action.READ,
    Action.WRITE,
    Action.REVIEW,
    Action.SYNC,
    Action.SIGN_IN,
    Action.READ_HELD,
    Action.DECIDE_HELD,
}
ALLOWED: Final[dict[Role, set[Action]]] = {
    Role.OFFICER: {Action.READ, Action.WRITE, Action.SYNC},
    Role.SUPERVISOR: _OFFICE,
    Role.PEKSOS: _OFFICE,
    # Whoever answers for the office's list: what it says goes into many cases without a look at any.
    Role.HEAD: {*_OFFICE, Action.IMPORT_CASES},
    # An administrator keeps accounts and forms and reads nobody's case.
    Role.ADMIN: {Action.SIGN_IN, Action.MANAGE_ACCOUNTS, Action.PUBLISH_FORMS},
}
READS_RESTRICTED: Final = {Role.PEKSOS, Role.HEAD}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: an account's name, its role, and the area codes it is responsible for."""

    name: str
    role: Role
    areas: tuple[str, ...]

    @property
    def reads_restricted(self) -> bool:
        """Whether everybody's; his own he always reads. Lists and feeds are cut out by this class."""
        return self.role in READS_RESTRICTED


@dataclass(frozen=True, slots=True)
class Subject:
    """What of a record the decision depends on: its kind, the villages it has, who began it."""

    kind: str
    villages: frozenset[str]
    owner: str | None = None


def is_authorized(actor: Actor, action: Action, subject: Subject | None = None) -> bool:
    """Whether `actor` may do `action`, to `subject` where the action is on a record."""
    if action not in ALLOWED[actor.role]:
        return False
    if subject is None:
        return True
    if subject.kind == RESTRICTED_PART and not reads_part_of(actor, subject.owner):
        return False
    return any(is_covered(village, actor.areas) for village in subject.villages)


def reads_part_of(actor: Actor, owner: str | None) -> bool:
    """Whether the actor may read the restricted answers that `owner` began, wherever they lie."""
    return actor.reads_restricted or owner == actor.name


def authorize(actor: Actor, action: Action, subject: Subject | None = None) -> None:
    """Raises `NotAllowed` unless `is_authorized`."""
    if not is_authorized(actor, action, subject):
        raise NotAllowed(f"{actor.role} may not {action} this", action=action.value)


def covered_villages(actor: Actor, villages: Collection[str]) -> list[str]:
    """Those of `villages` that lie in the actor's areas, sorted."""
    return sorted(village for village in villages if is_covered(village, actor.areas))


# --- what was not taken in -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Concern:
    """Whom a held or void operation concerns.

    `villages` are the codes of those that its records have or that it puts them into,
    some of them perhaps of no village; `sender_areas` are those of the account that sent it.
    """

    villages: frozenset[str]
    sender_areas: tuple[str, ...]


DECIDING_ROLES: Final = {role for role, actions in ALLOWED.items() if Action.DECIDE_HELD in actions}


def is_concerned(actor: Actor, concern: Concern, deciders: Collection[Actor]) -> bool:
    """Whether the actor sees what was not taken in, and may decide on it.

    Those see it who are responsible for one of its villages; without any, those of its
    sender's areas; without any, the heads; and without any head everybody who decides.
    So a refusal waits for somebody as long as anybody decides at all. `deciders` are
    all accounts that may, the actor's among them.
    """
    circles: tuple[Callable[[Actor], bool], ...] = (
        lambda one: bool(covered_villages(one, concern.villages)),
        lambda one: _share_an_area(one.areas, concern.sender_areas),
        lambda one: one.role is Role.HEAD,
        lambda _: True,
    )
    able = [one for one in deciders if is_authorized(one, Action.DECIDE_HELD)]
    if not is_authorized(actor, Action.DECIDE_HELD):
        return False
    return next((is_in(actor) for is_in in circles if any(is_in(one) for one in able)), False)


def _share_an_area(these: Collection[str], those: Collection[str]) -> bool:
    """Whether any area of one lies in any of the other, whichever is the larger."""
    return any(covers(this, that) or covers(that, this) for this in these for that in those)
