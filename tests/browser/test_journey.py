"""The main job as a user does it: a seminar from creation to exported attendance and feedback, in both languages and widths.

Every page on the way is checked: axe, width, language, console.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from flask import Flask
from playwright.sync_api import Browser, Download, Locator, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.accounts.models import UserAccount
from seminar_app.agencies.seed import seed_directory
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.folding import fold
from seminar_app.core.links import SecretLink
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.people.models import Person
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState
from seminar_app.registration.services import ensure_notices
from seminar_app.seminars.models import Seminar, SeminarSession
from seminar_app.sign_in.hashing import hash_password
from tests.conftest import TestDatabase
from tests.support.context import context
from tests.support.factories import KEY, Make
from tests.support.mailbox import button_after
from tests.support.server import LiveServer
from tests.support.visitor import DESK, PHONE, Visitor

pytestmark = pytest.mark.browser

PASSWORD = "A long enough passphrase 2026"
SLUG = "trata-puebla"
WHERE = ZoneInfo("America/Mexico_City")  # there it is still yesterday during the first hours of a UTC day
POOLS = (("FGR", 1), ("FGE", 3), ("GN", 2), ("INM", 2))
OFFICIALS = (
    ("Sofía", "Güemes", "Ibáñez", "FGR"),
    ("Noé", "de la O", "Martínez", "Quintana Roo"),
    ("Citlali", "Núñez", "Argüelles", "Guardia Nacional"),
    ("José Luis", "San Martín", "", "Migración"),
    ("Tomás", "Ordóñez", "Muñoz", "FGR"),  # the second for a quota of one: takes the open pool's only seat
    ("Ángeles", "Mac Gregor", "Zúñiga", "FGR"),  # the third joins the waiting list
)


@dataclass
class Office:
    """The two staff accounts, and the server they use."""

    server: LiveServer
    session: Session
    organizer: UserAccount
    coordinator: UserAccount

    def registrations(self) -> list[tuple[Registration, Person]]:
        """Return all registrations with their people, in order of arrival, from the database."""
        self.session.rollback()
        self.session.expire_all()
        rows = self.session.execute(select(Registration, Person).join(Person).order_by(Registration.id)).all()
        return [(row[0], row[1]) for row in rows]

    def let_days_pass(self, days: int) -> None:
        """Move the seminar this many days into the past, so that its day has come."""
        with unit_of_work(self.session) as session:
            seminar = session.scalars(select(Seminar)).one()
            seminar.starts_on, seminar.ends_on = seminar.starts_on - timedelta(days=days), seminar.ends_on - timedelta(days=days)
            for seminar_session in session.scalars(select(SeminarSession)):
                seminar_session.starts_at, seminar_session.ends_at = (
                    seminar_session.starts_at - timedelta(days=days),
                    seminar_session.ends_at - timedelta(days=days),
                )

    def personal_page(self, registration: Registration) -> str:
        """Return the address in the official's mail."""
        return f"/registrations/{SecretLink('registration', registration.public_id, registration.link_version).token(KEY)}"


@pytest.fixture
def language() -> str:
    """Return the language of all people in the journey; each test can override it."""
    return "es"


@pytest.fixture
def office(app: Flask, database: TestDatabase, make: Make, session: Session, tmp_path: Path, language: str) -> Iterator[Office]:
    now = clock.now()
    with unit_of_work(session):
        seed_directory(session, context(now))
        ensure_notices(session, context(now))
    office, password = make.office(name_es="Investigaciones de Seguridad Nacional", name_en="Homeland Security Investigations"), ""
    with app.app_context():
        password = hash_password(PASSWORD)
    organizer = make.account(
        (RoleName.ORGANIZER, {"office_id": office.id}), password=password, email="organizer@office.example", language=language
    )
    coordinator = make.account(
        (RoleName.COORDINATOR, {}), password=password, email="door@office.example", name="Diana Puerta", language=language
    )
    with LiveServer(database.url, tmp_path) as server:
        yield Office(server, session, organizer, coordinator)


def fill(page: Page | Locator, values: dict[str, str]) -> None:
    """Fill fields by their names."""
    for name, value in values.items():
        field = page.locator(f"[name='{name}']")
        if field.first.evaluate("e => e.tagName === 'SELECT' && e.hidden"):
            if field.input_value() != value:
                pick(
                    page.locator(f"#{field.get_attribute('id')}".removesuffix("-value")),
                    field.locator(f"option[value='{value}']").inner_text(),
                )
        elif field.first.evaluate("e => e.tagName === 'SELECT'"):
            field.select_option(value)
        else:
            field.fill(value)


