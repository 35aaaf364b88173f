"""`flask serve` is told to stop: /readyz says so first, the server finishes, acknowledges and keeps running requests, and exits with 0."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.people.models import Person
from tests.conftest import TestDatabase
from tests.support.factories import Make
from tests.support.form_sender import Answer, FormSender, letters
from tests.support.server import free_port

ROOT = Path(__file__).parents[2]
FAR = date(2090, 6, 3)
SLOW_SECONDS = 2.5


@contextmanager
def served(database: TestDatabase, folder: Path, port: int, *options: str, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run `flask serve` on the test's database, and yield it when it is ready; with `--no-jobs` one process less starts the program."""
    environment = {
        "SEMINAR_MODE": "test",
        "SECRET_KEY": "test key of at least thirty-two characters",
        "SEMINAR_DATA_DIR": str(folder),
        "DATABASE_URL": database.url,
        "PORT": str(port),
        "LOG_FORMAT": "json",
        "LOG_REQUESTS": "1",
    }
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "seminar_app", "serve", *options],
            cwd=ROOT,
            env=os.environ | environment | settings,
            stdout=log,
            stderr=log,
        )
    try:
        deadline = time.monotonic() + 60
        while ready(port) != 200:
            assert process.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < deadline, (folder / "log").read_text()
            time.sleep(0.05)
        yield process
    finally:
        process.kill()
        process.wait()


def ready(port: int) -> int:
    """Return the status of /readyz; 0 if the port is closed."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def slow_write(sender: FormSender, sent: Answer) -> tuple[threading.Thread, list[Answer]]:
    """Press the button of a form, which must wait for a lock held by this test. Return once it waits."""
    answers: list[Answer] = []
    sending = threading.Thread(target=lambda: answers.append(sender.press(sent)))
    sending.start()
    time.sleep(0.7)
    assert not answers, "the write was not slow, so nothing is tried"
    return sending, answers


def kill_children(pid: int) -> None:
    """Kill the web processes too, because they would finish their requests."""
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    for child in found.stdout.split():
        with suppress(ProcessLookupError):  # `ps` itself, or a process that has ended
            os.kill(int(child), signal.SIGKILL)


@pytest.mark.sqlite_first  # what is tried is how the server ends
@pytest.mark.parametrize("how", [signal.SIGTERM, pytest.param(signal.SIGKILL, id="broken: killed instead")])
def test_a_write_on_its_way_is_finished_acknowledged_and_kept(
    database: TestDatabase, make: Make, session: Session, tmp_path: Path, how: signal.Signals
) -> None:
    make.agency("PGR")
    seminar = make.seminar(seats=5, starts_on=FAR, ends_on=FAR)
    slug, port = seminar.slug, free_port()
    with served(database, tmp_path, port, *(["--no-jobs"] if how is signal.SIGKILL else [])) as process:
        sender = FormSender(port, "PGR")
        sender.open(slug)
        sent = sender.send(slug, letters(700), uuid.uuid4())
        with unit_of_work(session) as holding:
            holding.execute(text("UPDATE seat_pool SET size = size"))
            sending, answers = slow_write(sender, sent)
            if how is signal.SIGKILL:
                kill_children(process.pid)
            process.send_signal(how)
            time.sleep(SLOW_SECONDS)
            assert not answers or answers == [Answer(0)]
        sending.join(20)
        code = process.wait(45)
    said = (tmp_path / "log").read_text()
    kept = session.scalars(select(Person.email).where(Person.email == f"{letters(700).lower()}@pgr.example")).all()
    if how is signal.SIGKILL:
        assert answers == [Answer(0)], "the twin that does not wait must fail"
        return
    assert [answer.status for answer in answers] == [303], said
    assert len(kept) == 1
    assert code == 0, said
    assert "Traceback" not in said


@pytest.mark.sqlite_only
def test_readyz_says_no_before_the_door_is_closed_and_in_maintenance(
    database: TestDatabase, make: Make, session: Session, tmp_path: Path
) -> None:
    seminar, port = make.seminar(), free_port()
    with served(database, tmp_path, port, "--no-jobs", DRAIN_SECONDS="2") as process:
        (tmp_path / "maintenance").touch()
        assert ready(port) == 503
        (tmp_path / "maintenance").unlink()
        assert ready(port) == 200
        process.terminate()
        time.sleep(0.5)
        assert ready(port) == 503
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/seminars/{seminar.slug}", timeout=5) as answer:
            assert answer.status == 200  # requests that still arrive are served
        assert process.wait(20) == 0
    assert ready(port) == 0
    lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines() if line.startswith("{")]
    assert {"Not ready: maintenance is on.", "Not ready: the server is about to stop."} <= {line["message"] for line in lines}
    assert [line for line in lines if line.get("route") == "/seminars/<slug>"]
    assert not list(tmp_path.glob("stopping-*"))


def test_strangers_are_told_one_word_whatever_is_wrong(database: TestDatabase, make: Make, session: Session) -> None:
    client = database.app.test_client()
    assert client.get("/readyz").get_json() == {"status": "ok"}
    with unit_of_work(session) as writing:
        writing.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()) == (503, {"status": "unavailable"})
    with unit_of_work(session) as writing:
        writing.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert client.get("/readyz").status_code == 200  # newer: old code keeps running while new code is being deployed
    with unit_of_work(session) as writing:
        writing.execute(text("DROP TABLE alembic_version"))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()) == (503, {"status": "unavailable"})
