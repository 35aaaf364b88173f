"""PostgreSQL's plan of a statement in one line: time, pages touched, rows read, and kinds of scan."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, event, text

MOST_ROWS_READ = 20_000
BIG_TABLE = 50_000
VALUE = re.compile(r"%\(\w+\)s(::\w+)*")
Statement = tuple[str, Any]


@contextmanager
def statements_of(engine: Engine) -> Iterator[list[Statement]]:
    """Collect the statements that are sent inside the block, with their values."""
    seen: list[Statement] = []

    def note(_connection: object, _cursor: object, statement: str, values: Any, *_rest: object) -> None:
        seen.append((statement, values))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


@dataclass(frozen=True, slots=True)
class Plan:
    """A statement's plan as it was executed.

    Attributes:
        what: the statement, shortened to its tables.
        milliseconds: planning and execution.
        buffers: 8 kB pages read, from memory or disk.
        read: rows that its scans read, whether they matched or not.
        scans: kinds of scan with their table or index.
        faults: why this would become slow as the data grow.
    """

    what: str
    milliseconds: float
    buffers: int
    read: int
    scans: tuple[str, ...]
    faults: tuple[str, ...]


def big_tables(engine: Engine) -> Mapping[str, int]:
    """Return the tables that are too large to be read whole, with their rows."""
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT relname, reltuples::bigint FROM pg_class WHERE relkind = 'r' AND reltuples >= :many"), {"many": BIG_TABLE}
        )
        return {row[0]: row[1] for row in rows}


def plan_of(engine: Engine, statement: Statement, big: Mapping[str, int]) -> Plan | None:
    """Execute the statement and return its plan; None for anything but a SELECT of tables."""
    sql, values = statement
    if not sql.lstrip().upper().startswith(("SELECT", "WITH")) or " FOR UPDATE" in sql or "\nFROM " not in sql:
        return None
    with engine.connect() as connection:
        (found,) = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}", values).scalar_one()
    nodes = list(_nodes(found["Plan"]))
    scans, faults, read = [], [], 0
    for node in nodes:
        if "Scan" not in node["Node Type"]:
            continue
        where = node.get("Index Name") or node.get("Relation Name") or node.get("CTE Name") or node.get("Function Name") or ""
        scans.append(f"{node['Node Type']} {where}".strip())
        looked_at = round((node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"])
        if node["Node Type"] != "Bitmap Heap Scan":
            read += looked_at
        if node["Node Type"] == "Seq Scan" and node["Relation Name"] in big:
            faults.append(f"reads all of {node['Relation Name']}")
    if read > MOST_ROWS_READ:
        faults.append(f"looks at {read:,} rows")
    buffers = found["Plan"].get("Shared Hit Blocks", 0) + found["Plan"].get("Shared Read Blocks", 0)
    milliseconds = found["Planning Time"] + found["Execution Time"]
    return Plan(_shortened(sql), milliseconds, buffers, read, tuple(scans), tuple(faults))


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for below in node.get("Plans", []):
        yield from _nodes(below)


def _shortened(sql: str) -> str:
    tables = " + ".join(dict.fromkeys(re.findall(r"(?:FROM|JOIN) (\w+)", sql)))
    where = re.search(r"\nWHERE (.*)", sql)
    return f"{tables} where {VALUE.sub('?', where.group(1))[:90]}" if where else tables
