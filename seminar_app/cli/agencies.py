"""`flask agencies …`: the agency directory that the program brings."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from seminar_app.agencies.services import seed_directory
from seminar_app.core.clock import now
from seminar_app.web.database import unit_of_work

group = AppGroup("agencies", help="The agencies' directory.")


@group.command("seed")
def seed() -> None:
    """Add the agencies of the built-in directory that are missing."""
    with unit_of_work() as session:
        added = seed_directory(session, now())
    click.echo(f"{added} agencies added." if added else "The directory is complete already.")