def choose(page: Page | Locator, typed: str, *, number: int = 0) -> None:
    """Find an agency in the picker by typing."""
    pick(page.locator("[role=combobox]").nth(number), typed)


def pick(box: Locator, typed: str) -> None:
    """Type into a searching select and take its first match."""
    box.fill(typed)
    box.press("ArrowDown")
    box.press("Enter")


def press(visitor: Visitor, selector: str, *, look: bool = True) -> None:
    """Press a button or link, and check the page it leads to."""
    with visitor.page.expect_navigation():
        visitor.page.locator(selector).first.click()
    if look:
        visitor.look()


def create_and_publish(visitor: Visitor, first: date) -> None:
    """Organizer: create and publish a seminar with two sessions, four quotas and a coordinator."""
    page = visitor.go("/staff/seminars/new")
    page.locator("details:has([name=slug]) > summary").click()
    fill(
        page,
        {
            "title_es": "Trata de personas y plataformas digitales",
            "title_en": "Trafficking in persons and online platforms",
            "city": "Puebla",
            "country": "MX",
            "time_zone": str(WHERE),
            "starts_on": first.isoformat(),
            "ends_on": first.isoformat(),
            "capacity": "9",
            "slug": SLUG,
        },
    )
    press(visitor, "main form.form button.usa-button")
    for number, (title, begins, ends) in enumerate((("Indicios", "09:00", "12:00"), ("Entrevista", "13:00", "16:00"))):
        line = {"title_es": title, "starts": begins, "ends": ends, "contact_minutes": "180", "speakers-0": "Ana Ruiz, HSI"}
        fill(page, {f"lines-{number}-{name}": value for name, value in line.items()})
    press(visitor, "main form.form button.usa-button")
    for number, (agency, size) in enumerate(POOLS):
        choose(page, agency, number=number)
        fill(page, {f"quotas-{number}-size": str(size)})
    press(visitor, "main form button.usa-button:not(.usa-button--outline)")
    press(visitor, "form[action$='/publish'] button")


def register(visitor: Visitor, official: tuple[str, str, str, str], *, look: bool) -> None:
    """Official: send the form, from the seminar's page to "look into your mail" in three requests, and press the mail's button."""
    given, surname1, surname2, agency = official
    page = visitor.page
    page.goto(f"/seminars/{SLUG}")
    if look:
        visitor.look()
    press(visitor, f"a[href$='/seminars/{SLUG}/register']", look=look)
    fill(
        page,
        {
            "given_names": given,
            "surname1": surname1,
            "surname2": surname2,
            "position": "Agente",
            "email": f"{fold(given + surname1).replace(' ', '.')}@pgr.example",
        },
    )
    choose(page, agency)
    page.locator("label[for=sex-0]").click()
    page.locator("label[for=notice_read]").click()
    press(visitor, "main form button.usa-button", look=look)
    page.wait_for_url("**/sent/**")
    assert given not in page.locator("main").inner_text()
    visitor.go(button_after(page.url))
    if look:
        visitor.look()
    press(visitor, "main form button.usa-button", look=look)
    page.wait_for_url("**/registrations/**")


def mark_two_sessions(visitor: Visitor, seated: list[Person]) -> None:
    """Coordinator: mark everyone present in the first session; mark the second by keyboard."""
    page = visitor.go(f"/staff/seminars/{SLUG}/attendance/")
    links = [str(link.get_attribute("href")) for link in page.locator(".session-list a").all()]
    visitor.go(links[0])
    page.locator("button[name=all_present][value='']").click()
    expect(page.locator("input[value=present]:checked")).to_have_count(len(seated))
    visitor.look()
    visitor.go(links[1])
    late = {"es": "r", "en": "l"}[visitor.language]
    page.locator("input[value=present]").first.focus()
    page.keyboard.press("p")
    page.keyboard.press(late)
    for _ in seated[2:]:
        page.keyboard.press("p")
    expect(page.locator("input[type=radio]:checked")).to_have_count(len(seated))
    expect(page.locator("[data-state=saved]")).to_be_visible()
    visitor.look()
    visitor.go(f"/staff/seminars/{SLUG}/attendance/")


