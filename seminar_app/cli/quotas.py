"""What the seats need of the clock, for a nightly job."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from seminar_app.core import clock
from seminar_app.registration import services
from seminar_app.web.database import unit_of_work

group = AppGroup("quotas", help="Seat quotas.")


@group.command("release")
def release() -> None:
    """Give the unused seats of quotas whose release date has come to everybody, and seat those who wait."""
    with unit_of_work() as session:
        moved = services.release_due_quotas(session, now=clock.now())
    click.echo(f"{moved} seats went to the open pool.")
