"""
The officers' phone app under `/app/`: the files that its build left in `static/officer`.

They are packed beforehand (Brotli, gzip): the app has to come over a thin line once. Everything but the page,
the service worker and the manifest has a digest in its name and never changes. The files are the same for
everybody; what an officer sees lies on his phone and comes by the API.
"""

import mimetypes
import re
from pathlib import Path
from typing import Final

from flask import Blueprint, Flask, Response, current_app, redirect, request, send_file, url_for
from werkzeug.security import safe_join
from werkzeug.wrappers import Response as WerkzeugResponse

from domain.errors import NotFound
from server.access import public

blueprint = Blueprint("phone", __name__, url_prefix="/app")

FOLDER: Final = "officer"
PAGE: Final = "index.html"
NEVER_CHANGES: Final = "assets/"
"""Where the build puts what has a digest in its name."""
A_YEAR: Final = 365 * 24 * 60 * 60
PACKED: Final = (("br", ".br"), ("gzip", ".gz"))
"""Content codings and the ends of the names of what is packed so, the smaller one first."""
TYPES: Final = {
    ".js": "text/javascript",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
}
POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self' 'wasm-unsafe-eval'",  # SQLite and the parser of expressions are WebAssembly
        "worker-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self' blob: data:",
        "media-src 'self' blob:",
        "manifest-src 'self'",
        "form-action 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
NAME: Final = re.compile(r"[\w./-]{1,200}", re.ASCII)
"""What the build calls its files; the file system is asked for nothing else."""
PERMISSIONS: Final = "camera=(self), geolocation=(self), microphone=(self)"

_SAME_FOR_ALL: Final = "the phone app itself holds nothing of anybody"


def register(app: Flask) -> None:
    """Adds the app's files to `app`."""
    app.register_blueprint(blueprint)


@blueprint.get("")
@public(_SAME_FOR_ALL)
def enter() -> WerkzeugResponse:
    """The address as somebody types it."""
    return redirect(url_for("phone.page"))


@blueprint.get("/")
@public(_SAME_FOR_ALL)
def page() -> Response:
    """The page that the app runs in."""
    return _send(PAGE)


@blueprint.get("/<path:name>")
@public(_SAME_FOR_ALL)
def part(name: str) -> Response:
    """A file of the app. Raises `NotFound`."""
    return _send(name)


def _send(name: str) -> Response:
    file = _file(name)
    if file is None:
        raise NotFound("the app has no such file")
    sent, coding = _packed(file)
    suffix = file.suffix
    mimetype = TYPES.get(suffix) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    response = send_file(sent, mimetype=mimetype, etag=True, conditional=True)
    if coding:
        response.content_encoding = coding
    response.vary.add("Accept-Encoding")
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Permissions-Policy"] = PERMISSIONS
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["Cache-Control"] = (
        f"public, max-age={A_YEAR}, immutable" if name.startswith(NEVER_CHANGES) else "no-cache"
    )
    return response


def _file(name: str) -> Path | None:
    """The file of that name, if the build left one; packed ones are sent under the name of what they hold."""
    is_packed = any(name.endswith(ending) for _, ending in PACKED)
    if is_packed or not NAME.fullmatch(name):
        return None
    found = safe_join(str(Path(current_app.static_folder or "") / FOLDER), name)
    return Path(found) if found and Path(found).is_file() else None


def _packed(file: Path) -> tuple[Path, str | None]:
    """What is sent for a file, and how it is packed: as small as the browser takes it."""
    for coding, ending in PACKED:
        packed = file.with_name(file.name + ending)
        if request.accept_encodings[coding] and packed.is_file():
            return packed, coding
    return file, None
