"""Cache public pages until the database changes: a crowd at one page costs one rendering, and no visitor reads an old page.

The cache stands before Flask, whose path to a page is nine tenths of the work when the page is there already. It asks the
application for each page as a visitor does who sends nothing but a language. So a page holds nothing of the visitor who came
first, and goes to all visitors of that language, with any cookies that say nothing about them (docs/decisions/0014-page-cache.md).
"""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from flask import Flask, Request, request
from msgspec import Struct, field
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from config import Settings
from seminar_app.core.values import replace
from seminar_app.web import compression, logs
from seminar_app.web.database import db
from seminar_app.web.database_state import DatabaseState
from seminar_app.web.languages import language_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

View = TypeVar("View", bound=Callable[..., object])
Visitor = Callable[[Request], Mapping[str, Any] | None]
"""Return what the session of a visitor holds; None for a reader who may be signed in. It asks no database."""

LONGEST_SECONDS = 1.0
"""Because registration opens and closes by the clock."""
MOST_PAGES = 400
ASKING = "constancia.page_cache"
"""Key of the WSGI environment under which the cache and a view find each other."""
SAYS_NOTHING = frozenset({"language", "csrf_token", "_permanent"})
"""Values of a session that change nothing but the language of a page of the cache. A message that waits is not among them."""
PASSED_ON = frozenset({"HTTP_HOST", "HTTP_X_REQUEST_ID"})
"""What the application hears of a visitor's headers when it renders a page for all."""


class Page(Struct, frozen=True):
    """A page as the cache keeps it.

    Attributes:
        state: the state of the database that it was rendered from.
        facts: what decides the page, if its view says so (`same_while`).
        until: when it ends (monotonic seconds).
        route: the pattern of its address, for the log.
        own: by name, the values in it that were made for one answer; each further answer gets others.
    """

    state: Hashable
    facts: object
    until: float
    route: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    own: Mapping[str, str]


class Asking(Struct):
    """What the cache tells a view, and the view the cache."""

    page: Page | None
    """The page as it was before the database changed; None where there is none, or it has ended."""
    facts: object = None
    unchanged: bool = False
    own: dict[str, str] = field(default_factory=dict)


def cached(view: View) -> View:
    """Let the cache keep the pages of a public view: what it shows depends only on address, language, database and clock."""
    view.cached = True  # type: ignore[attr-defined]
    return view


def own_value(name: str) -> str:
    """Return a random value of this answer alone: 128 bits in hexadecimal digits. The cache puts another in its place each time."""
    asking: Asking = request.environ.setdefault(ASKING, Asking(None))
    return asking.own.setdefault(name, secrets.token_hex(16))


def same_while(facts: object, render: Callable[[], str]) -> str:
    """Return the page that was rendered from equal facts; if none is kept, render it.

    Most commits change another page, and reading a page's facts takes a third of the time of rendering it.
    """
    asking: Asking = request.environ.setdefault(ASKING, Asking(None))
    asking.facts = facts
    if asking.page is None or asking.page.facts != facts:
        return render()
    asking.unchanged = True
    text = asking.page.body.decode()
    for name, earlier in asking.page.own.items():
        text = text.replace(earlier, own_value(name))
    return text


def init_app(app: Flask, settings: Settings) -> None:
    """Put an empty cache before the application, unless the settings turn it off."""
    if settings.page_cache:
        with app.app_context():
            state = DatabaseState(db.engine)
        app.extensions["page_cache"] = cache = PageCache(app, state, settings)
        app.wsgi_app = cache  # type: ignore[method-assign]


def tell_visitors(app: Flask, visitor: Visitor) -> None:
    """Let a room tell the cache which readers are visitors. Without it, none is who sends a cookie."""
    app.extensions["visitor"] = visitor


