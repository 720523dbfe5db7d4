"""What is handed out as a file: no browser opens it as a page of ours, and nobody keeps a copy on the way."""

from flask import Response


def as_file(data: bytes, mimetype: str, name: str, etag: str = "") -> Response:
    """The answer that gives a file of this name; `etag` is the version that it was made of."""
    response = Response(data, mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.cache_control.no_store = True
    if etag:
        response.set_etag(etag)
    return response
