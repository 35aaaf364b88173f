"""Flask's session, stored in the table `web_session` once signed in. Why not Flask-Session: docs/decisions/0002-sessions.md.

A visitor has Flask's signed cookie only, so public pages write nothing. As soon as a session holds any value
outside `VISITOR_KEYS`, it moves to the table and the cookie holds a random id.
"""

from __future__ import annotations

import copy
import logging
import re
import secrets
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast

from flask import Flask, Request, Response, current_app, g
from flask import session as flask_session
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from itsdangerous import BadSignature
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from seminar_app.accounts.models import UserAccount
from seminar_app.core import clock
from seminar_app.core.actor import Actor
from seminar_app.core.unit_of_work import if_undone
from seminar_app.sign_in import session_store
from seminar_app.sign_in.rules import SEEN_EVERY
from seminar_app.sign_in.session_store import ACCOUNT_KEY, StoredSession
from seminar_app.web.database import session, unit_of_work

log = logging.getLogger(__name__)

VISITOR_KEYS = frozenset({"csrf_token", "language", "_permanent", "_flashes"})
"""The only keys that the signed cookie may hold."""
WORTH_WAITING_MS = 2_000
"""How long a finished page waits for the write lock to save the session."""
STEP_KEYS = frozenset({"passkeys", "app_secret"})
"""State of an unfinished second step; a session with a new id starts without it."""
IDENTIFIER = re.compile(r"[A-Za-z0-9_-]{43}")
"""Shape of a session id. A signed cookie contains dots, a session id never does."""


class BrowserSession(SessionMixin):
    """The value of `flask.session`: a mapping that reads the database at first access, and only if the cookie holds an id."""

    def __init__(self, *, visitor: Mapping[str, Any] | None = None, identifier: str | None = None) -> None:
        self._values: dict[str, Any] | None = None if identifier else dict(visitor or {})
        self._identifier = identifier
        self._stored: StoredSession | None = None
        self.unreachable = False
        self.cookie_is_stale = False
        self.modified = False

    @property
    def stored(self) -> StoredSession | None:
        """Return the row in the table, or None for a visitor."""
        self._all()
        return self._stored

    @property
    def identifier(self) -> str | None:
        """Return the cookie's value, for a session in the table."""
        return self._identifier

    def _all(self) -> dict[str, Any]:
        if self._values is None:
            self._values = {}
            self.unreachable = True  # set before the query: if it fails, the error page must not query again or change the cookie
            self._stored = find_stored(session(), cast(str, self._identifier))
            self.unreachable = False
            if self._stored is None:
                self._identifier, self.cookie_is_stale = None, True
            else:
                self._values = self._stored.values
        return self._values

    def way_back(self) -> Callable[[], None]:
        """Return a function that restores the present state."""
        kept = copy.deepcopy(self._all()), self._identifier, self._stored, self.cookie_is_stale, self.modified

        def go_back() -> None:
            self._values, self._identifier, self._stored, self.cookie_is_stale, self.modified = kept
            g.pop("csrf_token", None)

        return go_back

    @contextmanager
    def unless_it_fails(self) -> Iterator[None]:
        """Restore the state if the block fails, except where a new id is already committed, so that session and cookie agree."""
        go_back, came_as = self.way_back(), self._identifier
        try:
            yield
        except Exception:
            if self._identifier == came_as:
                go_back()
            raise

    def move_to(self, identifier: str | None, stored: StoredSession | None) -> None:
        """Continue under another id (sign-in), or without one (sign-out)."""
        self._identifier, self._stored, self.cookie_is_stale = identifier, stored, True
        self._values = dict(stored.values) if stored else {key: value for key, value in self._all().items() if key == "language"}
        self.modified = False

    def __getitem__(self, key: str) -> Any:
        return self._all()[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self._all()[key] = value
        self.modified = True

    def __delitem__(self, key: str) -> None:
        del self._all()[key]
        self.modified = True

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())


def browser_session() -> BrowserSession:
    """Return this request's session with its real type."""
    return cast(BrowserSession, flask_session._get_current_object())  # type: ignore[attr-defined]


def find_stored(database: Session, identifier: str) -> StoredSession | None:
    """Return the session of this cookie, by the application's settings."""
    required: bool = current_app.extensions["settings"].second_factor
    return session_store.find(database, identifier, now=clock.now(), factor_required=required)


def load_actor() -> Actor | None:
    """Return the signed-in actor, at the cost of one statement; None while the second factor is still owed."""
    stored = browser_session().stored
    if stored is None or stored.account is None or stored.owes_factor:
        return None
    account = stored.account
    return Actor(user_id=account.id, public_id=account.public_id, name=account.name, language=account.language, grants=stored.grants)


def half_signed_in() -> StoredSession | None:
    """Return the session if the password was proved and the second factor is still owed, else None."""
    stored = browser_session().stored
    return stored if stored is not None and stored.account is not None and stored.owes_factor else None


