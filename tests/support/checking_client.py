"""A test client that checks every page it fetches, so that no test can forget to."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import Context
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cache, cached_property
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, before_render_template, g, has_app_context
from flask.testing import FlaskClient
from msgspec import Struct
from sqlalchemy import Row
from turbohtml import Document, parse
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from seminar_app.core.data_subject import KEY, DataSubject
from seminar_app.core.tables import Base
from seminar_app.web.access import policy_of
from tests.support import markup
from tests.support.markup import Element


class FreshClient(FlaskClient):
    """A client that sends each request in a new application context, as a server does.

    Flask would otherwise share the test's own application context with the request, and with it `g` and the database session.
    Then one request would find what another one stored.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request."""
        return Context().run(super().open, *args, **kwargs)


HANDLER = re.compile(r"^on[a-z]+$")


class PageFault(AssertionError):
    """A fetched page breaks a rule for all pages."""


@dataclass
class Page:
    """An answer, parsed when it is looked at; one that is no page has no elements."""

    response: TestResponse

    @cached_property
    def html(self) -> Document:
        """The page's tree."""
        return parse(self.response.get_data(as_text=True) if self.response.mimetype == "text/html" else "")

    @property
    def text(self) -> str:
        """All text that a person reads, with spaces folded."""
        return " ".join(" ".join(body.to_text() for body in self.select("body")).split())

    def select(self, selector: str) -> list[Element]:
        """Return elements by CSS selector."""
        return markup.select(self.html, selector)

    def one(self, selector: str) -> Element:
        """Return the only element that the selector finds."""
        found = self.select(selector)
        assert len(found) == 1, f"{len(found)} elements match {selector}"
        return found[0]

    def fields(self, form_selector: str) -> dict[str, list[str]]:
        """Return what a browser would send from this form unchanged: names and values."""
        return fields_of(self.one(form_selector))


def fields_of(form: Element) -> dict[str, list[str]]:
    """Return what a browser would send from this form unchanged: names and values."""
    values: dict[str, list[str]] = {}
    for element in form.query("input, select, textarea"):
        name = element.attrs.get("name")
        kind = (element.attrs.get("type") or "").lower()
        if not name or "disabled" in element.attrs or kind in ("submit", "button", "file", "image"):
            continue
        if kind in ("checkbox", "radio"):
            if "checked" in element.attrs:
                value = element.attrs.get("value")
                values.setdefault(name, []).append("on" if value is None else value)
        elif element.name == "select":
            options = element.query("option")
            chosen = [o for o in options if "selected" in o.attrs] or ([] if "multiple" in element.attrs else options[:1])
            values.setdefault(name, []).extend(_value(o) for o in chosen)
        elif element.name == "textarea":
            values.setdefault(name, []).append(element.to_text())
        else:
            values.setdefault(name, []).append(element.attrs.get("value") or "")
    return values


def _value(option: Element) -> str:
    value = option.attrs.get("value")
    return option.to_text() if value is None else value


@dataclass
class CheckingClient:
    """Fetches pages of the app, and fails the test if a page breaks a rule for all pages."""

    flask: FlaskClient
    language: str = "en"
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, url: str, *, status: int | None = 200, **kwargs: Any) -> Page:
        """Fetch a page. The status must be `status` (None: whoever asks looks at it), and an HTML page must pass the checks."""
        forget_the_last_request()
        with no_mapped_people(self.flask.application):
            response = self.flask.get(url, headers=self._headers(), **kwargs)
        return self._page(response, url, status)

    def post(self, url: str, data: dict[str, Any] | None = None, *, status: int = 303, **kwargs: Any) -> Page:
        """Send a form without opening its page first. Most tests want `submit`."""
        forget_the_last_request()
        headers = self._headers() | kwargs.pop("headers", {})
        with no_mapped_people(self.flask.application):
            response = self.flask.post(url, data=data, headers=headers, **kwargs)
        return self._page(response, url, status)

    def submit(self, url: str, data: dict[str, Any] | None = None, *, form: str = "main form", status: int = 303) -> Page:
        """Open a page, fill in one of its forms and send it, with hidden fields and token.

        A value of None leaves the field out, as an unchecked box does.
        """
        page = self.get(url)
        element = page.one(form)
        values: dict[str, Any] = dict(page.fields(form))
        unknown = set(data or {}) - {e.attrs.get("name") for e in element.query("input, select, textarea, button")}
        assert not unknown, f"the form at {url} has no field {sorted(unknown)}"
        for name, value in (data or {}).items():
            if value is None:
                values.pop(name, None)
            else:
                values[name] = value
        return self.post(element.attrs.get("action") or url, values, status=status)

    def follow(self, page: Page) -> Page:
        """Open the target of a 303."""
        return self.get(page.response.headers["Location"])

    def _headers(self) -> dict[str, str]:
        return {"Accept-Language": self.language} | self.headers

    def _page(self, response: TestResponse, url: str, status: int | None) -> Page:
        body = response.get_data(as_text=True) if (response.mimetype or "").startswith("text/") else ""
        assert status in (None, response.status_code), f"{url} answered {response.status_code}, not {status}: {_gist(body)}"
        if response.mimetype != "text/html" or response.status_code in (301, 302, 303, 304) or not body:
            return Page(response)
        page = Page(response)
        if faults := list(_faults(page, body, self.flask.application, whole="<html" in body[:300])):
            raise PageFault(f"{url}:\n" + "\n".join(f"  - {fault}" for fault in faults))
        return page


