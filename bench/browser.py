"""A small browser: one connection, cookies, hidden fields. It does nothing else, so that it measures only the response time."""

from __future__ import annotations

import html
import http.client
import re
import time
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Self
from urllib.parse import urlencode, urlsplit

HIDDEN = re.compile(r"<input\b(?=[^>]*\btype=\"hidden\")[^>]*>", re.I)
IDLE_SECONDS = 5
ATTRIBUTE = re.compile(r"\b(name|value)=\"([^\"]*)\"")


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, text and redirect target."""

    status: int
    text: str
    location: str | None
    size: int

    def hidden(self) -> dict[str, str]:
        """Return the hidden fields of the page's last form (earlier forms are the header's)."""
        form = self.text[self.text.rfind("<form") :]
        found = {}
        for tag in HIDDEN.findall(form):
            attributes = dict(ATTRIBUTE.findall(tag))
            found[attributes["name"]] = html.unescape(attributes.get("value", ""))
        return found


class Browser:
    """Sends GET and POST requests to one server."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=120)
        self.cookies: dict[str, str] = {}
        self._used = 0.0

    @property
    def cookie(self) -> str:
        """Return the Cookie header."""
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def take(self, cookie: str) -> None:
        """Send this cookie (`name=value`) from now on."""
        name, _equals, value = cookie.partition("=")
        self.cookies[name] = value

    def get(self, path: str) -> Answer:
        """Fetch a page."""
        return self._ask("GET", path, None, {})

    def post(self, path: str, fields: dict[str, str], headers: dict[str, str] | None = None) -> Answer:
        """Send a form."""
        return self._ask("POST", path, urlencode(fields), {"Content-Type": "application/x-www-form-urlencoded"} | (headers or {}))

    def _ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Answer:
        if time.monotonic() - self._used > IDLE_SECONDS:
            self._connection.close()  # the server may have closed it by now; http.client opens another
        self._used = time.monotonic()
        if self.cookies:
            headers = headers | {"Cookie": self.cookie}
        self._connection.request(method, path, body, headers | {"Accept-Language": "es"})
        answer = self._connection.getresponse()
        content = answer.read()
        for line in answer.headers.get_all("Set-Cookie") or []:
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        text = content.decode("utf-8", "replace") if (answer.headers.get_content_maintype() == "text") else ""
        return Answer(answer.status, text, answer.headers.get("Location"), len(content))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._connection.close()
