"""Run the real server on a real database, for tests that need processes: browsers, races, crashes."""

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
    """Return a port of the loopback address that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class LiveServer:
    """The app's web server with several worker processes, on a database that is already migrated.

    Args:
        threads: requests that each worker answers at once.
        target: what the server loads; a broken twin names its own app.
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
        """Address of the server, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> LiveServer:
        """Start, and wait until the server reports that it is ready."""
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
        """Return the last 4,000 characters of the server's output."""
        return (self.data_dir / f"server-{self.port}.log").read_text(errors="replace")[-4000:]

    def worker_pids(self) -> list[int]:
        """Return the current process ids of the workers that live; a killed one is a zombie until the server takes note."""
        assert self.process is not None
        found = subprocess.run(["ps", "-o", "stat=,pid=", "--ppid", str(self.process.pid)], capture_output=True, text=True, check=False)
        return [int(pid) for state, pid in map(str.split, found.stdout.splitlines()) if not state.startswith("Z")]

    def kill_worker(self, pid: int) -> None:
        """Kill a worker with SIGKILL; the server starts another one."""
        os.kill(pid, signal.SIGKILL)

    def kill(self) -> None:
        """Kill the server and all its workers with SIGKILL at one instant; `start()` starts it again on the same port."""
        assert self.process is not None
        self._signal(signal.SIGKILL)
        self.process.join()
        self.process = None

    def stop(self) -> None:
        """End the server and all processes that it started."""
        if self.process is None:
            return
        for how in (signal.SIGTERM, signal.SIGKILL):
            self._signal(how)
            self.process.join(STOP_SECONDS)
            if not self.process.is_alive():
                break
        self._signal(signal.SIGKILL)  # the rest of its process group
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
