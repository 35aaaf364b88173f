"""`flask messages …` and `flask worker`: the outbox and the jobs."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from config import Mode, Settings
from seminar_app.cli.database import refuse_unprepared
from seminar_app.cli.serving.processes import work_with_database
from seminar_app.core.clock import now
from seminar_app.core.file_lock import AlreadyLocked
from seminar_app.messages.delivery import deliver_due
from seminar_app.messages.services import enqueue, release_held
from seminar_app.web import logs
from seminar_app.web.database import unit_of_work
from seminar_app.web.schedule import jobs_of

group = AppGroup("messages", help="Mail on its way.")


@group.command("deliver")
def deliver() -> None:
    """Send the mail that is due now, once."""
    settings: Settings = current_app.extensions["settings"]
    if settings.smtp_url is None:
        raise click.ClickException("SMTP_URL is not set, so mail stays in the outbox, where administrators read it.")
    done = deliver_due(current_app._get_current_object())  # type: ignore[attr-defined]
    click.echo(f"{done.sent} sent, {done.failed} not sent.")


@group.command("release")
def release() -> None:
    """Send the mail that a restore has held back."""
    with unit_of_work() as session:
        released = release_held(session, now=now())
    click.echo(f"{released} mails will be sent.")


@group.command("test")
@click.argument("address")
@click.option("--language", type=click.Choice(["es", "en"]), default="es", show_default=True)
def test(address: str, language: str) -> None:
    """Put a test message to ADDRESS into the outbox, to check that mail arrives."""
    with unit_of_work() as session:
        enqueue(session, now=now(), kind="test_mail", language=language, to_address=address, to_name=address, context={})
    click.echo("It waits in the outbox. `flask messages deliver` sends it, or `flask worker` within seconds.")


@click.command("worker")
@with_appcontext
def worker() -> None:
    """Send mail and run the scheduled jobs until stopped."""
    from seminar_app.jobs import run_worker  # only this process needs Huey; web workers do not load it

    settings: Settings = current_app.extensions["settings"]
    if settings.mode is Mode.PRODUCTION:
        refuse_unprepared()
    logs.set_up(settings)
    work_with_database(settings)
    run_worker(current_app._get_current_object())  # type: ignore[attr-defined]


@click.command("job")
@click.argument("name")
@with_appcontext
def job(name: str) -> None:
    """Run the job NAME now."""
    from seminar_app.jobs import run_job

    app = current_app._get_current_object()  # type: ignore[attr-defined]
    if name not in jobs_of(app):
        raise click.ClickException(f"There is no job {name}. There are: {', '.join(sorted(jobs_of(app)))}.")
    try:
        run_job(app, name)
    except AlreadyLocked as error:
        raise click.ClickException(f"The job {name} is running just now, in another process.") from error
