"""Sets of people or seminars by number, made by the database while it groups, read as compressed bitmaps.

Two million people take some megabytes, and to unite their sets takes milliseconds. A table grouped by person, which would say how
many there are, takes a second for each total (docs/benchmarks.md).
"""

from __future__ import annotations

from array import array
from typing import Any

from pyroaring import BitMap
from sqlalchemy import ColumnElement, Dialect, LargeBinary
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

_FOUR_BYTES = "I"


class _Numbers(TypeDecorator[BitMap]):
    """Numbers as the engine writes them side by side: four bytes each, the highest first; or decimal with commas on SQLite."""

    impl = LargeBinary
    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """Return what makes a set of what the engine returns. SQLite's text is not to be taken for bytes before."""
        return _from_decimals if dialect.name == "sqlite" else _from_bytes


def _from_decimals(text: str | None) -> BitMap:
    return BitMap(array(_FOUR_BYTES, map(int, text.split(",") if text else ())))


def _from_bytes(written: bytes | None) -> BitMap:
    numbers = array(_FOUR_BYTES, written or b"")
    numbers.byteswap()
    return BitMap(numbers)


class numbers_of(FunctionElement[BitMap]):  # noqa: N801  written like a function of the database
    """The set of all values of an integer column in a group, those that are null left out. A number beyond 2^31 is an error."""

    name = "numbers_of"
    type = _Numbers()
    inherit_cache = True

    def __init__(self, column: ColumnElement[int] | Any) -> None:
        """Take the column."""
        super().__init__(column)


@compiles(numbers_of, "sqlite")
def _on_sqlite(element: numbers_of, compiler: SQLCompiler, **options: Any) -> str:
    return f"group_concat({compiler.process(element.clauses, **options)})"


@compiles(numbers_of, "postgresql")
def _on_postgresql(element: numbers_of, compiler: SQLCompiler, **options: Any) -> str:
    return f"string_agg(int4send(CAST({compiler.process(element.clauses, **options)} AS integer)), CAST('' AS bytea))"
