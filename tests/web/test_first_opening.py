"""The first opening of a personal page: the surname, the privacy notice, and a link that wrong surnames end."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.audit.models import AuditRow
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.offices.models import Office, OfficeNotice
from seminar_app.people.models import Person
from seminar_app.registration.links import personal_token
from seminar_app.registration.models import Notice, Registration
from seminar_app.registration.services import ensure_notices
from seminar_app.seminars.models import Seminar
from seminar_app.web.access import Audience, policy_of
from tests.support.checking_client import CheckingClient, Page
from tests.support.context import context
from tests.support.factories import THEN, Make
from tests.support.feedback import hold
from tests.support.mailbox import press
from tests.web.conftest import SignIn

pytestmark = pytest.mark.sqlite_first
"""What only pages do; the tests about order, search and what two do at once say so."""

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


@dataclass
class Desk:
    """Somebody whom staff entered, and the browser of whoever has the link."""

    client: CheckingClient
    session: Session
    make: Make
    office: Office
    seminar: Seminar
    made: Registration

    @property
    def link(self) -> str:
        self.session.rollback()
        return f"/registrations/{personal_token(self.session, self.registration)}"

    @property
    def registration(self) -> Registration:
        self.session.rollback()
        return self.session.get_one(Registration, self.made.id)

    @property
    def person(self) -> Person:
        return self.session.get_one(Person, self.registration.person_id)

    @property
    def trail(self) -> list[str]:
        self.session.rollback()
        return list(self.session.scalars(select(AuditRow.action).order_by(AuditRow.sequence)))

    def wrong(self, times: int, surname: str = "Pérez") -> Page:
        """Type a wrong surname so often; return the last answer."""
        page = None
        for turn in range(times):
            page = self.client.post(f"{self.link}/open", {"surname": surname}, status=410 if turn == 4 else 422)
        assert page is not None
        return page


@pytest.fixture
def desk(client: CheckingClient, session: Session, make: Make, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    with unit_of_work(session) as work:
        ensure_notices(work, context(THEN))
    office = make.office()
    seminar = make.seminar(office=office)
    person = make.person("Rosaura", "de la Cruz", "Quezada", email="rosaura@pgr.example", email_proven_at=None)
    agency = make.agency("PGR", name_en="Attorney General")
    made = make.registration(
        seminar, person, agency=agency, pool=make.pool(seminar, agency, 2), unit="Unidad", language="en", notice_at=None
    )
    return Desk(client, session, make, office, seminar, made)


def test_the_page_opens_with_the_surname_and_the_notice_and_asks_no_more(desk: Desk) -> None:
    words = OfficeNotice(office_id=desk.office.id, version=1, text_es="Palabras.", text_en="Words of the office.", published_at=THEN)
    with unit_of_work(desk.session) as work:
        work.add(words)
    asked = desk.client.follow(desk.client.get(desk.link, status=303))
    assert (desk.seminar.title_en or "?") in asked.text
    assert "Words of the office." in asked.text
    for secret in ("Rosaura", "Cruz", "Quezada", "Attorney General", "Unidad", "rosaura@"):
        assert secret not in asked.text
    opened = desk.client.submit(f"{desk.link}/open", {"surname": "DELACRUZ"})
    assert "Rosaura" in desk.client.follow(opened).text
    assert desk.person.email_proven_at == NOW
    kept = desk.registration
    assert (kept.notice_at, kept.wrong_surnames) == (NOW, 0)
    assert (desk.session.get_one(Notice, kept.notice_id).language, kept.office_notice_id) == ("en", words.id)
    assert desk.trail[-1] == "registration.page_opened"
    assert "Rosaura" in desk.client.get(desk.link).text
    assert desk.client.get(f"{desk.link}/open", status=303).response.location == desk.link


def test_every_page_of_the_link_is_closed_until_then(desk: Desk, app: Flask) -> None:
    """Also those that a room adds later: each address behind a personal link is tried, reading and sending."""
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/registrations/<token>") and "open" not in rule.endpoint]
    assert len(rules) > 6
    for rule in rules:
        policy = policy_of(app, rule.endpoint)
        assert policy is not None
        assert policy.audience is Audience.LINK
        url = rule.rule.replace("<token>", desk.link.rsplit("/", 1)[-1]).replace("<part>", "name")
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            page = desk.client.get(url, status=303) if method == "GET" else desk.client.post(url, {"given_names": "Eva"})
            assert (page.response.location or "").startswith(f"{desk.link}/open"), url
    assert desk.trail == []


def test_the_link_of_a_form_opens_on_the_form(desk: Desk, make: Make) -> None:
    held = hold(make, people=1)
    held.open(NOW)
    registration = held.people[0]
    with unit_of_work(desk.session) as work:
        work.get_one(Person, registration.person_id).email_proven_at = None
    desk.session.rollback()
    surname = desk.session.get_one(Person, registration.person_id).surname1
    link = f"/registrations/{personal_token(desk.session, desk.session.get_one(Registration, registration.id))}"
    asked = desk.client.get(f"{link}/feedback", status=303).response.location or ""
    assert desk.client.submit(asked, {"surname": surname}).response.location == f"{link}/feedback"


@pytest.mark.parametrize("to", ["seminars.calendar", "accounts_staff.index", "https://evil.example/", "registration.sent", "nothing"])
def test_the_page_leads_nowhere_else(desk: Desk, to: str) -> None:
    opened = desk.client.post(f"{desk.link}/open?to={to}", {"surname": "Cruz"})
    assert opened.response.location == desk.link


@pytest.mark.both_engines
def test_five_wrong_surnames_end_the_link_and_staff_send_another(desk: Desk, sign_in: SignIn) -> None:
    old = desk.link
    assert "after 4 more wrong ones" in desk.wrong(1).text
    assert "after one more wrong one" in desk.wrong(3).text
    ended = desk.client.post(f"{old}/open", {"surname": "Pérez"}, status=410)
    assert "This link has ended" in ended.text
    assert (desk.office.email or "?") in ended.text
    assert desk.trail == ["registration.link_ended"]
    desk.client.post(f"{old}/open", {"surname": "de la Cruz"}, status=410)
    assert desk.client.get(desk.client.get(old, status=303).response.location or "", status=410).text == ended.text
    assert desk.person.email_proven_at is None
    sign_in(desk.client, desk.make.account((RoleName.ORGANIZER, {"office_id": desk.office.id}), language="en"))
    record = f"/staff/seminars/{desk.seminar.slug}/roster/{desk.made.public_id.hex}"
    assert "five wrong surnames were typed" in desk.client.get(record).text
    assert "Send a new link" in desk.client.get(record).text
    desk.client.submit(record, {"replace": "1"}, form="#mail form")
    assert "five wrong surnames were typed" not in desk.client.get(record).text
    assert desk.link != old
    desk.client.get(old, status=404)
    desk.client.post(f"{desk.link}/open", {"surname": "Quezada"})
    assert "Rosaura" in desk.client.get(desk.link).text


def test_staff_see_who_has_not_opened_the_page(desk: Desk, sign_in: SignIn) -> None:
    visitor = CheckingClient(desk.client.flask)
    record = f"/staff/seminars/{desk.seminar.slug}/roster/{desk.made.public_id.hex}"
    sign_in(visitor, desk.make.account((RoleName.ORGANIZER, {"office_id": desk.office.id}), language="en"))
    assert "Not opened yet" in visitor.get(record).text
    desk.client.post(f"{desk.link}/open", {"surname": "Quezada"})
    assert "Not opened yet" not in visitor.get(record).text


def test_a_known_person_of_a_new_seminar_reads_the_notice_and_types_nothing(desk: Desk) -> None:
    with unit_of_work(desk.session) as work:
        work.get_one(Person, desk.made.person_id).email_proven_at = THEN
        work.get_one(Registration, desk.made.id).paper_notice_at = THEN
    asked = desk.client.follow(desk.client.get(desk.link, status=303))
    assert not asked.select("[name=surname]")
    desk.client.submit(f"{desk.link}/open")
    assert "Rosaura" in desk.client.get(desk.link).text
    kept = desk.registration
    assert (kept.paper_notice_at, kept.notice_at) == (THEN, NOW)
    assert desk.person.email_proven_at == THEN


def test_whoever_filled_in_the_form_is_asked_for_nothing(desk: Desk) -> None:
    desk.make.form_sent(desk.seminar, desk.make.agency("INM"), "Eva", at=NOW)
    opened = desk.client.follow(press(desk.client, desk.session))
    assert "Eva" in opened.text
    desk.session.rollback()
    person = desk.session.scalars(select(Person).where(Person.given_names == "Eva")).one()
    assert person.email_proven_at == NOW


def test_a_form_that_staff_confirm_by_telephone_proves_no_mailbox(desk: Desk, sign_in: SignIn) -> None:
    """The notice was on the form; so the surname alone is asked for."""
    desk.make.form_sent(desk.seminar, desk.make.agency("INM"), "Eva", at=NOW, email="eva@pgr.example")
    staff = CheckingClient(desk.client.flask.application.test_client())
    sign_in(staff, desk.make.account((RoleName.ORGANIZER, {"office_id": desk.office.id}), language="en"))
    forms = f"/staff/seminars/{desk.seminar.slug}/forms/"
    found = staff.follow(staff.submit(forms, {"email": "eva@pgr.example"}, form="main form.filters"))
    staff.submit(str(found.response.request.url).split("localhost", 1)[1], form="main form[action$='/confirm']")
    desk.session.rollback()
    person = desk.session.scalars(select(Person).where(Person.given_names == "Eva")).one()
    made = desk.session.scalars(select(Registration).where(Registration.person_id == person.id)).one()
    assert (person.email_proven_at, made.notice_at) == (None, NOW)
    token = personal_token(desk.session, made)
    asked = desk.client.follow(desk.client.get(f"/registrations/{token}", status=303)).text
    assert "Eva" not in asked
    assert "Privacy notice" not in asked


def test_wrong_surnames_of_anybody_are_answered_alike(desk: Desk) -> None:
    """One that somebody else in the seminar has, one near the right one, and that of a reserved identity: the same bytes."""
    other = desk.make.person("Pedro", "Pérez", None, email_proven_at=None, reserved=True)
    agency = desk.make.agency("INM")
    second = desk.make.registration(desk.seminar, other, agency=agency, language="en", notice_at=None)
    desk.session.rollback()
    link = f"/registrations/{personal_token(desk.session, desk.session.get_one(Registration, second.id))}"
    answers = set()
    for url, surname in ((desk.link, "Pérez"), (link, "Cruzz"), (desk.link, "Zzz"), (link, "Quezada")):
        desk.session.rollback()
        for made in (desk.made.id, second.id):
            with unit_of_work(desk.session) as work:
                work.get_one(Registration, made).wrong_surnames = 1
        body = desk.client.post(f"{url}/open", {"surname": surname}, status=422).response.get_data(as_text=True)
        body = body.replace(url.rsplit("/", 1)[-1], "TOKEN").replace(f'value="{surname}"', "")
        answers.add(re.sub(r'nonce="[^"]+"', "", body))
    assert len(answers) == 1
