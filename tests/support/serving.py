"""Run the app's web server in its own process, on any app.

As `flask serve` does, it loads the app before it forks workers, which are then copies of it. The many servers of a test run
are copies of one process that has loaded the app (multiprocessing's fork server, which preloads this module).
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Mapping

from config import PROJECT_ROOT
from seminar_app import accounts, agencies, attendance, audit, cli, feedback, messages, people, registration, seminars, web
from seminar_app.cli.serving.processes import STOP_SECONDS
from seminar_app.cli.serving.web_server import web_server
from tests.support.templates import keep_compiled

ROOMS = (accounts, agencies, attendance, audit, cli, feedback, messages, people, registration, seminars, web)


def serve(target: str, port: int, workers: int, threads: int, log: str, environment: Mapping[str, str]) -> None:
    """Serve until told to end, in its own process group, with output to the file `log`.

    Args:
        target: the app to load.
        port: on the loopback address.
        workers: number of processes.
        threads: requests that each worker answers at once.
        log: path of the file.
        environment: the complete environment.
    """
    os.setsid()
    multiprocessing.set_start_method("fork", force=True)  # as in `flask serve`; a child of the fork server has another default
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(PROJECT_ROOT)
    keep_compiled()
    file = os.open(log, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o666)
    for stream in (1, 2):
        os.dup2(file, stream)
    web_server(
        target, host="127.0.0.1", port=port, workers=workers, threads=threads, stop_seconds=STOP_SECONDS, working_dir=PROJECT_ROOT
    ).serve()
