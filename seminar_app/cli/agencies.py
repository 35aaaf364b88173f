"""`agencies …`: the directory that the program brings, and one's own from a file."""

from __future__ import annotations

import csv
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup
from flask_babel import force_locale
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from seminar_app.agencies.queries import find_agency_by_code
from seminar_app.agencies.services import add_agency, seed_directory
from seminar_app.agencies.staff_forms import NewAgencyForm
from seminar_app.core.change_context import command_context
from seminar_app.core.errors import Refusal
from seminar_app.core.values import replace
from seminar_app.web.database import unit_of_work

COLUMNS = ("code", "name_es", "name_en", "level", "country", "state", "parent", "valid_from", "aliases")
NEEDED = COLUMNS[:5]
MOST_FAULTS = 20

group = AppGroup("agencies", help="The agencies' directory.")


@group.command("seed")
def seed() -> None:
    """Add the agencies of the built-in directory that are missing."""
    with unit_of_work() as session:
        added = seed_directory(session, command_context())
    click.echo(f"{added} agencies added." if added else "The directory is complete already.")


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_file(file: Path) -> None:
    """Add the agencies of FILE, all or none of them. Codes that are there already are left as they are.

    FILE is CSV in UTF-8 with a line of headings: code, name_es, name_en, level (federal, state, municipal or other) and country (two
    letters); optionally state, parent (the code of the one above it, which stands earlier or is there already), valid_from
    (2018-12-20) and aliases (separated by semicolons).
    """
    rows = _rows(file)
    faults: list[str] = []
    added = 0
    with unit_of_work() as session, current_app.test_request_context(), force_locale("en"):
        for line, row in rows:
            if find_agency_by_code(session, row["code"]) is not None:
                continue
            if found := _add(session, row):
                faults += [f"line {line}: {fault}" for fault in found]
            else:
                added += 1
        if faults:
            more = [f"and {len(faults) - MOST_FAULTS} more."] if len(faults) > MOST_FAULTS else []
            raise click.ClickException("Nothing was added:\n" + "\n".join(f"  {fault}" for fault in [*faults[:MOST_FAULTS], *more]))
    click.echo(f"{added} agencies added, {len(rows) - added} were there.")


def _rows(file: Path) -> list[tuple[int, dict[str, str]]]:
    """Return (line number, values by column) of each row that is not empty."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            reader = csv.DictReader(text, strict=True)
            if missing := set(NEEDED) - set(reader.fieldnames or ()):
                raise click.ClickException(f"{file} has no column {', '.join(sorted(missing))}. Its first line names the columns.")
            read = [(reader.line_num, {name: (row.get(name) or "").strip() for name in COLUMNS}) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise click.ClickException(f"{file} cannot be read as CSV in UTF-8 ({type(error).__name__}).") from error
    return [(line, row) for line, row in read if any(row.values())]


def _add(session: Session, row: dict[str, str]) -> list[str]:
    """Add one agency by the rules of the page; return what is wrong with it, and then nothing was added."""
    parent = find_agency_by_code(session, row["parent"]) if row["parent"] else None
    if row["parent"] and parent is None:
        return [f"there is no agency «{row['parent']}» above it yet"]
    form = NewAgencyForm(MultiDict(row | {"parent": "", "aliases": row["aliases"].replace(";", "\n")}), meta={"csrf": False})
    if not form.validate():
        return [f"{name}: {message}" for name, messages in form.errors.items() for message in messages]
    try:
        with session.begin_nested():
            facts = replace(form.facts(), parent_id=parent.id if parent else None)
            add_agency(session, command_context(), code=row["code"], facts=facts, aliases=form.alias_list())
    except Refusal as refusal:
        return [str(refusal)]
    return []
