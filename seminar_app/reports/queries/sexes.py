"""What is said of each person's sex, as a byte for each number of a person, which the database looks up while it counts.

To join a million people to two million outcomes takes longer than all else that is counted (docs/benchmarks.md).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Dialect, Integer, LargeBinary, literal, or_, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

from seminar_app.people.models import Person
from seminar_app.people.rules import Sex
from seminar_app.reports.queries.number_sets import numbers_of
from seminar_app.reports.rules import MISSING, RESERVED

HIDDEN = or_(Person.reserved, Person.erased_at.is_not(None))
"""Of these people only the agency group is said."""
SAID = (MISSING, RESERVED, *(sex.value for sex in Sex))
"""What may be said, by byte."""
_NOBODY, _NOTHING = len(SAID), len(SAID) + 1
"""The bytes of a number that no person had when the bytes were made, and of words that are never said."""


def sexes_by_number(session: Session) -> bytes:
    """Return what is said of each person's sex, in one statement: a byte for each number, up to the highest that a person has."""
    rows = session.execute(select(Person.sex, HIDDEN, numbers_of(Person.id)).group_by(Person.sex, HIDDEN)).all()
    found = bytearray([_NOBODY]) * max((people[-1] + 1 for _sex, _hidden, people in rows), default=0)
    for sex, hidden, people in rows:
        byte = SAID.index(RESERVED if hidden else MISSING if sex is None else sex)
        for number in people:
            found[number] = byte
    return bytes(found)


class _Said(TypeDecorator[str]):
    """What is said, as the engine looks it up: a number, or a string of one byte on SQLite."""

    impl = Integer
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(LargeBinary() if dialect.name == "sqlite" else Integer())

    def process_bind_param(self, value: str | None, dialect: Dialect) -> Any:
        byte = SAID.index(value) if value in SAID else _NOTHING
        return bytes([byte]) if dialect.name == "sqlite" else byte

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        byte = int.from_bytes(value or bytes([_NOBODY])) if dialect.name == "sqlite" else value
        return None if byte in (None, _NOBODY) else SAID[byte]


class sex_of(FunctionElement[str]):  # noqa: N801  written like a function of the database
    """What is said of the sex of the person with a number; null of one who came after the bytes were made."""

    name = "sex_of"
    type = _Said()
    inherit_cache = True

    def __init__(self, person_id: Any, sexes: bytes) -> None:
        """Take the number, and what is said of all."""
        super().__init__(person_id, literal(sexes, LargeBinary()))


@compiles(sex_of, "sqlite")
def _on_sqlite(element: sex_of, compiler: SQLCompiler, **options: Any) -> str:
    number, sexes = (compiler.process(each, **options) for each in element.clauses)
    return f"substr({sexes}, {number} + 1, 1)"


@compiles(sex_of, "postgresql")
def _on_postgresql(element: sex_of, compiler: SQLCompiler, **options: Any) -> str:
    number, sexes = (compiler.process(each, **options) for each in element.clauses)
    return f"CASE WHEN {number} < length({sexes}) THEN get_byte({sexes}, {number}) END"
