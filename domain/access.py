"""Who may do what: one function decides, from one table (`domain.rights`).

`is_authorized` asks the table about one object: a record, or work that was not taken in.
What is listed by a query cannot be asked row by row; `reach_of` tells from the same table
how far the query may go.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final

from domain.areas import covers, is_covered
from domain.errors import NotAllowed
from domain.operations import RESTRICTED_PART
from domain.protection import DataClass
from domain.rights import ALLOWED, CHANGES, TABLE, Action, Grant, Role, Scope, has_areas

__all__ = [
    "ALLOWED",
    "SET_ASIDE",
    "TABLE",
    "Action",
    "Actor",
    "Concern",
    "Grant",
    "Reach",
    "Role",
    "Scope",
    "Subject",
    "authorize",
    "covered_villages",
    "has_areas",
    "is_authorized",
    "limited_to",
    "may_confirm",
    "reach_of",
]


SET_ASIDE: Final = "processing-restricted"
"""The code of what is not done, or held, because its records are set aside."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: an account's name, its role, and the area codes it is responsible for."""

    name: str
    role: Role
    areas: tuple[str, ...]

    @property
    def reads_restricted(self) -> bool:
        """Whether everybody's in his areas; his own he always reads. Cursors of feeds have this class."""
        return reach_of(self, Action.READ).is_whole


@dataclass(frozen=True, slots=True)
class Subject:
    """What of a record the decision depends on.

    Its kind, the villages it has, who began it, the accounts that it was referred to, and whether it is set
    aside because processing the data of whom it is about is restricted.
    """

    kind: str
    villages: frozenset[str]
    owner: str | None = None
    referred_to: frozenset[str] = frozenset()
    is_set_aside: bool = False

    @property
    def data_class(self) -> DataClass:
        """The strictest of what is in it."""
        return DataClass.RESTRICTED if self.kind == RESTRICTED_PART else DataClass.SPECIFIC


@dataclass(frozen=True, slots=True)
class Concern:
    """Whom a held or void operation concerns.

    `villages` are the codes of those that its records have or that it puts them into,
    some of them perhaps of no village; `sender_areas` are those of the account that sent
    it; `deciders` are all accounts that decide on such work. What speaks of a record that is
    set aside concerns none but those who may lift that.
    """

    villages: frozenset[str]
    sender_areas: tuple[str, ...]
    deciders: tuple[Actor, ...]
    is_set_aside: bool = False


def is_authorized(actor: Actor, action: Action, subject: Subject | Concern | None = None) -> bool:
    """Whether `actor` may do `action` to `subject`; without one, whether he may do it to anything."""
    grants = TABLE[action].get(actor.role, ())
    if subject is None:
        return bool(grants)
    if isinstance(subject, Concern):
        return any(one.scope is Scope.CONCERN for one in grants) and _is_concerned(actor, subject)
    if subject.is_set_aside and _is_kept_from(actor, action, subject):
        return False
    return any(subject.data_class in one.classes and _is_within(one.scope, actor, subject) for one in grants)


def authorize(actor: Actor, action: Action, subject: Subject | Concern | None = None) -> None:
    """Raises `NotAllowed` unless `is_authorized`; processing-restricted where that is the only reason."""
    if not is_authorized(actor, action, subject):
        if isinstance(subject, Subject) and subject.is_set_aside and action in CHANGES:
            raise NotAllowed("its processing is restricted", code=SET_ASIDE)
        raise NotAllowed(f"{actor.role} may not {action} this", action=action.value)


def _is_kept_from(actor: Actor, action: Action, subject: Subject) -> bool:
    """Whether the actor may not do this to what is set aside, whatever he might do to it otherwise.

    A second person is told only where it lies, and has to be there when it is to be erased.
    """
    if action in (Action.READ_SET_ASIDE, Action.CONFIRM):
        return False
    return action in CHANGES or not is_authorized(actor, Action.READ_SET_ASIDE, subject)


