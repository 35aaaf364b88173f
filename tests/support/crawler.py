"""Walk the site: follow every link, and remember every form on the way."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from flask import Flask
from werkzeug.exceptions import HTTPException

from tests.support.checking_client import CheckingClient, Page

TIMES = 2
"""Number of addresses of one endpoint (with the same query names) that are opened."""


@dataclass(frozen=True)
class Form:
    """A form on a page: its page, its action, and what a browser would send."""

    page: str
    action: str
    method: str
    fields: tuple[tuple[str, str], ...]


@dataclass
class Walk:
    """Pages, endpoints and forms that a walk has found."""

    pages: dict[str, Page] = field(default_factory=dict)
    forms: list[Form] = field(default_factory=list)
    endpoints: set[str] = field(default_factory=set)


def endpoint_of(app: Flask, url: str, method: str = "GET") -> str | None:
    """Return the endpoint of an address of the site, or None."""
    try:
        endpoint, _values = app.url_map.bind("localhost").match(urlsplit(url).path, method=method)
    except HTTPException:
        return None
    return str(endpoint)


def walk(app: Flask, client: CheckingClient, *starts: str) -> Walk:
    """Open the pages and all that they link to within the site. Each must answer 200 and pass the client's checks."""
    seen, opened, known_forms = Walk(), Counter[tuple[str, tuple[str, ...]]](), set[tuple[str, str, tuple[str, ...]]]()
    queue = deque(starts)
    while queue:
        url = queue.popleft()
        endpoint = endpoint_of(app, url)
        if endpoint is None or endpoint == "static" or url in seen.pages:
            continue
        kind = (endpoint, tuple(sorted(name for name, _ in parse_qsl(urlsplit(url).query))))
        opened[kind] += 1
        if opened[kind] > TIMES:
            continue
        page = client.get(url, status=None)
        if page.response.status_code in (302, 303, 308):
            queue.append(page.response.headers["Location"].removeprefix("http://localhost"))
            seen.endpoints.add(endpoint)
            continue
        assert page.response.status_code == 200, f"{url} answered {page.response.status_code}"
        seen.pages[url] = page
        seen.endpoints.add(endpoint)
        if page.response.mimetype != "text/html":
            continue
        queue.extend(_links(page, url))
        for form in _forms(page, url):
            key = (
                form.method,
                endpoint_of(app, form.action, form.method.upper()) or form.action,
                tuple(sorted({n for n, _ in form.fields})),
            )
            if key not in known_forms:
                known_forms.add(key)
                seen.forms.append(form)
                if form.method == "get":
                    queue.append(f"{form.action.split('?')[0]}?{urlencode(form.fields)}")
    return seen


def _links(page: Page, url: str) -> list[str]:
    found = [urljoin(url, link.attrs.get("href") or "") for link in page.select("a[href]")]
    return [link for link in found if not urlsplit(link).scheme and not urlsplit(link).netloc]


def _forms(page: Page, url: str) -> list[Form]:
    found = []
    for form in page.select("form"):
        fields = []
        for element in form.query("input, select, textarea, button[name]"):
            name, kind = element.attrs.get("name"), (element.attrs.get("type") or "").lower()
            if name and kind != "file":
                fields.append((name, _sent(element)))
        action = urljoin(url, form.attrs.get("action") or url)
        found.append(Form(url, action, (form.attrs.get("method") or "get").lower(), tuple(fields)))
    return found


def _sent(element: Any) -> str:
    attributes = element.attrs
    if element.name == "select":
        options = element.query("option")
        chosen = [option for option in options if "selected" in option.attrs] or options[:1]
        return str(chosen[0].attrs.get("value") or "") if chosen else ""
    if element.name == "textarea":
        return str(element.to_text())
    return str(attributes.get("value") or "")
