"""`flask certificates issue`: issue the certificates of a seminar and set their PDFs, for scripts."""

from __future__ import annotations

from typing import Any

import click
from flask.cli import with_appcontext
from msgspec import Struct, field

from seminar_app.certificates import bulk
from seminar_app.certificates.bulk import DONE, FAILED, GAPS, ISSUED
from seminar_app.core.change_context import command_context
from seminar_app.seminars.queries import find_seminar
from seminar_app.web.database import in_unit_of_work, session


class CommandInParts(Struct):
    """Does each part in a transaction of its own, as the worker does."""

    so_far: dict[str, Any] = field(default_factory=dict)

    def part(self, work: bulk.Work) -> None:
        """Do a part, and keep what was done so far."""
        self.so_far |= in_unit_of_work(lambda writing: work(writing, command_context()))

    def step(self, stage: str, done: int, total: int) -> None:
        """Say nothing: scripts read what the command prints."""


@click.command("issue")
@click.argument("slug")
@with_appcontext
def issue_certificates(slug: str) -> None:
    """Issue a certificate to everybody who earns one in the completed seminar SLUG and has none, and make the PDFs that are missing.

    It can be stopped and run again: nobody gets a second certificate. It ends with 1 where a PDF could not be made.
    """
    seminar = find_seminar(session(), slug) if "\0" not in slug else None
    if seminar is None:
        raise click.ClickException(f"There is no seminar «{slug}». Its slug is the last part of its page's address.")
    run = CommandInParts()
    bulk.issue_to_all(run, seminar.id)
    issued, done, gaps, failed = (run.so_far.get(each, 0) for each in (ISSUED, DONE, GAPS, FAILED))
    click.echo(f"Issued: {issued}. PDFs made: {done}.")
    if gaps:
        click.echo(f"Names with a letter that no typeface has, shown as □: {gaps}.")
    if failed:
        raise click.ClickException(f"PDFs that could not be made: {failed}. Run the command again; the log says why.")
