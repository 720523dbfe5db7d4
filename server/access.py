"""Every route says who may use it; a test walks all routes and fails at one that does not.

Enforcing is the business of those who read the credentials: `server.api.authentication`
for tokens, `server.web` for sessions. Both declare with `declare`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from domain.access import Action

View = TypeVar("View", bound=Callable[..., Any])
_ATTRIBUTE = "verilap_access"


@dataclass(frozen=True, slots=True)
class Access:
    """What a route asks of whoever calls it: an action of his role, or nothing for a stated reason."""

    action: Action | None
    reason: str = ""


def declare(view: View, access: Access) -> View:
    """Writes the declaration on a view."""
    setattr(view, _ATTRIBUTE, access)
    return view


def public(reason: str) -> Callable[[View], View]:
    """Declares a route that needs no credentials, and why."""
    return lambda view: declare(view, Access(None, reason))


def access_of(view: Callable[..., Any]) -> Access | None:
    """What a view declares, if it does."""
    found = getattr(view, _ATTRIBUTE, None)
    return found if isinstance(found, Access) else None
