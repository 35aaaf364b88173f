"""Processes beside the web server, and how they end with it."""

from __future__ import annotations

import ctypes
import gc
import logging
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Sequence
from datetime import date, time

import click
from babel.dates import format_date, format_time
from flask import Flask
from flask.cli import FlaskGroup
from sqlalchemy.orm import configure_mappers

from config import Settings
from seminar_app import create_app
from seminar_app.core.file_lock import AlreadyLocked, share_lock
from seminar_app.core.memory import give_back_memory, spare_memory
from seminar_app.core.spool import forget_abandoned
from seminar_app.core.sqlite import database_path
from seminar_app.web import logs
from seminar_app.web.database import db
from seminar_app.web.health import SERVER_PID
from seminar_app.web.languages import CODES

log = logging.getLogger(__name__)

STOP_SECONDS = 30
"""Time that requests in progress have when the server is told to stop."""
JOBS_STOP_SECONDS = 35
"""Longer than the time that the worker has for the mail in delivery."""
RESTART_SECONDS = 2.0
PR_SET_PDEATHSIG = 1
MOST_FILES = 4096
"""Numbers of open files that a fork may have inherited."""


def announce_server() -> None:
    """Publish the server's process id to child processes; called by the server before it starts any."""
    os.environ[SERVER_PID] = str(os.getpid())


def end_with_server(by: signal.Signals = signal.SIGTERM) -> None:
    """In a child of `flask serve`: have the kernel end it when the server is killed (Linux only; elsewhere it does nothing).

    If the server was killed while the child was starting, the kernel sends no signal later, so this case is checked here.

    Args:
        by: the signal. SIGKILL for a child that may hang when it is asked to end, since nobody is left to insist.
    """
    server = os.environ.get(SERVER_PID)
    if sys.platform != "linux" or server is None or server == str(os.getpid()):
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, by)
    if server != str(os.getppid()):
        raise SystemExit("The server that began this process has ended.")


def work_with_database(settings: Settings) -> None:
    """Take a shared lock on the SQLite file so that a restore cannot replace it.

    Raises:
        SystemExit: the file is being replaced.
    """
    if not settings.database_url.startswith("sqlite"):
        return
    try:
        share_lock(database_path(settings.database_url))
    except AlreadyLocked as error:
        raise SystemExit("A backup is being restored just now. Start again when that is done.") from error


def switch_threads_often() -> None:
    """Make threads switch after half a millisecond instead of five.

    The thread with the write lock releases the interpreter at each statement. With the default it would wait five milliseconds each
    time behind a thread that renders a page, while every other writer waits for the lock.
    """
    sys.setswitchinterval(0.0005)


def begin_worker(settings: Settings) -> None:
    """Prepare this process to answer requests, before it makes the app or takes over the one that the server made."""
    end_with_server(signal.SIGKILL)  # a granian worker that is asked to end may wait for its own threads for ever
    forget_abandoned()
    spare_memory()
    switch_threads_often()
    logs.set_up(settings)
    work_with_database(settings)


def settle_memory() -> None:
    """Preload what every page needs, then return unused memory. Called once, after the app is made and before workers are forked."""
    for code in CODES:
        format_date(date(2014, 6, 3), "full", locale=code)
        format_time(time(9), "H:mm", locale=code)
    configure_mappers()
    give_back_memory()
    gc.freeze()


def shared(app: Flask) -> Flask | None:
    """The app for a child of this process: where children are forks, they need not load the program again."""
    return app if multiprocessing.get_start_method() == "fork" else None


def be_command(app: Flask | None, arguments: Sequence[str]) -> None:
    """Run `flask …` in this process, a child. `app` as `shared` returns it."""
    FlaskGroup(create_app=lambda: app or create_app()).main(arguments, prog_name="flask")


def run_command(app: Flask, *arguments: str) -> None:
    """Close the database's connections, which a fork would share, and run `flask …` of this program to its end, in a child process.

    Raises:
        ClickException: it failed; its own output stands above.
    """
    db.session.remove()
    db.engine.dispose()
    child = multiprocessing.Process(target=be_command, args=(shared(app), arguments))
    child.start()
    child.join()
    if child.exitcode:
        raise click.ClickException(f"`flask {' '.join(arguments)}` ended with {child.exitcode}.")


def be_jobs_process(app: Flask | None) -> None:
    """Run `flask worker` in this process, a child of the server. `app` as `shared` returns it."""
    for told in (signal.SIGTERM, signal.SIGINT):
        signal.signal(told, signal.SIG_DFL)
    if app is not None:
        os.setsid()  # Ctrl-C reaches only the server, which then stops the worker
        os.closerange(3, MOST_FILES)  # above all the socket, where another server may listen while this one still ends
    end_with_server()
    be_command(app, ["worker"])


class JobsProcess:
    """`flask worker` (mail, jobs) as a child of the server: restarted when it dies, stopped with the server."""

    def __init__(self, app: Flask) -> None:
        self._app = shared(app)
        self._stopping = threading.Event()
        self._process: multiprocessing.Process | None = None
        self._keeper = threading.Thread(target=self._keep, name="jobs", daemon=True)

    def start(self) -> None:
        """Start the worker, and restart it from a thread when it ends."""
        self._keeper.start()

    def stop(self) -> None:
        """Ask the worker to finish its work, wait, and kill it if it does not end in time."""
        self._stopping.set()
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        self._keeper.join(JOBS_STOP_SECONDS)
        if self._keeper.is_alive():
            process.kill()
            self._keeper.join()

    def _keep(self) -> None:
        while not self._stopping.is_set():
            process = self._process = multiprocessing.Process(target=be_jobs_process, args=(self._app,), name="jobs")
            process.start()
            process.join()
            if not self._stopping.is_set():
                log.warning("Mail and jobs ended with %s; beginning again.", process.exitcode)
                self._stopping.wait(RESTART_SECONDS)
