"""A person with unmistakable data goes through every journey; afterwards none of the data are where they must not be."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask, current_app
from playwright.sync_api import Browser, Page, Request
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.audit.models import AuditRow
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.messages.models import Message
from seminar_app.messages.rendering import write
from seminar_app.registration.models import Registration
from seminar_app.seminars.rules import Asked
from seminar_app.sign_in.hashing import hash_password
from tests.access.world import PASSWORD, link_of
from tests.conftest import TestDatabase
from tests.support.factories import Make
from tests.support.mailbox import button_after
from tests.support.server import LiveServer
from tests.support.visitor import settled

pytestmark = pytest.mark.browser

GIVEN, SURNAME, OTHER = "Quetzalcanaria", "Zyxwvucanaria", "Wachicanaria"
MAILBOX = "kanarievogel@fgr.example"
PHONE, UNIT, POSITION = "+525512345987", "Unidad Pajarera", "Canaricultora"
CURP = "HEMN841101MSPRRR02"
CANARIES = (GIVEN, SURNAME, OTHER, "kanarievogel", "12345987", "Pajarera", "Canaricultora", CURP)


def found_in(text: str) -> list[str]:
    """Return which of the person's data the text contains, in any spelling."""
    folded = text.casefold()
    return [canary for canary in CANARIES if canary.casefold() in folded]


def register(page: Page, slug: str) -> None:
    page.goto(f"/seminars/{slug}/register")
    for name, value in (("given_names", GIVEN), ("surname1", SURNAME), ("surname2", OTHER), ("unit", UNIT), ("position", POSITION)):
        page.locator(f"[name={name}]").fill(value)
    page.locator("[name=email]").fill(MAILBOX)
    page.locator("[name=phone]").fill(PHONE)
    page.locator("[name=curp]").fill(CURP)
    page.evaluate("document.querySelector('[name=agency]').value = 'FGR'")
    page.locator("label[for=sex-0]").click()
    page.locator("label[for=notice_read]").click()
    page.locator("main form button:not([type=button])").last.click()
    page.wait_for_url("**/sent/**")
    page.goto(button_after(page.url))
    page.locator("main form button").last.click()
    page.wait_for_url("**/registrations/**")


def look_everywhere(page: Page, slug: str, registration: Registration) -> None:
    """Do what staff do: search by name and address in every list, open, mark, export, remove."""
    page.goto("/login")
    page.locator("[name=email]").fill("ana@office.example")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main form button").last.click()
    page.wait_for_url("**/staff/**")
    for url, field in (
        (f"/staff/seminars/{slug}/roster/", "words"),
        ("/staff/people/", "words"),
        ("/staff/messages/", "q"),
        ("/staff/accounts/", "q"),
    ):
        page.goto(url)
        page.locator(f"main [name={field}]").fill(MAILBOX)
        page.locator(f"main form:has([name={field}]) button").last.click()
        settled(page)
    page.goto("/staff/messages/")
    page.locator("main table a").first.click()
    settled(page)
    page.goto(f"/staff/people/{registration.person.public_id.hex}")
    page.locator("form[action$='/identity'] button").click()
    settled(page)
    assert CURP in page.content()
    for url in (
        f"/staff/seminars/{slug}/roster/{registration.public_id.hex}",
        f"/staff/people/{registration.person.public_id.hex}",
        f"/staff/seminars/{slug}/attendance/",
        "/staff/account/",
        "/staff/access-log/",
        "/staff/audit-log/",
    ):
        page.goto(url)
        if "/trail/" in url:
            assert found_in(page.content()) == [], f"{url} names the person"
    for form in ("xlsx", "csv"):
        page.request.get(f"/staff/seminars/{slug}/attendance/export?format={form}")


def kept_by_browser(page: Page) -> str:
    """Return everything that this site stores in the browser between pages."""
    stores = page.evaluate(
        """async () => JSON.stringify({local: {...localStorage}, session: {...sessionStorage},
        databases: (await indexedDB.databases()).map(d => d.name), caches: await caches.keys(), cookies: document.cookie})"""
    )
    return str(stores)


@pytest.mark.sqlite_first
def test_personal_data_lies_nowhere_it_should_not(
    app: Flask, make: Make, session: Session, database: TestDatabase, chromium: Browser, tmp_path: Path
) -> None:
    day = clock.now().date() + timedelta(days=30)
    make.agency("FGR")
    seminar = make.seminar(slug="canary", seats=1, starts_on=day, ends_on=day, asks_curp=Asked.OPTIONAL, identity_reason_en="Visas.")
    make.seminar_session(seminar)
    with app.app_context():
        password = hash_password(PASSWORD)
    make.account((RoleName.ADMIN, {}), email="ana@office.example", password=password)
    asked: list[str] = []
    stores: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url + json.dumps(request.headers.get("referer", "")))

    with LiveServer(database.url, tmp_path, workers=1, environment={"LOG_REQUESTS": "1"}) as server:
        context = chromium.new_context(base_url=server.url, locale="en-US")
        page = context.new_page()
        page.on("request", note)
        register(page, seminar.slug)
        register(page, seminar.slug)
        stores.append(kept_by_browser(page))
        session.rollback()
        registration = session.scalars(select(Registration)).one()
        personal = f"/registrations/{link_of(registration)}"
        page.goto(personal)
        assert GIVEN in page.content()
        page.goto(f"{personal}/edit/work")
        page.locator("[name=unit]").fill(f"{UNIT} 2")
        page.locator("main form button").last.click()
        page.wait_for_url(f"**{personal}")
        stores.append(kept_by_browser(page))
        page.goto("/")
        session.refresh(registration, ["person"])
        look_everywhere(page, seminar.slug, registration)
        page.goto(f"{personal}/withdraw")
        page.locator("main form button").last.click()
        page.wait_for_url(f"**{personal}")
        stores.append(kept_by_browser(page))
        page.goto("/no-such-page")
        cookies = json.dumps([dict(cookie) for cookie in context.cookies()])
        context.close()
        log = (tmp_path / f"server-{server.port}.log").read_text(errors="replace")
    assert len(asked) > 30
    assert "registrations/<token>" in log
    assert found_in(log) == []
    assert link_of(registration) not in log, "a secret link is in the log"
    assert [url for url in asked if found_in(url)] == []
    assert not [url for url in asked if personal in url.rpartition('"http')[2] and url.count(personal) > 1], "a link went along as referrer"
    assert found_in("".join(stores) + cookies) == []
    assert link_of(registration) not in "".join(stores) + cookies
    session.rollback()
    assert found_in(repr([(row.actor, row.subject, row.details) for row in session.scalars(select(AuditRow))])) == []
    with app.app_context():
        said = select(Message).where(Message.kind != "form_sent")
        letters = [write(current_app._get_current_object(), message) for message in session.scalars(said)]  # type: ignore[attr-defined]
    assert letters
    assert found_in("".join(letter.subject for letter in letters)) == []
    for file in tmp_path.rglob("*"):
        if file.is_file() and "sqlite" not in file.suffix:
            assert found_in(file.read_bytes().decode("utf-8", "replace")) == [], file.name
