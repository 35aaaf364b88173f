"""Search for words by their beginnings, with an index where the database has one."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import (
    ColumnElement,
    SQLColumnExpression,
    and_,
    cast,
    func,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session


def words_begin(session: Session, text: SQLColumnExpression[str], parts: Sequence[str], *, few: bool = True) -> ColumnElement[bool]:
    """Return a condition: each of `parts` is the beginning of some word of the text.

    PostgreSQL has an index over `words_of(text)`, which is fast for few matches. Where very many rows match, a scan is
    cheaper. SQLite always scans.

    Args:
        text: a column, or an expression as the index has it.
        parts: beginnings of words, folded like the text; at least one.
    """
    if not few or session.get_bind().dialect.name != "postgresql":
        return and_(*(text.startswith(part, autoescape=True) | text.contains(f" {part}", autoescape=True) for part in parts))
    quoted = (part.replace("\\", "\\\\").replace("'", "''") for part in parts)
    return func.words_of(text).bool_op("@@")(cast(" & ".join(f"'{part}':*" for part in quoted), TSQUERY))
