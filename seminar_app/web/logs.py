"""Write log lines for people and programs. Each carries the id of its request, none carries text that people wrote.

A request is logged with its route's pattern, never its address: the address may hold a personal link's secret, a search, a
name. An exception is logged with its type and the lines of code, never its text: the database quotes rows in it.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import time
import traceback
import uuid
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from flask import Flask, Response, g, request
from sqlalchemy import event

from config import LogFormat, Settings
from seminar_app.web.database import db

requests_log = logging.getLogger("constancia.requests")

WORK_ID: ContextVar[str | None] = ContextVar("work_id", default=None)
"""The request, or the run of a job, that this thread works on."""
_statements: ContextVar[list[int] | None] = ContextVar("statements", default=None)

HONEST_ID = re.compile(r"[A-Za-z0-9_-]{8,32}")
QUIET = {"healthz", "readyz"}
STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class Lines(logging.Formatter):
    """Format one line for each record, as text or as JSON; values passed as `extra` become fields."""

    def __init__(self, form: LogFormat) -> None:
        super().__init__()
        self._json = form is LogFormat.JSON

    def format(self, record: logging.LogRecord) -> str:
        """Format the record. The traceback of a failure follows: a field in JSON, lines below in text."""
        fields: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if (work := WORK_ID.get()) is not None:
            fields["request_id"] = work
        fields |= {name: value for name, value in vars(record).items() if name not in STANDARD}
        where = places(record.exc_info[1]) if record.exc_info and record.exc_info[1] else ""
        if self._json:
            return json.dumps(fields | ({"failure": where} if where else {}), ensure_ascii=False, default=str)
        known = ("at", "level", "logger", "message")
        more = "".join(f" {name}={value}" for name, value in fields.items() if name not in known)
        line = f"{fields['at']} {record.levelname:<7} {record.name}: {fields['message']}{more}".replace("\n", " ")
        return f"{line}\n{where}" if where else line


def places(error: BaseException) -> str:
    """Return the types of a failure and its causes, with the lines of code, but without texts, which may quote people's data."""
    told: list[str] = []
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        told.append(_kind(link) + "\n" + "".join(traceback.format_tb(link.__traceback__)).rstrip())
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    return "\ncaused by ".join(told)


def _kind(error: BaseException) -> str:
    """Return `sqlalchemy.exc.IntegrityError (23505)`: the SQL state tells which constraint it was."""
    state = getattr(getattr(error, "orig", error), "sqlstate", None) or getattr(getattr(error, "orig", error), "sqlite_errorname", None)
    return f"{type(error).__module__}.{type(error).__qualname__}" + (f" ({state})" if isinstance(state, str) else "")


def set_up(settings: Settings) -> None:
    """Send this process's log to standard error. Called where a process starts, so that tests and shells keep their own logging."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines(settings.log_format))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for name, level in {"huey": logging.WARNING, "flask-limiter": logging.ERROR, "alembic": logging.WARNING}.items():
        logging.getLogger(name).setLevel(level)
    for name in ("_granian", "granian.access"):  # the server's own messages, in our format
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    sys.excepthook = _last_words


def _last_words(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    logging.getLogger("constancia").critical("The process ends by a failure.", exc_info=(kind, error, trace))


def init_app(app: Flask, settings: Settings) -> None:
    """Give each request an id, and log a line when it is answered."""
    app.before_request(lambda: _begin(settings))
    if settings.log_requests:
        with app.app_context():
            event.listen(db.engine, "before_cursor_execute", _count)
        app.after_request(_tell)
    app.teardown_request(_end)


def _begin(settings: Settings) -> None:
    g.request_id = request_id_of(request.headers.get("X-Request-ID") if settings.trusted_proxies else None)
    g.began = time.perf_counter()
    WORK_ID.set(g.request_id)
    _statements.set([0])


def request_id_of(given: str | None) -> str:
    """Return the id that a proxy of ours gave the request, if it is valid, else a new one; at most 32 characters."""
    bare = (given or "").replace("-", "") if given and len(given) == 36 else given or ""
    return bare if HONEST_ID.fullmatch(bare) else uuid.uuid4().hex


def _count(*_anything: object) -> None:
    if (count := _statements.get()) is not None:
        count[0] += 1


def _tell(response: Response) -> Response:
    quiet = request.endpoint in QUIET and response.status_code == 200
    write_line(
        method=request.method,
        route=request.url_rule.rule if request.url_rule is not None else "-",
        status=response.status_code,
        seconds=time.perf_counter() - g.get("began", time.perf_counter()),
        size=response.content_length,
        statements=(_statements.get() or [0])[0],
        actor=getattr(g.get("actor"), "audit_name", None),
        level=logging.DEBUG if quiet else logging.INFO,
    )
    return response


def write_line(
    *,
    method: str,
    route: str,
    status: int,
    seconds: float,
    size: int | None,
    statements: int = 0,
    actor: str | None = None,
    request_id: str | None = None,
    level: int = logging.INFO,
) -> None:
    """Log the line about an answer. `request_id` is for requests that have no id in the context yet."""
    if not requests_log.isEnabledFor(level):
        return
    fields: dict[str, Any] = {
        "method": method if method in KNOWN_METHODS else "-",
        "route": route,
        "status": status,
        "ms": round(seconds * 1000, 1),
        "statements": statements,
        "bytes": size,
        "actor": actor or "-",
    }
    if request_id is not None:
        fields["request_id"] = request_id
    requests_log.log(level, "%s %s %d", fields["method"], route, status, extra=fields)


KNOWN_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def _end(_error: BaseException | None) -> None:
    WORK_ID.set(None)
    _statements.set(None)
