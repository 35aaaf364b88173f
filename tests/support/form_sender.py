"""Many clients that send forms at once, over real connections."""

from __future__ import annotations

import http.client
import re
import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlencode

from tests.support.mailbox import button_after

Given = TypeVar("Given")
Found = TypeVar("Found")

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
TIMEOUT_SECONDS = 60
TAKEN = 303


@dataclass(frozen=True)
class Answer:
    """The answer of the server; status 0 means no answer."""

    status: int
    location: str = ""
    body: bytes = b""
    retry_after: str = ""
    cookie: str = ""


def send(port: int, method: str, path: str, *, cookie: str = "", fields: Mapping[str, str] | None = None) -> Answer:
    """Send one request over a connection of its own; without an answer the status is 0."""
    headers = {"Cookie": cookie} if cookie else {}
    if fields is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)) as connection:
        try:
            connection.request(method, path, urlencode(fields) if fields is not None else None, headers)
            answer = connection.getresponse()
            told = [answer.getheader(name) or "" for name in ("Location", "Retry-After", "Set-Cookie")]
            return Answer(answer.status, told[0], answer.read(), told[1], told[2].split(";")[0])
        except (OSError, http.client.HTTPException):
            return Answer(0)


def entry_of(name: str, agency: str) -> dict[str, str]:
    """Return the registration form of a person with this given name."""
    return {
        "given_names": name,
        "surname1": "López",
        "sex": "-",
        "agency": agency,
        "position": "Fiscal",
        "email": address_of(name),
        "language": "es",
    }


def address_of(name: str) -> str:
    """Return the e-mail address of the person with this given name."""
    return f"{name.lower()}@pgr.example"


@dataclass
class FormSender:
    """Opens the form once, then sends it for any person. Between requests it keeps a cookie, and staff's token, as a browser does.

    Args:
        port: of a server on the loopback address.
        agency: code of the agency of all people.
    """

    port: int
    agency: str
    cookie: str = ""
    token: str = ""

    def open(self, slug: str) -> None:
        """Fetch the form."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_SECONDS)
        connection.request("GET", f"/seminars/{slug}/register")
        answer = connection.getresponse()
        body = answer.read().decode()
        assert answer.status == 200, body[:500]
        self.cookie = (answer.getheader("Set-Cookie") or "").split(";")[0]
        assert 'name="submission_id"' in body, "this is no form"
        connection.close()

    def send(self, slug: str, name: str, submission: uuid.UUID) -> Answer:
        """Send the form for the person with this given name; without an answer the status is 0."""
        return self.post(
            f"/seminars/{slug}/register",
            entry_of(name, self.agency) | {"submission_id": submission.hex, "notice": "1.es", "notice_read": "y"},
        )

    def press(self, sent: Answer) -> Answer:
        """Press the button in the mail of a form, after the answer to it: the answer leads to the personal page."""
        return self.post(button_after(sent.location), {})

    def register(self, slug: str, name: str, submission: uuid.UUID) -> Answer:
        """Send the form and press the button of its mail; return the answer that came last."""
        sent = self.send(slug, name, submission)
        return self.press(sent) if sent.status == TAKEN else sent

    def post(self, path: str, fields: Mapping[str, str]) -> Answer:
        """Send any form with this browser's cookie and token."""
        return send(self.port, "POST", path, cookie=self.cookie, fields=({"csrf_token": self.token} if self.token else {}) | dict(fields))


def at_once(pool: ThreadPoolExecutor, work: Callable[[Given], Found], given: Sequence[Given]) -> list[Found]:
    """Call `work` for all, each in its own thread, all starting at the same instant."""
    gate = threading.Barrier(len(given))

    def begin(one: Given) -> Found:
        gate.wait()
        return work(one)

    return list(pool.map(begin, given))


def letters(number: int) -> str:
    """Return a name for a number, because names have no digits."""
    name = ""
    while True:
        number, rest = divmod(number, 26)
        name = chr(97 + rest) + name
        if number == 0:
            return name.capitalize()
