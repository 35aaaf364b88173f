"""The tables of the kit: attendance as its export writes it, and the hours, one line a person."""

from __future__ import annotations

import io

from flask_babel import force_locale

from seminar_app.attendance.export import Format, write
from seminar_app.attendance.export_rows import ExportRows, Language
from seminar_app.attendance.exported import Exported
from seminar_app.attendance.queries import Attendance
from seminar_app.core.table_writer import write_csv

HOURS = ("agency", "surname1", "surname2", "given_names", "minutes_credited", "contact_minutes", "percent", "completed")


def attendance_as(form: Format, attendance: Attendance, *, exported: Exported, language: str) -> bytes:
    """Return the attendance as its export has it."""
    target = io.BytesIO()
    write(target, attendance, form=form, language=Language(language), exported=exported)
    return target.getvalue()


def hours_as_csv(attendance: Attendance, *, language: str) -> bytes:
    """Return a line a person: minutes credited, contact minutes, percent and completion."""
    text = io.StringIO(newline="")
    with force_locale(language):
        rows = ExportRows(attendance, Language(language))
        places = [rows.keys().index(key) for key in HOURS]
        columns = rows.person_columns()
        write_csv(text, [columns[place] for place in places], ([line[place] for place in places] for _person, line in rows.people()))
    return text.getvalue().encode("utf-8-sig", "replace")
