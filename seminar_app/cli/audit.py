"""`flask audit …`: whether the trail is as it was written."""

from __future__ import annotations

import sys

import click
from flask.cli import AppGroup

from seminar_app.audit import queries
from seminar_app.web.database import session

NAMED = 20

group = AppGroup("audit", help="The trail of who did and who saw what.")


@group.command("verify")
def verify() -> None:
    """Walk the whole trail; end with 1 and the rows where it does not hold."""
    found = queries.verify(session())
    if found.intact:
        click.echo(f"The trail is whole: {found.rows} rows, each as it was written.")
        return
    named = ", ".join(str(sequence) for sequence in found.broken_at[:NAMED])
    more = f" and {len(found.broken_at) - NAMED} more" if len(found.broken_at) > NAMED else ""
    click.echo(
        f"The trail of {found.rows} rows was changed, or rows were removed or swapped, at or just before: row {named}{more}.", err=True
    )
    sys.exit(1)