def download(page: Page, file_format: str, headings: str) -> Path:
    """Return the file that the export button gives."""
    fill(page, {"format": file_format, "lang": headings})
    with page.expect_download() as waiting:
        page.locator("form[action$='/export'] button").click()
    given: Download = waiting.value
    return Path(given.path())


def check_exports(visitor: Visitor, seated: list[Person]) -> None:
    """Read both files back with other programs."""
    rows = list(csv.DictReader(io.StringIO(download(visitor.page, "csv", "keys").read_text(encoding="utf-8-sig"))))
    assert {row["surname1"] for row in rows if row["status"] == "registered"} == {person.surname1 for person in seated}
    assert [row["agency"] for row in rows] == sorted((row["agency"] for row in rows), key=[row["agency"] for row in rows].index)
    assert {row["contact_minutes"] for row in rows} == {"360"}
    assert sum(row["completed"].lower() in ("true", "yes", "1") for row in rows) >= len(seated) - 1
    book: Any = openpyxl.load_workbook(io.BytesIO(download(visitor.page, "xlsx", visitor.language).read_bytes()))
    assert len(book.sheetnames) >= 3
    assert all(sheet.freeze_panes for sheet in book.worksheets)
    assert any(isinstance(cell.value, (int, float)) for row in book.worksheets[0].iter_rows() for cell in row)


def answer_feedback(visitor: Visitor, address: str, *, look: bool) -> None:
    """Official: answer the feedback on the phone, from the personal page to the thanks."""
    page = visitor.page
    page.goto(address)
    if look:
        visitor.look()
    press(visitor, "a[href$='/feedback']", look=look)
    for group in page.locator("main fieldset:has(input[type=radio])").all():
        group.locator("label").nth(3 if group.locator("label").count() > 3 else 0).click()
    page.locator("main textarea").first.fill("Los casos reales, con ejemplos.")
    press(visitor, "main form button.usa-button", look=look)
    assert page.url.endswith("/thanks")


JOURNEYS = [
    pytest.param("es", PHONE, id="es-phone", marks=pytest.mark.sqlite_only),
    pytest.param("en", DESK, id="en-desk", marks=[pytest.mark.postgresql_only, pytest.mark.full]),
    pytest.param("en", PHONE, id="en-phone", marks=[pytest.mark.postgresql_only, pytest.mark.full]),
    pytest.param("es", DESK, id="es-desk", marks=[pytest.mark.sqlite_only, pytest.mark.full]),
]


@pytest.mark.parametrize(("language", "width"), JOURNEYS)
def test_from_creation_to_exported_attendance_and_feedback(chromium: Browser, office: Office, language: str, width: int) -> None:
    first = clock.now().astimezone(WHERE).date() + timedelta(days=40)
    url = office.server.url
    with Visitor(chromium, url, language, width) as organizer:
        organizer.sign_in("organizer@office.example", PASSWORD)
        create_and_publish(organizer, first)
        for official in OFFICIALS:
            with Visitor(chromium, url, language, width) as visitor:
                register(visitor, official, look=official is OFFICIALS[0])
        people = office.registrations()
        assert [registration.state for registration, _ in people] == [RegistrationState.REGISTERED] * 5 + [RegistrationState.WAITLISTED]
        seated = [person for registration, person in people if registration.state is RegistrationState.REGISTERED]
        organizer.go(f"/staff/seminars/{SLUG}/roster/")
        page = organizer.go(f"/staff/seminars/{SLUG}/settings")
        page.locator("[name=account]").select_option(label=page.locator("option", has_text="Diana Puerta").inner_text())
        press(organizer, "form[action$='/coordinators'] button")

    office.let_days_pass(41)  # at any hour of the day its sessions have begun
    with Visitor(chromium, url, language, width) as coordinator:
        coordinator.sign_in("door@office.example", PASSWORD)
        mark_two_sessions(coordinator, seated)
        check_exports(coordinator, seated)
        coordinator.go(f"/staff/seminars/{SLUG}/feedback/")
        press(coordinator, "form[action$='/feedback/open'] button")

    for registration, _person in people[:5]:
        with Visitor(chromium, url, language, width) as visitor:
            answer_feedback(visitor, office.personal_page(registration), look=registration is people[0][0])

    with Visitor(chromium, url, language, width) as organizer:
        organizer.sign_in("organizer@office.example", PASSWORD)
        page = organizer.go(f"/staff/seminars/{SLUG}/feedback/")
        assert "100" in page.locator("main").inner_text()
        assert "Los casos reales, con ejemplos." in page.locator("main").inner_text()
