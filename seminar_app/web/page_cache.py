"""Cache public pages until the database changes: a crowd at one page costs one rendering, and no visitor reads an old page.

For visitors without a cookie only. A cached page is valid while no transaction has been committed since it was rendered,
which the database says in one cheap query (`DatabaseState`), and for one second at most, because registration opens and
closes by the clock.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec

from flask import Flask, Response, current_app, g, make_response, request, session
from flask.typing import ResponseReturnValue
from sqlalchemy import Engine, PoolProxiedConnection

from config import Settings
from seminar_app.core.sqlite import is_still_there, may_be_kept
from seminar_app.web.database import db
from seminar_app.web.headers import csp_nonce
from seminar_app.web.languages import current_language
from seminar_app.web.response_cache import CACHEABLE, Keeping, ResponseCache
from seminar_app.web.response_cache import NONCE_PLACE as NONCE_BYTES

log = logging.getLogger(__name__)

P = ParamSpec("P")

LONGEST_SECONDS = 1.0
MOST_PAGES = 200
NONCE_PLACE = NONCE_BYTES.decode()
ANSWER_HOLDS = {"sqlite": 0.0, "postgresql": 0.02}
"""Seconds for which one answer about the database serves all requests.

PostgreSQL's answer costs a round trip to another process, which under a crowd is more than all the rest. SQLite's answer
costs nothing worth saving.
"""


class DatabaseState:
    """A value that stays the same only while no transaction is committed.

    SQLite: `PRAGMA data_version` of a connection that never writes. PostgreSQL: the snapshot, which names every
    transaction that is still open and the next one; equal snapshots see equal rows.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._question = "PRAGMA data_version" if engine.dialect.name == "sqlite" else "SELECT pg_current_snapshot()::text"
        self._turn = threading.Condition()
        self._asked = self._answered = 0
        self._answer: Hashable | None = None
        self._holds_until = 0.0
        self.answer_holds = ANSWER_HOLDS[engine.dialect.name]
        self._connection: PoolProxiedConnection | None = None
        self._info: dict[Any, Any] = {}

    def now(self) -> Hashable | None:
        """Return the state, or None if the database gives none (then the cache is neither filled nor used).

        An answer counts only for callers that were there before its query began. A caller that comes while a query is running
        waits for the next one, together with all others that came meanwhile.
        """
        with self._turn:
            if time.monotonic() < self._holds_until:
                return self._answer
            mine = self._asked + 1
            while self._answered < mine:
                if self._asked > self._answered:
                    self._turn.wait()
                    continue
                self._asked += 1
                answer, asked_at = None, time.monotonic()
                self._turn.release()
                try:
                    answer = self._ask()
                finally:
                    self._turn.acquire()
                    self._answer, self._answered = answer, self._asked
                    self._holds_until = asked_at + self.answer_holds if answer is not None else 0.0
                    self._turn.notify_all()
            return self._answer

    def _ask(self) -> Hashable | None:
        try:
            if self._connection is not None and not is_still_there(self._info):
                self.close()
            if self._connection is None:
                self._connection = self._open()
            cursor = self._connection.cursor()
            cursor.execute(self._question)
            (state,) = cursor.fetchone() or (None,)
            cursor.close()
            if not may_be_kept(self._info):
                self.close()
                return None
        except Exception as error:  # noqa: BLE001  whatever the driver raises: the page itself will say what is wrong
            log.info("The database does not tell its state: %s", type(error).__name__)
            self.close()
            return None
        return state

    def _open(self) -> PoolProxiedConnection:
        connection = self._engine.raw_connection()
        driver: Any = connection.driver_connection
        if self._engine.dialect.name == "postgresql":
            driver.autocommit = True
        self._info = dict(connection.info)
        connection.detach()  # ours for good, and never in a transaction
        return connection

    def close(self) -> None:
        """Close the connection; the next query opens another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.close()
            except Exception:  # noqa: BLE001  it is gone already
                log.debug("The connection was gone.")


@dataclass(frozen=True, slots=True)
class Kept:
    """A page, the state of the database it was rendered from, and until when (monotonic seconds) it may be served."""

    page: str
    state: Hashable
    until: float


class PageCache:
    """The page cache; the least recently used page is dropped first."""

    def __init__(self, engine: Engine) -> None:
        self._database = DatabaseState(engine)
        self._pages: OrderedDict[Hashable, Kept] = OrderedDict()
        self._lock = threading.Lock()

    def database_state(self) -> Hashable | None:
        """Return the state to cache a page with, or None."""
        return self._database.now()

    def get(self, key: Hashable, state: Hashable | None) -> Kept | None:
        """Return the page if it was cached with this state and has not expired; else None."""
        with self._lock:
            kept = self._pages.get(key)
            if kept is None or state is None or kept.state != state or time.monotonic() >= kept.until:
                return None
            self._pages.move_to_end(key)
            return kept

    def keep(self, key: Hashable, page: str, state: Hashable) -> Kept:
        """Cache a page that was rendered from the database at `state` or later."""
        with self._lock:
            kept = self._pages[key] = Kept(page, state, time.monotonic() + LONGEST_SECONDS)
            while len(self._pages) > MOST_PAGES:
                self._pages.popitem(last=False)
            return kept


def init_app(app: Flask, settings: Settings) -> None:
    """Start with an empty cache, or without one if the settings turn it off."""
    if settings.page_cache:
        with app.app_context():
            pages = app.extensions["page_cache"] = PageCache(db.engine)
        app.wsgi_app = ResponseCache(  # type: ignore[method-assign]
            app.wsgi_app, state=pages.database_state, log_requests=settings.log_requests, trust_ids=bool(settings.trusted_proxies)
        )


def cached_while_unchanged(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Cache a public view. Its page must depend only on address, language, database and clock, and be the same without a cookie."""

    @wraps(view)
    def kept(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        pages: PageCache | None = current_app.extensions.get("page_cache")
        if pages is None or request.method != "GET" or request.cookies or request.query_string:
            return view(*args, **kwargs)
        key = (request.host, request.path, current_language())
        state = pages.database_state()
        if (found := pages.get(key, state)) is not None:
            _may_be_cached(found)
            return Response(found.page.replace(NONCE_PLACE, csp_nonce()), mimetype="text/html")
        response = make_response(view(*args, **kwargs))
        if state is not None and response.status_code == 200 and not session.modified and g.get("actor") is None:
            _may_be_cached(pages.keep(key, response.get_data(as_text=True).replace(csp_nonce(), NONCE_PLACE), state))
        return response

    return kept


def _may_be_cached(found: Kept) -> None:
    """Tell `KeptAnswers` that this complete answer is the same for all visitors."""
    route = request.url_rule.rule if request.url_rule is not None else "-"
    request.environ[CACHEABLE] = Keeping(found.state, found.until, csp_nonce(), route)


def cached_with_fresh_values(name: str, *, state: Hashable, values: Mapping[str, str], render: Callable[[], str]) -> str:
    """Return a form from the cache: a page that differs between visitors only in some values, such as its CSRF token.

    For visitors without a cookie. The page is at most one second old; a form that is sent is checked against the current data.

    Args:
        name: identifies the page.
        state: what was read just now and decides what the page says.
        values: by any name, the texts that belong to this visitor only; each stands in the page as it is.
        render: renders the page with these values in it.
    """
    pages: PageCache | None = current_app.extensions.get("page_cache")
    if pages is None or request.cookies or request.query_string:
        return render()
    key = (name, request.host, request.path, current_language())
    places = {f"value-of-{place}-goes-here": value for place, value in values.items()} | {NONCE_PLACE: csp_nonce()}
    found = pages.get(key, state)
    if found is None:
        page = None
        whole = render()
        for place, value in places.items():
            page = (page or whole).replace(value, place)
        pages.keep(key, page or whole, state)
        return whole
    page = found.page
    for place, value in places.items():
        page = page.replace(place, value)
    return page
