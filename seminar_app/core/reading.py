"""Fast reads: rows of a statement that is made once, without the ORM's bookkeeping, which costs as much as a short statement itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Executable, Row
from sqlalchemy.orm import Session


def rows_of(session: Session, statement: Executable, values: Mapping[str, Any]) -> Sequence[Row[Any]]:
    """Return the rows of a statement that selects columns and no entities, with what the session has changed so far."""
    session.flush()
    return session.connection().execute(statement, values).all()
