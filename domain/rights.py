"""The one declared table: which role may do what, in which scope, for which classes of data.

`domain.access` decides by it, and nothing else says who may do anything. A new action is
a member of `Action` and a row of `TABLE`, and stands in the table of docs/access.md;
tests compare them, and call whatever declares it with every role.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

from domain.protection import EVERY, OPEN, DataClass


class Role(StrEnum):
    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    PEKSOS = "peksos"
    HEAD = "head"
    ADMIN = "admin"
    PARTNER = "partner"


class Action(StrEnum):
    READ = "read"
    WRITE = "write"
    REVIEW = "review"
    SYNC = "sync"
    SIGN_IN = "sign-in"
    READ_HELD = "read-held"
    DECIDE_HELD = "decide-held"
    READ_FORMS = "read-forms"
    READ_REFERRALS = "read-referrals"
    MANAGE_ACCOUNTS = "manage-accounts"
    PUBLISH_FORMS = "publish-forms"
    IMPORT_CASES = "import-cases"
    REVEAL = "reveal"
    EXPORT = "export"
    EXPORT_LIST = "export-list"
    EXPORT_RESTRICTED = "export-restricted"
    CONFIRM = "confirm"
    MANAGE_DEVICES = "manage-devices"
    ERASE = "erase"
    RESTRICT_PROCESSING = "restrict-processing"
    READ_SET_ASIDE = "read-set-aside"
    PLAN = "plan"
    VISIT = "visit"
    ACKNOWLEDGE = "acknowledge"


class Scope(StrEnum):
    """Where an action is allowed."""

    ANYWHERE = "anywhere"
    """Wherever it is; also what is about nobody's data."""
    AREAS = "areas"
    """One of the record's villages lies in the actor's areas."""
    OWN = "own"
    """The same, and he began it."""
    CONCERN = "concern"
    """Work that was not taken in and concerns him, see `Concern`."""
    REFERRED = "referred"
    """It was referred to him."""


@dataclass(frozen=True, slots=True)
class Grant:
    """An action is allowed in this scope, for data of these classes."""

    scope: Scope
    classes: frozenset[DataClass] = frozenset()


Row: TypeAlias = Mapping[Role, tuple[Grant, ...]]


def _nobodys(*roles: Role) -> Row:
    """For these roles wherever it is, since it is about nobody's data."""
    return dict.fromkeys(roles, (Grant(Scope.ANYWHERE),))


_OWN: Final = Grant(Scope.OWN, frozenset({DataClass.RESTRICTED}))
_OPEN: Final = (Grant(Scope.AREAS, OPEN), _OWN)
_WHOLE: Final = (Grant(Scope.AREAS, EVERY),)
_HELD_WHOLE: Final = (Grant(Scope.CONCERN, EVERY),)

_OFFICE: Final[Row] = {Role.SUPERVISOR: _OPEN, Role.PEKSOS: _WHOLE, Role.HEAD: _WHOLE}
_FIELD: Final[Row] = {Role.OFFICER: _OPEN, **_OFFICE}
_HELD: Final[Row] = {
    Role.SUPERVISOR: (Grant(Scope.CONCERN, OPEN), _OWN),
    Role.PEKSOS: _HELD_WHOLE,
    Role.HEAD: _HELD_WHOLE,
}

TABLE: Final[Mapping[Action, Row]] = {
    Action.READ: _FIELD,
    Action.WRITE: _FIELD,
    # Whoever began a restricted part reads it, but it is for the social workers to say whether it will do.
    Action.REVIEW: {Role.SUPERVISOR: (Grant(Scope.AREAS, OPEN),), Role.PEKSOS: _WHOLE, Role.HEAD: _WHOLE},
    # The exchange itself; what it carries is judged by the actions above, record by record.
    Action.SYNC: _nobodys(*_FIELD),
    # An administrator keeps accounts and forms and reads nobody's case.
    Action.SIGN_IN: _nobodys(*_OFFICE, Role.ADMIN, Role.PARTNER),
    Action.READ_HELD: _HELD,
    Action.DECIDE_HELD: _HELD,
    Action.READ_FORMS: _nobodys(*_FIELD),
    Action.READ_REFERRALS: {Role.PARTNER: (Grant(Scope.REFERRED, OPEN),)},
    Action.MANAGE_ACCOUNTS: _nobodys(Role.ADMIN),
    Action.PUBLISH_FORMS: _nobodys(Role.ADMIN),
    # Whoever answers for the office's list: what it says goes into many cases without a look at any.
    Action.IMPORT_CASES: {Role.HEAD: _WHOLE},
    Action.REVEAL: _OFFICE,
    # One form as a file, without what is restricted in it; many people at once are for fewer.
    Action.EXPORT: _OFFICE,
    Action.EXPORT_LIST: {Role.PEKSOS: _WHOLE, Role.HEAD: _WHOLE},
    Action.EXPORT_RESTRICTED: {Role.PEKSOS: _WHOLE, Role.HEAD: _WHOLE},
    # An administrator may be the second person: of the record he is told form and village only.
    Action.CONFIRM: {
        Role.PEKSOS: _WHOLE,
        Role.HEAD: _WHOLE,
        Role.ADMIN: (Grant(Scope.ANYWHERE, EVERY),),
    },
    # Devices, by the areas of their accounts.
    Action.MANAGE_DEVICES: {
        Role.HEAD: (Grant(Scope.AREAS, OPEN),),
        Role.ADMIN: (Grant(Scope.ANYWHERE, OPEN),),
    },
    Action.ERASE: {Role.HEAD: _WHOLE},
    Action.RESTRICT_PROCESSING: {Role.HEAD: _WHOLE},
    # Asked beside the action itself for every record whose processing is restricted.
    Action.READ_SET_ASIDE: {Role.PEKSOS: _WHOLE, Role.HEAD: _WHOLE},
    # Rounds, who visits whom, and the village that a case belongs to.
    Action.PLAN: {Role.SUPERVISOR: _OPEN, Role.HEAD: _WHOLE},
    # To whom cases can be assigned: the others of the office plan and review.
    Action.VISIT: {Role.OFFICER: _OPEN, Role.PEKSOS: _WHOLE},
    # Taking care of a child in danger, by name.
    Action.ACKNOWLEDGE: {Role.PEKSOS: _WHOLE, Role.HEAD: _WHOLE},
}
ALLOWED: Final[dict[Role, set[Action]]] = {
    role: {action for action, roles in TABLE.items() if role in roles} for role in Role
}
"""The actions of each role, in whichever scope."""
CHANGES: Final = frozenset({Action.WRITE, Action.REVIEW})
"""What nobody does to a record while its processing is restricted."""


def has_areas(role: Role) -> bool:
    """Whether accounts with this role are responsible for villages: some action of theirs goes by them."""
    grants = (one for roles in TABLE.values() for one in roles.get(role, ()))
    return any(one.scope in (Scope.AREAS, Scope.OWN, Scope.CONCERN) for one in grants)
