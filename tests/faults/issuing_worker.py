"""A worker for tests that issues certificates, in its own process. It can be killed at any statement."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from seminar_app import create_app
from seminar_app.certificates import bulk
from seminar_app.certificates.services import issuing
from seminar_app.long_jobs.running import run_waiting


def issue(environment: Mapping[str, str], dies_at: int, broken: bool) -> None:
    """Do the jobs that wait, three people in a part, and die at a statement.

    Args:
        environment: settings of the app.
        dies_at: number of the statement or commit after which, or before which, the process is killed.
        broken: the broken twin, which commits the last number before the rows that bear it.
    """
    os.environ.update(environment)
    app = create_app()
    bulk.AT_ONCE = 3
    seen, written = 0, issuing._add

    def count(*_anything: object) -> None:
        nonlocal seen
        seen += 1
        if seen == dies_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def too_early(session: Session, *given: Any, **values: Any) -> Any:
        session.connection().connection.driver_connection.commit()  # type: ignore[union-attr]
        return written(session, *given, **values)

    if broken:
        issuing._add = too_early
    event.listen(Engine, "after_cursor_execute", count)
    event.listen(Engine, "commit", count)
    run_waiting(app)
