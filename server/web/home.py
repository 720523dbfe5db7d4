"""The start page: the queue for those who review, commands for administrators, referrals for partners."""

from typing import Final

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from domain.access import Action
from server.web.blueprint import blueprint
from server.web.navigation import first_page
from server.web.session import current_actor, needs
from server.web.translation import lazy_gettext

COMMANDS: Final = (
    ("verilap-server load-areas FILE.csv", lazy_gettext("Load the villages.")),
    ("verilap-server publish-form FILE.xlsx", lazy_gettext("Publish a form, or a new version of one.")),
    ("verilap-server token NAME", lazy_gettext("Print a token for the office API.")),
    ("verilap-server check", lazy_gettext("Compare what is stored with the log of operations.")),
    ("verilap-server --help", lazy_gettext("List all commands.")),
)


@blueprint.get("/")
@needs(Action.SIGN_IN)
def home() -> Response:
    """Leads everybody to where his work is."""
    return redirect(url_for(first_page(current_actor())))


@blueprint.get("/administration")
@needs(Action.MANAGE_ACCOUNTS)
def administration() -> str:
    """Which commands there are."""
    return render_template("administrator.html", commands=COMMANDS)
