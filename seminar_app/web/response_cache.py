"""Kept pages given out before Flask looks at the request, because a crowd at one page is Flask's work over and over.

Only what `cached_while_unchanged` declared to be the same for all, to visitors without a cookie, while the database says that
nothing was committed, and no longer than the page itself is kept. Each answer has a nonce and a request id of its own.
"""

from __future__ import annotations

import gzip
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from seminar_app.web import logs
from seminar_app.web.compression import LEVEL

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

MOST_ANSWERS = 400
CACHEABLE = "constancia.may_be_kept"
"""Key of the WSGI environment under which a view leaves a `Keeping`."""
NONCE_PLACE = b"nonce-of-this-answer-goes-here"
SAME_FOR = ("HTTP_HOST", "wsgi.url_scheme", "PATH_INFO", "HTTP_ACCEPT_LANGUAGE", "HTTP_ACCEPT_ENCODING")
LONGEST_NAME = 500
"""Characters of all these together. No browser sends longer ones, and caching them would fill the memory."""
OWN_TO_EACH = {"content-length", "content-encoding", "x-request-id"}


@dataclass(frozen=True, slots=True)
class Keeping:
    """What a view says of an answer that may be cached: the state of the database, the end (monotonic seconds), the nonce in it."""

    state: Hashable
    until: float
    nonce: str
    route: str


@dataclass(frozen=True, slots=True)
class _Answer:
    keeping: Keeping
    headers: tuple[tuple[str, str], ...]
    body: bytes
    compressed: bool


class ResponseCache:
    """WSGI middleware with the page cache.

    Args:
        app: the application behind it.
        state: returns the database's state now, as `DatabaseState.now` does.
        log_requests: whether each answer is logged.
        trust_ids: whether a proxy of ours gives requests their ids.
    """

    def __init__(self, app: WSGIApplication, *, state: Callable[[], Hashable | None], log_requests: bool, trust_ids: bool) -> None:
        self._app = app
        self._state = state
        self._log_requests = log_requests
        self._trust_ids = trust_ids
        self._answers: OrderedDict[Hashable, _Answer] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer from the cache; else call the application, and cache its answer if that is allowed."""
        if environ["REQUEST_METHOD"] != "GET" or "HTTP_COOKIE" in environ or environ.get("QUERY_STRING"):
            return self._app(environ, start_response)
        began = time.perf_counter()
        key = tuple(environ.get(name) for name in SAME_FOR)
        if sum(len(part) for part in key if part) > LONGEST_NAME:
            return self._app(environ, start_response)
        answer = self._answers.get(key)
        if answer is not None and time.monotonic() < answer.keeping.until and self._state() == answer.keeping.state:
            return self._give(answer, environ, start_response, began)
        return self._ask(key, environ, start_response)

    def _give(self, answer: _Answer, environ: WSGIEnvironment, start_response: StartResponse, began: float) -> list[bytes]:
        nonce = secrets.token_urlsafe(16)
        request_id = logs.request_id_of(environ.get("HTTP_X_REQUEST_ID") if self._trust_ids else None)
        body = answer.body.replace(NONCE_PLACE, nonce.encode())
        if answer.compressed:
            body = gzip.compress(body, LEVEL, mtime=0)
        place = NONCE_PLACE.decode()
        headers = [(name, value.replace(place, nonce)) for name, value in answer.headers]
        headers += [("X-Request-ID", request_id), ("Content-Length", str(len(body)))]
        if answer.compressed:
            headers.append(("Content-Encoding", "gzip"))
        if self._log_requests:
            seconds = time.perf_counter() - began
            logs.write_line(method="GET", route=answer.keeping.route, status=200, seconds=seconds, size=len(body), request_id=request_id)
        start_response("200 OK", headers)
        return [body]

    def _ask(self, key: Hashable, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        told: list[tuple[str, list[tuple[str, str]]]] = []

        def listen(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
            told.append((status, headers))
            return start_response(status, headers, exc_info) if exc_info else start_response(status, headers)

        chunks = self._app(environ, listen)
        keeping: Keeping | None = environ.get(CACHEABLE)
        if keeping is None or not told or not told[-1][0].startswith("200"):
            return chunks
        try:
            body = b"".join(chunks)
        finally:
            if (close := getattr(chunks, "close", None)) is not None:
                close()
        self._keep(key, keeping, told[-1][1], body)
        return [body]

    def _keep(self, key: Hashable, keeping: Keeping, headers: list[tuple[str, str]], body: bytes) -> None:
        named = {name.lower(): value for name, value in headers}
        if "set-cookie" in named:
            return
        compressed = named.get("content-encoding") == "gzip"
        page = gzip.decompress(body) if compressed else body
        place = NONCE_PLACE.decode()
        lasting = tuple((name, value.replace(keeping.nonce, place)) for name, value in headers if name.lower() not in OWN_TO_EACH)
        answer = _Answer(keeping, lasting, page.replace(keeping.nonce.encode(), NONCE_PLACE), compressed)
        with self._lock:
            self._answers[key] = answer
            self._answers.move_to_end(key)
            while len(self._answers) > MOST_ANSWERS:
                self._answers.popitem(last=False)
