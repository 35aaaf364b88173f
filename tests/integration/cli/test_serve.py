"""`flask serve`, as `make run` calls it: it prepares, loads, prints its address, serves, and ends with all its processes."""

from __future__ import annotations

import os
import re
import secrets
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from config import Mode, Settings, SettingsError
from seminar_app.core.values import replace
from seminar_app.web import logs
from seminar_app.web.health import SERVER_PID, newest_migration
from seminar_app.web.version import program_version
from tests.conftest import TestDatabase, settings_for
from tests.support.commands import run
from tests.support.server import free_port

ROOT = Path(__file__).resolve().parents[3]


def start(folder: Path, port: int, **settings: str) -> subprocess.Popen[str]:
    environment = {key: value for key, value in os.environ.items() if key not in {"DATABASE_URL", "SEMINAR_MODE"}}
    environment |= {"SEMINAR_DATA_DIR": str(folder), "PORT": str(port), "PYTHONUNBUFFERED": "1"} | settings
    return subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "seminar_app", "serve"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def wait_until_ready(port: int, process: subprocess.Popen[str], *, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
                assert answer.status == 200
                return
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"the server did not start: {process.communicate(timeout=5)[0]}")
            time.sleep(0.05)


def in_production(database: TestDatabase, folder: Path) -> Settings:
    return replace(settings_for(database.url, folder), mode=Mode.PRODUCTION, public_url="https://seminars.example")


def children_of(pid: int) -> list[int]:
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return [int(line) for line in found.stdout.split()]


def children_until(pid: int, enough: Callable[[list[int]], bool], *, seconds: float = 15) -> list[int]:
    deadline = time.monotonic() + seconds
    while not enough(found := children_of(pid)):
        assert time.monotonic() < deadline, found
        time.sleep(0.1)
    time.sleep(0.5)  # the child has begun, and closes what it does not need
    return found


def sockets_of(pid: int) -> set[str]:
    return {link for file in Path(f"/proc/{pid}/fd").iterdir() if (link := str(file.readlink())).startswith("socket:")}


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    try:
        return "zombie" not in Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except (FileNotFoundError, ProcessLookupError):  # it has ended since
        return False


def ends(pids: list[int], *, seconds: float = 15) -> bool:
    deadline = time.monotonic() + seconds
    while any(map(lives, pids)):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def test_the_demonstration_is_served_with_one_command_and_loaded_once(tmp_path: Path) -> None:
    port = free_port()
    process = start(tmp_path, port)
    wait_until_ready(port, process)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/seminars/cancun-2014", timeout=10) as answer:
        assert "demo-banner" in answer.read().decode()
    time.sleep(1)
    children = children_of(process.pid)
    assert len(children) == 3  # two web workers, and one for mail and jobs
    process.send_signal(signal.SIGINT)
    said, _nothing = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert f"Constancia is at http://127.0.0.1:{port}" in said
    assert "Cancun-2014-demo" in said
    assert len(re.findall(r"@demo\.example", said)) == 6
    assert "The demonstration was loaded" in said
    assert "Traceback" not in said
    assert ends(children)

    process = start(tmp_path, port)
    wait_until_ready(port, process)
    time.sleep(1)
    children = children_of(process.pid)
    if sys.platform == "linux":
        (jobs,) = (child for child in children if os.getsid(child) == child)
        os.kill(jobs, signal.SIGKILL)
        (again,) = (
            child for child in children_until(process.pid, lambda found: len(found) == 3 and jobs not in found) if child not in children
        )
        assert sockets_of(process.pid)
        assert not sockets_of(process.pid) & sockets_of(again), "it must not keep the address when the server is gone"
        children.append(again)
    process.kill()
    said, _nothing = process.communicate(timeout=60)
    assert "was loaded" not in said
    if sys.platform == "linux":
        assert ends(children), "a server that is killed takes its workers with it"

    production = {
        "SEMINAR_MODE": "production",
        "PUBLIC_URL": "https://seminars.example",
        "SECRET_KEY": secrets.token_hex(32),
        "IDENTITY_KEYS": f"k1:{secrets.token_hex(32)}",
        "SMTP_URL": "smtps://mail.example",
    }
    process = start(tmp_path, port, **production)
    said, _nothing = process.communicate(timeout=60)
    assert process.returncode != 0
    assert "holds the demonstration" in said
    assert "Traceback" not in said


