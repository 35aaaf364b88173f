"""Reading request bodies: at most half of a worker's threads at once, so that slow senders leave threads for all others.

A WSGI server's thread waits while a body comes in, and no deadline can end that wait. Without a bound, as many slow
connections as there are threads stop the server. A request that finds no place is answered 503 before its body is read.
In production a proxy reads bodies first, with deadlines (`deploy/Caddyfile`); this is the second line.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from io import BytesIO
from typing import TYPE_CHECKING

from flask import Flask, request

if TYPE_CHECKING:
    from _typeshed.wsgi import InputStream, StartResponse, WSGIApplication, WSGIEnvironment

REFUSED = "constancia.body_refused"
"""Key of the WSGI environment of a request whose body was not read."""
WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
LONGEST_DISCARDED = 16_000_000
"""Bytes of a body that is too long and is still read to its end: a proxy whose connection closes earlier answers 502, not our page."""
PART = 65_536
WAIT_SECONDS = 0.05
"""For a place. Bodies that are there already are read in microseconds, so only slow ones keep places for longer."""


class BodyReading:
    """WSGI middleware that reads the whole body before the application is called.

    Args:
        app: the application behind it.
        places: how many bodies may be read at once.
        longest: bytes that the application takes; of a body of unknown length one byte more is read, one announced as longer is
            thrown away, and the application refuses both.
    """

    def __init__(self, app: WSGIApplication, *, places: int, longest: int) -> None:
        self._app, self._longest = app, longest
        self._places = threading.BoundedSemaphore(places)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        length = environ.get("CONTENT_LENGTH", "")
        readable = length.isascii() and length.isdigit()
        announced = int(length.lstrip("0")[:19] or "0") if readable else 0
        unannounced = not readable and environ["REQUEST_METHOD"] in WITH_BODY  # sent in chunks, or by HTTP/2
        if (not announced and not unannounced) or announced > self._longest:
            if self._longest < announced <= LONGEST_DISCARDED and self._places.acquire(timeout=WAIT_SECONDS):
                try:
                    _discard(environ["wsgi.input"], announced)
                finally:
                    self._places.release()
            environ["wsgi.input"] = BytesIO()  # no body, or one that is refused by its announced length: the application reads nothing
            return self._app(environ, start_response)
        if self._places.acquire(timeout=WAIT_SECONDS):
            try:
                body = _read(environ["wsgi.input"], announced or self._longest + 1)
            finally:
                self._places.release()
            environ["CONTENT_LENGTH"] = length if announced else str(len(body))  # of a body that was cut off the application says so
        else:
            environ[REFUSED], environ["CONTENT_LENGTH"], body = True, "0", b""
        environ["wsgi.input"] = BytesIO(body)
        return self._app(environ, start_response)


def _read(source: InputStream, most: int) -> bytes:
    parts, missing = [], most
    while missing and (part := source.read(missing)):
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def _discard(source: InputStream, length: int) -> None:
    while length > 0 and (part := source.read(min(PART, length))):
        length -= len(part)


def init_app(app: Flask, *, places: int, longest: int) -> None:
    """Put the middleware in front of the application."""
    app.wsgi_app = BodyReading(app.wsgi_app, places=places, longest=longest)  # type: ignore[method-assign]


def was_refused() -> bool:
    """Whether the body of this request was not read, because too many were being read."""
    return bool(request.environ.get(REFUSED))
