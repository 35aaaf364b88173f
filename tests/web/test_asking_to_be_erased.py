"""Officials ask that their data be erased; an administrator erases them or says why they stay."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.audit.models import AuditRow
from seminar_app.core.actor import RoleName
from seminar_app.core.links import SecretLink
from seminar_app.messages.models import Message
from seminar_app.people.models import Person
from seminar_app.registration.models import Registration
from seminar_app.retention.models import ErasureRequest
from seminar_app.seminars.models import Seminar
from tests.support.checking_client import CheckingClient
from tests.support.factories import KEY, Make
from tests.web.conftest import SignIn

ERASE, KEEP = "form[action$='/erase']", "#keep-data"


@pytest.fixture
def registration(make: Make) -> Registration:
    return make.registration(make.seminar(), make.person(email="ana@pgr.example"), agency=make.agency("PGR"), language="en")


def own_page(registration: Registration) -> str:
    return f"/registrations/{SecretLink('registration', registration.public_id, 1).token(KEY)}"


def asked(session: Session) -> int:
    session.rollback()
    return len(session.scalars(select(ErasureRequest)).all())


def of_staff(session: Session, registration: Registration) -> str:
    return f"/staff/seminars/{registration_slug(session, registration)}/roster/{registration.public_id.hex}"


def registration_slug(session: Session, registration: Registration) -> str:
    return session.get_one(Seminar, registration.seminar_id).slug


def test_who_asks_is_told_what_is_erased_and_may_take_it_back(client: CheckingClient, registration: Registration, session: Session) -> None:
    own = own_page(registration)
    page = client.get(client.get(own).one("a[href$='/erase']").attrs["href"])
    assert "cannot be had back" in page.text
    for _twice in range(2):
        client.post(f"{own}/erase", {}, status=303)
    assert asked(session) == 1
    assert "You have asked that your data be erased" in client.get(own).text
    assert "your data stay" in client.follow(client.submit(f"{own}/erase")).text
    assert asked(session) == 0
    actions = session.scalars(select(AuditRow.action).where(AuditRow.action.like("erasure.%")).order_by(AuditRow.sequence)).all()
    assert list(actions) == ["erasure.asked", "erasure.taken_back"]


def test_an_administrator_erases_and_the_link_ends(
    client: CheckingClient, app: Flask, registration: Registration, make: Make, sign_in: SignIn, session: Session
) -> None:
    client.submit(f"{own_page(registration)}/erase")
    page = of_staff(session, registration)
    admin = sign_in(CheckingClient(app.test_client()), make.account((RoleName.ADMIN, {}), language="en"))
    overview = admin.get(page.partition("/roster/")[0] + "/")
    assert "1 person asks that their data be erased" in overview.text
    admin.submit(page, form=ERASE)
    session.rollback()
    assert session.get_one(Person, registration.person_id).erased_at is not None
    assert asked(session) == 0
    client.get(own_page(registration), status=404)


def test_an_organizer_sees_the_request_and_does_not_decide(
    client: CheckingClient, app: Flask, registration: Registration, make: Make, sign_in: SignIn, session: Session
) -> None:
    client.submit(f"{own_page(registration)}/erase")
    page = of_staff(session, registration)
    office = session.get_one(Seminar, registration.seminar_id).office_id
    organizer = sign_in(CheckingClient(app.test_client()), make.account((RoleName.ORGANIZER, {"office_id": office}), language="en"))
    seen = organizer.get(page)
    assert "An administrator decides" in seen.text
    assert seen.select(ERASE) == seen.select(KEEP) == []


def test_data_are_kept_for_a_reason_that_the_person_reads(
    client: CheckingClient, app: Flask, registration: Registration, make: Make, sign_in: SignIn, session: Session
) -> None:
    client.submit(f"{own_page(registration)}/erase")
    page = of_staff(session, registration)
    admin = sign_in(CheckingClient(app.test_client()), make.account((RoleName.ADMIN, {}), language="en"))
    opened = admin.get(page).fields(ERASE)
    assert "Please write why" in admin.submit(page, {"reason": ""}, form=KEEP, status=422).text
    assert asked(session) == 1
    admin.submit(page, {"reason": "The audit of 2027 needs the list."}, form=KEEP)
    assert asked(session) == 0
    session.rollback()
    mail = session.scalars(select(Message).where(Message.kind == "erasure_declined")).one()
    assert mail.context["why"] == "The audit of 2027 needs the list."
    told = admin.follow(admin.post(f"{page}/erase", opened))
    assert "has changed since" in told.text
    assert session.get_one(Person, registration.person_id).erased_at is None
