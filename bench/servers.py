"""The real server on a measured database, and the memory of its processes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.databases import KEY, Database
from config import THREADS
from seminar_app.cli.serving.command import WEB_WORKERS
from tests.support.server import LiveServer, free_port

LONGEST_START_SECONDS = 60
SETTINGS = {"GRANIAN_BLOCKING_THREADS": str(THREADS), "GRANIAN_LOG_LEVEL": "error"}


def product(database: Database, *, workers: int = WEB_WORKERS) -> LiveServer:
    """Return Constancia as `flask serve` runs it, without rate limits."""
    return LiveServer(
        database.url, database.folder, workers=workers, target="bench.targets:app", environment=SETTINGS | {"SECRET_KEY": KEY}
    )


@contextmanager
def flask_serve(database: Database, *arguments: str) -> Iterator[tuple[int, str]]:
    """Run `flask serve` on a prepared database, without rate limits; yield its process id and URL once it answers."""
    port = free_port()
    environment = os.environ | {
        "SEMINAR_MODE": "test",
        "SECRET_KEY": KEY,
        "SEMINAR_DATA_DIR": str(database.folder),
        "DATABASE_URL": database.url,
        "PORT": str(port),
    }
    command = [sys.executable, "-m", "flask", "--app", "seminar_app", "serve", *arguments]
    begun = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        while not answers(f"http://127.0.0.1:{port}/readyz"):
            if process.poll() is not None or time.perf_counter() - begun > LONGEST_START_SECONDS:
                raise RuntimeError("the server did not start")
            time.sleep(0.01)
        yield process.pid, f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(LONGEST_START_SECONDS)


def answers(url: str) -> bool:
    """Whether a page is there."""
    try:
        with urllib.request.urlopen(url, timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def bare(page: str, folder: Path) -> LiveServer:
    """Return a bare Flask view that renders a template of these bytes, under the same server."""
    template = folder / "bare.html"
    template.write_text("{% raw %}" + page.replace("{%", "").replace("{{", "") + "{% endraw %}<!-- {{ title }} -->", encoding="utf-8")
    return LiveServer("", folder, target="bench.bare:app", environment=SETTINGS | {"BENCH_TEMPLATE": str(template)})


def bare_form(database: Database) -> LiveServer:
    """Return a bare form with as many fields, which writes one row into the same database, under the same server."""
    return LiveServer(database.url, database.folder, target="bench.bare_form:app", environment=SETTINGS | {"SECRET_KEY": KEY})


def memory_mb(pid: int) -> float:
    """Return the resident memory of a process in MB, shared pages included."""
    return _status(pid, "VmRSS")


def peak_mb(pid: int) -> float:
    """Return the peak of resident memory in MB since `forget_peak`."""
    return _status(pid, "VmHWM")


def forget_peak(pid: int) -> None:
    """Reset the recorded peak."""
    Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")


def _status(pid: int, name: str) -> float:
    found = re.search(rf"{name}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(encoding="ascii"))
    return int(found.group(1)) / 1024 if found else float("nan")