def test_production_does_not_make_a_database_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seminar_app.cli.serving.web_server.web_server", lambda *_what, **_how: pytest.fail("it serves"))
    file = tmp_path / "constancia.sqlite3"
    settings = replace(settings_for(f"sqlite:///{file}", tmp_path), mode=Mode.PRODUCTION, public_url="https://seminars.example")
    done = run(settings, "serve", "--port", str(free_port()))
    assert done.exit_code != 0
    assert isinstance(done.exception, SystemExit), done.exception
    assert "database prepare" in done.output
    assert not file.exists()


@pytest.mark.sqlite_only
def test_production_does_not_serve_english_pages_that_say_they_are_spanish(
    database: TestDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("seminar_app.cli.languages.is_compiled", lambda: False)
    for command in ("serve", "worker"):
        done = run(in_production(database, tmp_path), command, *(["--port", str(free_port())] if command == "serve" else []))
        assert done.exit_code == 1
        assert "python -m tools.translations compile" in done.output


class Quiet:
    """A web server that starts, serves nobody, and ends."""

    def __init__(self) -> None:
        self.signal_handler_interrupt = lambda: None
        self._hooks: list[Callable[[], None]] = []

    def on_startup(self, hook: Callable[[], None]) -> None:
        self._hooks.append(hook)

    def serve(self, **_loading: object) -> None:
        for hook in self._hooks:
            hook()


@pytest.mark.sqlite_only
def test_production_says_in_its_log_what_it_serves_and_what_it_doubts(
    database: TestDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("seminar_app.cli.serving.web_server.web_server", lambda *_what, **_how: Quiet())
    monkeypatch.setattr(logs, "set_up", lambda _settings: None)
    monkeypatch.setenv(SERVER_PID, "")  # what the command says to its children must not reach those of other tests
    settings = replace(
        in_production(database, tmp_path), warnings=("Something is not set.",), mail_from="Constancia <no-reply@example.org>"
    )
    with caplog.at_level("INFO"):
        done = run(settings, "serve", "--no-jobs", "--port", str(port := free_port()))
    assert done.exit_code == 0, done.output
    assert done.output == "", "all of it goes to the log, in the log's format"
    said = [record.getMessage() for record in caplog.records if record.name.startswith("seminar_app.cli")]
    version = f"version {program_version()}, database {newest_migration()}"
    assert said[0] == f"Constancia serves https://seminars.example, {version}; it listens at 127.0.0.1:{port}."
    assert said[1:] == [
        "Something is not set.",
        "MAIL_FROM still names example.org, which is only an example: put your own there.",
        "Constancia has stopped.",
    ]


@pytest.mark.sqlite_only
def test_a_taken_port_in_production_is_no_reason_to_start_the_demonstration(database: TestDatabase, tmp_path: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run(in_production(database, tmp_path), "serve", "--port", str(port))
    assert done.exit_code == 1
    assert f"Another port: --port {port + 1} or PORT={port + 1}, and the same in the proxy" in done.output
    assert "make run" not in done.output


def test_a_taken_port_is_said_in_a_sentence(tmp_path: Path) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = run(Settings.from_environment({"SEMINAR_DATA_DIR": str(tmp_path)}), "serve", "--port", str(taken.getsockname()[1]))
    assert done.exit_code == 1
    assert "Cannot listen at" in done.output
    assert "PORT=" in done.output


def test_production_says_everything_that_is_missing() -> None:
    with pytest.raises(SettingsError) as error:
        Settings.from_environment({"SEMINAR_MODE": "production", "PORT": "5000"})
    for name in ("PUBLIC_URL", "SMTP_URL", "SECRET_KEY", "IDENTITY_KEYS"):
        assert name in str(error.value)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel of Linux is asked to end children with their server")
def test_a_child_that_starts_after_its_server_was_killed_does_not_stay() -> None:
    program = "from seminar_app.cli.serving.processes import end_with_server; end_with_server(); print('stays')"
    done = subprocess.run(
        [sys.executable, "-c", program], env=os.environ | {SERVER_PID: "999999999"}, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "has ended" in done.stderr
    assert "stays" not in done.stdout
