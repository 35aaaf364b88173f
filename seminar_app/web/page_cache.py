"""Public pages kept until the database changes: a crowd at one page costs one rendering, and nobody reads an old one.

For visitors without a cookie only. What is kept is valid while nothing at all has been committed since it was rendered,
which the database says in one cheap question (`DatabaseState`), and for a second at most, because doors open by the clock.
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
from seminar_app.core.sqlite import is_still_there
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
"""Seconds for which one answer about the database serves all. PostgreSQL's costs a way to another process and back, which under a
crowd is more than all the rest; SQLite's costs nothing worth saving."""


class DatabaseState:
    """A value that is the same only while no transaction has been committed.

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
        """The state, or None where the database does not say (then nothing is kept and nothing kept is used).

        Whoever comes while a question is on its way takes the answer to the next one, together with all who came meanwhile:
        an answer counts only for those who were there before it was asked.
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
        """Let go of the connection; the next question opens another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.close()
            except Exception:  # noqa: BLE001  it is gone already
                log.debug("The connection was gone.")


@dataclass(frozen=True, slots=True)
class Kept:
    """A page, the state of the database it was rendered from, and until when (monotonic seconds) it may be given out."""

    page: str
    state: Hashable
    until: float


class PageCache:
    """The pages, the least recently used dropped first."""

    def __init__(self, engine: Engine) -> None:
        self._database = DatabaseState(engine)
        self._pages: OrderedDict[Hashable, Kept] = OrderedDict()
        self._lock = threading.Lock()

    def database_state(self) -> Hashable | None:
        """The state to keep a page with, or None."""
        return self._database.now()

    def get(self, key: Hashable, state: Hashable | None) -> Kept | None:
        """The page if it was kept with this state, and not for too long."""
        with self._lock:
            kept = self._pages.get(key)
            if kept is None or state is None or kept.state != state or time.monotonic() >= kept.until:
                return None
            self._pages.move_to_end(key)
            return kept

    def keep(self, key: Hashable, page: str, state: Hashable) -> Kept:
        """Keep a page that was rendered from what the database held at `state` or later."""
        with self._lock:
            kept = self._pages[key] = Kept(page, state, time.monotonic() + LONGEST_SECONDS)
            while len(self._pages) > MOST_PAGES:
                self._pages.popitem(last=False)
            return kept


def init_app(app: Flask, settings: Settings) -> None:
    """Begin with nothing kept, unless the settings say that nothing is to be."""
    if settings.page_cache:
        with app.app_context():
            pages = app.extensions["kept_pages"] = PageCache(db.engine)
        app.wsgi_app = ResponseCache(  # type: ignore[method-assign]
            app.wsgi_app, state=pages.database_state, log_requests=settings.log_requests, trust_ids=bool(settings.trusted_proxies)
        )


def cached_while_unchanged(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """For a public page that follows from address, language, database and clock alone, and says the same to all who have no cookie."""

    @wraps(view)
    def kept(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        pages: PageCache | None = current_app.extensions.get("kept_pages")
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
    """Tell the step before the application that this whole answer is the same for all."""
    route = request.url_rule.rule if request.url_rule is not None else "-"
    request.environ[CACHEABLE] = Keeping(found.state, found.until, csp_nonce(), route)


def cached_with_fresh_values(name: str, *, state: Hashable, values: Mapping[str, str], render: Callable[[], str]) -> str:
    """The same for a form: a page that differs between visitors only in some values, as its token against forgery.

    For whoever comes without a cookie. It is as old as a second at most; what somebody sends is checked against what is true then.

    Args:
        name: the page's own.
        state: what was read just now and decides what the page says.
        values: by any name, the texts that are this visitor's alone; each stands in the page as it is.
        render: makes the page with these values in it.
    """
    pages: PageCache | None = current_app.extensions.get("kept_pages")
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
