"""`flask messages …` and `flask worker`: the outbox and the jobs."""

from __future__ import annotations

import logging

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from config import Mode, Settings
from seminar_app.cli.database import refuse_unprepared
from seminar_app.cli.languages import refuse_uncompiled
from seminar_app.cli.serving.processes import work_with_database
from seminar_app.core.addresses import normal_address
from seminar_app.core.change_context import command_context
from seminar_app.core.clock import now
from seminar_app.core.file_lock import AlreadyLocked
from seminar_app.messages.checks import sends_mail, worker_runs
from seminar_app.messages.delivery import deliver_due, send_test
from seminar_app.messages.diagnosis import NoMail
from seminar_app.messages.services import enqueue, release_held
from seminar_app.messages.smtp import TIMEOUT_SECONDS, MailServer
from seminar_app.web import logs
from seminar_app.web.checks import State
from seminar_app.web.database import session, unit_of_work
from seminar_app.web.health import schema_found
from seminar_app.web.schedule import jobs_of
from seminar_app.web.version import program_version

log = logging.getLogger(__name__)

group = AppGroup("messages", help="Mail on its way.")


@group.command("deliver")
def deliver() -> None:
    """Send the mail that is due now, once; exit with 1 where something was not sent."""
    _mail_server()
    done = deliver_due(current_app._get_current_object())  # type: ignore[attr-defined]
    click.echo(f"{done.sent} sent, {done.failed} not sent.")
    if done.failed:
        raise click.ClickException(f"{done.why} What was not sent is tried again later; the page Messages shows it.")


@group.command("release")
def release() -> None:
    """Send the mail that a restore has held back."""
    with unit_of_work() as work:
        released = release_held(work, command_context())
    click.echo(f"{released} mails will be sent.")


@group.command("test")
@click.argument("address")
@click.option("--language", type=click.Choice(["es", "en"]), default="es", show_default=True)
@click.option("--now", "at_once", is_flag=True, help="Send it now, and say what the mail server answered.")
def test(address: str, language: str, *, at_once: bool) -> None:
    """Send a test message to ADDRESS, to check that mail arrives.

    It takes the way of all mail, by the outbox and the worker; with --now it is sent at once, and the exit code is 1 where that fails.
    """
    to = normal_address(address)
    if to is None:
        raise click.ClickException(f"«{address}» is not a whole e-mail address.")
    if at_once:
        server = _mail_server()
        try:
            send_test(current_app._get_current_object(), command_context(), server, address=to, language=language, timeout=TIMEOUT_SECONDS)  # type: ignore[attr-defined]
        except NoMail as why:
            raise click.ClickException(f"Not sent. {why}") from why
        click.echo(f"Sent: {server.place} took the message to {to}. Look whether it arrived, and whether it is in the spam folder.")
        return
    with unit_of_work() as work:
        enqueue(work, command_context(), kind="test_mail", language=language, to_address=to, to_name=to, facts={})
    click.echo(f"It waits in the outbox. {_who_sends_it()}")


def _mail_server() -> MailServer:
    settings: Settings = current_app.extensions["settings"]
    if settings.smtp_url is None:
        raise click.ClickException("SMTP_URL is not set, so mail stays in the outbox, where administrators read it.")
    return MailServer.from_url(settings.smtp_url)


def _who_sends_it() -> str:
    if not sends_mail(session()):
        return "SMTP_URL is not set, so nothing sends it; administrators read it on the page Messages."
    if worker_runs(session(), now()).state is State.DONE:
        return "The worker sends it within seconds."
    return "No worker runs now: `messages deliver` sends it, or the worker once it runs."


@click.command("worker")
@with_appcontext
def worker() -> None:
    """Send mail and run the scheduled jobs until stopped."""
    from seminar_app.jobs import run_worker  # only this process needs Huey; web workers do not load it

    settings: Settings = current_app.extensions["settings"]
    refuse_unprepared()
    refuse_uncompiled()
    logs.set_up(settings)
    work_with_database(settings)
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    level = logging.DEBUG if settings.mode is Mode.DEMO else logging.INFO  # the demonstration's screen shows its accounts
    log.log(
        level,
        "Worker started: version %s, database %s; mail server %s; jobs %s.",
        program_version(),
        schema_found(),
        MailServer.from_url(settings.smtp_url).place if settings.smtp_url else "none",
        ", ".join(sorted(jobs_of(app))),
    )
    run_worker(app)
    log.log(level, "Worker stopped.")


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
