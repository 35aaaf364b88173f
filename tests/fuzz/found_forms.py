"""Find the forms on the pages, and fill in each so that it is accepted."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urljoin, urlsplit

from flask import Flask
from werkzeug.test import TestResponse

from seminar_app.web.languages import SWITCH
from tests.access.sending import NEW_PASSWORD
from tests.access.world import PASSWORD
from tests.support.crawler import endpoint_of

OF_EACH = 1
"""Number of addresses of one endpoint (with the same query names) that are opened besides the starts."""
NOT_SENT = ("submit", "button", "image", "file", "reset")
BY_NAME = {"agency": "PGR", "year": "2019", "code": "NEWCODE", "title_es": "Entrevista", "surname2": "Ibáñez", "unit": "Norte"}
"""Values for fields whose page does not say what they need, and for a few fields that may stay empty."""
Attributes = dict[str, str | None]


@dataclass(frozen=True)
class FoundForm:
    """A form with the values of a well-meaning person.

    Args:
        who: the person in whose browser it stands.
        method: of the form.
        action: address to send it to.
        endpoint: that receives it.
        filled: names and values.
        buttons: names of its buttons; the value of one of them is in `filled`.
        typed: whether people fill something in.
        switched: whether the page's language switch sends it.
        longest: the longest text that a field takes, by its name.
    """

    who: str
    method: str
    action: str
    endpoint: str
    filled: tuple[tuple[str, str], ...]
    buttons: frozenset[str] = frozenset()
    typed: bool = False
    switched: bool = False
    longest: tuple[tuple[str, int], ...] = ()

    def __str__(self) -> str:
        return f"{self.method} {self.endpoint} as {self.who}"


@dataclass
class Found:
    """Result of a walk: opened addresses with their status, and forms, each once by target and fields."""

    pages: dict[str, int] = field(default_factory=dict)
    forms: dict[object, FoundForm] = field(default_factory=dict)


def find(app: Flask, get: Callable[[str], TestResponse], who: str, starts: Iterable[str], today: date) -> Found:
    """Follow every link from the starts, as `crawler.walk` does, without checking the pages: other tests do that, and it is slow."""
    found, opened, queue, given = Found(), Counter[object](), deque(starts), set(starts)
    while queue:
        url = queue.popleft()
        endpoint = endpoint_of(app, url)
        if endpoint in (None, "static") or url in found.pages:
            continue
        kind = (endpoint, tuple(sorted(name for name, _ in parse_qsl(urlsplit(url).query))))
        if url not in given:
            if opened[kind] >= OF_EACH:
                continue
            opened[kind] += 1
        response = get(url)
        found.pages[url] = response.status_code
        queue.extend([response.headers["Location"].removeprefix("http://localhost")] if "Location" in response.headers else [])
        if response.mimetype == "text/html":
            page = _Page(today)
            page.feed(response.get_data(as_text=True))
            queue.extend(link for href in page.links if not urlsplit(link := urljoin(url, href)).netloc)
            for form in page.forms:
                action = urljoin(url, form.action or url)
                to = endpoint_of(app, action, form.method) or action
                key = (form.method, to, tuple(sorted({name for name, _ in form.filled})), tuple(form.pressed.items()))
                told = FoundForm(
                    who,
                    form.method,
                    action,
                    to,
                    tuple(form.filled),
                    buttons=frozenset(form.buttons),
                    typed=form.typed,
                    switched=form.id is not None and form.id == page.switches,
                    longest=tuple(form.longest.items()),
                )
                found.forms.setdefault(key, told)
    return found


@dataclass
class _Form:
    method: str
    action: str | None
    id: str | None
    filled: list[tuple[str, str]] = field(default_factory=list)
    pressed: dict[str, str] = field(default_factory=dict)
    buttons: set[str] = field(default_factory=set)
    typed: bool = False
    longest: dict[str, int] = field(default_factory=dict)


class _Page(HTMLParser):
    """Parser for links and forms of our own pages, in which every tag is closed."""

    def __init__(self, today: date) -> None:
        super().__init__()
        self.today = today
        self.links: list[str] = []
        self.forms: list[_Form] = []
        self.switches: str | None = None
        self._form: _Form | None = None
        self._select: tuple[str, bool, list[tuple[str, bool]]] | None = None
        self._area: str | None = None
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "a" and attributes.get("href"):
            self.links.append(attributes["href"] or "")
        elif tag == "form":
            self._form = _Form((attributes.get("method") or "get").upper(), attributes.get("action"), attributes.get("id"))
            self.forms.append(self._form)
        elif tag == "button" and attributes.get("name") == SWITCH:
            self.switches = attributes.get("form")
        elif tag == "option" and self._select is not None:
            self._select[2].append((attributes.get("value") or "", "selected" in attributes))
        elif self._form is not None and (name := attributes.get("name")) and name != "csrf_token":
            self._field(self._form, tag, name, attributes)

    def _field(self, form: _Form, tag: str, name: str, attributes: Attributes) -> None:
        kind, value = (attributes.get("type") or "").lower(), attributes.get("value") or ""
        if tag == "button":
            form.buttons.add(name)
        form.typed = form.typed or (tag != "button" and kind not in (*NOT_SENT, "hidden"))
        if (length := attributes.get("maxlength")) and kind in ("", "text"):
            form.longest[name] = int(length)
        if tag == "select":
            self._select = (name, "required" in attributes, [])
        elif tag == "textarea":
            self._area, self._text = name, ""
        elif tag == "button" or kind == "radio":  # one of them is pressed or chosen
            if form.pressed.setdefault(name, value) == value and (name, value) not in form.filled:
                form.filled.append((name, value))
        elif tag == "input" and kind == "checkbox":
            form.filled.append((name, value or "on"))
        elif tag == "input" and kind not in NOT_SENT:
            form.filled.append((name, value or (self._typed(kind, name) if _is_needed(kind, name, attributes) else "")))

    def _typed(self, kind: str, name: str) -> str:
        by_kind = {
            "email": "rosa.ortega@pgr.example",
            "number": "20",
            "date": (self.today + timedelta(days=40)).isoformat(),
            "time": {"starts": "20:00", "ends": "21:00"}.get(name, "09:30"),
            "tel": "998 123 4567",
            "password": NEW_PASSWORD if "new" in name else PASSWORD,
        }
        return by_kind.get(kind) or BY_NAME.get(name, "Ortega")

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select" and self._select is not None:
            name, required, options = self._select
            wanted = [value for value, _ in options if value and value == BY_NAME.get(name)]
            picked = (
                wanted
                or [value for value, selected in options if selected]
                or [value for value, _ in options if value or not required]
                or [""]
            )
            if self._form is not None:
                self._form.filled.append((name, picked[0]))
            self._select = None
        elif tag == "textarea" and self._area is not None:
            if self._form is not None:
                self._form.filled.append((self._area, self._text.strip() or "Nada que añadir."))
            self._area = None


def _is_needed(kind: str, name: str, attributes: Attributes) -> bool:
    return "required" in attributes or kind == "date" or name in BY_NAME
