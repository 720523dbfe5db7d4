"""Styles, scripts and icons: under addresses that carry their digest, and packed for browsers that take that.

Pages themselves are not packed: they hold what was typed beside the token against forgery, and how well both
pack together would tell of it (BREACH).
"""

import gzip
import hashlib
from pathlib import Path
from typing import Any, Final

from flask import Flask, request
from werkzeug.wrappers import Response

from server.access import Access, declare

PACKED: Final = (".css", ".js", ".svg")


def register(app: Flask) -> None:
    """Addresses of static files carry their digest, so that browsers may keep them for a year."""
    files = {file.name: file.read_bytes() for file in Path(app.static_folder or "").glob("*.*")}
    digests = {name: hashlib.sha256(data).hexdigest()[:10] for name, data in files.items()}
    packed = {
        name: gzip.compress(data, mtime=0) for name, data in files.items() if Path(name).suffix in PACKED
    }

    @app.url_defaults
    def add_digest(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and "v" not in values:
            values["v"] = digests.get(values.get("filename", ""))

    def serve(filename: str) -> Response:
        answer = app.send_static_file(filename)
        if filename in packed:
            answer.vary.add("Accept-Encoding")
            if request.accept_encodings["gzip"] and answer.status_code == 200:
                answer.close()  # the file
                answer.direct_passthrough = False
                answer.set_data(packed[filename])
                answer.content_encoding = "gzip"
        return answer

    app.view_functions["static"] = declare(serve, Access(None, "styles and icons hold nothing of anybody"))
