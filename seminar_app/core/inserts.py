"""Fast inserts: one INSERT statement, compiled once and given to the driver, without the ORM's bookkeeping.

The ORM's cost pays off where objects are loaded and changed. The rows that a registration adds (the person, the registration,
its history, the mail, the audit row) are written under locks that others wait for, where every tenth of a millisecond counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, TypeVar, cast

from msgspec import Struct
from sqlalchemy import Column, CursorResult, Dialect, Insert, Table, insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, make_transient_to_detached

from seminar_app.core.tables import Base

T = TypeVar("T", bound=Base)


def insert_now(session: Session, row: Base) -> None:
    """Insert a new object's row; the session then treats the object as loaded, so that it can be changed."""
    session.flush()
    added = _run(session, _insertion_of_one, (type(row),), values_of(row)).one()
    _adopt(session, row, **added._asdict())


def insert_all(session: Session, rows: Sequence[Base], *, known_by: str) -> None:
    """Insert the rows of new objects of one kind, as `insert_now`: a thousand or so in a statement.

    Args:
        known_by: a UNIQUE column whose value each row has already; databases return the keys of many rows in any order.
    """
    session.flush()
    if not rows:
        return
    added = session.connection().execute(_insertion_of_many(type(rows[0]), known_by), [values_of(row) for row in rows])
    keys = {found[known_by]: found for found in added.mappings()}
    for row in rows:
        _adopt(session, row, **keys[getattr(row, known_by)])


def insert_unless_present(session: Session, row: Base, *, index_elements: tuple[str, ...]) -> bool:
    """Insert the row unless its UNIQUE values are present or are just being inserted; return whether it was inserted."""
    session.flush()
    which = (type(row), session.get_bind().dialect.name, index_elements)
    added = _run(session, _insertion_unless_there, which, values_of(row)).one_or_none()
    if added is None:
        return False
    _adopt(session, row, **added._asdict())
    return True


def insert_new_ones(session: Session, rows: Sequence[T], *, index_elements: tuple[str, ...], known_by: str) -> list[T]:
    """Insert the rows of new objects of one kind, as `insert_all`, unless their UNIQUE values are present or are just being inserted.

    Args:
        known_by: as of `insert_all`.

    Returns:
        Those that were inserted.
    """
    session.flush()
    if not rows:
        return []
    insertion = _insertion_of_new_ones(type(rows[0]), session.get_bind().dialect.name, index_elements, known_by)
    added = session.connection().execute(insertion, [values_of(row) for row in rows])
    keys = {found[known_by]: found for found in added.mappings()}
    inserted = [row for row in rows if getattr(row, known_by) in keys]
    for row in inserted:
        _adopt(session, row, **keys[getattr(row, known_by)])
    return inserted


def _adopt(session: Session, row: Base, **key: Any) -> None:
    there = row.__dict__
    for name, value in (values_of(row) | key).items():
        if name not in there:  # setting an attribute costs more than looking
            setattr(row, name, value)
    make_transient_to_detached(row)
    session.add(row)


def insert_rows(session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that are not needed as objects in this transaction; all must name the same columns."""
    session.flush()
    _run(session, _insertion, (model,), rows[0] if len(rows) == 1 else rows)


class _Compiled(Struct, frozen=True):
    """An INSERT as the driver takes it: its text, and for each value its column, its default and how the driver wants it."""

    sql: str
    values: tuple[tuple[str, Any, Callable[[Any], Any]], ...]
    positional: bool

    def parameters(self, row: Mapping[str, Any]) -> Any:
        """Return the row's values for the driver."""
        if self.positional:
            return tuple([prepare(row.get(name, default)) for name, default, prepare in self.values])
        return {name: prepare(row.get(name, default)) for name, default, prepare in self.values}


def _run(
    session: Session, statement: Callable[..., Insert], which: tuple[Any, ...], rows: Mapping[str, Any] | Sequence[Mapping[str, Any]]
) -> CursorResult[Any]:
    """Run `statement(*which)` for one row or for many."""
    connection = session.connection()
    first = rows if isinstance(rows, Mapping) else rows[0]
    compiled = _compiled(connection.dialect, statement, which, tuple(first))
    parameters = compiled.parameters(rows) if isinstance(rows, Mapping) else [compiled.parameters(row) for row in rows]
    return connection.exec_driver_sql(compiled.sql, parameters)


@lru_cache(maxsize=200)
def _compiled(dialect: Dialect, statement: Callable[..., Insert], which: tuple[Any, ...], columns: tuple[str, ...]) -> _Compiled:
    insertion = statement(*which)
    compiled = insertion.compile(dialect=dialect, column_keys=list(columns))
    table = cast(Table, insertion.table)
    here = [table.c[name] for name in compiled.positiontup or compiled.params]
    values = tuple((c.key, _default(c), c.type.dialect_impl(dialect).bind_processor(dialect) or _as_it_is) for c in here)
    return _Compiled(compiled.string, values, positional=compiled.positiontup is not None)


def _as_it_is(value: Any) -> Any:
    return value


def values_of(row: Base) -> dict[str, Any]:
    """Return the values of a new object to insert: explicit, else the column default, else NULL."""
    given = row.__dict__
    return {name: given.get(name, default) for name, default in _defaults(type(row)).items()}


@cache
def _defaults(model: type[Base]) -> dict[str, Any]:
    key = _primary_key(model)
    table = cast(Table, model.__table__)
    return {column.key: _default(column) for column in table.columns if column.key not in key}


def _default(column: Column[Any]) -> Any:
    return getattr(column.default, "arg", None)


@cache
def _primary_key(model: type[Base]) -> tuple[str, ...]:
    return tuple(column.key for column in cast(Table, model.__table__).primary_key.columns)


def _insertion_of_one(model: type[Base]) -> Insert:
    table = cast(Table, model.__table__)
    return insert(table).returning(*table.primary_key.columns)


def _insertion_unless_there(model: type[Base], database: str, index_elements: tuple[str, ...]) -> Any:
    table = cast(Table, model.__table__)
    insertion = (postgresql.insert if database == "postgresql" else sqlite.insert)(table)
    return insertion.on_conflict_do_nothing(index_elements=index_elements).returning(*table.primary_key.columns)


@cache
def _insertion_of_new_ones(model: type[Base], database: str, index_elements: tuple[str, ...], known_by: str) -> Any:
    table = cast(Table, model.__table__)
    insertion = (postgresql.insert if database == "postgresql" else sqlite.insert)(table)
    return insertion.on_conflict_do_nothing(index_elements=index_elements).returning(*table.primary_key.columns, table.c[known_by])


@cache
def _insertion_of_many(model: type[Base], known_by: str) -> Any:
    table = cast(Table, model.__table__)
    return insert(table).returning(*table.primary_key.columns, table.c[known_by])


def _insertion(model: type[Base]) -> Insert:
    return insert(cast(Table, model.__table__))
