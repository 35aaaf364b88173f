"""Pages keep within the sheet of paper, the narrow phone and the window, whatever they hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy.orm import Session

from seminar_app.agencies.seed import seed_directory
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.registration.links import personal_token
from seminar_app.registration.models import Registration
from tests.conftest import TestDatabase
from tests.support.context import context
from tests.support.factories import Make
from tests.support.server import LiveServer
from tests.support.visitor import PHONE, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.sqlite_only]

NARROW = 320
PAGE_OF_PDF = re.compile(rb"/Type\s*/Page\b")
SLUG = "merida-2091"


@dataclass
class Seated:
    """A registration with long words in it."""

    registration: Registration
    token: str

    @property
    def own(self) -> str:
        return f"/registrations/{self.token}"

    @property
    def of_staff(self) -> str:
        return f"/staff/seminars/{SLUG}/roster/{self.registration.public_id.hex}"


@pytest.fixture
def seated(session: Session, make: Make, now: datetime) -> Seated:
    with unit_of_work(session) as open_session:
        seed_directory(open_session, context(now))
    seminar = make.seminar(slug=SLUG, starts_on=date(2091, 6, 3), ends_on=date(2091, 6, 4))
    agency = make.agency()
    person = make.person(surname1="Wxyz" * 25, email=f"{'fiscal' * 10}@{'fiscalia' * 2}.mx", phone="+529981234567")
    registration = make.registration(
        seminar, person, agency=agency, pool=make.pool(seminar, agency, 5), unit="Unidad de Secuestros", position="Fiscal"
    )
    token = personal_token(session, registration)
    session.rollback()
    return Seated(registration, token)


@pytest.fixture
def server(database: TestDatabase, seated: Seated, tmp_path: Path) -> Iterator[LiveServer]:
    """Run the server with a signed-in administrator."""
    with LiveServer(database.url, tmp_path, workers=1, target="tests.browser.admin_app:app") as live:
        yield live


def test_pages_do_not_scroll_sideways_for_long_words(server: LiveServer, chromium: Browser, seated: Seated) -> None:
    with Visitor(chromium, server.url, width=NARROW) as visitor:
        own = (seated.own, f"{seated.own}/edit/name")
        for path in (*own, f"/staff/seminars/{SLUG}/roster/", seated.of_staff, f"{seated.of_staff}/correct"):
            visitor.go(path)
        page = visitor.go("/staff/people/")
        page.locator("[name=words]").fill("wxyzwxyz")
        page.keyboard.press("Enter")
        page.locator("main table a").first.wait_for()
        visitor.look()
        page.locator("main table a").first.click()
        page.wait_for_url(re.compile("/people/[0-9a-f]{32}"))
        visitor.look()


@pytest.mark.parametrize("paper", ["Letter", "A4"])
def test_the_personal_page_is_printed_on_one_sheet(server: LiveServer, chromium: Browser, seated: Seated, paper: str) -> None:
    with Visitor(chromium, server.url, width=PHONE) as visitor:
        page = visitor.go(seated.own)
        assert len(PAGE_OF_PDF.findall(page.pdf(format=paper))) == 1
        page.emulate_media(media="print")
        for kept in ("Su lugar está confirmado", "3 y 4 de junio de 2091", "Cancún", "Wxyz"):
            expect(page.locator("main").get_by_text(kept).first).to_be_visible()
        for pressed in (".usa-button", "button", "footer"):
            expect(page.locator(pressed).locator("visible=true")).to_have_count(0)
        expect(page.locator("body")).to_have_css("min-height", "0px")


def test_a_link_to_a_field_shows_its_label_and_the_list_of_agencies_opens_in_view(
    server: LiveServer, chromium: Browser, seated: Seated
) -> None:
    with Visitor(chromium, server.url, width=PHONE) as visitor:
        page = visitor.go(f"/seminars/{SLUG}/register")
        page.locator("main form.form button.usa-button").last.click()
        page.locator(".error-summary a[href='#email']").click()
        expect(page.locator("#email")).to_be_focused()
        expect(page.locator("label[for=email]")).to_be_in_viewport(ratio=1)
        combo = page.locator("[role=combobox]")
        combo.evaluate("field => scrollTo(0, field.getBoundingClientRect().bottom + scrollY - innerHeight + 10)")
        combo.click()
        expect(page.locator(".combo-list")).to_be_in_viewport(ratio=1)
        expect(combo).to_be_in_viewport(ratio=1)
