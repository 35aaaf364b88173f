"""`flask settings …` and `flask maintenance …`: this machine's settings, and whether a proxy sends it requests."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import AppGroup

from config import Settings
from seminar_app.cli.checking import check
from seminar_app.web.health import maintenance_file

group = AppGroup("settings", help="What the environment decides.")
maintenance = AppGroup("maintenance", help="Take this machine out of service, as a proxy sees it.")

group.add_command(check)


@maintenance.command("on")
def on() -> None:
    """Make /readyz fail on this machine, so that a proxy sends it no requests. Pages are still served to direct requests."""
    settings: Settings = current_app.extensions["settings"]
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    maintenance_file(settings).touch(mode=0o600)
    click.echo("Maintenance is on: /readyz answers 503.")


@maintenance.command("off")
def off() -> None:
    """Make /readyz succeed again."""
    settings: Settings = current_app.extensions["settings"]
    maintenance_file(settings).unlink(missing_ok=True)
    click.echo("Maintenance is off.")
