"""Free what a large page or a file was made of as soon as it is sent.

Jinja's macros and the values of a page hold each other, so that only the collector of garbage frees them. It would let many
pages of thousands of people pile up first, because it counts objects and not bytes.
"""

from __future__ import annotations

from flask import Flask, Response

from seminar_app.core.memory import give_back_memory

LARGE_BYTES = 500_000


def init_app(app: Flask) -> None:
    """Collect garbage after each large page and each file. It passes over what the workers began with, so it takes little time."""
    app.after_request(_collect)


def _collect(response: Response) -> Response:
    is_file = response.headers.get("Content-Disposition", "").startswith("attachment")
    is_large = response.mimetype == "text/html" and not response.is_streamed and (response.content_length or 0) >= LARGE_BYTES
    if is_file or is_large:
        response.call_on_close(give_back_memory)
    return response
