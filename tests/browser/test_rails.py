"""The server answers a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.support.server import LiveServer

pytestmark = pytest.mark.browser


def test_an_address_that_is_not_there_answers_in_the_language_of_the_browser(chromium: Browser, server: LiveServer) -> None:
    context = chromium.new_context(locale="es-MX")
    page = context.new_page()
    answer = page.goto(f"{server.url}/no-such-page")
    assert answer is not None
    assert answer.status == 404
    assert page.locator("h1").inner_text() == "No encontramos esta página"
    context.close()
