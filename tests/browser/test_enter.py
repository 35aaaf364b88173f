"""Enter in a field presses the form's own button, not one of the page's header that sends the same form."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect

from seminar_app.core.actor import RoleName
from seminar_app.sign_in.hashing import hash_password
from tests.support.factories import Make
from tests.support.server import LiveServer
from tests.support.visitor import DESK, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.sqlite_first]
EMAIL, PASSWORD = "organizer@office.example", "a-long-enough-password-2014"


@pytest.mark.parametrize("javascript", [True, False])
def test_somebody_signs_in_by_enter(make: Make, chromium: Browser, server: LiveServer, app: Flask, *, javascript: bool) -> None:
    with app.app_context():
        password = hash_password(PASSWORD)
    make.account((RoleName.ORGANIZER, {"office_id": make.office().id}), email=EMAIL, password=password, language="en")
    with Visitor(chromium, server.url, language="en", width=DESK, javascript=javascript) as visitor:
        page = visitor.go("/staff/account/")
        page.fill("#email", EMAIL)
        page.fill("#password", PASSWORD)
        page.press("#password", "Enter")
        page.wait_for_url("**/staff/account/")
        expect(page.locator("main")).to_contain_text(EMAIL)
