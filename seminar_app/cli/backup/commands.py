"""`flask backup FILE` and `flask restore FILE`."""

from __future__ import annotations

import sys
import tempfile
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import DBAPIError

from config import Settings
from seminar_app.audit.anchor import set_anchor_aside
from seminar_app.audit.services import record
from seminar_app.cli.backup.envelope import BackupFault
from seminar_app.cli.backup.keeping import delete_older, name_for
from seminar_app.cli.output import STANDARD_OUTPUT, deliver
from seminar_app.core.change_context import command_context
from seminar_app.core.clock import now
from seminar_app.web.database import unit_of_work
from seminar_app.web.job_runs import BACKUP, note_run


@click.command("backup")
@click.argument("file", type=click.Path(allow_dash=True, path_type=Path))
@click.option("--keep-days", type=click.IntRange(1), help="Then delete backups in the same folder that are older than this many days.")
@with_appcontext
def backup(file: Path, *, keep_days: int | None) -> None:
    """Write the whole database to FILE while the program runs; encrypted where BACKUP_KEYS is set.

    In a folder, the file gets a dated name; `-` is the standard output. SECRET_KEYS, IDENTITY_KEYS and BACKUP_KEYS are not in it. Keep
    them in another place: without them the backup cannot be used.
    """
    from seminar_app.cli.backup.making import make_backup

    settings: Settings = current_app.extensions["settings"]
    at = now()
    if keep_days is not None and not file.is_dir():
        raise click.ClickException(f"--keep-days needs a folder that holds backups only, and {file} is none.")
    if file.is_dir():
        file /= name_for(at)
    to_standard_output = file == STANDARD_OUTPUT
    with tempfile.TemporaryDirectory() if to_standard_output else nullcontext() as folder:
        target = Path(folder) / "backup" if folder is not None else file
        try:
            _record_backup()
            made = make_backup(current_app._get_current_object(), target)  # type: ignore[attr-defined]
        except BackupFault as fault:
            raise click.ClickException(str(fault)) from fault
        if to_standard_output:
            with target.open("rb") as whole:
                deliver(whole, file, text=False)
    _note_backup()
    if not settings.backup_keys:
        click.secho("Not encrypted: BACKUP_KEYS is not set. Any person who has this file can read the roster.", fg="yellow", err=True)
    kind = "encrypted" if made.encrypted else "in the clear"
    click.echo(
        f"{file}: {made.bytes:,} bytes, {kind}; {made.rows:,} rows in {made.tables} tables, database version {made.schema}.",
        err=to_standard_output,
    )
    click.echo(f"SHA-256 {made.sha256}", err=to_standard_output)
    if keep_days is not None:
        for old in delete_older(file.parent, at - timedelta(days=keep_days)):
            click.echo(f"Deleted {old.name}: older than {keep_days} days.")


def _record_backup() -> None:
    """Record the backup as access to all data. A database that no longer accepts writes is backed up without that row."""
    try:
        with unit_of_work() as session:
            record(session, command_context(), action="database.backed_up", subject="database:all")
    except DBAPIError as error:
        click.secho(
            f"The audit log does not record this backup: the database accepts no rows ({type(error).__name__}).", fg="yellow", err=True
        )


def _note_backup() -> None:
    """Note that a whole backup was written, for the check of its age. Where that fails there is a backup nevertheless."""
    try:
        with unit_of_work() as session:
            note_run(session, BACKUP, now=now())
    except DBAPIError as error:
        click.secho(f"The time of this backup could not be noted ({type(error).__name__}).", fg="yellow", err=True)


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask before data are replaced.")
@click.option("--check", "check_only", is_flag=True, help="Only check whether it could be restored; changes nothing.")
@click.option("--accept-broken-audit-log", is_flag=True, help="Restore although the audit log in the backup was changed.")
@click.option("--allow-unauthenticated", is_flag=True, help="Take a backup of an earlier version, or one that is not encrypted.")
@click.option("--send-waiting-mail", is_flag=True, help="Send the mail that waited when the backup was made; it may have been sent since.")
@with_appcontext
def restore(
    file: Path, *, yes: bool, check_only: bool, accept_broken_audit_log: bool, allow_unauthenticated: bool, send_waiting_mail: bool
) -> None:
    """Replace the database by the content of FILE, after checking it. The replaced data are kept beside it.

    Stop the web server and the worker first. All staff must sign in again, and undelivered mail waits for your decision.
    """
    from seminar_app.cli.backup.restoring import Wishes, restore_backup

    def may_replace(place: str) -> bool:
        if yes:
            return True
        if not sys.stdin.isatty():
            raise BackupFault(f"{place} holds data, and there is no terminal to ask whether to replace them. To replace them, give --yes.")
        return click.confirm(f"{place} holds data. Replace them with the backup? What is there now is kept aside.")

    wishes = Wishes(
        replace=may_replace,
        check_only=check_only,
        accept_broken_audit_log=accept_broken_audit_log,
        allow_unauthenticated=allow_unauthenticated,
        send_waiting_mail=send_waiting_mail,
    )
    try:
        done = restore_backup(current_app._get_current_object(), file, wishes)  # type: ignore[attr-defined]
    except BackupFault as fault:
        raise click.ClickException(str(fault)) from fault
    if check_only:
        click.echo(f"The backup of {done.made_at} is whole and can be restored: {done.rows:,} rows.")
        return
    click.echo(f"Restored as of {done.made_at}: {done.rows:,} rows. {done.sessions} sessions were ended; everybody signs in again.")
    if done.held:
        click.echo(
            f"{done.held} mails had not left when the backup was made, and may have since. They wait: see Messages, and send them with\n"
            "  constancia messages release"
        )
    if done.aside:
        click.echo(f"What was there before is kept as {done.aside}. It holds the roster: delete it when you no longer need it.")
    _begin_another_anchor()


def _begin_another_anchor() -> None:
    """Set the anchor aside: it holds rows from after the backup, and would contradict the restored audit log at every check."""
    settings: Settings = current_app.extensions["settings"]
    if (path := settings.audit_anchor) is None:
        return
    try:
        aside = set_anchor_aside(path, now=now())
    except OSError as error:
        click.secho(
            f"The anchor {path} knows another audit log, and could not be set aside ({error.strerror}): rename it.", fg="yellow", err=True
        )
        return
    if aside:
        click.echo(f"The old anchor is kept as {aside}: it shows what was done since the backup. A new one begins.")
