"""Many people sending the registration form at once, over real connections."""

from __future__ import annotations

import http.client
import re
import threading
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlencode

Given = TypeVar("Given")
Found = TypeVar("Found")

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@dataclass(frozen=True)
class Answer:
    """What came back; status 0 is no answer at all."""

    status: int
    location: str = ""
    body: bytes = b""


@dataclass
class FormSender:
    """Opens the form once, then sends it for anybody: what a browser keeps between the two is a cookie and a token.

    Args:
        port: of a server on the loopback address.
        agency: code of the agency that everybody is of.
    """

    port: int
    agency: str
    cookie: str = ""
    token: str = ""

    def open(self, slug: str) -> None:
        """Fetch the form."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", f"/seminars/{slug}/register")
        answer = connection.getresponse()
        body = answer.read().decode()
        assert answer.status == 200, body[:500]
        self.cookie = (answer.getheader("Set-Cookie") or "").split(";")[0]
        found = TOKEN.search(body)
        assert found, "the form has no token"
        self.token = found[1]
        connection.close()

    def send(self, slug: str, name: str, submission: uuid.UUID) -> Answer:
        """Send the form for somebody of this given name; without an answer the status is 0."""
        body = urlencode(
            {
                "csrf_token": self.token,
                "submission_id": submission.hex,
                "notice": "1.es",
                "given_names": name,
                "surname1": "López",
                "agency": self.agency,
                "position": "Fiscal",
                "email": f"{name.lower()}@pgr.example",
                "language": "es",
                "notice_read": "y",
            }
        )
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": self.cookie}
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            try:
                connection.request("POST", f"/seminars/{slug}/register", body, headers)
                answer = connection.getresponse()
                return Answer(answer.status, answer.getheader("Location") or "", answer.read())
            except (OSError, http.client.HTTPException):
                return Answer(0)


def at_once(pool: ThreadPoolExecutor, work: Callable[[Given], Found], given: Sequence[Given]) -> list[Found]:
    """Do the work for all, each in a thread of its own, all starting at the same instant."""
    gate = threading.Barrier(len(given))

    def begin(one: Given) -> Found:
        gate.wait()
        return work(one)

    return list(pool.map(begin, given))


def letters(number: int) -> str:
    """A name for a number: names have no digits."""
    name = ""
    while True:
        number, rest = divmod(number, 26)
        name = chr(97 + rest) + name
        if number == 0:
            return name.capitalize()
