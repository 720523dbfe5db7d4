"""The blueprint that all pages for people in the office belong to."""

from flask import Blueprint

blueprint = Blueprint("office", __name__)
