"""
How a file of a record leaves the server: nothing opens it as a page of ours, and nobody keeps a copy on the
way.
"""

from typing import IO, Final, cast
from urllib.parse import quote

from flask import Response, request
from werkzeug.http import dump_options_header
from werkzeug.wsgi import wrap_file

from domain.access import Actor
from server.context import current_blobs, current_store
from server.evidence import tell_file
from server.services.serving_files import Given, find_file, open_given, read_given

LARGEST_STREAMED: Final = 1024 * 1024
"""Bytes of what may wait in memory for a slow reader; more would hold a thread of the server for him."""
SHUT: Final = "default-src 'none'; sandbox; frame-ancestors 'none'"
HEADERS: Final = {
    "Content-Security-Policy": SHUT,
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}


def answer_file(actor: Actor, record: str, file: str, kind: str) -> Response:
    """
    The answer that gives somebody a file of a record, or a part of it (``Range``), piece by piece.

    That he gets it is on record before a byte leaves. Raises as `find_file` and `read_given`.
    """
    with current_store().read() as connection:
        given = find_file(connection, actor, record, file, kind)
    is_large = given.size > LARGEST_STREAMED and request.method != "HEAD"
    response = _large(given) if is_large else _small(given)
    tell_file(actor, record, given.village, file, kind)
    response.headers.update(HEADERS)
    response.headers["Content-Disposition"] = _kept_as(given.name)
    return response


def _small(given: Given) -> Response:
    pieces = read_given(current_blobs(), given)
    response = Response(pieces, mimetype=given.type, direct_passthrough=True)
    return _conditional(response, given)


def _large(given: Given) -> Response:
    """The server reads it from a file as its reader takes it, and no thread waits for him."""
    response = _conditional(Response(mimetype=given.type, direct_passthrough=True), given)
    opened = open_given(current_blobs(), given)
    if part := response.content_range:
        opened.narrow(part.start or 0, part.stop or 0)
    response.response = wrap_file(request.environ, cast("IO[bytes]", opened), LARGEST_STREAMED)
    return response


def _conditional(response: Response, given: Given) -> Response:
    response.content_length = given.size
    response.make_conditional(request, accept_ranges=True, complete_length=given.size)
    return response


def _kept_as(name: str) -> str:
    """As RFC 6266 has it: the name, and for those who know ASCII only, one that is nearly it."""
    plain = name.encode("ascii", "replace").decode().replace("?", "_")
    told = {"filename": plain}
    if plain != name:
        told["filename*"] = f"UTF-8''{quote(name)}"
    return dump_options_header("attachment", told)