@contextmanager
def no_mapped_people(app: Flask) -> Iterator[None]:
    """Fail if a template meanwhile gets a row with a participant's data, in whatever container: templates get `ShownPerson`."""
    found: list[str] = []

    def look(_app: Flask, template: Any, context: dict[str, Any], **_more: Any) -> None:
        found.extend(f"{template.name} gets {what}" for what in mapped_people(context))

    with before_render_template.connected_to(look, app):
        yield
    if found:
        raise PageFault(f"rows of people in templates: {found}")


def mapped_people(values: Any) -> Iterator[str]:
    """Yield where a row of a table with a participant's columns is found, within mappings, dataclasses and collections."""
    waiting, seen = [("", values)], set[int]()
    while waiting:
        where, value = waiting.pop()
        if isinstance(value, str | bytes | int | float | None) or id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, Base):
            if _tells_of_participants(type(value)):
                yield f"{type(value).__name__} as {where}"
        elif isinstance(value, Row):
            waiting += [(f"{where}[{place}]", each) for place, each in enumerate(value)]
        elif isinstance(value, Mapping):
            waiting += [(f"{where}.{key}", each) for key, each in value.items()]
        elif isinstance(value, Struct):
            waiting += [(f"{where}.{name}", getattr(value, name)) for name in value.__struct_fields__]
        elif is_dataclass(value) and not isinstance(value, type):
            waiting += [(f"{where}.{each.name}", getattr(value, each.name)) for each in fields(value)]
        elif isinstance(value, list | tuple | set | frozenset | deque):
            waiting += [(f"{where}[{place}]", each) for place, each in enumerate(value)]


@cache
def _tells_of_participants(kind: type[Base]) -> bool:
    return any(column.info.get(KEY) is DataSubject.PARTICIPANT for column in kind.__table__.columns)


def forget_the_last_request() -> None:
    """Empty `g`. A test with a database session has an app context, and Flask lets its requests share that context."""
    if has_app_context():
        vars(g).clear()


def _gist(body: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())[:400]


def _needs_token(app: Flask, path: str) -> bool:
    """Whether the address that a form goes to asks for a token where the browser does not say where the form comes from."""
    try:
        endpoint, _values = app.url_map.bind("localhost").match(path, method="POST")
    except HTTPException:
        return True
    policy = policy_of(app, endpoint)
    return policy is None or policy.token


def _faults(page: Page, body: str, app: Flask, *, whole: bool) -> Any:
    if whole:
        yield from (f"not valid HTML: {fault}" for fault in markup.faults(body, page.html))
        yield from _faults_of_a_whole_page(page)
    ids = Counter(element.attrs["id"] for element in page.select("[id]"))
    yield from (f"the id {name} is there {count} times" for name, count in ids.items() if count > 1)
    csp = page.response.headers.get("Content-Security-Policy", "")
    for script in page.select("script"):
        nonce = script.attrs.get("nonce")
        if (script.attrs.get("type") or "") != "application/json" and (not nonce or f"'nonce-{nonce}'" not in csp):
            yield "a script without this page's nonce"
    for node in page.html.iter_elements():
        names = node.attrs.keys()
        if "style" in names or any(HANDLER.match(name) for name in names):
            yield f"<{node.tag}> carries an inline style or handler, which the policy forbids"
    for form in page.select("form"):
        action = urlsplit(form.attrs.get("action") or "")
        if action.netloc:
            yield f"a form leads away to {action.netloc}"
        is_post = (form.attrs.get("method") or "get").lower() == "post"
        if is_post and not form.query("[name=csrf_token]") and _needs_token(app, action.path or page.response.request.path):
            yield f"the form to {action.path or 'this page'} carries no CSRF token"
    labelled = {label.attrs.get("for") for label in page.select("label")}
    for control in page.select("input, select, textarea"):
        if (control.attrs.get("type") or "") in ("hidden", "submit", "button"):
            continue
        named = control.attrs.get("aria-label") or control.attrs.get("aria-labelledby") or control.attrs.get("id") in labelled
        if not named:
            yield f"the field {control.attrs.get('name')} has no label"


def _faults_of_a_whole_page(page: Page) -> Any:
    headings = [heading.to_text().strip() for heading in page.select("h1")]
    if len(headings) != 1:
        yield f"{len(headings)} h1 headings: {headings}"
    titles = [" ".join(title.to_text().split()) for title in page.select("head title")]
    if len(titles) != 1 or (headings and not titles[0].removeprefix("Error: ").startswith(" ".join(headings[0].split()))):
        yield f"the title {titles} does not begin with the heading {headings}"
    sent_from_outside = {button.attrs["form"]: button for button in reversed(page.select("header button[form]"))}
    for form, first in sent_from_outside.items():
        if first.attrs.get("name"):
            yield f"Enter in a field of {form} presses {first.to_text()!r}, which stands before it"
    language = page.one("html").attrs.get("lang")
    if language not in ("es", "en"):
        yield f"lang is {language!r}"
