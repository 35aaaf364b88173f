"""Waiting for SQLite's one write lock."""

from __future__ import annotations

import threading
import time

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from seminar_app.core import sqlite_writing, write_queue
from seminar_app.core.installation import installation_of
from seminar_app.core.sqlite import sqlite_module
from seminar_app.core.write_queue import WriteQueue, WriteQueueFull
from seminar_app.web.database import db, unit_of_work
from tests.conftest import SqliteDatabase

pytestmark = pytest.mark.sqlite_only


def write(app: Flask, seconds: float = 0.0) -> None:
    with app.app_context():
        with unit_of_work() as session:
            session.execute(text("UPDATE audit_head SET sequence = sequence + 1"))
            time.sleep(seconds)
        db.session.remove()


def write_often(app: Flask) -> None:
    for _ in range(5):
        write(app)


def test_writers_take_turns_and_none_is_lost(app: Flask) -> None:
    with app.app_context():
        before = db.session.execute(text("SELECT sequence FROM audit_head")).scalar_one()
        db.session.remove()
    threads = [threading.Thread(target=write_often, args=(app,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with app.app_context():
        assert db.session.execute(text("SELECT sequence FROM audit_head")).scalar_one() == before + 20
        db.session.remove()


def test_a_lock_that_is_not_let_go_is_a_database_error_in_good_time(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_writing, "BUSY_TIMEOUT_MS", 300)
    holder = threading.Thread(target=write, args=(app, 2.0))
    holder.start()
    time.sleep(0.3)
    begun = time.monotonic()
    with pytest.raises(OperationalError, match="locked"):
        write(app)
    assert time.monotonic() - begun < 1.5
    holder.join()
    write(app)


@pytest.mark.parametrize("seen", [0.05, pytest.param(60.0, id="the twin: nobody looks")])
def test_who_finds_no_place_waits_while_another_process_gets_on(
    app: Flask, database: SqliteDatabase, monkeypatch: pytest.MonkeyPatch, seen: float
) -> None:
    """Another process holds the lock almost always, but commits all the time: our writers are just not the next."""
    monkeypatch.setattr(sqlite_writing, "PROGRESS_SECONDS", seen)
    monkeypatch.setattr(sqlite_writing, "RETRY_SECONDS", (0.02, 0.03))
    monkeypatch.setattr(write_queue, "PATIENCE_SECONDS", 0.3)
    with app.app_context():
        monkeypatch.setattr(installation_of(db.engine).write_queue, "places", 1)
    refused, over = [], threading.Event()

    def write_ours() -> None:
        try:
            write(app)
        except WriteQueueFull:
            refused.append(True)

    def write_without_end() -> None:
        other = sqlite_module().connect(str(database.folder / "test.sqlite3"), isolation_level=None)
        other.execute("PRAGMA synchronous=OFF")
        other.execute("BEGIN IMMEDIATE")
        taken.set()
        while not over.is_set():
            for statement in ("UPDATE audit_head SET sequence = sequence + 1", "COMMIT", "BEGIN IMMEDIATE"):
                other.execute(statement)
            time.sleep(0.01)
        other.rollback()
        other.close()

    taken = threading.Event()
    threads = [threading.Thread(target=write_without_end), *(threading.Thread(target=write_ours) for _ in range(2))]
    for thread in threads:
        thread.start()
        taken.wait()
    time.sleep(1.2)
    over.set()
    for thread in threads:
        thread.join()
    assert bool(refused) == (seen > 1)


def test_where_the_others_cannot_be_seen_nobody_fails_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a write-ahead log, a waiting writer cannot even read whether others have committed, while one is about to write."""

    class Locked:
        def execute(self, _statement: str) -> None:
            raise sqlite_module().OperationalError("database is locked")

    monkeypatch.setattr(sqlite_writing, "PROGRESS_SECONDS", 0.0)
    others = sqlite_writing._OtherCommits(Locked(), WriteQueue())
    others.look()
    others.look()
    assert others._version is None


def test_who_reads_and_then_writes_has_read_the_newest(app: Flask) -> None:
    """No other transaction writes between the read and the write of a unit of work, and none fails because of it."""
    turns, faults = threading.Barrier(4), []

    def count_on() -> None:
        turns.wait()
        try:
            with app.app_context():
                with unit_of_work() as session:
                    found = session.execute(text("SELECT sequence FROM audit_head")).scalar_one()
                    time.sleep(0.02)
                    session.execute(text("UPDATE audit_head SET sequence = :next"), {"next": found + 1})
                db.session.remove()
        except OperationalError as error:
            faults.append(str(error))

    threads = [threading.Thread(target=count_on) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with app.app_context():
        assert (db.session.execute(text("SELECT sequence FROM audit_head")).scalar_one(), faults) == (4, [])
        db.session.remove()
