"""Every route and every command says who may use it; tests walk all of them and fail at one that does not.

For routes enforcing is the business of those who read the credentials: `server.api.authentication`
for tokens, `server.web` for sessions. Both declare with `declare`. A command is for whoever
has a shell as the server's user, who could change everything anyway; what it declares is
asked for where it acts for a person (`--by`), by `server.services.accounts.acting_account`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeVar

from domain.access import Action

View = TypeVar("View", bound=Callable[..., Any])
Command = TypeVar("Command", bound=Callable[..., Any])
_ATTRIBUTE = "verilap_access"


class Caller(Enum):
    """Whose credentials a route takes: the token of a device, of a person, of either; or a session."""

    DEVICE = "device"
    PERSON = "person"
    ANY = "any"
    SESSION = "session"


@dataclass(frozen=True, slots=True)
class Access:
    """What a route or a command asks of whoever calls it: an action, or nothing for a stated reason."""

    action: Action | None
    reason: str = ""
    caller: Caller | None = None


def declare(view: View, access: Access) -> View:
    """Writes the declaration on a view or a command."""
    setattr(view, _ATTRIBUTE, access)
    return view


def public(reason: str) -> Callable[[View], View]:
    """Declares a route that needs no credentials, and why."""
    return lambda view: declare(view, Access(None, reason))


def stands_for(action: Action) -> Callable[[Command], Command]:
    """Declares a command, by which is done what this action is."""
    return lambda command: declare(command, Access(action))


def of_the_shell(reason: str) -> Callable[[Command], Command]:
    """Declares a command that is no action of anybody's, and why."""
    return lambda command: declare(command, Access(None, reason))


def access_of(view: Callable[..., Any]) -> Access | None:
    """What a view or a command declares, if it does."""
    found = getattr(view, _ATTRIBUTE, None)
    return found if isinstance(found, Access) else None
