"""Who is calling: a device or a person, by a token in the header (never in the address, which is logged)."""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any, Final, TypeVar, cast

from flask import g, request

from domain.access import Action, Actor, authorize
from domain.errors import NotAllowed, NotSignedIn
from server import logs
from server.access import Access, Caller, declare
from server.clock import now_ms
from server.context import current_store
from server.services import leases
from server.services.tokens import hash_token, is_token
from server.store import credentials
from server.store.credentials import EnrolledDevice

View = TypeVar("View", bound=Callable[..., Any])
APP: Final = re.compile(r"verilap/([0-9A-Za-z.+-]{1,40})")
SEEN_EVERY_MS: Final = 3_600_000
LOCKED_DEVICE: Final = "locked-device"


def needs(action: Action, caller: Caller = Caller.PERSON) -> Callable[[View], View]:
    """Lets a view be called only by those whose role has `action`; declares so.

    Within the view `current_actor` says who it is, and for devices `current_device`.
    A revoked device gets no further than routes that ask `current_device` themselves.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            authorize(_authenticate(caller), action)
            return view(*args, **kwargs)

        return declare(cast(View, guarded), Access(action, caller=caller))

    return decorate


def needs_device(
    action: Action, *, also_unconfirmed: bool = False, also_revoked: bool = True
) -> Callable[[View], View]:
    """The same for enrolled devices, revoked ones included: the view looks at `current_device`."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            device = current_device()
            if not also_unconfirmed:
                _refuse_unconfirmed(device)
            if not also_revoked:
                _refuse_revoked(device)
            authorize(device.actor, action)
            return view(*args, **kwargs)

        return declare(cast(View, guarded), Access(action, caller=Caller.DEVICE))

    return decorate


def current_actor() -> Actor:
    """The person whom the current request's token stands for; set by `needs`."""
    return cast(Actor, g.actor)


def is_device() -> bool:
    """Whether the current request's token is a device's; set by `needs`."""
    return "device" in g


def current_token_hash() -> str:
    """The hash of the token that the current request carries; set by `needs`."""
    return cast(str, g.token_hash)


def current_device() -> EnrolledDevice:
    """The device whose token the current request carries, revoked or not. Raises `NotSignedIn`.

    The code account-disabled tells that nothing is wrong with the token itself.
    """
    if "device" not in g:
        token_hash = hash_token(_bearer_token())
        with current_store().read() as connection:
            device = credentials.device_by_token(connection, token_hash)
        if device is None:
            raise _nobody()
        _refuse_disabled(device)
        device = _see(device)
        _remember(device.actor, device)
    return cast(EnrolledDevice, g.device)


def _see(device: EnrolledDevice) -> EnrolledDevice:
    """Notes that it was here, and locks it if it was away for too long; an hour is not worth a write."""
    now = now_ms()
    if device.seen is None or not 0 <= now - device.seen < SEEN_EVERY_MS:
        return leases.see(current_store(), device, now, current_app_version())
    return device


def current_app_version() -> str | None:
    """The version of the device's program, as the header User-Agent says."""
    found = APP.match(request.headers.get("User-Agent", ""))
    return found[1] if found else None


def _authenticate(caller: Caller) -> Actor:
    if caller is Caller.DEVICE:
        return _living(current_device()).actor
    token_hash = hash_token(_bearer_token())
    with current_store().read() as connection:
        actor = credentials.actor_by_api_token(connection, token_hash)
        device = None
        if actor is None and caller is Caller.ANY:
            device = credentials.device_by_token(connection, token_hash)
    if device:
        _refuse_disabled(device)
        device = _see(_living(device))
        actor = device.actor
    if actor is None:
        raise _nobody()
    g.token_hash = token_hash
    _remember(actor, device)
    return actor


def _living(device: EnrolledDevice) -> EnrolledDevice:
    _refuse_unconfirmed(device)
    _refuse_revoked(device)
    return device


def _refuse_revoked(device: EnrolledDevice) -> None:
    if device.is_revoked:
        raise NotAllowed("this device was revoked", code="revoked-device")


def _refuse_unconfirmed(device: EnrolledDevice) -> None:
    """Nothing is taken from it either: it may be somebody else's, and keeps what it has."""
    if device.is_unconfirmed and device.is_revoked:
        raise NotAllowed("the enrolment of this device is void", code="enrolment-void")
    if device.is_unconfirmed:
        raise NotAllowed("the enrolment of this device is not confirmed", code="not-confirmed")


def refuse_locked() -> None:
    """For what shows records beside a sync. Raises `NotAllowed` for a device that is locked."""
    if "device" in g and g.device.lock_id:
        raise NotAllowed("this device is locked", code=LOCKED_DEVICE)


def _refuse_disabled(device: EnrolledDevice) -> None:
    """401 as for a token that is unknown, so that a device stops and keeps what it has; the code says why."""
    if device.is_disabled:
        logs.note(account=device.actor.name, device=device.id)
        raise NotSignedIn("the account of this device is disabled", code="account-disabled")


def _remember(actor: Actor, device: EnrolledDevice | None) -> None:
    g.actor = actor
    if device:
        g.device = device
    logs.note(account=actor.name, device=device.id if device else None)


def _bearer_token() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not is_token(token):
        raise _nobody()
    return token


def _nobody() -> NotSignedIn:
    return NotSignedIn("the Authorization header has no token that is valid here")
