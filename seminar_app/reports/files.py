"""Figures as a file: JSON and CSV for scripts, CSV, XLSX and PDF for people."""

from __future__ import annotations

import io
import json
from enum import StrEnum
from typing import IO, Any

from flask_babel import force_locale

from seminar_app.core.pdf import Paper, typeset
from seminar_app.core.table_writer import write_csv
from seminar_app.reports.document import TEMPLATE, document_of
from seminar_app.reports.figure import Figure, Language
from seminar_app.reports.handout import Handout
from seminar_app.reports.tables import table_of_file
from seminar_app.reports.wording import rule_of
from seminar_app.reports.workbook import write_workbook


class Format(StrEnum):
    """Kinds of file."""

    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"
    PDF = "pdf"


MIME_TYPES = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.JSON: "application/json",
    Format.PDF: "application/pdf",
}


def write_file(target: IO[bytes], handout: Handout, *, form: Format, paper: Paper = Paper.LETTER) -> None:
    """Write the figures as a file. JSON holds the first one only; a PDF needs 40 MB of memory, so no page sets one."""
    with force_locale(handout.spoken):
        match form:
            case Format.JSON:
                target.write(json.dumps(as_json(handout, handout.figures[0]), ensure_ascii=False, indent=1).encode() + b"\n")
            case Format.CSV:
                _write_csv(target, handout)
            case Format.XLSX:
                write_workbook(target, handout)
            case Format.PDF:
                target.write(typeset(TEMPLATE, document_of(handout, paper), made_at=handout.made_at))


def _write_csv(target: IO[bytes], handout: Handout) -> None:
    """Write the CSV. Files for people begin with a byte order mark, by which Excel detects UTF-8; scripts would take it for text."""
    columns, lines = table_of_file(handout)
    encoding = "utf-8" if handout.language is Language.KEYS else "utf-8-sig"
    text = io.TextIOWrapper(target, encoding=encoding, newline="", write_through=True)
    write_csv(text, columns, lines)
    text.detach()


def as_json(handout: Handout, figure: Figure) -> dict[str, Any]:
    """Return a figure as JSON values. A number that is hidden is null."""
    definition = figure.definition
    keys = [dimension.value for dimension in definition.by]
    return {
        "count": definition.count.value,
        "status": definition.status.value,
        "from": definition.first.isoformat() if definition.first else None,
        "to": definition.last.isoformat() if definition.last else None,
        "names": definition.names.value,
        "by": keys,
        "rule": rule_of(definition, language=handout.spoken),
        "total": figure.value,
        "rows": [dict(zip(keys, cell, strict=True)) | {"value": value} for cell, value in figure.lines()],
        "without_names": figure.without_names,
        "missing": {gap.value: [seminar.slug for seminar in found.seminars] for gap, found in figure.gaps.items()},
    } | ({"small_cells": "hidden"} if handout.hides else {})