class PageCache:
    """WSGI middleware; the page that was rendered least recently is dropped first.

    Args:
        app: the application, as it is until now.
        state: tells whether anything was committed.
        settings: say what is logged, and whether a proxy of ours gives requests their ids.
    """

    def __init__(self, app: Flask, state: DatabaseState, settings: Settings) -> None:
        self._flask = app
        self._app: WSGIApplication = app.wsgi_app
        self.state = state
        self._settings = settings
        self._pages: OrderedDict[Hashable, Page] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer from the cache; else call the application, and keep its answer if that is allowed."""
        if environ["REQUEST_METHOD"] != "GET" or environ.get("QUERY_STRING"):
            return self._app(environ, start_response)
        began, asked = time.perf_counter(), self._flask.request_class(environ)
        if (language := self._language(asked)) is None:
            return self._app(environ, start_response)
        key = (environ.get("HTTP_HOST"), environ["wsgi.url_scheme"], environ["PATH_INFO"], language)
        page = self._pages.get(key)
        if page is not None and time.monotonic() >= page.until:
            page = None
        route = page.route if page is not None else self._route(asked)
        if route is None or (state := self.state.now()) is None:
            return self._app(environ, start_response)
        if page is not None and page.state == state:
            return self._give(page, asked, start_response, began)
        asking = Asking(page)
        answer = Response.from_app(self._app, self._as_anybody(environ, language) | {ASKING: asking}, buffered=True)
        if "Set-Cookie" in answer.headers:
            return self._app(environ, start_response)  # a session began, and it is not this visitor's
        if answer.status_code == 200 and not answer.cache_control.no_store:
            self._keep(key, _kept(answer, asking, state, route))
        compression.compress(answer, asked)
        return answer(environ, start_response)

    def _language(self, asked: Request) -> str | None:
        """Return the language of a visitor's page; None for a reader whose page may differ in more than that."""
        values: Mapping[str, Any] | None = {}
        if "HTTP_COOKIE" in asked.environ:
            values = self._flask.extensions.get("visitor", lambda _request: None)(asked)
        if values is None or values.keys() - SAYS_NOTHING:
            return None
        return language_of(values.get("language"), asked.environ) or self._settings.default_language

    def _route(self, asked: Request) -> str | None:
        """Return the pattern of the address, if its view lets the cache keep the page."""
        try:
            rule, _values = self._flask.create_url_adapter(asked).match(return_rule=True)  # type: ignore[union-attr]
        except HTTPException:
            return None
        return rule.rule if getattr(self._flask.view_functions[rule.endpoint], "cached", False) else None

    @staticmethod
    def _as_anybody(environ: WSGIEnvironment, language: str) -> WSGIEnvironment:
        """Return the request without what tells one visitor from another."""
        told = {name: value for name, value in environ.items() if name in PASSED_ON or not name.startswith(("HTTP_", "CONTENT_"))}
        return told | {"HTTP_ACCEPT_LANGUAGE": language}

    def _keep(self, key: Hashable, page: Page) -> None:
        with self._lock:
            self._pages[key] = page
            self._pages.move_to_end(key)
            while len(self._pages) > MOST_PAGES:
                self._pages.popitem(last=False)

    def _give(self, page: Page, asked: Request, start_response: StartResponse, began: float) -> Iterable[bytes]:
        request_id = logs.request_id_of(asked.headers.get("X-Request-ID") if self._settings.trusted_proxies else None)
        headers, body = [*page.headers, ("X-Request-ID", request_id)], page.body
        for earlier in page.own.values():
            new = secrets.token_hex(16)
            body = body.replace(earlier.encode(), new.encode())
            headers = [(name, value.replace(earlier, new)) for name, value in headers]
        if (small := compression.compressed(body, asked)) is not None:
            headers, body = [*headers, ("Content-Encoding", "gzip")], small
        if self._settings.log_requests:
            seconds = time.perf_counter() - began
            logs.write_line(method="GET", route=page.route, status=200, seconds=seconds, size=len(body), request_id=request_id)
        start_response("200 OK", [*headers, ("Content-Length", str(len(body)))])
        return [body]


def _kept(answer: Response, asking: Asking, state: Hashable, route: str) -> Page:
    """Return the page to keep: the earlier one, if its facts are the same, and never for longer than from when it was rendered."""
    if asking.unchanged and asking.page is not None:
        return replace(asking.page, state=state)
    headers = tuple((name, value) for name, value in answer.headers if name not in ("Content-Length", "X-Request-ID"))
    until = time.monotonic() + LONGEST_SECONDS
    return Page(state, asking.facts, until, route, headers, answer.get_data(), asking.own)
