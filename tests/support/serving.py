"""The product's web server as a process of its own, on any app: `python -m tests.support.serving TARGET PORT WORKERS THREADS`.

As `flask serve` does, it loads the program before it makes workers, which are then copies of it.
"""

from __future__ import annotations

import sys

from config import PROJECT_ROOT
from seminar_app import accounts, agencies, attendance, audit, cli, feedback, messages, people, registration, seminars, web
from seminar_app.cli.processes import STOP_SECONDS
from seminar_app.cli.web_server import web_server

ROOMS = (accounts, agencies, attendance, audit, cli, feedback, messages, people, registration, seminars, web)


def main() -> None:
    """Serve until told to end."""
    target, port, workers, threads = sys.argv[1:]
    web_server(
        target,
        host="127.0.0.1",
        port=int(port),
        workers=int(workers),
        threads=int(threads),
        stop_seconds=STOP_SECONDS,
        working_dir=PROJECT_ROOT,
    ).serve()


if __name__ == "__main__":
    main()
