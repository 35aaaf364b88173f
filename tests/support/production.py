"""Run `flask serve` as in production, in a folder of its own that stands for a machine."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from config import PROJECT_ROOT
from seminar_app.core.sqlite import database_path
from tests.support.proxy import NAME
from tests.support.server import free_port

START_SECONDS = 60


def production(database_url: str, *, exists: bool = True, **more: str) -> dict[str, str]:
    """Return settings with which production starts. A SQLite file of a test gets the permissions that production requires."""
    if exists and database_url.startswith("sqlite"):
        database_path(database_url).chmod(0o600)
    return {
        "SEMINAR_MODE": "production",
        "PUBLIC_URL": f"https://{NAME}",
        "SECRET_KEYS": f"k1:{secrets.token_hex(32)}",
        "IDENTITY_KEYS": f"k1:{secrets.token_hex(32)}",
        "BACKUP_KEYS": f"k1:{secrets.token_hex(32)}",
        "SMTP_URL": "smtp://127.0.0.1:9?tls=none",
        "DATABASE_URL": database_url,
        "TRUSTED_PROXIES": "1",
        "LOG_FORMAT": "json",
    } | more


class Machine:
    """A machine that serves the app in `code`; it may be told to serve another.

    Args:
        code: folder of the app.
        settings: of `production`.
    """

    def __init__(self, folder: Path, settings: Mapping[str, str], *, code: Path = PROJECT_ROOT) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        self.folder, self.code, self.port = folder, code, free_port()
        self._environment = os.environ | dict(settings) | {"SEMINAR_DATA_DIR": str(folder), "PORT": str(self.port)}
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Machine:
        self.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def start(self) -> None:
        """Start, and wait until it is ready or in maintenance."""
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self._command("serve", "--no-jobs"), cwd=self.code, env=self._environment, stdout=log, stderr=log
            )
        deadline = time.monotonic() + START_SECONDS
        while self.says() not in (200, 503):
            assert self._process.poll() is None, self.log()
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.05)

    def stop(self) -> int:
        """Tell the server to end, wait, and return its exit code."""
        assert self._process is not None
        self._process.terminate()
        return self._process.wait(90)

    def command(self, *arguments: str) -> str:
        """Run `flask …` on this machine and return its output; it must succeed."""
        done = subprocess.run(self._command(*arguments), cwd=self.code, env=self._environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def says(self) -> int:
        """Return the status of /readyz; 0 if the port is closed."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def log(self) -> str:
        """Return the server's output."""
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "flask", "--app", "seminar_app", *arguments]
