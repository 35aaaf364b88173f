"""Tell whether anything was committed since: what the page cache asks before it gives a page again."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Hashable
from typing import Any

from sqlalchemy import Engine, PoolProxiedConnection

from seminar_app.core.sqlite import is_still_there, may_be_kept

log = logging.getLogger(__name__)

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
