"""`flask attendance …`: attendance as a file, for scripts."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click
from flask.cli import AppGroup

from seminar_app.attendance.export import Format, write
from seminar_app.attendance.export_rows import Language
from seminar_app.attendance.exported import exported
from seminar_app.attendance.queries import attendance_of
from seminar_app.audit.services import record
from seminar_app.cli.output import OUTPUT, deliver
from seminar_app.core.change_context import command_context
from seminar_app.core.clock import now
from seminar_app.seminars.queries import find_seminar
from seminar_app.web.database import session, unit_of_work

group = AppGroup("attendance", help="Attendance of a seminar as a file.")


@group.command("export")
@click.argument("slug")
@click.option("--format", "form", type=click.Choice([*(form.value for form in Format), "pdf"]), required=True, help="Kind of file.")
@click.option("--output", type=OUTPUT, help="Where to; the standard output if not said, or if it is -.")
@click.option(
    "--lang",
    "language",
    type=click.Choice([language.value for language in Language]),
    default=Language.KEYS.value,
    show_default=True,
    help="Headings and words: Spanish, English, or the keys that do not change.",
)
def export(slug: str, form: str, output: Path | None, language: str) -> None:
    """Write the attendance of the seminar SLUG: one line a person, grouped by agency.

    An existing file is replaced once the new one is complete. It holds personal data, so only its owner may read it, and the
    audit log records the export.
    """
    if form == "pdf":
        raise click.UsageError("PDF is not made yet. Use --format xlsx for a sheet to print, or csv or json for a program.")
    seminar = find_seminar(session(), slug) if "\0" not in slug else None
    if seminar is None:
        raise click.ClickException(f"There is no seminar «{slug}». Its slug is the last part of its page's address.")
    with unit_of_work() as writing:
        record(
            writing,
            command_context(),
            action="attendance.exported",
            subject=f"seminar:{seminar.public_id.hex}",
            seminar=seminar.slug,
            details={"format": form, "language": language},
        )
    attendance, made = attendance_of(session(), seminar, former=True), exported(session(), seminar, at=now())
    with tempfile.TemporaryFile() as whole:
        write(whole, attendance, form=Format(form), language=Language(language), exported=made)
        whole.seek(0)
        deliver(whole, output, text=Format(form) in (Format.CSV, Format.JSON))
