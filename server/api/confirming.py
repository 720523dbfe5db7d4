"""The password again, for tokens of people: given once, it is good for five minutes with its token."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import request

from domain.access import Action
from domain.errors import NotAllowed
from schemas.accounts import PasswordAgain, PasswordGiven
from server.api.authentication import current_actor, current_token_hash, needs
from server.api.blueprint import PREFIX, ApiBlueprint
from server.clock import now_ms
from server.context import current_store
from server.services.password_again import give_password_for_token, is_fresh
from server.store import credentials

View = TypeVar("View", bound=Callable[..., Any])

blueprint = ApiBlueprint(
    "confirmations", __name__, url_prefix=f"{PREFIX}/confirmations", description="Office: password again"
)


@blueprint.post("")
@needs(Action.SIGN_IN)
@blueprint.arguments(PasswordAgain())
@blueprint.response(200, PasswordGiven())
@blueprint.refusing(400, 413, 429)
def post_password(sent: dict[str, Any]) -> dict[str, Any]:
    """Give the password again, before a reveal or an export with this token; 401 `wrong-password`."""
    until = give_password_for_token(
        current_store(),
        current_actor(),
        current_token_hash(),
        sent["password"],
        request.remote_addr,
        now_ms(),
    )
    return {"until": until}


def password_again(view: View) -> View:
    """
    Lets a view be called with tokens only whose owner has given the password within five minutes.

    Stands below `needs`. Raises `NotAllowed` with the code password-needed.
    """

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        with current_store().read() as connection:
            given = credentials.password_given(connection, current_token_hash())
        if not is_fresh(given, now_ms()):
            raise NotAllowed("this asks for the password again", code="password-needed")
        return view(*args, **kwargs)

    return cast(View, guarded)
