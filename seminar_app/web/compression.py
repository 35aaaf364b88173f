"""Compress public pages.

Pages of a signed-in account (half signed in too), or behind a secret link, are not compressed: a secret beside text that a
stranger can choose can be guessed from lengths (BREACH), and these pages have few readers.
"""

from __future__ import annotations

import gzip

from flask import Flask, Response, g, request

SMALLEST = 1_000
LEVEL = 5


def init_app(app: Flask) -> None:
    """Compress public pages for browsers that accept gzip."""
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    if response.mimetype != "text/html" or response.direct_passthrough or response.is_streamed:
        return response
    response.vary.add("Accept-Encoding")
    private = g.get("actor") is not None or g.get("half_signed_in") or g.get("secret_link") or "Content-Encoding" in response.headers
    if private or request.accept_encodings["gzip"] <= 0 or (response.content_length or 0) < SMALLEST:
        return response
    response.set_data(gzip.compress(response.get_data(), LEVEL, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    return response
