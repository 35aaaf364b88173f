"""Run pytest again and again in copies of one process, which has loaded the libraries, but nothing of the program or its tests.

A run of its own spends half of its time on loading them. Run as a script, beside no package of the program: one line of JSON for
each run comes in, and one line goes out when it has ended, with pytest's exit code, or `null` where it was not done in time.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import sys
import time
from typing import Any

LIBRARIES = (
    *("pytest", "_pytest.junitxml", "flask.testing", "flask_babel", "flask_limiter", "flask_login", "flask_migrate", "flask_wtf"),
    *("alembic.command", "argon2", "cryptography.hazmat.primitives.ciphers.aead", "flask_sqlalchemy", "jinja2.nodes", "turbohtml"),
    *("psycopg", "pyotp", "sqlalchemy.dialects.postgresql.psycopg", "sqlalchemy.dialects.sqlite.pysqlite", "whitenoise", "xlsxwriter"),
)


def main() -> None:
    """Answer each line until there are no more."""
    sys.path.pop(0)  # the folder of this script
    gc.disable()
    for name in LIBRARIES:
        importlib.import_module(name)
    gc.freeze()
    gc.enable()
    for line in sys.stdin:
        run = json.loads(line)
        child = os.fork()
        if child == 0:
            _be(run)
        print(json.dumps(_code_of(child, run["seconds"])), flush=True)


def _be(run: dict[str, Any]) -> None:
    """Become the run."""
    import pytest

    os.setsid()
    for path, flags, streams in ((os.devnull, os.O_RDONLY, (0,)), (run["output"], os.O_CREAT | os.O_TRUNC | os.O_WRONLY, (1, 2))):
        file = os.open(path, flags, 0o600)
        for stream in streams:
            os.dup2(file, stream)
        os.close(file)
    os.environ.clear()
    os.environ.update(run["environment"])
    os.chdir(run["folder"])
    sys.dont_write_bytecode = True
    sys.path.insert(0, run["folder"])
    raise SystemExit(pytest.main(run["arguments"]))


def _code_of(child: int, seconds: float) -> int | None:
    """Wait for the run; end it, and all that it began, where it takes longer."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


if __name__ == "__main__":
    main()
