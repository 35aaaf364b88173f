"""`flask serve`: the whole program with one command: database, demonstration, web server, mail and jobs."""

from __future__ import annotations

import logging
import os
import socket
import threading
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from config import PROJECT_ROOT, THREADS, Mode, Settings
from seminar_app import create_app
from seminar_app.cli.database import is_up_to_date, refuse_unprepared
from seminar_app.cli.languages import refuse_uncompiled
from seminar_app.cli.serving.processes import STOP_SECONDS, JobsProcess, announce_server, run_command
from seminar_app.cli.template_values import template_values
from seminar_app.demo.state import ACCOUNTS, PASSWORD, demo_is_loaded, refuse_demo_over_real_data
from seminar_app.web import logs
from seminar_app.web.database import db
from seminar_app.web.health import schema_found, stopping_file
from seminar_app.web.version import program_version

log = logging.getLogger(__name__)

WEB_WORKERS = 2


@click.command("serve")
@click.option("--host", envvar="HOST", default="127.0.0.1", show_default=True, help="Address to listen at; 0.0.0.0 for all.")
@click.option("--port", envvar="PORT", default=5000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", envvar="WEB_WORKERS", default=WEB_WORKERS, show_default=True, type=click.IntRange(1, 64))
@click.option("--threads", envvar="WEB_THREADS", default=THREADS, show_default=True, type=click.IntRange(1, 64))
@click.option("--jobs/--no-jobs", default=True, help="Run mail and jobs beside the web server.")
@with_appcontext
def serve(host: str, port: int, workers: int, threads: int, *, jobs: bool) -> None:
    """Serve Constancia; in demo mode, first make the database and load the demonstration."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    settings: Settings = app.extensions["settings"]
    refuse_taken_port(host, port, production=settings.mode is Mode.PRODUCTION)
    refuse_uncompiled()
    if settings.mode is Mode.PRODUCTION:
        refuse_unprepared()
    else:
        prepare(app, settings)
    version = f"version {program_version()}, database {schema_found()}"
    db.session.remove()
    db.engine.dispose()
    announce_server()
    from seminar_app.cli.serving.web_server import serve_app, web_server

    if str(threads) != os.environ.get("WEB_THREADS", str(THREADS)):
        os.environ["WEB_THREADS"] = str(threads)  # it keeps some threads free for readers
        app = create_app()

    server = web_server(
        "seminar_app.wsgi:app",
        host=host,
        port=port,
        workers=workers,
        threads=threads,
        stop_seconds=STOP_SECONDS,
        working_dir=PROJECT_ROOT,
    )
    logs.set_up(settings)
    drain_first(server, settings)
    beside = JobsProcess(app) if jobs and "worker" in current_app.cli.commands else None
    if beside:
        server.on_startup(beside.start)
        server.on_shutdown(beside.stop)
    server.on_startup(lambda: announce(settings, host, port, version))
    try:
        serve_app(server, app)
    finally:
        stopping_file(settings, os.getpid()).unlink(missing_ok=True)
        if beside:
            beside.stop()
        from seminar_app.jobs import run_at_ends  # here, because a server that starts does not wait for what jobs need

        run_at_ends(app)
    if settings.mode is Mode.PRODUCTION:
        log.info("Constancia has stopped.")
    else:
        click.echo("Constancia has stopped.")


def drain_first(server: Any, settings: Settings) -> None:
    """On the first stop signal, make `/readyz` fail for `DRAIN_SECONDS`, so that a proxy sends no more requests; then stop.

    Requests in progress have `STOP_SECONDS` to finish. A second signal stops at once.
    """
    sign = stopping_file(settings, os.getpid())
    sign.unlink(missing_ok=True)
    stop = server.signal_handler_interrupt

    def begin(*_signal: object) -> None:
        if sign.exists() or not settings.drain_seconds:
            stop()
            return
        sign.touch(mode=0o600)
        waiting = threading.Timer(settings.drain_seconds, stop)
        waiting.daemon = True
        waiting.start()

    server.signal_handler_interrupt = begin


def prepare(app: Flask, settings: Settings) -> None:
    """Make and migrate the database and load the demonstration, if not done yet.

    This runs in separate processes. Web workers are forks of this one, and would keep the memory that only the preparation needs.
    """
    if not is_up_to_date():
        run_command(app, "database", "prepare")
    if settings.mode is Mode.DEMO and not demo_is_loaded(db.session()):
        refuse_demo_over_real_data(db.session())
        run_command(app, "demo", "load")


def refuse_taken_port(host: str, port: int, *, production: bool) -> None:
    """Fail at once, with advice, if another program listens at this address.

    Raises:
        ClickException: the address is in use, or not one of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            another = f"--port {port + 1} or PORT={port + 1}, and the same in the proxy" if production else f"PORT={port + 1} make run"
            raise click.ClickException(f"Cannot listen at {host}:{port} ({error.strerror}). Another port: {another}") from error


def announce(settings: Settings, host: str, port: int, version: str) -> None:
    """Say where the program is, with its version; in production in the log, else on the screen, with the demo accounts in demo mode."""
    if settings.mode is Mode.PRODUCTION:
        log.info("Constancia serves %s, %s; it listens at %s:%d.", settings.public_url, version, host, port)
        for warning in (*settings.warnings, *template_values(settings)):
            log.warning("%s", warning)
        return
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # nosec B104  # noqa: S104  shown for the browser, not used to bind
    click.secho(f"\n  Constancia is at http://{shown}:{port}", bold=True, nl=False)
    click.echo(f" ({version})")
    if settings.mode is Mode.DEMO and shown != host:
        click.echo("  Every computer of your network can open it, and the demo accounts with it.")
    if settings.mode is Mode.DEMO:
        click.echo(f"\n  Sign in at http://{shown}:{port}/login with the password {PASSWORD}:\n")
        for account in ACCOUNTS:
            click.echo(f"    {account.email:<28} {account.what}")
    click.echo("\n  Ctrl-C stops it.\n")
