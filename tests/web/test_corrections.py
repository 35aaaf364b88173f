"""Staff correct a participant's data, decide on another name, and send the personal link again or replace it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.agencies.models import Agency
from seminar_app.audit.models import AuditRow
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.messages.models import Message
from seminar_app.people.models import Person
from seminar_app.registration import links
from seminar_app.registration.models import NameRequest, Registration
from seminar_app.registration.rules import link_ends
from seminar_app.seminars.models import Seminar
from tests.conftest import NOW
from tests.support.checking_client import CheckingClient
from tests.support.factories import Make
from tests.web.conftest import SignIn

pytestmark = pytest.mark.sqlite_first
"""What only pages do; the tests about order, search and what two do at once say so."""


@dataclass
class Desk:
    """An organizer's browser, and one seated participant with the address mal@pgr.example."""

    client: CheckingClient
    session: Session
    make: Make
    seminar: Seminar
    pgr: Agency
    registration: Registration

    @property
    def page(self) -> str:
        return f"/staff/seminars/{self.seminar.slug}/roster/{self.registration.public_id.hex}"

    def person(self) -> Person:
        self.session.rollback()
        return self.session.get_one(Person, self.registration.person_id)

    def link(self) -> str:
        self.session.rollback()
        return f"/registrations/{links.personal_token(self.session, self.session.get_one(Registration, self.registration.id))}"

    def mails(self) -> list[tuple[str, str]]:
        self.session.rollback()
        return [(mail.kind, mail.to_address) for mail in self.session.scalars(select(Message).order_by(Message.id))]

    def trail(self) -> list[str]:
        self.session.rollback()
        return [row.action for row in self.session.scalars(select(AuditRow).order_by(AuditRow.sequence)) if "viewed" not in row.action]


