"""Tables as JSON: what a list was read as is kept until the list is done, so that preview and import share one reading."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from seminar_app.nominations.encodings import Encoding
from seminar_app.nominations.shapes import FileFormat, Table, Tables


def tables_to_json(tables: Tables) -> bytes:
    """Return the tables as JSON."""
    return json.dumps(
        {
            "format": tables.format,
            "tables": [
                {"name": table.name, "rows": table.rows, "hidden": sorted(table.hidden), "merged": table.merged} for table in tables.tables
            ],
            "encoding": tables.encoding,
            "delimiter": tables.delimiter,
            "accented": tables.accented,
            "encodings": tables.encodings,
        },
        default=_tagged,
    ).encode()


def tables_from_json(kept: bytes) -> Tables:
    """Return the tables from what `tables_to_json` made of them."""
    return tables_of(json.loads(kept))


def tables_of(said: dict[str, Any]) -> Tables:
    """Return the tables that plain data say: those of `tables_to_json`, or the answer of the child process."""
    return Tables(
        format=FileFormat(said["format"]),
        tables=tuple(map(_table, said["tables"])),
        encoding=Encoding(encoding) if (encoding := said.get("encoding")) else None,
        delimiter=said.get("delimiter"),
        accented=tuple(said.get("accented", ())),
        encodings=tuple(map(Encoding, said.get("encodings", ()))),
    )


def _table(table: dict[str, Any]) -> Table:
    return Table(
        name=table["name"],
        rows=tuple(tuple(cell if type(cell) is not dict else _untagged(cell) for cell in row) for row in table["rows"]),
        hidden=frozenset(table["hidden"]),
        merged=tuple(map(tuple, table["merged"])),
    )


def _tagged(moment: date | datetime) -> dict[str, str]:
    return {"instant" if isinstance(moment, datetime) else "date": moment.isoformat()}


def _untagged(tagged: dict[str, str]) -> date | datetime:
    return date.fromisoformat(tagged["date"]) if "date" in tagged else datetime.fromisoformat(tagged["instant"])
