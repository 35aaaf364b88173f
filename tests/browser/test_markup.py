"""Markup in any text that people write has no effect in a real browser: no script, no image, and nothing for the policy to block."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, ConsoleMessage, Dialog
from sqlalchemy.orm import Session

from tests.access.test_markup import all_pages, spoiled_world
from tests.conftest import TestDatabase
from tests.support.crawler import endpoint_of
from tests.support.factories import Make
from tests.support.server import LiveServer


def one_of_each(app: Flask, urls: list[str]) -> list[str]:
    """Return the first address of each endpoint with the same query names. The walk opens two of them."""
    first: dict[object, str] = {}
    for url in urls:
        first.setdefault((endpoint_of(app, url), tuple(sorted(parse_qs(urlsplit(url).query)))), url)
    return list(first.values())


@pytest.mark.browser
@pytest.mark.sqlite_only
@pytest.mark.parametrize("all_of_them", [pytest.param(False, id="short"), pytest.param(True, id="full", marks=pytest.mark.full)])
def test_markup_does_nothing_in_a_browser(
    app: Flask, make: Make, session: Session, database: TestDatabase, chromium: Browser, tmp_path: Path, *, all_of_them: bool
) -> None:
    world = spoiled_world(app, make, session)
    urls = [url for url, page in all_pages(app, world).pages.items() if page.response.mimetype == "text/html"]
    if not all_of_them:
        urls = one_of_each(app, urls)
    said: list[str] = []

    def console(message: ConsoleMessage) -> None:
        if message.type == "error" or "Content Security Policy" in message.text:
            said.append(f"{page.url}: {message.text}")

    def dialog(shown: Dialog) -> None:
        said.append(f"{page.url} opened a dialog")
        shown.dismiss()

    with LiveServer(database.url, tmp_path, workers=1) as server:
        context = chromium.new_context(base_url=server.url, locale="en-US")
        context.add_cookies([{"name": "session", "value": world.cookies["everybody"], "url": server.url}])
        page = context.new_page()
        page.on("console", console)
        page.on("dialog", dialog)
        for url in urls:
            page.goto(url, wait_until="load")
            if page.locator("img[src=x]").count():
                said.append(f"{url} holds the image")
        context.close()
    assert len(urls) > 40
    assert said == []
