"""One press gives a document; what it says is read back from the PDF, by poppler, outloud and a reader of QR codes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from seminar_app.accounts.models import RoleGrant, UserAccount
from seminar_app.audit.models import AuditRow
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.long_jobs.models import LongJob
from seminar_app.long_jobs.running import run_waiting
from seminar_app.paper.models import PrintedSheet
from seminar_app.paper.rules import row_code
from seminar_app.people.models import Person
from seminar_app.people.rules import ReservedReason
from seminar_app.registration.models import Registration
from seminar_app.registration.passes import code_with
from seminar_app.seminars.models import Seminar, SeminarSession
from tests.conftest import NOW
from tests.support.checking_client import CheckingClient
from tests.support.factories import KEY, Make
from tests.support.long_work import nobody_works, work_at_once
from tests.support.pdf import codes_in, facts_of, faults_of, structure_of, text_of

pytestmark = pytest.mark.sqlite_first
"""What only pages and files do."""

SignIn = Callable[[CheckingClient, UserAccount], CheckingClient]
DOCUMENTS = ("sign_in", "roster", "programme", "badges", "attendance")
LONG = ("María Guadalupe de los Ángeles", "Hernández de la Cruz y Villaseñor", "Pérez de León Argüelles")


@dataclass
class Desk:
    """A coordinator of a seminar with people of two agencies, one of them reserved."""

    app: Flask
    session: Session
    make: Make
    client: CheckingClient
    seminar: Seminar
    held: SeminarSession
    people: list[Registration]

    @property
    def address(self) -> str:
        return f"/staff/seminars/{self.seminar.slug}/paper/"

    def press(self, document: str, **choices: str) -> str:
        """Press the button, and return the address that the answer leads to."""
        token = self.client.get(self.address).select("[name=csrf_token]")[0].attrs["value"]
        answer = self.client.flask.post(self.address, data={"document": document, "csrf_token": token} | choices)
        assert answer.status_code == 303
        return answer.headers["Location"]

    def print(self, document: str, **choices: str) -> bytes:
        """Press the button, and return the file."""
        answer = self.client.flask.get(self.press(document, **choices))
        assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
        return bytes(answer.data)


@pytest.fixture
def desk(app: Flask, make: Make, session: Session, client: CheckingClient, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    work_at_once(app, monkeypatch)
    office = make.office(code="HSI", name_es="Investigaciones de Seguridad Nacional", name_en="Homeland Security Investigations")
    seminar = make.seminar(office=office, slug="cancun-2026", title_es="Trata de personas", title_en="Trafficking in persons", country="MX")
    pgr = make.agency("PGR", name_es="Procuraduría General", name_en="Attorney General")
    inm = make.agency("INM", name_es="Instituto de Migración", name_en="Migration Institute")
    pool = make.pool(seminar, pgr, 9)
    reserved: dict[str, Any] = {"reserved": True, "reserved_reason": ReservedReason.OWN_REQUEST}
    people = [
        make.registration(seminar, make.person("Ana", "Zúñiga", None), agency=inm, pool=pool, position="Agente Federal", rank="Oficial"),
        make.registration(seminar, make.person(*LONG), agency=pgr, pool=pool, position="Fiscal"),
        make.registration(seminar, make.person("Oculta", "Canaria", **reserved), agency=pgr, pool=pool, position="Canaricultora"),
    ]
    held = make.seminar_session(seminar, title_es="Inauguración", title_en="Opening")
    make.seminar_session(seminar, day=1, title_es="Clausura", title_en="Closing")
    account = make.account((RoleName.COORDINATOR, {"seminar_id": seminar.id}), language="es")
    return Desk(app, session, make, sign_in(client, account), seminar, held, people)


def reserved_code(desk: Desk) -> str:
    return f"R-{desk.people[2].reserved_code}"


def test_a_sign_in_sheet_has_its_people_by_agency_with_row_codes_and_rows_for_others(desk: Desk) -> None:
    made = desk.print("sign_in", session=desk.held.public_id.hex, language="es", blank_rows="3")
    text = text_of(made).replace("\n", " ")
    assert facts_of(made)["Title"] == "Hoja de firmas · Trata de personas"
    for said in (
        *("Sesión 1. Inauguración", "Trata de personas", "miércoles, 3 de junio de 2026", "9:00–12:00", "Página 1 de 1"),
        *("INM · Instituto de Migración", "Zúñiga, Ana", "Oficial, Agente Federal", "Investigaciones de Seguridad Nacional"),
    ):
        assert said in text
    order = [text.index(said) for said in ("Zúñiga", "Hernández de la Cruz", reserved_code(desk), "No están en la lista")]
    assert order == sorted(order)
    assert [word for word in text.split() if word.startswith("1-")] == [row_code(1, row) for row in range(1, 7)]


def test_every_document_is_accessible_on_both_papers_and_names_no_reserved_person(desk: Desk, tmp_path: Path) -> None:
    made = {}
    for language, paper, size in (("es", "us-letter", "612 x 792"), ("en", "a4", "595.276 x 841.89")):
        for document in DOCUMENTS:
            content = made[f"{document}-{language}"] = desk.print(document, language=language, paper=paper, badges_a_page="8")
            facts, structure = facts_of(content), structure_of(content)
            width, height = size.split(" x ")
            turned = f"{height} x {width}" if document == "attendance" else size
            assert (facts["Tagged"], facts["Page size"][: len(size)]) == ("yes", turned)
            assert f"/Lang({language})".encode() in content
            assert "H1" in structure
            assert ("TH" in structure) is (document != "badges")
            words = text_of(content).replace("\n", " ")
            assert ("Trata de personas" if language == "es" else "Trafficking in persons") in words
            assert [canary for canary in ("Canaria", "Canaricultora", "Oculta") if canary in words] == []
            assert (reserved_code(desk) in words) is (document != "programme")
    assert faults_of(made, tmp_path) == ""


def test_the_codes_of_badges_are_the_passes_of_their_people(desk: Desk) -> None:
    passes = {f"http://localhost/pass/{code_with(KEY, person.public_id)}" for person in desk.people}
    for number in ("4", "8"):
        assert set(codes_in(desk.print("badges", badges_a_page=number))) == passes


def test_a_badge_is_printed_for_one_person(desk: Desk) -> None:
    made = desk.print("badges", registration=desk.people[1].public_id.hex)
    words = text_of(made).replace("\n", " ")
    assert LONG[0] in words
    assert f"{LONG[1]} {LONG[2]}" in words
    assert "Zúñiga" not in words
    assert len(codes_in(made)) == 1


def test_sheets_of_all_sessions_are_one_file_and_each_counts_its_own_pages(desk: Desk) -> None:
    words = text_of(desk.print("sign_in")).replace("\n", " ")
    assert "Sesión 1. Inauguración" in words
    assert "Sesión 2. Clausura" in words
    assert words.count("Página 1 de 1") == 2
    desk.session.rollback()
    assert desk.session.scalars(select(PrintedSheet.number).order_by(PrintedSheet.number)).all() == [1, 2]


def test_the_access_log_notes_what_was_taken_and_the_page_lists_the_sheets(desk: Desk) -> None:
    desk.print("sign_in", session=desk.held.public_id.hex, language="en")
    desk.session.rollback()
    row = desk.session.scalars(select(AuditRow).where(AuditRow.action == "paper.printed")).one()
    assert (row.subject, row.seminar) == (f"seminar:{desk.seminar.public_id.hex}", "cancun-2026")
    assert row.details == {"document": "sign_in", "language": "en"}
    assert "Hoja 1" in desk.client.get(desk.address).text


def test_pressed_twice_it_is_one_job_and_the_page_waits_for_no_worker(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    nobody_works(desk.app, monkeypatch)
    assert desk.press("roster") == desk.press("roster")
    assert desk.press("roster") != desk.press("roster", language="en")
    desk.session.rollback()
    assert desk.session.scalar(select(func.count()).select_from(LongJob)) == 2


def test_who_is_no_longer_assigned_gets_neither_print_nor_file(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = desk.press("roster")
    nobody_works(desk.app, monkeypatch)
    waiting = desk.press("badges")
    desk.session.rollback()
    with unit_of_work(desk.session) as work:
        work.execute(delete(RoleGrant))
    assert desk.client.flask.get(taken).status_code in {403, 404}
    run_waiting(desk.app)
    desk.session.rollback()
    job = desk.session.scalars(select(LongJob).where(LongJob.kind == "paper.print").order_by(LongJob.id.desc())).first()
    assert job is not None
    assert (job.state, job.file_id) == ("failed", None)
    assert waiting.endswith(job.public_id.hex)


@pytest.mark.parametrize("choices", [{"blank_rows": "-1"}, {"blank_rows": "41"}, {"paper": "a0"}, {"language": "fr"}, {"session": "x"}])
def test_what_cannot_be_chosen_is_refused_with_the_form(desk: Desk, choices: dict[str, str]) -> None:
    token = desk.client.get(desk.address).select("[name=csrf_token]")[0].attrs["value"]
    page = desk.client.post(desk.address, {"document": "sign_in", "csrf_token": token} | choices, status=422)
    assert page.select(".usa-error-message")


def test_a_seminar_without_sessions_or_people_says_so(desk: Desk, make: Make, sign_in: SignIn) -> None:
    empty = make.seminar(slug="vacio", office=None)
    client = sign_in(CheckingClient(desk.app.test_client()), make.account((RoleName.COORDINATOR, {"seminar_id": empty.id}), language="es"))
    page = client.get("/staff/seminars/vacio/paper/")
    assert "Las hojas son de cada sesión, y todavía no hay ninguna." in page.text
    other = Desk(desk.app, desk.session, make, client, empty, desk.held, [])
    assert "Todavía nadie tiene lugar." in text_of(other.print("badges")).replace("\n", " ")
    assert "Todavía nadie tiene lugar." in text_of(other.print("roster")).replace("\n", " ")
    assert "El programa todavía no tiene sesiones." in text_of(other.print("programme")).replace("\n", " ")


def test_a_person_with_an_emoji_in_the_name_stops_nobody(desk: Desk) -> None:
    desk.session.rollback()
    with unit_of_work(desk.session) as work:
        work.get_one(Person, desk.people[0].person_id).given_names = "Ana 😀 李"
    for document in ("sign_in", "roster", "badges"):
        assert "Ana □ □" in text_of(desk.print(document)).replace("\n", " ")
