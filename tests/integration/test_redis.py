"""Limits and jobs in a real Redis, as several machines share them."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import redis
from flask import Flask

from seminar_app import create_app
from seminar_app.core.values import replace
from seminar_app.jobs import clockwork
from seminar_app.web.database import db
from seminar_app.web.limits import limiter
from seminar_app.web.schedule import Job, add_job
from tests.conftest import TestDatabase, settings_for
from tests.support.commands import run
from tests.support.foreign_tools import found
from tests.support.server import free_port


@pytest.fixture(autouse=True)
def limits_are_counted_in_memory_again() -> Iterator[None]:
    """The limiter is one object for all applications of a process; the last one that was made chooses where it counts."""
    yield
    in_memory = Flask("in_memory")
    in_memory.config["RATELIMIT_STORAGE_URI"] = "memory://"
    limiter.init_app(in_memory)


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    port = free_port()
    command = [
        found("redis-server"),
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--appendonly",
        "no",
        "--dir",
        str(tmp_path),
    ]
    with (tmp_path / "redis.log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log)
    url = f"redis://127.0.0.1:{port}"
    client = redis.Redis.from_url(url)
    deadline = time.monotonic() + 10
    while True:
        try:
            client.ping()
            break
        except redis.ConnectionError:
            assert time.monotonic() < deadline
            time.sleep(0.05)
    yield url
    client.close()
    server.terminate()
    server.wait(10)


@pytest.mark.sqlite_only
def test_jobs_go_through_redis_once(database: TestDatabase, redis_url: str) -> None:
    ran: list[str] = []
    app = create_app(replace(settings_for(database.url, database.folder), jobs_url=f"{redis_url}/1"))
    add_job(app, Job("test-job", lambda: ran.append("x"), every=timedelta(minutes=1)))
    first, second = clockwork(app), clockwork(app)
    task = next(task for task in first._registry.periodic_tasks if task.name == "test-job")
    first.enqueue(task)
    taken = second.dequeue()
    assert taken.name == "test-job"
    second.execute(taken)
    assert ran == ["x"]
    assert second.dequeue() is None
    for work in (first, second):
        work.storage.conn.connection_pool.disconnect()
    with app.app_context():
        db.engine.dispose()


@pytest.mark.sqlite_only
def test_settings_check_asks_redis(database: TestDatabase, redis_url: str) -> None:
    settings = replace(settings_for(database.url, database.folder), limiter_storage=f"{redis_url}/0", jobs_url=f"{redis_url}/1")
    limiter.enabled = False
    done = run(settings, "settings", "check")
    assert done.exit_code == 0, done.output
    assert done.output.count("answers.") == 2
    done = run(replace(settings, jobs_url=f"redis://127.0.0.1:{free_port()}/1"), "settings", "check")
    assert done.exit_code == 1
    assert "The Redis of JOBS_URL does not answer" in done.output
