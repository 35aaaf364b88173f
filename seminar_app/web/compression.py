"""Compress public pages.

Pages of a signed-in account (half signed in too), or behind a secret link, are not compressed: a secret beside text that a
stranger can choose can be guessed from lengths (BREACH), and these pages have few readers.
"""

from __future__ import annotations

import gzip

from flask import Flask, Response, g, request
from werkzeug.wrappers import Request
from werkzeug.wrappers import Response as AnyResponse

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
    if not private:
        compress(response, request)
    return response


def compress(response: AnyResponse, asked: Request) -> None:
    """Compress an answer that holds no secret, for a browser that accepts gzip."""
    if (body := compressed(response.get_data(), asked)) is not None:
        response.set_data(body)
        response.headers["Content-Encoding"] = "gzip"


def compressed(body: bytes, asked: Request) -> bytes | None:
    """Return the body compressed; None where it is too small, or the browser does not accept gzip."""
    return gzip.compress(body, LEVEL, mtime=0) if len(body) >= SMALLEST and asked.accept_encodings["gzip"] > 0 else None
