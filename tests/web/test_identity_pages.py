"""Birth data, CURP and passport on pages: asked for, sealed, shown masked to their owner, opened by staff with an audit row."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.accounts.models import UserAccount
from seminar_app.audit.models import AuditRow
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.links import SecretLink
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.people.identity import Identity, keep_identity, open_identity
from seminar_app.people.identity_models import PersonIdentity
from seminar_app.people.models import Person
from seminar_app.registration.models import Registration
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.rules import Asked
from tests.support.checking_client import CheckingClient
from tests.support.context import context
from tests.support.factories import KEY, Make
from tests.support.mailbox import press
from tests.web.conftest import SignIn

pytestmark = pytest.mark.sqlite_first
"""What only pages do; the tests about order, search and what two do at once say so."""

CURP, WRONG_CURP = "HEMN841101MSPRRR02", "HEMN841101MSPRRR03"
WHO = {
    "given_names": "Ana",
    "surname1": "Prueba",
    "surname2": "",
    "certificate_name": "",
    "sex": "-",
    "position": "Perita",
    "email": "ana@pgr.example",
    "notice_read": "y",
}
URL = "/seminars/cancun-2026/register"


@pytest.fixture
def seminar(make: Make, monkeypatch: pytest.MonkeyPatch, now: datetime) -> Seminar:
    monkeypatch.setattr(clock, "now", lambda: now)
    make.agency("PGR")
    return make.seminar(
        slug="cancun-2026", asks_curp=Asked.REQUIRED, asks_birth=Asked.OPTIONAL, identity_reason_en="The embassy asks for it."
    )


def send(client: CheckingClient, **more: Any) -> Any:
    sent = dict(client.get(URL).fields("main form")) | WHO | {"agency": "PGR", **more}
    return client.flask.post(URL, data=sent, headers={"Accept-Language": "en"})


def register(client: CheckingClient, session: Session, **more: Any) -> None:
    assert send(client, **more).status_code == 303
    press(client, session)


def token(client: CheckingClient) -> str:
    return str(client.get("/staff/account/").select("input[name=csrf_token]")[0].attrs["value"])


def kept(session: Session, now: datetime) -> Identity:
    session.rollback()
    with unit_of_work(session) as work:
        return open_identity(work, work.scalars(select(Person)).one())


def test_the_form_asks_what_the_seminar_asks_and_says_why(
    client: CheckingClient, seminar: Seminar, session: Session, now: datetime
) -> None:
    page = client.get(URL)
    assert "The embassy asks for it." in page.text
    assert {"curp", "birth_date", "birth_place"} <= page.fields("main form").keys()
    assert "passport" not in page.fields("main form")
    refused = send(client)
    assert refused.status_code == 422
    assert b"Please write your CURP." in refused.data
    assert b"check the year of birth" in send(client, curp=CURP, birth_date="2031-01-01").data
    register(client, session, curp="hemn 841101-MSPRRR02", birth_date="1984-11-01")
    assert kept(session, now) == Identity(curp=CURP, birth_date=date(1984, 11, 1))


def test_a_curp_that_looks_mistyped_is_warned_about_and_taken(
    client: CheckingClient, seminar: Seminar, session: Session, now: datetime
) -> None:
    done = send(client, curp=WRONG_CURP)
    assert done.status_code == 303
    assert "looks mistyped" in client.get(done.headers["Location"]).text
    press(client, session)
    assert kept(session, now).curp == WRONG_CURP
    assert "looks mistyped" not in client.get(send(client, curp=CURP).headers["Location"]).text


def test_a_known_person_s_other_form_changes_nothing_on_file(
    client: CheckingClient, seminar: Seminar, session: Session, make: Make, now: datetime
) -> None:
    register(client, session, curp=CURP)
    make.seminar(slug="toluca-2026", asks_curp=Asked.OPTIONAL, identity_reason_es="x")
    answer = client.flask.post(
        "/seminars/toluca-2026/register",
        data=dict(client.get("/seminars/toluca-2026/register").fields("main form")) | WHO | {"agency": "PGR", "curp": "MUSN591209HCHNNX05"},
    )
    assert answer.status_code == 303
    press(client, session)
    assert kept(session, now).curp == CURP


def test_the_official_sees_it_masked_and_corrects_it(client: CheckingClient, seminar: Seminar, session: Session, now: datetime) -> None:
    register(client, session, curp=WRONG_CURP, birth_date="1984-11-01")
    registration = session.scalars(select(Registration)).one()
    link = f"/registrations/{SecretLink('registration', registration.public_id, 1).token(KEY)}"
    page = client.get(link).text
    assert "•••R03" in page
    assert "looks mistyped" in page
    assert WRONG_CURP not in page
    assert "1984" not in page
    edit = client.get(f"{link}/edit/documents")
    assert "1984" not in edit.text
    values = dict(edit.fields("main form"))
    assert values["curp"] == [""]
    client.flask.post(f"{link}/edit/documents", data=values)
    assert kept(session, now) == Identity(curp=WRONG_CURP, birth_date=date(1984, 11, 1)), "empty fields change nothing"
    values = dict(client.get(f"{link}/edit/documents").fields("main form"))
    client.flask.post(f"{link}/edit/documents", data=values | {"curp": CURP, "forget_birth_date": "y", "forget_curp": "y"})
    assert kept(session, now) == Identity(curp=CURP), "what the seminar needs is replaced and never deleted"


def test_staff_open_it_by_a_button_and_the_trail_has_it(
    client: CheckingClient, seminar: Seminar, session: Session, make: Make, sign_in: SignIn, now: datetime
) -> None:
    register(client, session, curp=WRONG_CURP)
    person = session.scalars(select(Person)).one()
    twin = make.person(surname1="Gemela")
    make.registration(seminar, twin)
    with unit_of_work(session) as work:
        keep_identity(work, context(now), person=twin, identity=Identity(curp=WRONG_CURP))
    organizer = make.account((RoleName.ORGANIZER, {"office_id": seminar.office_id}))
    sign_in(client, organizer)
    url = f"/staff/people/{person.public_id.hex}"
    page = client.get(url).text
    assert "On file, encrypted: CURP" in page
    assert "Gemela" in page
    assert WRONG_CURP not in page
    shown = client.flask.post(f"{url}/identity", data={"csrf_token": token(client)})
    assert WRONG_CURP in shown.text
    assert "check digit" in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    session.rollback()
    row = session.scalars(select(AuditRow).where(AuditRow.action == "identity.viewed")).one()
    assert (row.actor, row.subject) == (f"account:{organizer.public_id.hex}", f"person:{person.public_id.hex}")
    assert client.flask.get(f"{url}/identity").status_code == 405


@pytest.mark.parametrize("role", ["liaison", "coordinator", "organizer of another office", "reserved"])
def test_who_may_not_see_it_does_not(
    client: CheckingClient, seminar: Seminar, session: Session, make: Make, sign_in: SignIn, now: datetime, role: str
) -> None:
    agency = make.agency("CNS")
    person = make.person(agency_id=agency.id, reserved=role == "reserved")
    make.registration(seminar, person, agency=agency)
    with unit_of_work(session) as work:
        keep_identity(work, context(now), person=person, identity=Identity(curp=CURP))
    accounts: dict[str, tuple[RoleName, dict[str, int]]] = {
        "liaison": (RoleName.LIAISON, {"agency_id": agency.id}),
        "coordinator": (RoleName.COORDINATOR, {"seminar_id": seminar.id}),
        "organizer of another office": (RoleName.ORGANIZER, {"office_id": make.office().id}),
        "reserved": (RoleName.ADMIN, {}),
    }
    account: UserAccount = make.account(accounts[role])
    sign_in(client, account)
    url = f"/staff/people/{person.public_id.hex}"
    answer = client.flask.post(f"{url}/identity", data={"csrf_token": token(client)})
    assert answer.status_code in (403, 404)
    assert CURP.encode() not in answer.data
    assert b"On file, encrypted" not in client.flask.get(url).data
    session.rollback()
    assert session.scalars(select(AuditRow).where(AuditRow.action == "identity.viewed")).all() == []


@pytest.mark.both_engines
def test_a_person_is_found_by_the_curp(
    client: CheckingClient, seminar: Seminar, session: Session, make: Make, sign_in: SignIn, now: datetime
) -> None:
    person = make.person(surname1="Buscada")
    make.registration(seminar, person)
    with unit_of_work(session) as work:
        keep_identity(work, context(now), person=person, identity=Identity(curp=CURP))
    sign_in(client, make.account((RoleName.ADMIN, {})))
    found = client.follow(client.post("/staff/people/", {"csrf_token": token(client), "words": "hemn841101 msprrr02"})).text
    assert "Buscada" in found
    assert "Buscada" not in client.follow(client.post("/staff/people/", {"csrf_token": token(client), "words": WRONG_CURP})).text


def test_a_seminar_that_asks_says_why(client: CheckingClient, seminar: Seminar, make: Make, sign_in: SignIn, session: Session) -> None:
    sign_in(client, make.account((RoleName.ADMIN, {}), language="en"))
    url = "/staff/seminars/cancun-2026/settings"
    page = client.get(url)
    values: dict[str, Any] = dict(page.fields("main form.form-wide"))
    assert values["asks_curp"] == ["required"]
    refused = client.flask.post(url, data=values | {"asks_passport": "optional", "identity_reason_en": "", "identity_reason_es": ""})
    assert refused.status_code == 422
    assert b"People are told why" in refused.data
    saved = client.flask.post(url, data=values | {"asks_passport": "optional", "asks_curp": "no"})
    assert saved.status_code == 303
    session.rollback()
    session.refresh(stored := session.scalars(select(Seminar)).one())
    assert (stored.asks_passport, stored.asks_curp) == (Asked.OPTIONAL, Asked.NO)
    assert session.scalars(select(PersonIdentity)).all() == []
