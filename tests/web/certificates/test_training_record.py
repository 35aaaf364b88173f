"""The training record as PDF: for the office and the liaison within their reach, and for the person by the personal link."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.accounts.models import UserAccount
from seminar_app.audit.models import AuditRow
from seminar_app.certificates.models import Certificate
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.links import SecretLink
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.long_jobs.models import LongJob
from seminar_app.people.models import Person
from seminar_app.people.rules import ReservedReason
from seminar_app.registration.models import Registration
from seminar_app.seminars.models import SeatPool
from tests.conftest import NOW
from tests.support.checking_client import CheckingClient
from tests.support.factories import KEY, Make
from tests.support.issuing import Finished, complete, finished
from tests.support.long_work import nobody_works, work_at_once
from tests.support.pdf import facts_of, faults_of, text_of

pytestmark = pytest.mark.sqlite_first
"""What only pages and files do."""

SignIn = Callable[[CheckingClient, UserAccount], CheckingClient]


@dataclass
class Desk:
    """A person with a completed seminar and its certificate, and one at another office that was not completed."""

    app: Flask
    session: Session
    make: Make
    client: CheckingClient
    done: Finished
    person: Person

    @property
    def page(self) -> str:
        return f"/staff/people/{self.person.public_id.hex}"

    def press(self) -> str:
        """Press the button on the person's page, and return the address that the answer leads to."""
        token = self.client.get(self.page).select("[name=csrf_token]")[0].attrs["value"]
        answer = self.client.flask.post(f"{self.page}/training-record/", data={"csrf_token": token})
        assert answer.status_code == 303
        return answer.headers["Location"]

    @property
    def own(self) -> str:
        link = SecretLink("registration", self.done.people[0].public_id, 1).token(KEY)
        return f"/registrations/{link}/training-record/"


@pytest.fixture
def desk(app: Flask, make: Make, session: Session, client: CheckingClient, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    work_at_once(app, monkeypatch)
    done = finished(make, session, ("Rosa", "Hernández", "López"), starts_on=date(2026, 1, 12), ends_on=date(2026, 1, 14))
    done.issue()
    session.rollback()
    person = session.get_one(Person, done.people[0].person_id)
    other = make.seminar(slug="toluca", title_es="Lavado", title_en="Laundering", starts_on=date(2025, 5, 4), ends_on=date(2025, 5, 6))
    make.seminar_session(other)
    pool = session.scalars(select(SeatPool).where(SeatPool.seminar_id == other.id)).one()
    make.registration(other, person, agency=make.agency(), pool=pool)
    complete(session, other, minutes=60, completed=False)
    session.rollback()
    return Desk(app, session, make, client, done, person)


def reserve(desk: Desk) -> None:
    with unit_of_work(desk.session) as work:
        person = work.get_one(Person, desk.person.id)
        person.reserved, person.reserved_reason = True, ReservedReason.OWN_REQUEST
        for each in work.scalars(select(Registration).where(Registration.person_id == desk.person.id)):
            each.reserved_code = "BCDFG"


def test_an_administrator_prints_the_whole_record(desk: Desk, sign_in: SignIn, tmp_path: Path) -> None:
    sign_in(desk.client, desk.make.account((RoleName.ADMIN, {}), language="es"))

    answer = desk.client.flask.get(desk.press())

    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    text = " ".join(text_of(answer.data).split())
    code = desk.session.scalars(select(Certificate.number)).one()
    for said in ("Rosa Hernández López", "Trata", "Lavado", "2 h 30 min", "de 3 h", "3 h 30 min", "no completado", f"{code:06}-"):
        assert said in text
    assert facts_of(answer.data)["Title"] == "Historial de capacitación"
    assert faults_of({"record": bytes(answer.data)}, tmp_path) == ""
    assert desk.session.scalars(select(AuditRow.subject).where(AuditRow.action == "person.record_taken")).all() == [
        f"person:{desk.person.public_id.hex}"
    ]


def test_an_office_prints_what_it_may_see(desk: Desk, sign_in: SignIn) -> None:
    sign_in(desk.client, desk.make.account((RoleName.ORGANIZER, {"office_id": desk.done.office.id}), language="es"))

    text = text_of(desk.client.flask.get(desk.press()).data)

    assert "Trata" in text
    assert "Lavado" not in text


def test_a_liaison_prints_her_peoples_and_nobody_elses(desk: Desk, sign_in: SignIn) -> None:
    sign_in(desk.client, desk.make.account((RoleName.LIAISON, {"agency_id": desk.done.agency_of(0)}), language="es"))
    assert "Trata" in text_of(desk.client.flask.get(desk.press()).data)

    token = desk.client.get("/staff/people/").select("[name=csrf_token]")[0].attrs["value"]
    stranger = desk.make.person()
    answer = desk.client.flask.post(f"/staff/people/{stranger.public_id.hex}/training-record/", data={"csrf_token": token})
    assert answer.status_code == 404


def test_of_a_reserved_identity_nobody_else_prints_one(desk: Desk, sign_in: SignIn) -> None:
    sign_in(desk.client, desk.make.account((RoleName.ADMIN, {}), language="es"))
    token = desk.client.get(desk.page).select("[name=csrf_token]")[0].attrs["value"]
    reserve(desk)

    assert desk.client.flask.post(f"{desk.page}/training-record/", data={"csrf_token": token}).status_code == 404
    assert "Historial de capacitación en PDF" not in desk.client.get(desk.page).text


def test_the_person_gets_the_own_record_by_the_link(desk: Desk) -> None:
    personal = desk.client.get(desk.own.removesuffix("training-record/").rstrip("/"))
    assert personal.select(f"a[href='{desk.own}']")
    page = desk.client.get(desk.own)
    assert "Trata" in page.text

    answer = desk.client.flask.post(desk.own)
    assert answer.headers["Location"] == f"{desk.own}file"
    file = desk.client.flask.get(answer.headers["Location"])

    assert (file.status_code, file.mimetype) == (200, "application/pdf")
    assert "Rosa Hernández López" in text_of(file.data)
    assert "Lavado" in text_of(file.data)
    desk.session.rollback()
    assert desk.session.scalars(select(LongJob.owner)).all() == [f"registration:{desk.done.people[0].public_id.hex}"]


def test_without_a_worker_the_page_says_that_it_is_being_made(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    nobody_works(desk.app, monkeypatch)
    answer = desk.client.flask.post(desk.own)
    assert answer.headers["Location"] == desk.own
    assert "Se prepara su PDF" in desk.client.get(desk.own).text
    assert desk.client.flask.get(f"{desk.own}file").headers["Location"] == desk.own


def test_a_reserved_person_gets_the_own_record_and_no_account_the_file(desk: Desk, sign_in: SignIn) -> None:
    reserve(desk)
    file = desk.client.flask.get(desk.client.flask.post(desk.own).headers["Location"])
    assert "Rosa Hernández López" in text_of(file.data)

    desk.session.rollback()
    job = desk.session.scalars(select(LongJob)).one()
    sign_in(desk.client, desk.make.account((RoleName.ADMIN, {}), language="es"))
    assert desk.client.flask.get(f"/staff/jobs/{job.public_id.hex}/file").status_code == 404
