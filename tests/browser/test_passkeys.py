"""A passkey in a real browser, with Chromium's virtual authenticator: made at the first sign-in, used at the next."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser

from seminar_app.core.actor import RoleName
from seminar_app.sign_in.hashing import hash_password
from tests.conftest import TestDatabase
from tests.support.factories import Make
from tests.support.server import LiveServer
from tests.support.visitor import DESK, PHONE, Visitor

pytestmark = pytest.mark.browser

PASSWORD = "four words nobody joins"
EMAIL = "ana@office.example"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def test_a_passkey_is_made_and_opens_the_next_sign_in(
    app: Flask, make: Make, chromium: Browser, database: TestDatabase, tmp_path: Path
) -> None:
    language, width = ("es", PHONE) if database.url.startswith("sqlite") else ("en", DESK)  # each language and width is tried once
    with app.app_context():
        password = hash_password(PASSWORD)
    make.account((RoleName.ADMIN, {}), email=EMAIL, name="Ana Ruiz", password=password, language=language)
    with LiveServer(database.url, tmp_path, environment={"SECOND_FACTOR": "on"}) as live:
        here = live.url.replace("127.0.0.1", "localhost")
        with Visitor(chromium, here, language=language, width=width) as ana:
            devices = ana.context.new_cdp_session(ana.page)
            devices.send("WebAuthn.enable")
            device = devices.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})["authenticatorId"]
            ana.page.goto("/login?next=/staff/audit-log/")
            password_right(ana)
            ana.look()
            ana.page.locator("a[href*='/login/set-up/passkey']").click()
            ana.look()
            ana.page.locator("[data-passkey] button").click()
            ana.page.wait_for_url(re.compile("/recovery-codes"))
            ana.look()
            assert ana.page.locator(".recovery-codes code").count() == 10
            ana.page.locator("main form button").click()
            ana.page.wait_for_url(re.compile(r"^[^?]*/staff/audit-log/$"))
            assert len(devices.send("WebAuthn.getCredentials", {"authenticatorId": device})["credentials"]) == 1

            ana.context.clear_cookies()
            ana.page.goto("/login")
            password_right(ana)
            ana.page.wait_for_url(re.compile("/login/second-step"))
            ana.look()
            ana.page.locator("[data-passkey] button").click()
            ana.page.wait_for_url(re.compile("/staff/installation$"))  # an administrator begins with what is left
            ana.go("/staff/account/")

            devices.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
            devices.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": device})
            devices.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
            ana.context.clear_cookies()
            ana.page.goto("/login")
            password_right(ana)
            ana.page.wait_for_url(re.compile("/login/second-step"))
            ana.page.locator("[data-passkey] button").click()
            ana.page.locator("[data-passkey] [role=alert]").wait_for(state="visible")
            assert "/login/second-step" in ana.page.url, "another device does not get in"


def password_right(ana: Visitor) -> None:
    ana.page.locator("input[name=email]").fill(EMAIL)
    ana.page.locator("input[type=password]").fill(PASSWORD)
    ana.page.locator("main form button[type=submit]").click()
