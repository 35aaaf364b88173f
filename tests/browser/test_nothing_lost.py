"""Back, another language, no connection: what was typed stays, and is sent once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, Page, Playwright, expect
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from seminar_app.agencies.seed import seed_directory
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.registration.models import FormSent
from tests.browser.conftest import launched
from tests.conftest import TestDatabase
from tests.support.context import context
from tests.support.factories import Make
from tests.support.server import LiveServer
from tests.support.visitor import DESK, PHONE, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.sqlite_only]

FORM = "/seminars/merida-2091/register"
SETTINGS = "/staff/seminars/merida-2091/settings"
TYPED = {
    "given_names": "María Fernanda",
    "surname1": "Ñúñez",
    "surname2": "del Río",
    "unit": "Unidad de Secuestros",
    "position": "Fiscal",
    "email": "maria.nunez@pgr.example",
    "phone": "998 123 4567",
}


@pytest.fixture
def server(database: TestDatabase, session: Session, make: Make, now: datetime, tmp_path: Path) -> Iterator[LiveServer]:
    """Run the server with a seminar of the far future and a signed-in administrator."""
    with unit_of_work(session) as open_session:
        seed_directory(open_session, context(now))
    make.seminar(slug="merida-2091", starts_on=date(2091, 6, 3), ends_on=date(2091, 6, 4))
    with LiveServer(database.url, tmp_path, workers=1, target="tests.browser.admin_app:app") as live:
        yield live


@pytest.fixture(params=["asked for anew", "as it was"])
def browser(request: pytest.FixtureRequest, playwright: Playwright, chromium: Browser) -> Iterator[Browser]:
    """Chromium, whose Back asks for a page anew, as phones with little memory do, or shows it as it was left."""
    if request.param == "asked for anew":
        yield chromium
    else:
        with launched(playwright, back_asks_anew=False) as other:
            yield other


def fill_in(page: Page) -> None:
    for name, value in TYPED.items():
        page.locator(f"[name={name}]").fill(value)
    page.locator("label[for=sex-0]").click()
    page.locator("[role=combobox]").first.fill("inm")
    page.keyboard.press("Tab")
    page.get_by_text("Leí el aviso de privacidad").click()


def expect_typed(page: Page, **other: str) -> None:
    for name, value in (TYPED | other).items():
        expect(page.locator(f"[name={name}]")).to_have_value(value)
    expect(page.locator("[role=combobox]").first).to_have_value(re.compile("^INM · "))
    assert page.locator("select[name=agency]").input_value() == "INM"


def forms_sent(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(FormSent)) or 0


def test_an_official_switches_language_errs_sends_goes_back_and_corrects(browser: Browser, server: LiveServer, session: Session) -> None:
    with Visitor(browser, server.url, width=PHONE) as visitor:
        page = visitor.go("/seminars/merida-2091")
        page.goto(FORM)
        fill_in(page)
        page.get_by_role("button", name="English").first.click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Registration")
        visitor.language = "en"
        visitor.look()
        expect_typed(page)
        page.locator("[name=email]").fill("maria.nunez")
        page.locator("main form button.usa-button").click()
        expect(page).to_have_title(re.compile("^Error: Registration"))
        expect(page.locator(".error-summary")).to_be_focused()
        expect(page.locator(".error-summary a")).to_have_text(re.compile("^E-mail: "))
        visitor.look()
        expect_typed(page, email="maria.nunez")
        assert page.url.endswith(FORM)
        page.reload()
        expect_typed(page, email="maria.nunez")
        page.locator("[name=email]").fill(TYPED["email"])
        page.locator("main form button.usa-button").dblclick()
        page.wait_for_url("**/sent/**")
        visitor.look()
        assert forms_sent(session) == 1
        page.go_back()
        expect_typed(page)
        page.locator("[name=surname2]").fill("de la O")
        page.locator("main form button.usa-button").click()
        page.wait_for_url("**/sent/**")
        page.go_back()
        page.go_back()
        expect(page).to_have_url(re.compile("/seminars/merida-2091$"))


def test_without_a_connection_nothing_is_lost(chromium: Browser, server: LiveServer, session: Session) -> None:
    with Visitor(chromium, server.url, width=PHONE) as visitor:
        page = visitor.go(FORM)
        fill_in(page)
        visitor.context.set_offline(True)
        page.locator("main form button.usa-button").click()
        expect(page.get_by_role("alert")).to_have_text(
            "No llegó respuesta. Lo que escribió sigue aquí: revise su conexión y envíelo de nuevo."
        )
        expect_typed(page)
        visitor.context.set_offline(False)
        busy = "<main><h1>Demasiados intentos</h1><p>Espere 1 hora.</p></main>"
        answer = {"status": 429, "content_type": "text/html", "headers": {"X-Request-ID": "-"}, "body": busy}
        page.route("**/register", lambda route: route.fulfill(**answer), times=1)
        page.locator("main form button.usa-button").click()
        expect(page.get_by_role("alert")).to_have_text("Demasiados intentos Espere 1 hora.")
        expect_typed(page)
        page.locator("main form button.usa-button").click()
        page.wait_for_url("**/sent/**")
        assert forms_sent(session) == 1
        visitor.complaints.clear()


def test_a_page_that_no_browser_keeps_asks_before_it_is_left(chromium: Browser, server: LiveServer) -> None:
    with Visitor(chromium, server.url, width=DESK) as visitor:
        page = visitor.go(SETTINGS)
        asked: list[str] = []

        def stay(dialog: Dialog) -> None:
            asked.append(dialog.type)
            dialog.dismiss()

        page.on("dialog", stay)
        page.locator("[name=city]").fill("Progreso")
        page.get_by_role("link", name="Lista").click()
        expect(page.locator("[name=city]")).to_have_value("Progreso")
        assert asked == ["beforeunload"]
        page.get_by_role("button", name="Guardar los cambios").click()
        expect(page.get_by_role("status").first).to_have_text(re.compile("guard", re.IGNORECASE))
        visitor.look()
        page.goto(SETTINGS)
        page.get_by_role("link", name="Lista").click()
        page.wait_for_url("**/roster/")
        assert asked == ["beforeunload"]


def test_back_from_a_person_finds_the_hits_again_and_no_address_has_the_name(browser: Browser, server: LiveServer, make: Make) -> None:
    make.person(given_names="Zoraida", surname1="Xicoténcatl")
    with Visitor(browser, server.url, width=DESK) as visitor:
        page = visitor.go("/staff/people/")
        page.locator("[name=words]").fill("xicotencatl")
        page.keyboard.press("Enter")
        page.get_by_role("link", name=re.compile("Xicoténcatl")).click()
        page.wait_for_url("**/staff/people/*?*")
        page.go_back()
        expect(page.get_by_role("link", name=re.compile("Xicoténcatl"))).to_be_visible()
        expect(page.locator("[name=words]")).to_have_value("xicotencatl")
        assert "xico" not in page.url.lower()
        visitor.look()
