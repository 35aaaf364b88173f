"""A figure as a file: JSON and CSV for scripts, XLSX for people."""

from __future__ import annotations

import io
import json
from contextlib import AbstractContextManager, nullcontext
from enum import StrEnum
from typing import IO, Any

from flask_babel import force_locale

from seminar_app.core.table_writer import write_csv
from seminar_app.reports.figure import Figure, Language, table_columns
from seminar_app.reports.wording import rule_of
from seminar_app.reports.workbook import write_workbook


class Format(StrEnum):
    """Kinds of file."""

    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"


def write_figure(target: IO[bytes], figure: Figure, *, form: Format, language: Language) -> None:
    """Write the figure as a file."""
    speaking: AbstractContextManager[Any] = nullcontext() if language is Language.KEYS else force_locale(language.value)
    with speaking:
        match form:
            case Format.JSON:
                target.write(json.dumps(as_json(figure, language), ensure_ascii=False, indent=1).encode() + b"\n")
            case Format.CSV:
                columns, lines = table_columns(figure, language)
                text = io.TextIOWrapper(target, encoding="utf-8", newline="", write_through=True)
                write_csv(text, columns, lines)
                text.detach()
            case Format.XLSX:
                write_workbook(target, figure, language)


def as_json(figure: Figure, language: Language) -> dict[str, Any]:
    """Return the figure as JSON values."""
    definition = figure.table.definition
    spoken = "en" if language is Language.ENGLISH else "es"
    with force_locale(spoken):
        rule = rule_of(definition, language=spoken)
    keys = [dimension.value for dimension in definition.by]
    return {
        "count": definition.count.value,
        "status": definition.status.value,
        "from": definition.first.isoformat() if definition.first else None,
        "to": definition.last.isoformat() if definition.last else None,
        "names": definition.names.value,
        "by": keys,
        "rule": rule,
        "total": figure.value,
        "rows": [dict(zip(keys, cell, strict=True)) | {"value": value} for cell, value in figure.lines()],
        "without_names": figure.table.total.without_names.of(definition.status),
        "missing": {gap.value: [seminar.slug for seminar in seminars] for gap, seminars in figure.gaps.items()},
    }
