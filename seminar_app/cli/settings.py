"""`flask settings …` and `flask maintenance …`: this machine's settings, and whether a proxy sends it requests."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from urllib.parse import urlsplit

import click
from flask import current_app
from flask.cli import AppGroup

from config import Mode, Settings, file_system_of
from seminar_app.core.sqlite import sqlite_module, wal_is_safe
from seminar_app.web.database import db
from seminar_app.web.health import maintenance_file, not_ready

group = AppGroup("settings", help="What the environment decides.")
maintenance = AppGroup("maintenance", help="Take this machine out of service, as a proxy sees it.")

SECRET = {"secret_keys", "backup_keys", "identity_keys", "audit_keys"}
TELLS_NO_PASSWORD = {"database_url", "smtp_url", "jobs_url", "limiter_storage"}
NOT_SHOWN = {"warnings"}


@group.command("check")
def check() -> None:
    """Print every setting, all warnings, and whether the named servers answer; exit with 1 where one does not.

    An invalid setting stops every command before it begins, this one too, with a sentence for each fault.
    """
    settings: Settings = current_app.extensions["settings"]
    for field in fields(settings):
        if field.name not in NOT_SHOWN:
            click.echo(f"{field.name:<18} {shown(field.name, getattr(settings, field.name))}")
    click.echo()
    faults = [fault for fault in (database_fault(), redis_fault(settings)) if fault]
    for warning in settings.warnings:
        click.secho(f"Warning: {warning}", fg="yellow")
    for fault in faults:
        click.secho(f"Wrong: {fault}", fg="red", err=True)
    if faults:
        raise SystemExit(1)
    click.echo("The settings are whole." if settings.mode is Mode.PRODUCTION else f"The settings are whole, for {settings.mode.value}.")


def shown(name: str, value: object) -> str:
    """Return a setting as it may be printed: for keys only their number, for URLs no password."""
    if name in SECRET:
        number = len(value) if isinstance(value, tuple) else int(value is not None)
        return f"({number} kept secret)" if number else "-"
    if name in TELLS_NO_PASSWORD and isinstance(value, str) and (password := urlsplit(value).password):
        return value.replace(f":{password}@", ":***@")
    return "-" if value is None else str(value)


def database_fault() -> str | None:
    """Return what is wrong with the database, or print which database it is and return None."""
    if (why := not_ready()) is not None:
        return f"{why[0].upper()}{why[1:]}"
    engine = db.engine
    if engine.dialect.name == "sqlite":
        version = sqlite_module().sqlite_version
        journal = "WAL" if wal_is_safe(sqlite_module().sqlite_version_info) else "DELETE, because this version corrupts a WAL under load"
        path = str(engine.url.database).removeprefix("file:").split("?")[0]
        click.echo(f"database           SQLite {version}, journal {journal}, on {file_system_of(Path(path)) or 'an unknown file system'}")
    else:
        with engine.connect() as connection:
            click.echo(f"database           PostgreSQL {connection.dialect.server_version_info}")
    return None


def redis_fault(settings: Settings) -> str | None:
    """Return a sentence about the first Redis in the settings that does not answer, or None."""
    for name, url in {"LIMITER_STORAGE": settings.limiter_storage, "JOBS_URL": settings.jobs_url or ""}.items():
        if url.startswith(("redis", "unix")):
            import redis

            try:
                redis.Redis.from_url(url, socket_connect_timeout=5).ping()
            except redis.RedisError as error:
                return f"The Redis of {name} does not answer ({type(error).__name__})."
            click.echo(f"{name.lower():<18} answers")
    return None


@maintenance.command("on")
def on() -> None:
    """Make /readyz fail on this machine, so that a proxy sends it no requests. Pages are still served to direct requests."""
    settings: Settings = current_app.extensions["settings"]
    maintenance_file(settings).touch(mode=0o600)
    click.echo("Maintenance is on: /readyz answers 503.")


@maintenance.command("off")
def off() -> None:
    """Make /readyz succeed again."""
    settings: Settings = current_app.extensions["settings"]
    maintenance_file(settings).unlink(missing_ok=True)
    click.echo("Maintenance is off.")
