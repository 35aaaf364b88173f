"""Free what a large page was made of as soon as it is sent.

Jinja's macros and the values of a page hold each other, so that only the collector of garbage frees them. It would let many
pages of thousands of people pile up first, because it counts objects and not bytes.
"""

from __future__ import annotations

import gc

from flask import Flask, Response

LARGE_BYTES = 500_000


def init_app(app: Flask) -> None:
    """Collect garbage after each large page. It passes over what the workers began with (`gc.freeze`), so it takes little time."""
    app.after_request(_collect)


def _collect(response: Response) -> Response:
    if response.mimetype == "text/html" and not response.is_streamed and (response.content_length or 0) >= LARGE_BYTES:
        response.call_on_close(gc.collect)
    return response
