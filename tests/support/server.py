"""The real server on a real database, for tests that need processes: browsers, races, crashes."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path

from tests.support.serving import serve

START_SECONDS = 30
STOP_SECONDS = 5.0
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.support.serving", "pytest"])


def free_port() -> int:
    """A port of the loopback address that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class LiveServer:
    """The product's web server with several worker processes, on a database that is migrated already.

    Args:
        threads: requests that each worker answers at once.
        target: what the server loads; a broken twin names an app of its own.
        environment: settings on top of the test's.
    """

    database_url: str
    data_dir: Path
    workers: int = 2
    threads: int = 8
    target: str = "seminar_app.wsgi:app"
    environment: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    process: BaseProcess | None = None

    @property
    def url(self) -> str:
        """Where it serves, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> LiveServer:
        """Start and wait until it says that it is ready."""
        settings = {
            "SEMINAR_MODE": "test",
            "SECRET_KEY": "test key of at least thirty-two characters",
            "SEMINAR_DATA_DIR": str(self.data_dir),
            "DATABASE_URL": self.database_url,
            "PUBLIC_URL": self.url,
            "PORT": str(self.port),
            "WEB_THREADS": str(self.threads),
        }
        log = str(self.data_dir / f"server-{self.port}.log")
        environment = os.environ | settings | self.environment
        self.process = FORKS.Process(target=serve, args=(self.target, self.port, self.workers, self.threads, log, environment))
        self.process.start()
        deadline = time.monotonic() + START_SECONDS
        while not self._ready():
            if not self.process.is_alive() or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"the server did not start:\n{self.log()}")
            time.sleep(0.05)
        return self

    def log(self) -> str:
        """What it wrote, the last 4,000 characters."""
        return (self.data_dir / f"server-{self.port}.log").read_text(errors="replace")[-4000:]

    def worker_pids(self) -> list[int]:
        """Process ids of the workers as they are now."""
        assert self.process is not None
        found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(self.process.pid)], capture_output=True, text=True, check=False)
        return [int(pid) for pid in found.stdout.split()]

    def kill_worker(self, pid: int) -> None:
        """kill -9; the server starts another in its place."""
        os.kill(pid, signal.SIGKILL)

    def kill(self) -> None:
        """kill -9 of the server and all its workers at one instant; `start()` begins it again on the same port."""
        assert self.process is not None
        self._signal(signal.SIGKILL)
        self.process.join()
        self.process = None

    def stop(self) -> None:
        """End it and everything it started."""
        if self.process is None:
            return
        for how in (signal.SIGTERM, signal.SIGKILL):
            self._signal(how)
            self.process.join(STOP_SECONDS)
            if not self.process.is_alive():
                break
        self._signal(signal.SIGKILL)  # whatever of its group is left
        self.process = None

    def _signal(self, how: signal.Signals) -> None:
        assert self.process is not None
        assert self.process.pid is not None
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, how)

    def _ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=2) as answer:  # noqa: S310  our own loopback address
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def __enter__(self) -> LiveServer:
        return self.start()

    def __exit__(self, *_exception: object) -> None:
        self.stop()