def move_in(database: Session, account: UserAccount, *, browser: str | None = None) -> None:
    """Sign this browser in under a fresh id, in an open unit of work; its earlier id is void.

    A second factor that this account has proved in this browser stays proved (for example when it changes its password).
    """
    current, now = browser_session(), clock.now()
    if_undone(database, current.way_back())
    factor_at = began_at = None
    if (before := current.stored) is not None:
        session_store.end(database, before.id_hash)
        if before.account is not None and before.account.id == account.id:
            factor_at, began_at = before.factor_at, before.created_at
    values = {key: value for key, value in current.items() if key not in {"csrf_token", "_flashes"} | STEP_KEYS}
    values.setdefault("language", account.language)
    values |= {"csrf_token": secrets.token_hex(20), ACCOUNT_KEY: account.fs_uniquifier}
    identifier = session_store.start(
        database, account=account, values=values, now=now, browser=browser, factor_at=factor_at, began_at=began_at
    )
    current.move_to(identifier, find_stored(database, identifier))
    g.pop("csrf_token", None)


def move_on(database: Session, *, with_factor: bool, keep: Mapping[str, Any] | None = None) -> bool:
    """Give this browser's session a fresh id after a proof, in an open unit of work; False where it was ended meanwhile.

    The CSRF token changes at sign-in; it stays where a form waits for the proof.
    """
    current = browser_session()
    if current.stored is None:
        return False
    if_undone(database, current.way_back())
    entering = current.stored.owes_factor
    dropped = STEP_KEYS | ({"csrf_token", "_flashes"} if entering else set())
    values = {key: value for key, value in current.items() if key not in dropped} | dict(keep or {})
    if entering:
        values["csrf_token"] = secrets.token_hex(20)
        g.pop("csrf_token", None)
    identifier = session_store.rotate(database, current.stored.id_hash, values=values, now=clock.now(), with_factor=with_factor)
    if identifier is None:
        return False
    current.move_to(identifier, find_stored(database, identifier))
    g.pop("actor", None)
    return True


def move_out(database: Session) -> None:
    """Sign this browser out, in an open unit of work."""
    browser = browser_session()
    if_undone(database, browser.way_back())
    if browser.stored is not None:
        session_store.end(database, browser.stored.id_hash)
    browser.move_to(None, None)
    g.pop("csrf_token", None)


class WebSessions(SecureCookieSessionInterface):
    """Opens and saves the session of each request."""

    def open_session(self, app: Flask, request: Request) -> BrowserSession:  # type: ignore[override]
        """Read the cookie; the database is not queried yet."""
        visitor = self.visitor(app, request)
        return BrowserSession(visitor=visitor, identifier=self._cookie(app, request) if visitor is None else None)

    def _cookie(self, app: Flask, request: Request) -> str:
        return request.cookies.get(self.get_cookie_name(app)) or ""

    def visitor(self, app: Flask, request: Request) -> dict[str, Any] | None:
        """Return the values of a visitor's cookie, empty if there is none; None if the cookie names a session in the table."""
        cookie = self._cookie(app, request)
        if IDENTIFIER.fullmatch(cookie):
            return None
        if not cookie:
            return {}
        serializer = self.get_signing_serializer(app)
        lifetime = int(app.permanent_session_lifetime.total_seconds())
        try:
            values = serializer.loads(cookie, max_age=lifetime) if serializer else {}
        except BadSignature:
            values = {}
        return {key: value for key, value in values.items() if key in VISITOR_KEYS}

    def save_session(self, app: Flask, session: BrowserSession, response: Response) -> None:  # type: ignore[override]
        """Save changed values in a short transaction; if that fails, log it and still send the finished page."""
        if session._values is None or session.unreachable:
            return
        response.vary.add("Cookie")
        try:
            self._store(session)
        except SQLAlchemyError:
            log.exception("A session could not be kept.")
            return
        if session.identifier is not None:
            if session.cookie_is_stale:
                self._set_cookie(app, response, session.identifier, permanent=False)
        elif session.modified or session.cookie_is_stale:
            self._save_visitor(app, session, response)

    def _store(self, session: BrowserSession) -> None:
        now, stored, values = clock.now(), session.stored, dict(session)
        if stored is None:
            if values.keys() - VISITOR_KEYS and session.modified:
                with unit_of_work(wait_ms=WORTH_WAITING_MS) as database:
                    identifier = session_store.start(database, account=None, values=values, now=now)
                session.move_to(identifier, StoredSession(b"", uuid.uuid4(), values, now, None))
        elif session.modified:
            with unit_of_work(wait_ms=WORTH_WAITING_MS) as database:
                session_store.keep(database, stored.id_hash, values=values, now=now)
        elif now - stored.seen_at >= SEEN_EVERY:
            with unit_of_work(wait_ms=WORTH_WAITING_MS) as database:
                session_store.note_seen(database, stored.id_hash, now=now)

    def _save_visitor(self, app: Flask, session: BrowserSession, response: Response) -> None:
        serializer = self.get_signing_serializer(app)
        if not session or serializer is None:
            response.delete_cookie(
                self.get_cookie_name(app),
                path=self.get_cookie_path(app),
                secure=self.get_cookie_secure(app),
                samesite=self.get_cookie_samesite(app),
                httponly=True,
            )
            return
        self._set_cookie(app, response, str(serializer.dumps(dict(session))), permanent=session.permanent)

    def _set_cookie(self, app: Flask, response: Response, value: str, *, permanent: bool) -> None:
        response.set_cookie(
            self.get_cookie_name(app),
            value,
            max_age=app.permanent_session_lifetime if permanent else None,
            path="/",
            secure=self.get_cookie_secure(app),
            httponly=True,
            samesite=self.get_cookie_samesite(app),
        )
