"""A seat needs a proven mailbox: the page after the form, the button of its mail, and staff's way around both."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from seminar_app.audit.models import AuditRow
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.messages.models import Message
from seminar_app.messages.rendering import NotToBeSent, write
from seminar_app.people.models import Person
from seminar_app.registration.models import FormSent, Registration
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.rules import SeminarState
from tests.conftest import NOW
from tests.support.checking_client import CheckingClient
from tests.support.factories import Make
from tests.support.mailbox import button_of, press, register
from tests.web.conftest import SignIn
from tests.web.test_registration import FILLED

URL = "/seminars/cancun-2026/register"


@pytest.fixture
def seminar(make: Make, monkeypatch: pytest.MonkeyPatch) -> Seminar:
    """A seminar with two seats, of an office that can be reached, and the agency PGR."""
    make.agency("PGR", name_es="Procuraduría General de la República", name_en="Attorney General")
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return make.seminar(seats=2, slug="cancun-2026", office=make.office(email="hsi@office.example", phone="+525550802000"))


def later(monkeypatch: pytest.MonkeyPatch, **by: int) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(**by))


def mail(app: Flask, session: Session, kind: str = "form_sent") -> str:
    """Return the newest mail of a kind as its receiver reads it."""
    session.rollback()
    message = session.scalars(select(Message).where(Message.kind == kind).order_by(Message.id.desc()).limit(1)).one()
    text = write(app, message).text
    session.rollback()
    return text


def states(session: Session) -> list[str]:
    session.rollback()
    return [state.value for state in session.scalars(select(Registration.state).order_by(Registration.id))]


def test_the_button_leads_to_the_outcome_and_pressed_again_to_the_same_page(
    client: CheckingClient, seminar: Seminar, session: Session
) -> None:
    first = register(client, session, URL, FILLED | {"language": "en"})
    button = button_of(session)
    page = client.follow(first)
    assert "Your place is confirmed" in page.text
    session.rollback()
    assert client.get(button, status=303).response.headers["Location"] == first.response.headers["Location"]
    sent = client.post(button, {"csrf_token": client.get(URL).fields("main form")["csrf_token"]})
    assert sent.response.headers["Location"] == first.response.headers["Location"]
    assert states(session) == ["registered"]
    assert session.scalars(select(Message.kind).order_by(Message.id)).all() == ["form_sent", "registered"]


def test_seats_are_drawn_in_the_order_of_pressing(client: CheckingClient, seminar: Seminar, session: Session) -> None:
    names = ("Ana", "Beto", "Carla")
    for name in names:
        client.submit(URL, FILLED | {"given_names": name, "email": f"{name.lower()}@pgr.example"})
    session.rollback()
    forms = session.scalars(select(FormSent).order_by(FormSent.id)).all()
    buttons = [button_of(session, form) for form in forms]
    session.rollback()
    for button in reversed(buttons):
        client.submit(button)
    session.rollback()
    found = session.execute(select(Person.given_names, Registration.state).join(Person).order_by(Registration.id)).all()
    assert [(name, state.value) for name, state in found] == [("Carla", "registered"), ("Beto", "registered"), ("Ana", "waitlisted")]


def test_the_page_after_the_form_shows_the_address_and_sends_the_mail_again(
    client: CheckingClient, seminar: Seminar, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = client.submit(URL, FILLED)
    here = sent.response.headers["Location"]
    page = client.get(here)
    assert "maria.cruz@pgr.example" in page.text
    assert page.response.headers["Cache-Control"] == "no-store"
    assert page.response.headers["Referrer-Policy"] == "no-referrer"
    again = client.submit(here)
    assert again.response.headers["Location"] != here
    assert "on its way again" in client.follow(again).text
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Message)) == 2
    fields = page.fields("main form")
    twice = [client.post(here, fields).response.headers["Location"] for _ in range(2)]
    assert twice[0] == twice[1], "pressed twice it sends one mail"
    later(monkeypatch, hours=2)
    assert "maria.cruz" not in client.get(here).text
    assert client.get(f"{here}/correct", status=303).response.headers["Location"] == URL
    client.get(f"{here[:-1]}{'A' if here[-1] != 'A' else 'B'}", status=404)
    client.get(f"{here}/message", status=404)


def test_a_mistyped_address_is_corrected_without_typing_the_rest_again(client: CheckingClient, seminar: Seminar, session: Session) -> None:
    here = client.submit(URL, FILLED | {"email": "maria.cruz@pgr.exmaple"}).response.headers["Location"]
    form = client.get(f"{here}/correct")
    assert form.one("main form").attrs["action"] == URL
    fields = form.fields("main form")
    assert (fields["given_names"], fields["surname2"], fields["sex"], fields["phone"], fields["agency"], fields["notice_read"]) == (
        ["María Fernanda"],
        ["Ñáñez"],
        ["F"],
        ["998 123 4567"],
        ["PGR"],
        ["y"],
    )
    client.post(URL, fields | {"email": "maria.cruz@pgr.example"})
    press(client, session)
    assert session.scalars(select(Person.email)).all() == ["maria.cruz@pgr.example"]


def test_a_form_that_names_somebody_known_changes_nothing_and_the_mail_says_how_they_stand(
    client: CheckingClient, app: Flask, seminar: Seminar, make: Make, session: Session
) -> None:
    make.agency("INM")
    register(client, session, URL, FILLED | {"language": "en"})
    client.submit(URL, FILLED | {"agency": "INM", "position": "Driver", "phone": "55 1111 2222", "language": "en"})
    text = mail(app, session)
    assert "Your place is confirmed." in text
    assert "/registrations/" in text
    assert "/confirm/" not in text
    press(client, session)
    person, registration = session.execute(select(Person, Registration).join(Person)).one()
    assert (person.phone, registration.position) == ("+529981234567", "Agente del Ministerio Público")
    assert states(session) == ["registered"]


def test_a_stranger_brings_nobody_back_who_withdrew(client: CheckingClient, app: Flask, seminar: Seminar, session: Session) -> None:
    personal = register(client, session, URL, FILLED | {"language": "en"}).response.headers["Location"]
    waiting = client.submit(URL, FILLED | {"position": "Driver"})
    earlier = button_of(session)
    session.rollback()
    client.submit(f"{personal}/withdraw")
    client.get(earlier, status=410)
    assert "maria.cruz@pgr.example" in client.follow(waiting).text, "whoever sent the form is not told"
    client.submit(URL, FILLED | {"position": "Driver"})
    assert states(session) == ["withdrawn"], "the form alone does nothing"
    assert "/confirm/" in mail(app, session), "the owner of the mailbox may come back"
    press(client, session)
    assert states(session) == ["registered"]


def test_at_most_three_mails_an_hour_go_to_one_person(
    client: CheckingClient, app: Flask, seminar: Seminar, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(4):
        client.submit(URL, FILLED)
    client.submit(URL, FILLED | {"given_names": "Beto"})
    said = []
    session.rollback()
    for message in session.scalars(select(Message).order_by(Message.id)).all():
        try:
            said.append("Confirm" in write(app, message).subject or "Confirme" in write(app, message).subject)
        except NotToBeSent:
            said.append(False)
    assert said == [True, True, True, False, True], "a colleague with the same mailbox gets one too"
    later(monkeypatch, minutes=61)
    client.submit(URL, FILLED)
    assert "/confirm/" in mail(app, session)


def test_a_form_ends_after_five_days_with_the_seminar_and_with_its_cancellation(
    client: CheckingClient, seminar: Seminar, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.submit(URL, FILLED | {"language": "en"})
    button = button_of(session)
    session.rollback()
    later(monkeypatch, days=5)
    ended = client.get(button, status=410)
    assert "This form has ended" in ended.text
    assert ended.one("main a.usa-button").attrs["href"] == URL
    assert "hsi@office.example" in ended.text
    later(monkeypatch, days=4)
    pressed = client.get(button).fields("main form")
    with unit_of_work(session):
        session.get_one(Seminar, seminar.id).state = SeminarState.CLOSED
    assert "Confirm your registration" in client.get(button).text, "closing the window does not end it"
    with unit_of_work(session):
        row = session.get_one(Seminar, seminar.id)
        row.state, row.state_reason = SeminarState.CANCELLED, "A storm is coming."
    assert "A storm is coming." in client.post(button, pressed, status=410).text
    assert states(session) == []


def test_closing_the_window_does_not_end_a_form(client: CheckingClient, seminar: Seminar, session: Session) -> None:
    client.submit(URL, FILLED)
    with unit_of_work(session):
        session.get_one(Seminar, seminar.id).state = SeminarState.CLOSED
    press(client, session)
    assert states(session) == ["registered"]


def test_full_in_between_the_button_leads_to_the_waiting_list(
    client: CheckingClient, seminar: Seminar, make: Make, session: Session
) -> None:
    client.submit(URL, FILLED | {"language": "en"})
    for name in ("Ana", "Beto"):
        register(client, session, URL, FILLED | {"given_names": name})
    session.rollback()
    first = session.scalars(select(FormSent).order_by(FormSent.id).limit(1)).one()
    button = button_of(session, first)
    session.rollback()
    assert "You are on the waiting list" in client.follow(client.submit(button)).text


def test_a_name_plants_no_link_in_our_mail(client: CheckingClient, app: Flask, seminar: Seminar, session: Session) -> None:
    client.submit(URL, FILLED | {"given_names": "Gane en premios.mx", "surname1": "hoy", "surname2": ""})
    text = mail(app, session)
    assert "premios.mx" not in text
    assert "premios. mx" in text
    press(client, session)
    assert "premios.mx" not in mail(app, session, "registered")


def test_the_outbox_holds_no_name_and_the_form_is_sealed(client: CheckingClient, seminar: Seminar, session: Session) -> None:
    client.submit(URL, FILLED)
    session.rollback()
    message = session.scalars(select(Message)).one()
    assert (message.to_name, message.to_address) == ("", "maria.cruz@pgr.example")
    assert "Cruz" not in str(message.context)
    row = session.execute(select(FormSent.__table__)).one()
    assert not any(word in bytes(each) for each in row if isinstance(each, bytes) for word in (b"Cruz", b"cruz", b"998"))


def test_staff_confirm_a_form_for_somebody_on_the_telephone(
    client: CheckingClient, seminar: Seminar, make: Make, session: Session, sign_in: SignIn
) -> None:
    client.submit(URL, FILLED)
    coordinator = make.account((RoleName.COORDINATOR, {"seminar_id": seminar.id}), language="en")
    sign_in(client, coordinator)
    overview = client.get("/staff/seminars/cancun-2026/")
    assert "1 form waits for the button in its mail" in overview.text
    url = overview.one("main a[href$='/forms/']").attrs["href"] or ""
    assert "Cruz" not in client.get(url).text, "there is no list of all"
    found = client.follow(client.submit(url, {"email": " Maria.Cruz@PGR.example"}, form="main form.filters"))
    assert "María Fernanda de la Cruz Ñáñez" in found.text
    assert "maria" not in str(found.response.request.url)
    nobody = client.follow(client.submit(url, {"email": "nobody@pgr.example"}, form="main form.filters"))
    assert "No form waits with this address" in nobody.text
    here = str(found.response.request.url).split("localhost", 1)[1]
    done = client.submit(here, form="main form[action$='/confirm']")
    assert states(session) == ["registered"]
    assert "The form is confirmed" in client.follow(done).text
    actions = session.execute(select(AuditRow.action, AuditRow.actor).where(AuditRow.action.startswith("form"))).all()
    assert [tuple(row) for row in actions] == [
        ("form.sent", "public"),
        *[("forms.searched", coordinator.audit_name)] * (len(actions) - 2),
        ("form.confirmed", coordinator.audit_name),
    ]


def test_of_a_form_that_asks_for_a_reserved_identity_staff_see_neither_name_nor_position(
    client: CheckingClient, seminar: Seminar, make: Make, session: Session, sign_in: SignIn
) -> None:
    with unit_of_work(session):
        session.get_one(Seminar, seminar.id).offers_reserved = True
    client.submit(URL, FILLED | {"reserve": "y"})
    sign_in(client, make.account((RoleName.ORGANIZER, {"office_id": seminar.office_id}), language="en"))
    found = client.follow(
        client.submit("/staff/seminars/cancun-2026/forms/", {"email": "maria.cruz@pgr.example"}, form="main form.filters")
    )
    assert "Asks for a reserved identity" in found.text
    assert "Fernanda" not in found.text
    assert "Agente" not in found.text


def test_a_lost_link_is_asked_for_by_address_alone_and_everybody_is_answered_alike(
    client: CheckingClient, app: Flask, seminar: Seminar, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    personal = register(client, session, URL, FILLED).response.headers["Location"]
    seen = []
    for address in ("maria.cruz@pgr.example", "nobody@pgr.example", " MARIA.Cruz@pgr.example"):
        page = client.submit("/registrations/", {"email": address})
        seen.append((page.response.status_code, page.response.headers["Location"], page.response.get_data()))
    assert len(set(seen)) == 1
    session.rollback()
    first, nobody = session.scalars(select(Message).where(Message.kind == "links").order_by(Message.id)).all()
    assert personal in write(app, first).text
    assert "María Fernanda de la Cruz Ñáñez" in write(app, first).text
    with pytest.raises(NotToBeSent):
        write(app, nobody)
    assert "Look into your mail" in client.follow(page).text
    later(monkeypatch, days=700)
    with pytest.raises(NotToBeSent):
        write(app, first)


def test_a_link_that_was_replaced_is_not_reached_by_an_earlier_button(
    client: CheckingClient, seminar: Seminar, make: Make, session: Session, sign_in: SignIn
) -> None:
    register(client, session, URL, FILLED)
    button = button_of(session)
    session.rollback()
    registration = session.scalars(select(Registration)).one()
    page = f"/staff/seminars/cancun-2026/roster/{registration.public_id.hex}"
    session.rollback()
    staff = CheckingClient(client.flask.application.test_client())
    sign_in(staff, make.account((RoleName.ORGANIZER, {"office_id": seminar.office_id}), language="en"))
    assert staff.get(page).select("form[action$='/link']"), "the page offers to replace the link"
    token = staff.get(page).fields("main form[action$='/link']")["csrf_token"]
    staff.post(f"{page}/link", {"csrf_token": token, "replace": "1"})
    client.get(button, status=410)
