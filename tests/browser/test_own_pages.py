"""The official's own pages on a phone and at a desk: one part corrected at a time, the pass, withdrawing and coming back, erasure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy.orm import Session

from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.registration.links import personal_token
from seminar_app.registration.services import ensure_notices
from seminar_app.seminars.rules import Asked
from tests.conftest import TestDatabase
from tests.support.context import context
from tests.support.factories import Make
from tests.support.server import LiveServer
from tests.support.visitor import DESK, PHONE, Visitor, settled

pytestmark = [pytest.mark.browser, pytest.mark.crossed]


@pytest.fixture
def own(session: Session, make: Make, now: datetime) -> str:
    """Return the personal page of somebody with a seat in a seminar to come, which asks for documents and offers a reserved identity."""
    with unit_of_work(session) as open_session:
        ensure_notices(open_session, context(now))
    seminar = make.seminar(asks_curp=Asked.OPTIONAL, offers_reserved=True, starts_on=date(2091, 6, 3), ends_on=date(2091, 6, 4))
    agency = make.agency("PGR", name_es="Procuraduría General de la República", name_en="Attorney General")
    registration = make.registration(seminar, make.person(), agency=agency, pool=make.pool(seminar, agency, 5), position="Fiscal")
    path = f"/registrations/{personal_token(session, registration)}"
    session.rollback()
    return path


@pytest.fixture
def entered(session: Session, make: Make, own: str) -> list[str]:
    """Return the links of two people whom staff entered, and who have not opened their pages."""
    seminar = make.seminar(starts_on=date(2091, 6, 3), ends_on=date(2091, 6, 4))
    made = [make.registration(seminar, make.person(email_proven_at=None), notice_at=None, language="es") for _ in range(2)]
    paths = [f"/registrations/{personal_token(session, each)}" for each in made]
    session.rollback()
    return paths


@pytest.fixture
def server(database: TestDatabase, own: str, entered: list[str], tmp_path: Path) -> Iterator[LiveServer]:
    with LiveServer(database.url, tmp_path, workers=1) as live:
        yield live


@pytest.mark.parametrize(("language", "width"), [("es", PHONE), ("en", DESK)])
def test_an_official_looks_after_their_own_registration(server: LiveServer, chromium: Browser, own: str, language: str, width: int) -> None:
    with Visitor(chromium, server.url, language=language, width=width) as visitor:
        page = visitor.page
        page.goto(own)
        if page.locator("html").get_attribute("lang") != language:
            page.locator(f"header button[lang={language}]").click()
            page.wait_for_selector(f"html[lang={language}]")
        visitor.look()
        expect(page.locator(".pass img")).to_be_visible()
        for part in ("name", "sex", "work", "phone", "language", "documents", "reserve"):
            visitor.go(f"{own}/edit/{part}")
        visitor.go(f"{own}/edit/work")
        page.locator("#position").fill("")
        page.locator("main form button[type=submit], main form .usa-button").first.click()
        visitor.look()
        expect(page.locator(".error-summary")).to_be_focused()
        page.locator("#position").fill("Perita")
        page.locator("main form .usa-button").first.click()
        page.wait_for_url(f"**{own}")
        visitor.look()
        expect(page.locator("main")).to_contain_text("Perita")
        visitor.go(f"{own}/withdraw")
        page.locator("main form .usa-button").first.click()
        page.wait_for_url(f"**{own}")
        page.locator("a[href$='/again']").click()
        visitor.look()
        page.locator("label[for=notice_read]").click()
        page.locator("main form .usa-button").last.click()
        page.wait_for_url(f"**{own}")
        settled(page)
        expect(page.locator(".pass img")).to_be_visible()
        page.locator("a[href$='/erase']").click()
        visitor.look()
        page.locator("main form .usa-button").first.click()
        page.wait_for_url(f"**{own}")
        visitor.look()
        expect(page.locator("a[href$='/erase']")).to_be_visible()


@pytest.mark.parametrize(("language", "width"), [("es", PHONE), ("en", DESK)])
def test_a_page_is_opened_for_the_first_time(server: LiveServer, chromium: Browser, entered: list[str], language: str, width: int) -> None:
    with Visitor(chromium, server.url, language=language, width=width) as visitor:
        page = visitor.page
        page.goto(entered[0])
        if page.locator("html").get_attribute("lang") != language:
            page.locator(f"header button[lang={language}]").click()
            page.wait_for_selector(f"html[lang={language}]")
        page.wait_for_url("**/open")
        page.locator("details summary").click()
        visitor.look()
        page.locator("#surname").fill("Ortega")
        page.locator("main form .usa-button").click()
        expect(page.locator(".error-summary")).to_be_focused()
        visitor.look()
        page.locator("#surname").fill("lopez")
        page.locator("main form .usa-button").click()
        page.wait_for_url(f"**{entered[0]}")
        visitor.look()
        page.goto(entered[1])
        for _ in range(5):
            page.locator("#surname").fill("Ortega")
            page.locator("main form .usa-button").click()
            settled(page)
        expect(page.locator("#surname")).to_have_count(0)
        expect(page.locator("main")).to_contain_text("@example.org")
        visitor.look()
