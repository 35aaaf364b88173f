"""`flask nominations …`: an agency's list, brought onto the roster without a browser."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeAlias

import click
from flask.cli import AppGroup
from msgspec import Struct
from sqlalchemy import true
from sqlalchemy.orm import Session

from seminar_app.agencies.queries import find_agency_by_code
from seminar_app.core.change_context import command_context
from seminar_app.nominations.checking import Standpoint
from seminar_app.nominations.choices import with_choices
from seminar_app.nominations.errors import cannot_be_read
from seminar_app.nominations.reading_in import proposed_layout
from seminar_app.nominations.report import report_of
from seminar_app.nominations.rules import Doubt
from seminar_app.nominations.services import choose_columns, import_list, keep_list, tables_of
from seminar_app.nominations.shapes import Field, Layout, Tables
from seminar_app.nominations.tables import read_tables
from seminar_app.offices.queries import language_of
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.queries import find_seminar
from seminar_app.web.database import in_unit_of_work, session

KINDS = {"accepted": "Accepted", "duplicates": "Twice", "perhaps": "Held back", "errors": "To mend", "warnings": "To look at"}
Placed: TypeAlias = dict[str, dict[str, dict[int, str]]]
"""By table, what columns are for (`choices.with_choices`)."""
group = AppGroup("nominations", help="Lists that agencies send.")
DOUBTS = {None: Doubt.HOLD_HERE, "hold": Doubt.HOLD, "new": Doubt.NEW}


@group.command("import")
@click.argument("slug")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
@click.option("--agency", "code", metavar="CODE", help="Whose list it is; if not said, each row names its own.")
@click.option("--dry-run", is_flag=True, help="Only say what would become of each row.")
@click.option("--report", type=click.Choice(["json"]), help="Write the report to the standard output.")
@click.option("--column", "columns", multiple=True, metavar="HEADING=FIELD", help="What a column is for; FIELD may be left_out.")
@click.option("--encoding", help="Of a text file, if its words with accents look wrong.")
@click.option(
    "--perhaps",
    type=click.Choice(["hold", "new"]),
    help="Hold back whoever may be somebody on file, or take all as new; if not said, those are held who may be on this roster already.",
)
def import_(
    slug: str,
    file: Path,
    *,
    code: str | None,
    dry_run: bool,
    report: str | None,
    columns: Sequence[str],
    encoding: str | None,
    perhaps: str | None,
) -> None:
    """Bring the people of FILE onto the roster of the seminar SLUG.

    FILE is an Excel, LibreOffice or CSV file as the agency has sent it. Rows with something to mend are left out and reported; the
    others come in one transaction. The same file again adds nobody.
    """
    seminar = find_seminar(session(), slug) if "\0" not in slug else None
    if seminar is None:
        raise click.ClickException(f"There is no seminar «{slug}». Its slug is the last part of its page's address.")
    agency = find_agency_by_code(session(), code) if code else None
    if code and agency is None:
        raise click.ClickException(f"There is no agency with the code «{code}».")
    agency_id = agency.id if agency is not None else None
    content = file.read_bytes()
    tables = read_tables(content, name=file.name, encoding=encoding)
    layout, said = _layout(tables, agency_id, columns)
    sent = _Sent(seminar.id, agency_id, file.name, content, tables, layout, said, encoding, DOUBTS[perhaps], dry_run)
    try:
        told = in_unit_of_work(sent.bring)
    except _DryRun as done:
        told = done.told
    if report:
        click.echo(json.dumps(told.report, ensure_ascii=False, indent=1))
    else:
        _say(told.report)
    if not dry_run:
        click.echo(f"Brought onto the roster: {told.came}.", err=True)


def _layout(tables: Tables, agency_id: int | None, columns: Sequence[str]) -> tuple[Layout, Placed]:
    """Return how the file is read, as proposed and as the options say; and what these say."""
    layout = proposed_layout(session(), tables, agency_id)
    fields = {each.value for each in Field}
    placed: Placed = {}
    for option in columns:
        heading, _sign, name = option.rpartition("=")
        if name not in fields:
            raise click.ClickException(f"«{name}» is no field. Fields: {', '.join(sorted(fields))}.")
        found = [(table, column) for table in layout.tables for column in table.columns if column.heading == heading]
        if not found:
            raise click.ClickException(f"No column has the heading «{heading}».")
        for table, column in found:
            placed.setdefault(table.key, {}).setdefault("fields", {})[column.index] = name
    layout, faults = with_choices(layout, placed, tables=tables)
    if faults:
        raise cannot_be_read(layout, faults)
    return layout, placed


class _Told(Struct, frozen=True):
    """What is said of a file: the report, and how many people it brought."""

    report: dict[str, list[dict[str, Any]]]
    came: int


class _DryRun(Exception):
    """Nothing went wrong: what was done is undone with the transaction."""

    def __init__(self, told: _Told) -> None:
        super().__init__()
        self.told = told


class _Sent(Struct, frozen=True):
    """A file as it was given, and as it was read."""

    seminar_id: int
    agency_id: int | None
    name: str
    content: bytes
    tables: Tables
    layout: Layout
    placed: Placed
    encoding: str | None
    doubt: Doubt
    only_says: bool

    def bring(self, work: Session) -> _Told:
        """Keep the list and bring its people onto the roster, in one transaction; what is told is of the list that is kept.

        Raises:
            _DryRun: only that is asked for; everything is to be rolled back.
        """
        context, seminar = command_context(), work.get_one(Seminar, self.seminar_id)
        kept = keep_list(
            work,
            context,
            seminar=seminar,
            agency_id=self.agency_id,
            name=self.name,
            content=self.content,
            tables=self.tables,
            layout=self.layout,
            submission_id=uuid.uuid4(),
            encoding=self.encoding,
        )
        if kept.confirmed_at is None or self.placed:  # else somebody has said so on its page
            choose_columns(work, context, seminar=seminar, public_id=kept.public_id, said=self.placed)
        language, standpoint = language_of(work, seminar.office_id) or "es", Standpoint(true(), None, doubt=self.doubt)
        done = import_list(work, context, seminar=seminar, public_id=kept.public_id, standpoint=standpoint, language=language)
        told = _Told(report_of(done.rows, tables_of(work, kept)), done.came)
        if self.only_says:
            raise _DryRun(told)
        return told


def _say(report: dict[str, list[dict[str, Any]]]) -> None:
    for kind, words in KINDS.items():
        click.echo(f"{words}: {len(report[kind])}")
        if kind != "accepted":
            for each in report[kind]:
                click.echo("  " + ", ".join(f"{name} {value}" for name, value in each.items() if value is not None))
