"""Many senders that never finish their bodies, against the real server: health and pages answer all the while."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from tests.conftest import TestDatabase
from tests.faults.serving import FAR, serving
from tests.support.factories import Make
from tests.support.production import Machine, production
from tests.support.proxy import NAME, Proxy

SLOW, SECONDS = 64, 6.0
SECONDS_IN_FULL = 40.0
PAGES = 20
MOST_SECONDS = 1.0
HEAD = "POST /language HTTP/1.1\r\nHost: {}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 5000\r\n\r\n"


@contextmanager
def slow_senders(port: int, host: str, *, tls: bool = False) -> Iterator[list[socket.socket]]:
    """Open connections that send a head and then a byte every two seconds."""
    over = threading.Event()
    with ExitStack() as stack:
        senders = []
        for _ in range(SLOW):
            sender = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10))
            if tls:
                anyone = ssl.create_default_context()
                anyone.check_hostname, anyone.verify_mode = False, ssl.CERT_NONE
                sender = stack.enter_context(anyone.wrap_socket(sender, server_hostname=host))
            sender.sendall(HEAD.format(host).encode())
            senders.append(sender)

        def drip() -> None:
            while not over.wait(2):
                for sender in senders:
                    try:
                        sender.sendall(b"x")
                    except OSError:  # cut off, which is right
                        continue

        thread = threading.Thread(target=drip)
        thread.start()
        try:
            yield senders
        finally:
            over.set()
            thread.join()


def slowest(ask: object, seconds: float) -> float:
    """Ask for health and a page twenty times over the time; return the longest an answer took."""
    assert callable(ask)
    longest, begun = 0.0, time.monotonic()
    for number in range(PAGES):
        for path in ("/healthz", "/"):
            asked = time.monotonic()
            assert ask(path) == 200, path
            longest = max(longest, time.monotonic() - asked)
        time.sleep(max(0.0, begun + seconds * (number + 1) / PAGES - time.monotonic()))
    return longest


def asks(port: int) -> object:
    import http.client

    def ask(path: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.request("GET", path, headers={"Cookie": "session=none"})  # a cookie: the page cache does not answer
            return connection.getresponse().status
        finally:
            connection.close()

    return ask


@pytest.mark.sqlite_first
@pytest.mark.parametrize("seconds", [SECONDS, pytest.param(SECONDS_IN_FULL, marks=pytest.mark.full)])
def test_slow_senders_stop_nobody(database: TestDatabase, make: Make, session: Session, tmp_path: Path, seconds: float) -> None:
    make.seminar(seats=5, starts_on=FAR, ends_on=FAR)
    session.rollback()
    with serving(database, tmp_path) as live, slow_senders(live.port, "localhost"):
        assert slowest(asks(live.port), seconds) < MOST_SECONDS


@pytest.mark.full
@pytest.mark.sqlite_only
def test_where_every_thread_may_read_a_body_slow_senders_stop_the_server(
    database: TestDatabase, make: Make, session: Session, tmp_path: Path
) -> None:
    """The broken twin: as many places as threads."""
    make.seminar(seats=5, starts_on=FAR, ends_on=FAR)
    session.rollback()
    with (
        serving(database, tmp_path, broken="bodies") as live,
        slow_senders(live.port, "localhost"),
        pytest.raises((AssertionError, OSError)),
    ):
        assert slowest(asks(live.port), SECONDS) < MOST_SECONDS


@pytest.mark.sqlite_only
@pytest.mark.parametrize("seconds", [SECONDS, pytest.param(SECONDS_IN_FULL, marks=pytest.mark.full)])
def test_behind_the_proxy_they_do_not_even_reach_the_server(
    database: TestDatabase, make: Make, session: Session, tmp_path: Path, seconds: float
) -> None:
    make.seminar(seats=5, starts_on=FAR, ends_on=FAR)
    session.rollback()
    with (
        Machine(tmp_path / "one", production(database.url, WEB_WORKERS="1")) as machine,
        Proxy(tmp_path, [machine.port]) as proxy,
        slow_senders(proxy.port, NAME, tls=True),
    ):
        assert slowest(lambda path: proxy.ask(path).status, seconds) < MOST_SECONDS
