"""The command `flask demo load`."""

from __future__ import annotations

import time

import click
from flask import current_app
from flask.cli import AppGroup

from config import Mode, Settings
from seminar_app.core import clock

group = AppGroup("demo", help="The demonstration.")


@group.command("load")
def load() -> None:
    """Load the demonstration; where it is loaded already, nothing changes."""
    from seminar_app.demo.load import load_demo

    settings: Settings = current_app.extensions["settings"]
    if settings.mode is Mode.PRODUCTION:
        raise click.ClickException(
            "The demonstration has accounts with a public password: it is not loaded where SEMINAR_MODE is production."
        )
    begin = time.monotonic()
    if load_demo(now=clock.now()):
        click.echo(f"The demonstration was loaded in {time.monotonic() - begin:.1f} s. All its people are synthetic.")
    else:
        click.echo("The demonstration is there already.")
