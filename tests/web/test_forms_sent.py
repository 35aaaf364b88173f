"""A seat needs a proven mailbox: the page after the form, the button of its mail, and staff's way around both."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from seminar_app.agencies.models import Agency
from seminar_app.audit.models import AuditRow
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.core.values import replace
from seminar_app.messages.models import Message
from seminar_app.messages.rendering import NotToBeSent, write
from seminar_app.messages.rules import MessageState
from seminar_app.people.models import Person
from seminar_app.people.services import stored_data
from seminar_app.registration import services
from seminar_app.registration.hold_models import Hold
from seminar_app.registration.hold_rules import HoldEnd
from seminar_app.registration.models import FormSent, Registration
from seminar_app.registration.rules import edition_of
from seminar_app.registration.services.merging import merge
from seminar_app.retention.erasing import erase_person
from seminar_app.seminars.models import SeatPool, Seminar
from seminar_app.seminars.rules import SeminarState
from tests.conftest import NOW, StatementCount
from tests.support.checking_client import CheckingClient
from tests.support.context import context
from tests.support.factories import Make
from tests.support.mailbox import button_of, press, register
from tests.web.conftest import SignIn
from tests.web.test_registration import FILLED

pytestmark = pytest.mark.sqlite_first
"""What only pages do; the tests about order, search and what two do at once say so."""

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


@pytest.mark.both_engines
def test_the_button_leads_to_the_outcome_and_pressed_again_to_the_same_page(
    client: CheckingClient, seminar: Seminar, session: Session
) -> None:
    first = register(client, session, URL, FILLED | {"language": "en"})
    button = button_of(session)
    page = client.follow(first)
    assert "Your place is confirmed" in page.text
    session.rollback()
    assert client.get(button, status=303).response.headers["Location"] == first.response.headers["Location"]
    sent = client.post(button)
    assert sent.response.headers["Location"] == first.response.headers["Location"]
    assert states(session) == ["registered"]
    assert session.scalars(select(Message.kind).order_by(Message.id)).all() == ["form_sent", "registered"]


@pytest.mark.both_engines
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


def deliver(app: Flask, session: Session) -> list[bool]:
    """Send the mail that waits, as the sender does; return for each whether it left."""
    left = []
    session.rollback()
    for number in session.scalars(select(Message.id).where(Message.state == MessageState.WAITING).order_by(Message.id)).all():
        message = session.get_one(Message, number)
        try:
            write(app, message)
        except NotToBeSent:
            left.append(False)
        else:
            left.append(True)
        session.rollback()
        with unit_of_work(session):
            row = session.get_one(Message, number)
            if left[-1]:
                row.state, row.sent_at = MessageState.SENT, clock.now()
            else:
                session.delete(row)
    return left


@pytest.mark.both_engines
def test_at_most_three_mails_an_hour_go_to_one_person(
    client: CheckingClient, app: Flask, seminar: Seminar, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = []
    for _ in range(5):
        client.submit(URL, FILLED)
        said += deliver(app, session)
    assert said == [True, True, True, False, False]
    client.submit(URL, FILLED | {"given_names": "Beto"})
    assert deliver(app, session) == [True], "a colleague with the same mailbox gets one too"
    later(monkeypatch, minutes=61)
    for _ in range(2):
        client.submit(URL, FILLED)
    assert deliver(app, session) == [True, True], "mails that did not leave do not count"


def test_nobodys_mailbox_can_be_filled_through_the_form(client: CheckingClient, app: Flask, seminar: Seminar, session: Session) -> None:
    """Other names with the same address are other people, each with a mail; thirty in an hour are enough. No page tells."""
    values = client.get(URL).fields("main form") | FILLED
    for number in range(32):
        name = "Rosa" + "abcdefghijklmnopqrstuvwxyz"[number % 26] * (1 + number // 26)
        client.post(URL, values | {"given_names": name, "email": "Victim@PGR.example" if number % 2 else "victim@pgr.example"})
    assert deliver(app, session) == [True] * 30 + [False] * 2


def test_a_form_ends_after_five_days_with_the_seminar_and_with_its_cancellation(
    client: CheckingClient, seminar: Seminar, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.submit(URL, FILLED | {"language": "en"})
    button = button_of(session)
    session.rollback()
    later(monkeypatch, days=5)
    ended = client.get(button, status=410)
    assert "This button no longer works" in ended.text
    assert ended.one("main a.usa-button").attrs["href"] == URL
    assert "hsi@office.example" in ended.text
    later(monkeypatch, days=4)
    with unit_of_work(session):
        session.get_one(Seminar, seminar.id).state = SeminarState.CLOSED
    assert "Confirm your registration" in client.get(button).text, "closing the window does not end it"
    with unit_of_work(session):
        row = session.get_one(Seminar, seminar.id)
        row.state, row.state_reason = SeminarState.CANCELLED, "A storm is coming."
    assert "A storm is coming." in client.post(button, status=410).text
    assert states(session) == []


def test_closing_the_window_does_not_end_a_form(client: CheckingClient, seminar: Seminar, session: Session) -> None:
    client.submit(URL, FILLED)
    with unit_of_work(session):
        session.get_one(Seminar, seminar.id).state = SeminarState.CLOSED
    press(client, session)
    assert states(session) == ["registered"]


@pytest.mark.both_engines
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
    assert "Fernanda" not in found.text, "the form may name somebody whose identity is reserved"
    assert found.select("main form[action$='/confirm']")
    assert "maria" not in str(found.response.request.url)
    nobody = client.follow(client.submit(url, {"email": "nobody@pgr.example"}, form="main form.filters"))
    assert "No form waits with this address" in nobody.text
    here = str(found.response.request.url).split("localhost", 1)[1]
    done = client.submit(here, form="main form[action$='/confirm']")
    assert states(session) == ["registered"]
    assert "The form is confirmed" in client.follow(done).text
    rows = select(AuditRow.action, AuditRow.actor).where(AuditRow.action.startswith("form"))
    actions = session.execute(rows.order_by(AuditRow.sequence)).all()
    assert [tuple(row) for row in actions] == [
        ("form.sent", "public"),
        *[("forms.searched", coordinator.audit_name)] * (len(actions) - 2),
        ("form.confirmed", coordinator.audit_name),
    ]


def test_a_lost_link_is_asked_for_by_address_alone_and_everybody_is_answered_alike(
    client: CheckingClient, app: Flask, seminar: Seminar, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    personal = register(client, session, URL, FILLED).response.headers["Location"]
    seen = []
    for address in ("maria.cruz@pgr.example", "nobody@pgr.example", " MARIA.Cruz@pgr.example"):
        page = client.submit("/registrations/", {"email": address})
        seen.append((page.response.status_code, page.response.headers["Location"], page.response.get_data()))
    assert len(set(seen)) == 1
    assert "Check your e-mail" in client.follow(page).text
    session.rollback()
    first, nobody, _again = session.scalars(select(Message).where(Message.kind == "links").order_by(Message.id)).all()
    assert personal in write(app, first).text
    assert "María Fernanda de la Cruz Ñáñez" in write(app, first).text
    with pytest.raises(NotToBeSent):
        write(app, nobody)
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


def corrected(session: Session, seminar: Seminar, email: str) -> None:
    """Staff correct the address of the only registration."""
    session.rollback()
    person, registration = session.execute(select(Person, Registration).join(Person)).one()
    typed = replace(stored_data(person), email=email)
    correction = services.StaffCorrection(
        person=typed, agency_id=registration.agency_id, unit=registration.unit, position=registration.position
    )
    opened = edition_of(registration.version, person.version)
    where, which = seminar.id, registration.id
    session.rollback()
    with unit_of_work(session):
        services.correct(session, context(NOW, "account:1"), seminar_id=where, registration_id=which, correction=correction, opened=opened)


def test_an_address_that_was_corrected_no_longer_leads_to_the_registration(
    client: CheckingClient, app: Flask, seminar: Seminar, session: Session
) -> None:
    here = client.submit(URL, FILLED | {"email": "wrong@pgr.example"}).response.headers["Location"]
    first = button_of(session)
    client.submit(here)
    second = button_of(session)
    session.rollback()
    client.submit(first)
    corrected(session, seminar, "right@pgr.example")
    client.get(first, status=410)
    for button in (first, second):
        assert "right@" not in client.post(button, status=410).text
    assert states(session) == ["registered"]
    session.rollback()
    assert list(session.scalars(select(Person.email))) == ["right@pgr.example"]


def test_the_page_after_the_form_says_nothing_of_a_withdrawal_or_an_erasure(
    client: CheckingClient, app: Flask, seminar: Seminar, session: Session
) -> None:
    """Whoever sent the form need not hold the mailbox."""

    def seen() -> list[tuple[int, bool, bool]]:
        page, again = client.get(here), client.submit(here)
        correct = client.get(f"{here}/correct")
        return [
            (page.response.status_code, "maria.cruz@pgr.example" in page.text, "María" in str(correct.fields("main form"))),
            (again.response.status_code, "maria.cruz@pgr.example" in client.follow(again).text, True),
        ]

    personal = register(client, session, URL, FILLED).response.headers["Location"]
    here = client.submit(URL, FILLED | {"position": "Driver"}).response.headers["Location"]
    before = seen()
    client.submit(f"{personal}/withdraw")
    assert seen() == before
    session.rollback()
    person = session.scalars(select(Person.public_id)).one()
    session.rollback()
    with unit_of_work(session):
        erase_person(session, context(NOW), public_id=person)
    assert seen() == before


def test_the_former_mailbox_of_a_merged_record_learns_nothing(
    client: CheckingClient, app: Flask, seminar: Seminar, make: Make, session: Session
) -> None:
    kept = make.person("María Fernanda", "de la Cruz", "Ñáñez", email="new@pgr.example")
    gone = make.person("María Fernanda", "de la Cruz", "Ñáñez", email="old@pgr.example")
    pool = session.scalars(select(SeatPool).where(SeatPool.seminar_id == seminar.id)).one()
    make.registration(seminar, kept, pool=pool)
    with unit_of_work(session):
        merge(session, context(NOW, "account:1"), kept=kept.id, gone=gone.id)
    client.submit(URL, FILLED | {"email": "old@pgr.example"})
    button = button_of(session)
    session.rollback()
    assert deliver(app, session) == [False]
    client.submit(button, status=410)
    client.submit(URL, FILLED | {"email": "new@pgr.example"})
    assert "/registrations/" in mail(app, session)


def test_a_form_that_does_not_open_stops_no_mail(client: CheckingClient, app: Flask, seminar: Seminar, session: Session) -> None:
    client.submit(URL, FILLED)
    button = button_of(session)
    session.rollback()
    with unit_of_work(session):
        session.scalars(select(FormSent)).one().sealed = b"damaged"
    client.submit(URL, FILLED | {"given_names": "Beto"})
    assert deliver(app, session) == [False, True]
    client.get(button, status=410)


def test_correcting_the_address_ends_the_form_with_the_wrong_one(client: CheckingClient, seminar: Seminar, session: Session) -> None:
    here = client.submit(URL, FILLED | {"email": "maria.cruz@pgr.exmaple"}).response.headers["Location"]
    wrong = button_of(session)
    session.rollback()
    client.post(URL, client.get(f"{here}/correct").fields("main form") | {"email": "maria.cruz@pgr.example"})
    press(client, session)
    client.get(wrong, status=410)
    assert states(session) == ["registered"]


def test_a_button_whose_form_is_deleted_says_what_to_do(client: CheckingClient, seminar: Seminar) -> None:
    page = client.get(f"/confirm/{'m' * 32}", status=404)
    assert "This button no longer works" in page.text
    assert page.select("main a[href='/registrations/']")


def test_asking_for_links_writes_the_same_for_everybody_however_often(
    client: CheckingClient, app: Flask, seminar: Seminar, session: Session, statements: StatementCount
) -> None:
    register(client, session, URL, FILLED)
    fields = client.get("/registrations/").fields("main form")
    counted = []
    for address in ("maria.cruz@pgr.example", "nobody@pgr.example") * 2:
        statements.statements.clear()
        client.post("/registrations/", fields | {"email": address})
        counted.append(len(statements))
        deliver(app, session)
    assert len(set(counted)) == 1, counted
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Message).where(Message.kind == "links")) == 1, "one an hour leaves"


def test_a_seminar_that_moved_in_between_is_confirmed_for_its_new_days(
    client: CheckingClient, seminar: Seminar, make: Make, session: Session, sign_in: SignIn
) -> None:
    client.submit(URL, FILLED | {"language": "en"})
    button = button_of(session)
    session.rollback()
    with unit_of_work(session):
        row = session.get_one(Seminar, seminar.id)
        row.starts_on, row.ends_on = row.starts_on + timedelta(days=30), row.ends_on + timedelta(days=30)
    page = client.follow(client.submit(button))
    assert "Your place is confirmed" in page.text
    assert "July 3–5, 2026" in page.text


def test_a_form_whose_mail_is_refused_can_be_confirmed_by_staff(
    client: CheckingClient, seminar: Seminar, make: Make, session: Session, sign_in: SignIn
) -> None:
    client.submit(URL, FILLED)
    with unit_of_work(session):
        message = session.scalars(select(Message)).one()
        message.state, message.last_error = MessageState.FAILED, "550 no such mailbox"
    sign_in(client, make.account((RoleName.ORGANIZER, {"office_id": seminar.office_id}), language="en"))
    found = client.submit("/staff/seminars/cancun-2026/forms/", {"email": "maria.cruz@pgr.example"}, form="main form.filters")
    client.submit(found.response.headers["Location"], form="main form[action$='/confirm']")
    assert states(session) == ["registered"]


@pytest.mark.parametrize("ended", [False, True])
def test_who_was_invited_gets_the_button_of_the_form_too_and_it_answers(
    app: Flask, client: CheckingClient, seminar: Seminar, session: Session, ended: bool
) -> None:
    """Else somebody whose invitation has ended could not come by the form that is open to everybody else."""
    client.submit(URL, FILLED)
    session.rollback()
    with unit_of_work(session) as work:
        entry = services.opened(work, work.scalars(select(FormSent)).one()).entry
        agency = work.scalars(select(Agency)).one()
        services.invite(
            work,
            context(NOW, "account:a"),
            seminar_id=seminar.id,
            entry=replace(entry, agency_id=agency.id),
            last_day=NOW.date() + timedelta(days=5),
            submission_id=uuid.uuid4(),
        )
        if ended:
            work.execute(update(Hold).values(ended_at=NOW, ending=HoldEnd.EXPIRED))
    assert button_of(session) in mail(app, session)
    press(client, session)
    assert states(session) == ["registered"]
