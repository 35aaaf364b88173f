"""A backup of a database under load holds all registrations acknowledged before it began, and can be restored.

The broken twin copies the file of a live database, as people do.
"""

from __future__ import annotations

import secrets
import shutil
import sqlite3
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from seminar_app.core.sqlite import database_path, sqlite_module
from seminar_app.core.values import replace
from tests.conftest import TestDatabase, settings_for
from tests.support.commands import run
from tests.support.factories import Make
from tests.support.form_sender import FormSender, letters
from tests.support.server import LiveServer

FAR = date(2090, 6, 3)
CLIENTS = 4
ADDRESSES = "SELECT p.email FROM person p JOIN registration r ON r.person_id = p.id"
KEY = secrets.token_hex(32)


def do(folder: Path, database_url: str, *arguments: str) -> None:
    """Run a command of the app, which must succeed."""
    folder.mkdir(exist_ok=True)
    done = run(replace(settings_for(database_url, folder), backup_keys=(KEY,)), *arguments)
    assert done.exit_code == 0, done.output


@contextmanager
def another_database(database: TestDatabase, folder: Path) -> Iterator[str]:
    """Return the URL of an empty database of the same kind, to restore to."""
    if database.url.startswith("sqlite"):
        yield f"sqlite:///{folder / 'restored.sqlite3'}"
        return
    name = f"restored_{uuid.uuid4().hex[:12]}"
    own = make_url(database.url)
    with psycopg.connect(own.set(database="postgres").render_as_string(hide_password=False), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    try:
        yield own.set(database=name).render_as_string(hide_password=False)
    finally:
        with psycopg.connect(own.set(database="postgres").render_as_string(hide_password=False), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def registered_in(url: str) -> set[str]:
    """Return the e-mail addresses of all who are registered in a database."""
    if url.startswith("sqlite"):
        with closing(sqlite_module().connect(database_path(url))) as connection:
            return {email for (email,) in connection.execute(ADDRESSES)}
    with psycopg.connect(url) as server:
        return {email for (email,) in server.execute(ADDRESSES)}


@dataclass
class WriteQueue:
    """Clients that register people one after the other, and the addresses that were acknowledged."""

    sender: FormSender
    slug: str
    told: list[str] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def register(self, first: int) -> None:
        """Register people until told to end."""
        number = first
        while not self.ended.is_set():
            name = letters(30_000 + number)
            if self.sender.register(self.slug, name, uuid.uuid4()).status == 303:
                self.told.append(f"{name.lower()}@pgr.example")
            number += CLIENTS

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Run several clients at once while the block runs."""
        with ThreadPoolExecutor(CLIENTS) as pool:
            running = [pool.submit(self.register, first) for first in range(CLIENTS)]
            try:
                yield
            finally:
                self.ended.set()
            for one in running:
                one.result()

    def wait_for_more(self, number: int) -> None:
        """Wait until `number` more registrations are acknowledged."""
        enough, deadline = len(self.told) + number, time.monotonic() + 30
        while len(self.told) < enough:
            assert time.monotonic() < deadline, "nobody writes, so nothing is tried"
            time.sleep(0.005)


@contextmanager
def under_load(database: TestDatabase, make: Make, folder: Path) -> Iterator[WriteQueue]:
    """Run the real server with clients that register people."""
    make.agency("PGR")
    seminar = make.seminar(seats=100_000, starts_on=FAR, ends_on=FAR)
    slug = seminar.slug
    with LiveServer(database.url, folder, target="tests.faults.registration_app:app") as live:
        sender = FormSender(live.port, "PGR")
        sender.open(slug)
        writers = WriteQueue(sender, slug)
        with writers.at_work():
            yield writers


@pytest.mark.parametrize("rounds", [5, pytest.param(30, marks=pytest.mark.full)])
def test_a_backup_under_load_holds_all_that_was_acknowledged_before_it(
    database: TestDatabase, make: Make, tmp_path: Path, rounds: int
) -> None:
    taken: list[tuple[Path, set[str]]] = []
    with under_load(database, make, tmp_path) as writers:
        for number in range(rounds):
            writers.wait_for_more(10)
            before = set(writers.told)
            file = tmp_path / f"{number}.backup"
            do(tmp_path, database.url, "backup", str(file))
            taken.append((file, before))
            assert set(writers.told) > before, "nobody wrote while it was made, so nothing is tried"
    everybody = set(writers.told)
    assert taken[-1][1] < everybody
    for file, before in taken:
        with another_database(database, tmp_path / file.stem) as place:
            do(tmp_path / file.stem, place, "restore", str(file))
            found = registered_in(place)
            assert before <= found, f"{len(before - found)} lost"
            assert found - everybody == set() or len(found - everybody) <= CLIENTS  # arrived, and nobody was told any more


@pytest.mark.sqlite_only
def test_a_copied_file_misses_what_was_acknowledged(database: TestDatabase, make: Make, tmp_path: Path) -> None:
    with under_load(database, make, tmp_path) as writers:
        writers.wait_for_more(10)
        before = set(writers.told)
        shutil.copyfile(database_path(database.url), tmp_path / "copy.sqlite3")
    lost = before
    with suppress(sqlite3.DatabaseError, sqlite_module().DatabaseError):
        lost = before - registered_in(f"sqlite:///{tmp_path / 'copy.sqlite3'}")
    assert lost, "the twin that copies the file must fail"
