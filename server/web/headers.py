"""What every page tells the browser: run nothing that is not ours, show it in no frame, keep no copy."""

from typing import Final

from flask import Flask, Response, request

POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self'",
        "media-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
A_YEAR: Final = 365 * 24 * 60 * 60
_EVERYWHERE: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_PAGES: Final = {
    "Content-Security-Policy": POLICY,
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def register(app: Flask) -> None:
    """Adds the headers to the answers of `app`."""
    app.after_request(_add)


def _add(response: Response) -> Response:
    response.headers.update(_EVERYWHERE)
    if "Content-Security-Policy" in response.headers:
        return response  # it says itself what it may do, and how long it is kept
    if response.mimetype == "text/html" or request.endpoint == "static":
        response.headers.update(_PAGES)
    if request.endpoint == "static" and "v" in request.args:
        response.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
    if response.mimetype == "text/html":
        # Pages hold what households said. An office's laptop is used by more than one person.
        response.headers["Cache-Control"] = "no-store"
    return response
