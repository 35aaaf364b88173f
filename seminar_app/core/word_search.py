"""Finding words that begin with what was typed, by an index where the database has one."""

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
    """Whether for each of `parts` some word of a text begins with it.

    PostgreSQL has an index over `words_of(text)`, which is the way to a few rows; a text is cheaper to look through
    where so many match that some are always near. SQLite always looks through it.

    Args:
        text: a column, or an expression as the index has it.
        parts: beginnings of words, written as the text is; at least one.
    """
    if not few or session.get_bind().dialect.name != "postgresql":
        return and_(*(text.startswith(part, autoescape=True) | text.contains(f" {part}", autoescape=True) for part in parts))
    quoted = (part.replace("\\", "\\\\").replace("'", "''") for part in parts)
    return func.words_of(text).bool_op("@@")(cast(" & ".join(f"'{part}':*" for part in quoted), TSQUERY))
