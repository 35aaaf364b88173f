"""An organizer writes to the people of a seminar, reads what they will read, takes it back, sends it again, and watches it leave."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.messages.models import Message
from seminar_app.messages.rules import MessageState
from seminar_app.seminars.models import SeatPool
from seminar_app.sign_in.hashing import hash_password
from tests.support.factories import Make
from tests.support.server import LiveServer
from tests.support.visitor import DESK, PHONE, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.crossed]

PASSWORD = "a long phrase for the browser tests"
WORDS = {
    "es": ("Ver cómo se lee", "Enviar a 3 personas", "Retirarlo", "Escribir otro con este texto", "no entregados"),
    "en": ("See how it reads", "Send to 3 people", "Take it back", "Write another with these words", "not delivered"),
}


@pytest.mark.parametrize(("language", "width"), [("es", PHONE), ("en", DESK)], ids=["es", "en"])
def test_from_writing_to_watching_it_leave(
    server: LiveServer, chromium: Browser, make: Make, session: Session, language: str, width: int
) -> None:
    preview, send, take_back, again, failed = WORDS[language]
    seminar = make.seminar(slug="s", seats=5)
    make.account(
        (RoleName.ORGANIZER, {"office_id": seminar.office_id}), email="o@x.example", language=language, password=hash_password(PASSWORD)
    )
    pool = session.scalars(select(SeatPool).where(SeatPool.seminar_id == seminar.id)).one()
    people = [make.registration(seminar, pool=pool, language=each) for each in ("es", "es", "en")]
    make.registration(seminar, make.person("Sin", "Correo", email=None, phone="+529981234567"), pool=pool)
    session.rollback()
    with Visitor(chromium, server.url, language=language, width=width) as visitor:
        visitor.sign_in("o@x.example", PASSWORD)
        page = visitor.go("/staff/seminars/s/messages/")
        page.locator("main a.usa-button").first.click()
        visitor.look()
        page.get_by_role("button", name=preview).click()
        expect(page.locator(".error-summary")).to_be_focused()
        visitor.look()
        page.locator("[name=subject_es]").fill("Cambio de sala")
        page.locator("[name=text_es]").fill("Nos vemos en la sala B.\n\nhttps://maps.example/b")
        page.get_by_role("button", name=preview).click()
        expect(page.locator("article a[href='https://maps.example/b']").first).to_be_visible()
        expect(page.locator("main")).to_contain_text("Correo")
        visitor.look()
        page.get_by_role("button", name=send).click()
        page.get_by_role("button", name=take_back).click()
        expect(page.locator("#figures p")).to_be_visible()
        visitor.look()
        page.get_by_role("link", name=again).click()
        expect(page.locator("[name=subject_es]")).to_have_value("Cambio de sala")
        page.get_by_role("button", name=preview).click()
        page.get_by_role("button", name=send).click()
        figure = page.locator("#figures dl > div", has_text=failed).locator("dd")
        expect(figure).to_have_text("0")
        visitor.look()
        with unit_of_work(session) as work:
            to_one = update(Message).where(Message.link_owner == people[0].public_id)
            work.execute(to_one.values(state=MessageState.FAILED, not_before=clock.now(), last_error="550 5.1.1 No such user"))
        expect(figure).to_have_text("1")  # without a reload
        page.reload()
        visitor.look()
        expect(page.locator(".mail-list").filter(has_text="López Ibáñez")).to_be_visible()
        visitor.go("/staff/seminars/s/messages/?state=failed")
        visitor.go("/staff/seminars/s/roster/")
        expect(page.locator(".mail-trouble")).to_have_count(1)
