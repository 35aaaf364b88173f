"""Request bodies are read by half of the threads at most; a slow one keeps no other request waiting."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from io import BytesIO
from typing import Any

import pytest

from seminar_app.web.body_reading import REFUSED, BodyReading


class Slow:
    """A body that comes when the test says so."""

    def __init__(self) -> None:
        self.reading, self.sent = threading.Event(), threading.Event()
        self._rest = b"x=1"

    def read(self, _size: int = -1) -> bytes:
        self.reading.set()
        self.sent.wait(10)
        rest, self._rest = self._rest, b""
        return rest


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    start_response("503 x" if environ.get(REFUSED) else "200 x", [])
    return [environ["wsgi.input"].read()]


def ask(app: BodyReading, body: Any, length: str = "3", **more: Any) -> tuple[str, bytes]:
    told: list[str] = []
    environ = {"REQUEST_METHOD": "POST", "CONTENT_LENGTH": length, "wsgi.input": body, **more}
    answer = b"".join(app(environ, lambda status, _headers: told.append(status[:3])))  # type: ignore[arg-type]
    return told[0], answer


def test_where_all_places_are_taken_a_body_is_refused_unread_and_a_page_is_not() -> None:
    app, slow = BodyReading(application, places=1, longest=100), Slow()
    answers: list[tuple[str, bytes]] = []
    sender = threading.Thread(target=lambda: answers.append(ask(app, slow)))
    sender.start()
    assert slow.reading.wait(5)
    unread = BytesIO(b"y=2")
    for length in ("3", "3".zfill(30), ""):
        assert ask(app, unread, length) == ("503", b"")
    assert unread.tell() == 0
    assert ask(app, BytesIO(), length="", REQUEST_METHOD="GET") == ("200", b"")
    slow.sent.set()
    sender.join(5)
    assert answers == [("200", b"x=1")]
    assert ask(app, BytesIO(b"y=2")) == ("200", b"y=2")


@pytest.mark.parametrize(
    ("body", "length", "more", "seen"),
    [
        (b"abc", "3", {}, b"abc"),
        (b"abcdef", "3", {}, b"abc"),
        (b"ab", "3", {}, b"ab"),
        (b"abc", "", {}, b"abc"),
        (b"a" * 200, "", {}, b"a" * 101),
        (b"abc", "x", {}, b"abc"),
        (b"abc", "3".zfill(30), {}, b"abc"),
        (b"abc", "9" * 30, {}, b""),
        (b"abc", "0", {}, b""),
        (b"abc", "", {"REQUEST_METHOD": "GET"}, b""),
    ],
)
def test_a_body_arrives_as_it_was_sent_and_never_longer_than_the_application_takes(
    body: bytes, length: str, more: dict[str, Any], seen: bytes
) -> None:
    assert ask(BodyReading(application, places=1, longest=100), BytesIO(body), length, **more) == ("200", seen)


@pytest.mark.parametrize(("announced", "read"), [(200, 200), (16_000_001, 0)])
def test_a_body_that_is_too_long_is_read_to_its_end_and_thrown_away_unless_it_is_huge(announced: int, read: int) -> None:
    """A proxy that still sends when the connection closes answers 502 in place of our page."""
    app, body = BodyReading(application, places=1, longest=100), BytesIO(b"a" * 200)
    assert ask(app, body, str(announced)) == ("200", b"")
    assert body.tell() == read
