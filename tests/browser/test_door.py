"""The door on a phone: somebody comes without a registration, somebody instead of a colleague, and one entry is undone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.seminars.models import Seminar
from seminar_app.sign_in import session_store
from tests.support.factories import Make
from tests.support.server import LiveServer
from tests.support.visitor import PHONE, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.sqlite_first]


@pytest.fixture
def sheet(session: Session, make: Make) -> str:
    now = clock.now()
    agency, today = make.agency("PGR"), (now - timedelta(hours=5)).date()
    seminar = make.seminar(seats=1, slug="hoy", starts_on=today - timedelta(days=1), ends_on=today + timedelta(days=1))
    pool = make.pool(seminar, agency, 2)
    make.registration(seminar, make.person("Ana", "Álvarez", None), agency=agency, pool=pool)
    session_now = make.seminar_session(seminar, starts_at=now - timedelta(minutes=10), ends_at=now + timedelta(minutes=170))
    return f"/staff/seminars/hoy/attendance/{session_now.public_id}"


@pytest.fixture
def cookie(session: Session, make: Make, server: LiveServer, sheet: str) -> dict[str, str]:
    account = make.account((RoleName.COORDINATOR, {"seminar_id": session.scalars(select(Seminar.id)).one()}))
    with unit_of_work(session) as writing:
        values = {"language": "es", "csrf_token": "0" * 40}
        identifier = session_store.start(writing, account=account, values=values, now=clock.now())
    return {"name": "session", "value": identifier, "url": server.url}


def enter(page: Page, name: str, *, agency: bool) -> None:
    page.get_by_label("Nombre(s)").fill(name)
    page.get_by_label("Primer apellido").fill("Puerta")
    page.get_by_text("Mujer", exact=True).click()
    if agency:
        page.get_by_role("combobox", name="Dependencia").fill("PGR")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
    page.get_by_text("Firmó el aviso de privacidad en papel").click()
    page.get_by_role("button", name="Anotar a esta persona").click()


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no script"])
def test_a_walk_in_and_a_substitute_on_a_phone(
    chromium: Browser, server: LiveServer, sheet: str, cookie: dict[str, str], *, javascript: bool
) -> None:
    with Visitor(chromium, server.url, width=PHONE, javascript=javascript) as visitor:
        visitor.context.add_cookies([cookie])  # type: ignore[list-item]
        page = visitor.go(sheet)
        page.get_by_role("link", name="Llegó sin inscripción").click()
        visitor.look()
        if not javascript:
            page.get_by_label("Dependencia", exact=True).select_option("PGR")
        enter(page, "Nora", agency=javascript)
        done = page.get_by_text("Nora Puerta tiene un lugar de los reservados para PGR. En esta sesión: presente.")
        expect(done).to_be_visible()
        visitor.look()
        page.get_by_role("link", name="Vino otra persona en lugar de Álvarez, Ana").click()
        visitor.look()
        enter(page, "Olga", agency=False)
        expect(page.get_by_text("Olga Puerta viene en lugar de Ana Álvarez.")).to_be_visible()
        visitor.look()
        page.get_by_role("button", name="Deshacer").first.click()
        expect(page.get_by_text("Se deshizo")).to_be_visible()
        expect(page.get_by_role("link", name="Álvarez, Ana", exact=True)).to_be_visible()
