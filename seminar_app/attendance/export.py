"""Write the attendance of a seminar as a file: CSV, XLSX or JSON, in Spanish, English or keys for scripts."""

from __future__ import annotations

import io
import json
from contextlib import AbstractContextManager, nullcontext
from datetime import date
from enum import StrEnum
from typing import IO, Any

from flask_babel import force_locale

from seminar_app.attendance.export_rows import ExportRows, Language, Step, no_step
from seminar_app.attendance.exported import Exported
from seminar_app.attendance.queries import Attendance
from seminar_app.attendance.workbook import write_workbook
from seminar_app.core.table_writer import write_csv


class Format(StrEnum):
    """File formats."""

    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"


MIME_TYPES = {
    Format.CSV: "text/csv",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.JSON: "application/json",
}


def write(target: IO[bytes], attendance: Attendance, *, form: Format, language: Language, exported: Exported, step: Step = no_step) -> None:
    """Write the file row by row. Memory holds the attendance that was read, not the rows.

    Args:
        step: is told how many people are written; what it raises ends the writing.
    """
    speaking: AbstractContextManager[Any] = nullcontext() if language is Language.KEYS else force_locale(language.value)
    with speaking:
        rows = ExportRows(attendance, language, step)
        match form:
            case Format.CSV:
                _write_csv(target, rows)
            case Format.XLSX:
                write_workbook(target, rows, exported)
            case Format.JSON:
                _write_json(target, rows)


def file_name(slug: str, *, form: Format, language: Language, on: date) -> str:
    """Return the name of the file: `asistencia-cancun-2014-2014-06-05.xlsx`; «attendance» in English and for scripts."""
    word = "asistencia" if language is Language.SPANISH else "attendance"
    return f"{word}-{slug}-{on.isoformat()}.{form.value}"


def _write_csv(target: IO[bytes], rows: ExportRows) -> None:
    """Write the CSV. Files for people start with a byte order mark, by which Excel detects UTF-8; scripts would take it for text."""
    text = io.TextIOWrapper(target, encoding="utf-8" if rows.language is Language.KEYS else "utf-8-sig", newline="", write_through=False)
    write_csv(text, rows.person_columns(), (line for _person, line in rows.people()))
    text.flush()
    text.detach()


def _write_json(target: IO[bytes], rows: ExportRows) -> None:
    """Write rows with the keys of the contract, and the sessions. Nothing is translated; numbers and booleans keep their type."""
    rows = ExportRows(rows.attendance, Language.KEYS, rows.step)
    keys = [column.heading for column in rows.person_columns()]
    seminar = rows.attendance.seminar
    head = {
        "seminar": seminar.slug,
        "threshold_percent": seminar.threshold_percent,
        "excused_rule": seminar.excused_rule.value,
        "sessions": [
            {
                "key": rows.session_title(session),
                "id": session.public_id.hex,
                "title_es": session.title_es,
                "title_en": session.title_en,
                "starts_at": session.starts_at.isoformat(),
                "ends_at": session.ends_at.isoformat(),
                "contact_minutes": session.contact_minutes,
                "counts": session.counts,
            }
            for session in rows.attendance.sessions
        ],
    }
    target.write(json.dumps(head, ensure_ascii=False, indent=1)[:-2].encode("utf-8", "replace"))
    target.write(b',\n "rows": [')
    separator = b"\n  "
    for _person, line in rows.people():
        row = dict(zip(keys, line, strict=True)) | {"completed": line[-1] == rows.words[True]}
        target.write(separator + json.dumps(row, ensure_ascii=False).encode("utf-8", "replace"))
        separator = b",\n  "
    target.write(b"\n ]\n}\n")
