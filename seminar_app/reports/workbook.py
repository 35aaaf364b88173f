"""A figure as a workbook: its table, and a sheet that explains it."""

from __future__ import annotations

from typing import IO

from flask_babel import gettext as _

from seminar_app.core.sheet_layout import Above
from seminar_app.core.table_writer import Column
from seminar_app.core.workbook_writer import WorkbookWriter
from seminar_app.reports.figure import Figure, Language, table_columns
from seminar_app.reports.wording import notes_of, rule_of
from seminar_app.web.labels import label


def write_workbook(target: IO[bytes], figure: Figure, language: Language) -> None:
    """Write the workbook."""
    definition = figure.table.definition
    rule = rule_of(definition, language="en" if language is Language.ENGLISH else "es")
    title = f"{label(definition.count)}: {label(definition.status)}"
    columns, lines = table_columns(figure, language)
    with WorkbookWriter(target) as book:
        sheet = book.sheet(_("Figure"), columns, above=Above(title, lines=[rule]))
        for line in lines:
            sheet.append(line)
        about = book.sheet(_("What it says"), [Column(_("Rule"), width=120)])
        for note in (rule, *notes_of(definition)):
            about.append([note])