@pytest.fixture
def desk(client: CheckingClient, session: Session, make: Make, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    office, pgr = make.office(), make.agency("PGR")
    seminar = make.seminar(office=office, seats=1)
    person = make.person("Rosaura", "Ibarola", "Quezada", email="mal@pgr.example", phone="+525512345678")
    registration = make.registration(
        seminar, person, agency=pgr, pool=make.pool(seminar, pgr, 2), position="Fiscal", unit="Unidad", language="en"
    )
    sign_in(client, make.account((RoleName.ORGANIZER, {"office_id": office.id}), language="en"))
    return Desk(client, session, make, seminar, pgr, registration)


def test_staff_correct_a_participant_in_one_form(desk: Desk) -> None:
    old = desk.link()
    form = desk.client.get(f"{desk.page}/correct")
    assert form.one("[name=surname1]").attrs["value"] == "Ibarola"
    wanted = {"surname1": "Ibarrola", "certificate_name": "Rosaura Ibarrola Quezada", "sex": "F", "email": "Bien@PGR.example", "unit": ""}
    page = desk.client.follow(desk.client.submit(f"{desk.page}/correct", wanted))
    assert "sent to the new address" in page.text
    assert "Ibarrola" in page.text
    person = desk.person()
    assert (person.certificate_name, person.email, person.sex) == ("Rosaura Ibarrola Quezada", "bien@pgr.example", "F")
    assert person.sort_key.startswith("ibarrola")
    assert desk.mails() == [("link", "bien@pgr.example"), ("address_replaced", "mal@pgr.example")]
    assert desk.trail() == ["registration.edited", "person.edited", "registration.link_replaced"]
    desk.client.get(old, status=404)
    asked = desk.client.follow(desk.client.get(desk.link(), status=303))  # nobody has shown yet that the new mailbox is hers
    assert "Ibarrola" not in asked.text
    opened = desk.client.submit(f"{desk.link()}/open", {"surname": "ibarrola"})
    assert "Ibarrola" in desk.client.follow(opened).text
    assert "Nothing had changed" in desk.client.follow(desk.client.submit(f"{desk.page}/correct")).text
    bad = desk.client.submit(f"{desk.page}/correct", {"given_names": "", "email": "nowhere"}, status=422)
    assert "given name" in bad.text


@pytest.mark.both_engines
def test_two_who_correct_one_person_do_not_overwrite_each_other(desk: Desk, app: Flask) -> None:
    opened = desk.client.get(f"{desk.page}/correct").fields("main form")
    desk.client.submit(f"{desk.page}/correct", {"phone": "998 123 4567"})
    late = desk.client.post(f"{desk.page}/correct", opened | {"position": "Perita"}, status=422)
    assert late.one("[name=position]").attrs["value"] == "Perita"
    assert desk.person().phone == "+529981234567"
    desk.client.post(f"{desk.page}/correct", late.fields("main form"))
    desk.session.rollback()
    assert desk.session.get_one(Registration, desk.registration.id).position == "Perita"


@pytest.mark.both_engines
def test_a_name_and_address_of_another_record_are_refused_with_the_way_out(desk: Desk) -> None:
    desk.make.person("Luz", "Gil", None, email="luz@pgr.example")
    wanted = {"given_names": "Luz", "surname1": "Gil", "surname2": "", "certificate_name": "Luz Gil", "email": "luz@pgr.example"}
    page = desk.client.submit(f"{desk.page}/correct", wanted, status=422)
    assert "Another record has this name" in page.text
    assert desk.person().email == "mal@pgr.example"


def test_a_corrected_agency_keeps_the_seat_and_moves_it_where_its_people_may_sit(desk: Desk) -> None:
    inm, cns = desk.make.agency("INM"), desk.make.agency("CNS")
    pool = desk.make.pool(desk.seminar, inm, 1)
    for code, agency, seat in (("INM", inm, pool.id), ("CNS", cns, None)):
        desk.client.submit(f"{desk.page}/correct", {"agency": code})
        desk.session.rollback()
        registration = desk.session.get_one(Registration, desk.registration.id)
        assert registration.agency_id == agency.id
        assert registration.state == "registered"
        assert seat is None or registration.seat_pool_id == seat


def test_a_link_is_sent_again_or_replaced_and_the_earlier_one_ends(desk: Desk, app: Flask) -> None:
    old = desk.link()
    official = CheckingClient(app.test_client())
    opened = official.get(f"{old}/edit/work").fields("main form")
    form = "form[action$='/link']"
    assert "on its way again" in desk.client.follow(desk.client.submit(desk.page, form=form)).text
    assert desk.link() == old
    page = desk.client.follow(desk.client.submit(desk.page, {"replace": "1"}, form=form))
    assert "no longer works" in page.text
    official.get(old, status=404)
    official.post(f"{old}/edit/work", opened | {"unit": "Otra"}, status=404)  # the page was still open
    official.get(desk.link())
    assert desk.mails() == [("link", "mal@pgr.example")] * 2
    assert desk.trail() == ["registration.link_sent", "registration.link_replaced"]


def test_links_end_eighteen_months_after_the_seminar(desk: Desk, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    official, last = CheckingClient(app.test_client()), link_ends(desk.seminar.ends_on)
    monkeypatch.setattr(clock, "now", lambda: NOW.replace(year=last.year, month=last.month, day=last.day))
    official.get(desk.link())
    assert "may have ended" not in official.get(desk.link()).text
    tomorrow = last + timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: NOW.replace(year=tomorrow.year, month=tomorrow.month, day=tomorrow.day))
    assert "18 months" in official.get(desk.link(), status=404).text
    official.get(f"{desk.link()}/edit/name", status=404)
    official.get(f"{desk.link()}/feedback", status=404)


def test_another_name_waits_for_staff_once_seated(desk: Desk, app: Flask) -> None:
    official = CheckingClient(app.test_client())
    edit = f"{desk.link()}/edit/name"
    small = {"given_names": "ROSÁURA", "surname1": "Quezada", "surname2": "Ibarola", "certificate_name": "Rosáura Quezada Ibarola"}
    official.submit(edit, small)
    assert desk.person().certificate_name == "Rosáura Quezada Ibarola"
    other = {"given_names": "Juan", "surname1": "Otro", "surname2": "", "certificate_name": "Juan Otro"}
    for _twice in range(2):
        page = official.follow(official.submit(edit, other))
        assert "You asked for the name Juan Otro" in page.text
    assert desk.person().certificate_name == "Rosáura Quezada Ibarola"
    assert "1 person asks for another name" in desk.client.get(f"/staff/seminars/{desk.seminar.slug}/").text
    form = "form[action$='/name']"
    assert "Juan Otro" in desk.client.get(desk.page).text
    assert "The name stays" in desk.client.follow(desk.client.submit(desk.page, {"accept": "0"}, form=form)).text
    assert desk.person().surname1 == "Quezada"
    official.submit(edit, other)
    assert "The new name stands" in desk.client.follow(desk.client.submit(desk.page, {"accept": "1"}, form=form)).text
    assert desk.person().certificate_name == "Juan Otro"
    assert desk.session.scalars(select(NameRequest)).all() == []
    assert [kind for kind, _to in desk.mails()] == ["name_declined", "name_accepted"]
    assert desk.trail().count("person.name_asked") == 2
    page = desk.client.get(desk.page)
    assert not page.select(form)


def test_who_asked_for_another_name_takes_it_back_by_sending_the_name_on_file(desk: Desk, app: Flask) -> None:
    official = CheckingClient(app.test_client())
    edit, names = f"{desk.link()}/edit/name", {"given_names": "Juan", "certificate_name": "Juan Ibarola Quezada"}
    official.submit(edit, names)
    desk.session.rollback()
    assert desk.session.scalars(select(NameRequest)).one().given_names == "Juan"
    assert official.get(edit).one("[name=given_names]").attrs["value"] == "Juan"
    official.submit(f"{desk.link()}/edit/phone", {"phone": "998 123 4567"})
    desk.session.rollback()
    assert desk.session.scalars(select(NameRequest)).one().given_names == "Juan"
    desk.session.rollback()
    official.submit(edit, {"given_names": "Rosaura", "certificate_name": "Rosaura Ibarola Quezada"})
    desk.session.rollback()
    assert desk.session.scalars(select(NameRequest)).all() == []


def test_only_those_who_organize_the_seminar_may_correct(desk: Desk, app: Flask, make: Make, sign_in: SignIn) -> None:
    grants = {
        (RoleName.COORDINATOR, "seminar_id", desk.seminar.id): 403,
        (RoleName.LIAISON, "agency_id", desk.pgr.id): 403,
        (RoleName.ORGANIZER, "office_id", make.office().id): 404,
    }
    for (role, scope, value), status in grants.items():
        other = sign_in(CheckingClient(app.test_client()), make.account((role, {scope: value})))
        other.get(f"{desk.page}/correct", status=status)
    assert desk.mails() == []


def elsewhere(desk: Desk, **values: Any) -> Registration:
    """Register the same person in a seminar of another office."""
    return desk.make.registration(desk.make.seminar(), desk.person(), agency=desk.pgr, language="en", position="Fiscal", **values)


def test_name_and_address_of_somebody_of_two_offices_are_an_administrators_to_change(
    desk: Desk, app: Flask, make: Make, sign_in: SignIn
) -> None:
    elsewhere(desk)
    for wanted in ({"email": "evil@a.example"}, {"given_names": "Otra", "certificate_name": "Otra Ibarola"}):
        assert "only an administrator" in desk.client.submit(f"{desk.page}/correct", wanted, status=422).text
    assert (desk.person().email, desk.mails()) == ("mal@pgr.example", [])
    desk.client.submit(f"{desk.page}/correct", {"position": "Perita", "phone": "998 123 4567"})
    admin = sign_in(CheckingClient(app.test_client()), make.account((RoleName.ADMIN, {}), language="en"))
    admin.submit(f"{desk.page}/correct", {"email": "bien@pgr.example"})
    assert desk.mails() == [("link", "bien@pgr.example")] * 2 + [("address_replaced", "mal@pgr.example")]


def test_a_reservation_that_another_office_may_need_is_ended_by_an_administrator(
    desk: Desk, app: Flask, make: Make, sign_in: SignIn
) -> None:
    desk.client.submit(desk.page, {"reserve_reason": "authority_order"}, form="#reserve form")
    elsewhere(desk)
    form = "#reserve form"
    assert "only an administrator" in desk.client.follow(desk.client.submit(desk.page, {"end_reason": "mistake"}, form=form)).text
    assert desk.person().reserved
    admin = sign_in(CheckingClient(app.test_client()), make.account((RoleName.ADMIN, {}), language="en"))
    admin.submit(desk.page, {"end_reason": "mistake"}, form=form)
    assert not desk.person().reserved


def test_another_name_waits_for_staff_also_by_the_link_of_a_seminar_without_a_seat(desk: Desk, app: Flask) -> None:
    beside = elsewhere(desk, state="pending")
    link = f"/registrations/{links.personal_token(desk.session, beside)}"
    CheckingClient(app.test_client()).submit(f"{link}/edit/name", {"given_names": "Zoe", "certificate_name": "Zoe Falsa"})
    assert desk.person().given_names == "Rosaura"


def test_staff_accept_only_the_name_that_they_read(desk: Desk, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    official = CheckingClient(app.test_client())
    official.submit(f"{desk.link()}/edit/name", {"given_names": "Elsa", "certificate_name": "Elsa Real"})
    read = desk.client.get(desk.page).fields("form[action$='/name']")
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(minutes=1))
    assert official.get(f"{desk.link()}/edit/name").one("[name=given_names]").attrs["value"] == "Elsa"
    official.submit(f"{desk.link()}/edit/name", {"given_names": "Pablo", "certificate_name": "Pablo Otro"})
    page = desk.client.follow(desk.client.post(f"{desk.page}/name", read | {"accept": "1"}))
    assert "Somebody else has changed this" in page.text
    assert desk.person().given_names == "Rosaura"
    desk.client.post(f"{desk.page}/name", read, status=400)


def test_the_state_of_the_former_agency_goes_with_it(desk: Desk) -> None:
    quintana = desk.make.agency("FGE-ROO", state="Quintana Roo")
    desk.client.submit(f"{desk.page}/correct", {"agency": "FGE-ROO"})
    desk.session.rollback()
    assert desk.session.get_one(Registration, desk.registration.id).state_name == quintana.state
    desk.client.submit(f"{desk.page}/correct", {"agency": "PGR"})
    desk.session.rollback()
    assert desk.session.get_one(Registration, desk.registration.id).state_name is None
