"""`flask attendance …`: attendance as a file, and sign-in sheets to print, for scripts."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

import click
from flask.cli import AppGroup

from seminar_app.attendance.export import Format, write
from seminar_app.attendance.export_rows import Language
from seminar_app.attendance.exported import exported
from seminar_app.attendance.queries import attendance_of, sessions_of
from seminar_app.audit.services import record
from seminar_app.cli.output import OUTPUT, deliver
from seminar_app.core.change_context import command_context
from seminar_app.core.clock import now
from seminar_app.core.pdf import Paper, usual_paper
from seminar_app.paper.asked import Asked
from seminar_app.paper.print_job import PRINTED, print_details
from seminar_app.paper.printing import Printed, Work, print_and_keep
from seminar_app.paper.rules import BLANK_ROWS, MOST_BLANK_ROWS, Document
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.queries import find_seminar
from seminar_app.web.database import session, unit_of_work
from seminar_app.web.languages import CODES

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
    help="Headings and words: Spanish, English, or the keys that do not change; a PDF is in Spanish unless en is said.",
)
def export(slug: str, form: str, output: Path | None, language: str) -> None:
    """Write the attendance of the seminar SLUG: one line a person, grouped by agency.

    An existing file is replaced once the new one is complete. It holds personal data, so only its owner may read it, and the
    audit log records the export.
    """
    seminar = _seminar(slug)
    if form == "pdf":
        words = "es" if language == Language.KEYS else language
        _print(seminar, Asked(Document.ATTENDANCE, words, usual_paper(seminar.country)), output)
        return
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


@group.command("sheets")
@click.argument("slug")
@click.option("--session", "number", type=click.IntRange(min=1), help="Of this session only: its number in the seminar, from 1.")
@click.option("--output", type=OUTPUT, required=True, help="Where to; - is the standard output.")
@click.option("--lang", "language", type=click.Choice(CODES), default="es", show_default=True, help="Language of the sheets.")
@click.option(
    "--paper", type=click.Choice(["letter", "a4"]), help="Size of the paper; if not said, as it is usual in the seminar's country."
)
@click.option(
    "--blank-rows",
    type=click.IntRange(0, MOST_BLANK_ROWS),
    default=BLANK_ROWS,
    show_default=True,
    help="Rows for people who are not on the list.",
)
def sheets(slug: str, *, number: int | None, output: Path, language: str, paper: str | None, blank_rows: int) -> None:
    """Write the sign-in sheets of the seminar SLUG as a PDF to print: one sheet a session, people by agency.

    Each sheet has a number, and the rows that were printed are kept, so that a signed sheet can be keyed later in its own order.
    """
    seminar = _seminar(slug)
    sessions = sessions_of(session(), seminar.id)
    if not sessions:
        raise click.ClickException("The seminar has no sessions yet, so there is no sheet to sign.")
    if number is not None and number > len(sessions):
        raise click.ClickException(f"The seminar has no session {number}; its sessions are numbered from 1 to {len(sessions)}.")
    asked = Asked(
        Document.SIGN_IN,
        language,
        {"letter": Paper.LETTER, "a4": Paper.A4, None: usual_paper(seminar.country)}[paper],
        session=sessions[number - 1].public_id if number else None,
        blank_rows=blank_rows,
    )
    _print(seminar, asked, output)


def _print(seminar: Seminar, asked: Asked, output: Path | None) -> None:
    context = command_context()

    def save(work: Work, _printed: Printed) -> None:
        details = print_details(asked)
        with unit_of_work() as writing:
            work(writing, context)
            record(writing, context, action=PRINTED, subject=f"seminar:{seminar.public_id.hex}", seminar=seminar.slug, details=details)

    printed = print_and_keep(seminar, asked, now=context.now, save=save)
    deliver(io.BytesIO(printed.content), output, text=False)


def _seminar(slug: str) -> Seminar:
    """Return the seminar; end with a sentence if there is none."""
    seminar = find_seminar(session(), slug) if "\0" not in slug else None
    if seminar is None:
        raise click.ClickException(f"There is no seminar «{slug}». Its slug is the last part of its page's address.")
    return seminar
