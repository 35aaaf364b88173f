"""`flask reports …`: figures with their rule and gaps, and the rows that they count, for scripts."""

from __future__ import annotations

import io
import tempfile
from datetime import datetime
from pathlib import Path
from urllib.parse import urlencode

import click
from flask.cli import AppGroup
from msgspec.structs import astuple

from seminar_app.audit.access_log import day_of
from seminar_app.audit.services import record
from seminar_app.cli.output import OUTPUT, deliver
from seminar_app.core.change_context import command_context
from seminar_app.core.clock import now
from seminar_app.core.table_writer import Column, Kind, write_csv
from seminar_app.reports.figure import Language
from seminar_app.reports.files import Format, write_file
from seminar_app.reports.making import by_command, cells_word
from seminar_app.reports.queries.rows import COLUMNS, DATES, NUMBERS, rows
from seminar_app.reports.rules import MOST_DIMENSIONS, Count, Definition, Dimension, Names, Status
from seminar_app.web.database import session, unit_of_work

group = AppGroup("reports", help="How many officials were trained: figures, and the rows that they count.")
DAY = click.DateTime(["%Y-%m-%d"])
FROM = click.option("--from", "first", type=DAY, help="Only seminars whose last day is this one or later (YYYY-MM-DD).")
TO = click.option("--to", "last", type=DAY, help="Only seminars whose last day is this one or earlier.")


def _dimensions(_context: click.Context, _option: click.Parameter, text: str) -> tuple[Dimension, ...]:
    names = [each.strip() for each in text.split(",") if each.strip()]
    unknown = [name for name in names if name not in list(Dimension)]
    if unknown:
        raise click.BadParameter(f"{', '.join(unknown)}: these are known: {', '.join(Dimension)}.")
    found = tuple(dict.fromkeys(Dimension(name) for name in names))
    if len(found) > MOST_DIMENSIONS:
        raise click.BadParameter(f"at most {MOST_DIMENSIONS} can be crossed.")
    return found


@group.command("trained")
@FROM
@TO
@click.option("--count", type=click.Choice([each.value for each in Count]), default=Count.PEOPLE.value, show_default=True)
@click.option("--status", type=click.Choice([each.value for each in Status]), default=Status.COMPLETED.value, show_default=True)
@click.option("--by", callback=_dimensions, default="", help=f"Broken down by {', '.join(Dimension)}; two are crossed.")
@click.option(
    "--names", type=click.Choice([each.value for each in Names]), default=Names.THEN.value, show_default=True, help="Of agencies."
)
@click.option("--format", "form", type=click.Choice([each.value for each in Format]), default=Format.JSON.value, show_default=True)
@click.option("--lang", type=click.Choice([each.value for each in Language]), default=Language.KEYS.value, show_default=True)
@click.option("--hide-small", is_flag=True, help="Hide numbers of fewer than five people, and what they could be found by: to hand on.")
@click.option("--output", type=OUTPUT, help="Where to; the standard output if not said, or if it is -.")
def trained(
    *,
    first: datetime | None,
    last: datetime | None,
    count: str,
    status: str,
    by: tuple[Dimension, ...],
    names: str,
    form: str,
    lang: str,
    hide_small: bool,
    output: Path | None,
) -> None:
    """Write how many were trained, with the rule and the seminars in which something is missing.

    Small cells are shown unless --hide-small is given: who runs commands has the whole database.
    """
    definition = Definition(Count(count), Status(status), by, Names(names), first.date() if first else None, last.date() if last else None)
    handout = by_command(session(), definition, language=Language(lang), hides=hide_small, now=now())
    with unit_of_work() as writing:
        record(
            writing,
            command_context(),
            action="figure.exported",
            subject="figure",
            details={"format": form, "figure": urlencode(definition.written()), "cells": cells_word(hides=hide_small)},
        )
    whole = io.BytesIO()
    write_file(whole, handout, form=Format(form))
    whole.seek(0)
    deliver(whole, output, text=Format(form) in {Format.CSV, Format.JSON})


@group.command("rows")
@FROM
@TO
@click.option("--output", type=OUTPUT, help="Where to; the standard output if not said, or if it is -.")
def rows_(*, first: datetime | None, last: datetime | None, output: Path | None) -> None:
    """Write every participation that counts as CSV, one line each, the person as a pseudonym: to calculate figures independently."""
    period = Definition(first=first.date() if first else None, last=last.date() if last else None)
    with unit_of_work() as writing:
        details = {"figure": urlencode(period.written())}
        record(writing, command_context(), action="figure.rows_exported", subject="figure", details=details)
    today = day_of(session(), now())
    with tempfile.TemporaryFile() as whole:
        text = io.TextIOWrapper(whole, encoding="utf-8", newline="", write_through=True)
        found = rows(session(), period, today=today)
        kinds = [Column(name, Kind.INTEGER if name in NUMBERS else Kind.DATE if name in DATES else Kind.TEXT) for name in COLUMNS]
        write_csv(text, kinds, (astuple(row) for row in found))
        text.detach()
        whole.seek(0)
        deliver(whole, output, text=True)
