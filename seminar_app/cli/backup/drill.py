"""`drill`: restore a backup into a temporary place and check that it serves.

Uses the keys of the environment. On PostgreSQL, name an empty database in DRILL_DATABASE_URL; SQLite gets a folder that is deleted
afterwards. Real mail and the audit log's anchor are not touched: the temporary server has no mail server, no worker and no anchor.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import click

from config import PROJECT_ROOT

START_SECONDS = 60
PAGES = ("/readyz", "/")
LEFT_ALONE = {"SMTP_URL", "JOBS_URL", "LIMITER_STORAGE", "AUDIT_ANCHOR"}
"""Settings that name services in real use."""


def drill(backup: Path) -> list[tuple[str, float]]:
    """Run the drill.

    Returns:
        Each step with its seconds.

    Raises:
        ClickException: a step failed; the message has its output.
    """
    with tempfile.TemporaryDirectory(prefix="constancia-drill-") as folder:
        environment = _environment(Path(folder))
        steps = []
        began = time.monotonic()
        _flask(environment, "restore", str(backup.resolve()))
        steps.append(("restored and looked through", time.monotonic() - began))
        began = time.monotonic()
        port = _free_port()
        with (Path(folder) / "log").open("wb") as log:
            server = subprocess.Popen(  # noqa: S603  our own interpreter and program
                [sys.executable, "-m", "flask", "--app", "seminar_app", "serve", "--no-jobs", "--workers", "1", "--port", str(port)],
                cwd=PROJECT_ROOT,
                env=environment,
                stdout=log,
                stderr=log,
            )
        try:
            for page in PAGES:
                _answers(server, f"http://127.0.0.1:{port}{page}")
                steps.append((f"{page} answers", time.monotonic() - began))
        finally:
            server.terminate()
            server.wait(60)
        return steps


def _environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in LEFT_ALONE}
    if kept.pop("DATABASE_URL", "").startswith("postgresql"):
        if not (scratch := os.environ.get("DRILL_DATABASE_URL")):
            raise click.ClickException(
                "The drill failed: name an empty database in DRILL_DATABASE_URL; DATABASE_URL is the one that people use."
            )
        kept["DATABASE_URL"] = scratch
    return kept | {"SEMINAR_MODE": "test", "SEMINAR_DATA_DIR": str(folder)}


def _flask(environment: dict[str, str], *arguments: str) -> None:
    done = subprocess.run(  # noqa: S603  our own interpreter and program
        [sys.executable, "-m", "flask", "--app", "seminar_app", *arguments],
        cwd=PROJECT_ROOT,
        env=environment,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode:
        raise click.ClickException(f"The drill failed: {done.stderr or done.stdout}")


def _answers(server: subprocess.Popen[bytes], address: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:  # nosec B310  # noqa: S310  our own loopback address
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError) as error:
            if server.poll() is not None or time.monotonic() > deadline:
                raise click.ClickException(f"The drill failed: {address} does not answer ({error}).") from error
        time.sleep(0.05)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@click.command("drill")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def command(file: Path) -> None:
    """Restore FILE into a temporary place, start the server there, ask for two pages, and say how long each step took."""
    for step, seconds in drill(file):
        click.echo(f"{seconds:6.1f} s  {step}")
