"""The seminar of Cancún made from nothing, in Spanish only: how many pages, keys and clicks it takes (docs/benchmarks.md)."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from seminar_app.agencies.models import Agency
from seminar_app.agencies.seed import seed_directory
from seminar_app.core.actor import RoleName
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.demo.content import CANCUN
from seminar_app.seminars.models import SeatPool, Seminar, SeminarSession
from seminar_app.seminars.rules import SeminarState, local_of
from seminar_app.sign_in.hashing import hash_password
from tests.conftest import TestDatabase
from tests.support.context import context
from tests.support.factories import Make
from tests.support.server import LiveServer
from tests.support.visitor import DESK, Visitor, settled

pytestmark = [pytest.mark.browser, pytest.mark.sqlite_only]

PASSWORD = "a long phrase for the browser tests"
MOST_PAGES, MOST_KEYS = 6, 500


@pytest.fixture
def office(database: TestDatabase, session: Session, make: Make, tmp_path: Path, now: datetime) -> Iterator[LiveServer]:
    """Run the server with an office that has held one seminar, from 9 to 13 and from 14:30 to 17:30."""
    with unit_of_work(session):
        seed_directory(session, context(now))
    ours = make.office(name_es="Oficina de Cancún", country="MX", time_zone="America/Cancun")
    make.account(
        (RoleName.ORGANIZER, {"office_id": ours.id}), email="organizer@demo.example", language="es", password=hash_password(PASSWORD)
    )
    earlier = make.seminar(office=ours, starts_on=date(2013, 6, 4), ends_on=date(2013, 6, 4))
    make.seminar_session(earlier, minutes=240)
    make.seminar_session(earlier, hour=14, minutes=210)
    row = session.scalars(select(SeminarSession).order_by(SeminarSession.id.desc())).first()
    assert row is not None
    with unit_of_work(session) as work:
        again = work.get_one(SeminarSession, row.id)
        again.starts_at, again.contact_minutes = again.starts_at.replace(minute=30), 180
        again.ends_at = again.ends_at.replace(minute=30)
    with LiveServer(database.url, tmp_path, workers=1) as live:
        yield live


@dataclass
class Typist:
    """Works a page as a person does, and counts: each page shown, each key, each click. Moving between fields by mouse is a click."""

    page: Page
    pages: int = 0
    keys: int = 0
    clicks: int = 0
    seen: list[str] = field(default_factory=list)

    def look(self) -> None:
        """Note that another page is shown."""
        settled(self.page)
        self.pages += 1
        assert not self.page.locator(".error-summary").count(), self.page.locator(".error-summary").inner_text()
        self.seen.append(self.page.locator("h1").inner_text())

    def click(self, what: Locator) -> None:
        """Click."""
        what.click()
        self.clicks += 1

    def type(self, into: Locator, text: str) -> None:
        """Click into a field and type over what it holds."""
        is_date = into.get_attribute("type") == "date"
        into.click(position={"x": 20, "y": 20} if is_date else None)  # of a date, its first part
        self.clicks += 1
        if into.input_value() and not is_date:
            self.press("Control+a")
        self.page.keyboard.type(text)
        self.keys += len(text)

    def press(self, key: str) -> None:
        """Press a key that chooses."""
        self.page.keyboard.press(key)
        self.keys += 1

    def send(self, button: str) -> None:
        """Press a button that leads to the next page."""
        with self.page.expect_navigation():
            self.click(self.page.get_by_role("button", name=button, exact=True))
        self.look()


def test_cancun_is_made_from_nothing_on_six_pages_with_five_hundred_keys(
    chromium: Browser, office: LiveServer, session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    with Visitor(chromium, office.url, width=DESK) as visitor:
        visitor.sign_in("organizer@demo.example", PASSWORD)
        page, typist = visitor.page, Typist(visitor.page)
        with page.expect_navigation():
            typist.click(page.get_by_role("link", name="Nuevo seminario"))
        typist.look()
        for label, text in (
            ("Título en español", CANCUN.title_es),
            ("Ciudad", CANCUN.city),
            ("Primer día", "06032014"),
            ("Último día", "06052014"),
            ("Lugares en total", str(CANCUN.capacity)),
        ):
            typist.type(page.get_by_label(label, exact=True), text)
        typist.send("Guardar y escribir el programa")
        for number, each in enumerate(CANCUN.sessions):
            typist.type(page.locator(f"[name=lines-{number}-title_es]"), each.title_es)
        typist.send("Guardar y seguir con los lugares")
        for number, (code, seats) in enumerate(CANCUN.quotas):
            typist.type(page.locator("[role=combobox]").nth(number), code)
            typist.press("ArrowDown")
            typist.press("Enter")
            typist.type(page.locator(f"[name=quotas-{number}-size]"), str(seats))
        typist.send("Guardar y seguir con el resumen")
        typist.send("Publicar")
        expect(page.get_by_text("El seminario está publicado.")).to_be_visible()
        visitor.look()
    with capsys.disabled():
        pages = ", ".join(typist.seen)
        sys.stdout.write(f"\nCancún from nothing: {typist.pages} pages, {typist.keys} keys, {typist.clicks} clicks ({pages})\n")
    quotas: dict[str | None, int] = dict(CANCUN.quotas)
    assert made(session) == (
        SeminarState.PUBLISHED,
        [(each.title_es, each.day, each.starts, each.ends) for each in CANCUN.sessions],
        quotas | {None: CANCUN.capacity - sum(quotas.values())},
    )
    assert typist.pages <= MOST_PAGES
    assert typist.keys <= MOST_KEYS


def made(session: Session) -> tuple[object, ...]:
    """Return state, sessions and seats of the seminar that was made."""
    session.rollback()
    seminar = session.scalars(select(Seminar).where(Seminar.starts_on == CANCUN.starts_on)).one()
    sessions = session.scalars(select(SeminarSession).where(SeminarSession.seminar_id == seminar.id).order_by(SeminarSession.starts_at))
    spans = [(row.title_es, local_of(row.starts_at, seminar.time_zone), local_of(row.ends_at, seminar.time_zone)) for row in sessions]
    pools = session.execute(
        select(Agency.code, func.sum(SeatPool.size))
        .select_from(SeatPool)
        .outerjoin(Agency, Agency.id == SeatPool.agency_id)
        .where(SeatPool.seminar_id == seminar.id)
        .group_by(Agency.code)
    )
    return (
        seminar.state,
        [(title, (begins.date() - seminar.starts_on).days, begins.time(), ends.time()) for title, begins, ends in spans],
        {code: size for code, size in pools},  # noqa: C416  mypy reads rows as tuples here
    )


def test_a_program_is_pasted_into_a_line_and_fields_follow_the_choice(chromium: Browser, office: LiveServer) -> None:
    with Visitor(chromium, office.url, width=DESK) as visitor:
        visitor.sign_in("organizer@demo.example", PASSWORD)
        page = visitor.go("/staff/seminars/new")
        page.locator("details:has([name=registration_code]) > summary").click()
        expect(page.locator("[name=registration_code]")).to_be_hidden()
        page.get_by_text("Con un código que usted reparte").click()
        expect(page.locator("[name=registration_code]")).to_be_visible()
        page.locator("details:has([name=asks_curp]) > summary").click()
        expect(page.locator("[name=identity_reason_es]")).to_be_hidden()
        page.locator("[name=asks_curp]").select_option("optional")
        expect(page.locator("[name=identity_reason_es]")).to_be_visible()
        visitor.look()
        values = {"title_es": "Taller", "city": "Mérida", "starts_on": "2091-03-06", "ends_on": "2091-03-07", "identity_reason_es": "Hotel"}
        for name, value in (values | {"registration_code": "TALLER"}).items():
            page.locator(f"[name={name}]").fill(value)
        with page.expect_navigation():
            page.get_by_role("button", name="Guardar y escribir el programa").click()
        page.locator("[name=lines-0-title_es]").fill("Uno")
        page.locator("[name=lines-1-title_es]").focus()
        page.evaluate(
            """text => { const data = new DataTransfer(); data.setData('text/plain', text);
            document.activeElement.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true})); }""",
            "Dos\tAna, HSI\nTres",
        )
        expect(page.locator("[name=lines-1-title_es]")).to_have_value("Dos")
        expect(page.locator("[name=lines-1-speakers-0]")).to_have_value("Ana, HSI")
        expect(page.locator("[name=lines-2-title_es]")).to_have_value("Tres")
        expect(page.locator("[name=lines-0-title_es]")).to_have_value("Uno")
        visitor.look()
        with page.expect_navigation():
            page.get_by_role("button", name="Guardar y seguir con los lugares").click()
        assert page.url.endswith("/staff/seminars/merida-2091/seats")
