"""Referrals: what partners of the office are asked for, and the only thing that they read."""

from flask import render_template

from domain.access import Action
from server.web.blueprint import blueprint
from server.web.session import needs


@blueprint.get("/referrals")
@needs(Action.READ_REFERRALS)
def list_referrals() -> str:
    """What was referred to whoever is signed in; nothing refers anything yet."""
    return render_template("referrals.html")