def _is_within(scope: Scope, actor: Actor, subject: Subject) -> bool:
    is_here = any(is_covered(village, actor.areas) for village in subject.villages)
    match scope:
        case Scope.ANYWHERE:
            return True
        case Scope.AREAS:
            return is_here
        case Scope.OWN:
            return is_here and subject.owner == actor.name
        case Scope.REFERRED:
            return actor.name in subject.referred_to
        case Scope.CONCERN:
            return False


def limited_to(actor: Actor, areas: tuple[str, ...]) -> Actor:
    """The actor with these areas only. Raises `NotAllowed` unless all of them are within his."""
    if not all(is_covered(area, actor.areas) for area in areas):
        raise NotAllowed(f"{actor.name} has not all of these areas any more", code="areas-changed")
    return Actor(actor.name, actor.role, areas)


def may_confirm(actor: Actor, asked_by: str, subject: Subject) -> bool:
    """Whether the actor may be the second person for what `asked_by` asks for: never who asked."""
    return actor.name != asked_by and is_authorized(actor, Action.CONFIRM, subject)


# --- what a query may list -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reach:
    """How far lists of records may go for somebody.

    `areas` are the codes within which he gets records, none where he gets none.
    `part_owners` are those whose restricted parts he gets there; ``None`` means everybody's.
    `has_set_aside`: whether he gets there what is set aside.
    """

    areas: tuple[str, ...]
    part_owners: frozenset[str] | None
    has_set_aside: bool

    @property
    def is_whole(self) -> bool:
        """Whether everybody's restricted parts are within it."""
        return self.part_owners is None

    def has_part_of(self, owner: str | None) -> bool:
        """Whether the restricted answers that `owner` began are within it, wherever they lie."""
        return self.part_owners is None or owner in self.part_owners


def reach_of(actor: Actor, action: Action) -> Reach:
    """How far `action` reaches for `actor`: what the queries of lists and feeds are cut by."""
    grants = TABLE[action].get(actor.role, ())
    everybodys = {name for one in grants if one.scope in (Scope.AREAS, Scope.CONCERN) for name in one.classes}
    his_own = {name for one in grants if one.scope is Scope.OWN for name in one.classes}
    areas = actor.areas if DataClass.SPECIFIC in everybodys else ()
    sees_set_aside = actor.role in TABLE[Action.READ_SET_ASIDE]
    if DataClass.RESTRICTED in everybodys:
        return Reach(areas, None, sees_set_aside)
    owners = frozenset({actor.name} if DataClass.RESTRICTED in his_own else ())
    return Reach(areas, owners, sees_set_aside)


def covered_villages(actor: Actor, villages: Collection[str], action: Action = Action.READ) -> list[str]:
    """Those of `villages` that `action` reaches for the actor, sorted."""
    areas = reach_of(actor, action).areas
    return sorted(village for village in villages if is_covered(village, areas))


# --- what was not taken in -----------------------------------------------------------------------


def _is_concerned(actor: Actor, concern: Concern) -> bool:
    """Whether what was not taken in concerns the actor.

    It concerns those who are responsible for one of its villages; without any, those of
    its sender's areas; without any, the heads; and without any head everybody who decides.
    So a refusal waits for somebody as long as anybody decides at all.
    """
    circles: tuple[Callable[[Actor], bool], ...] = (
        lambda one: any(is_covered(village, one.areas) for village in concern.villages),
        lambda one: _share_an_area(one.areas, concern.sender_areas),
        lambda one: one.role is Role.HEAD,
        lambda _: True,
    )
    needed = {Action.DECIDE_HELD} | ({Action.RESTRICT_PROCESSING} if concern.is_set_aside else set())
    if not all(is_authorized(actor, one) for one in needed):
        return False
    able = [one for one in concern.deciders if all(is_authorized(one, action) for action in needed)]
    return next((is_in(actor) for is_in in circles if any(is_in(one) for one in able)), False)


def _share_an_area(these: Collection[str], those: Collection[str]) -> bool:
    """Whether any area of one lies in any of the other, whichever is the larger."""
    return any(covers(this, that) or covers(that, this) for this in these for that in those)
