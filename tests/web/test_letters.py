"""Organizers write to the people of a seminar, read what each will read, send, take back, and see what became of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from seminar_app.accounts.models import UserAccount
from seminar_app.audit.models import AuditRow
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.feedback import services as feedback
from seminar_app.feedback.models import ResponseReceipt
from seminar_app.letters.models import Letter
from seminar_app.letters.rules import LetterState
from seminar_app.messages.models import Message
from seminar_app.messages.rules import MessageState
from seminar_app.registration.models import Registration
from seminar_app.seminars.models import SeatPool, Seminar
from tests.conftest import NOW
from tests.support.checking_client import CheckingClient, Page
from tests.support.context import context
from tests.support.factories import Make

pytestmark = pytest.mark.sqlite_first
"""What only pages do; the tests about order, search and what two do at once say so."""

SignIn = Callable[[CheckingClient, UserAccount], CheckingClient]
Clock = Callable[[datetime], None]
WORDS: dict[str, Any] = {
    "states": ["registered"],
    "subject_es": "Cambio de sala",
    "text_es": "Nos vemos en la sala B.",
    "subject_en": "Another room",
    "text_en": "We meet in room B.",
}


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Clock:
    def set_to(instant: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: instant)

    set_to(NOW)
    return set_to


@pytest.fixture
def people(make: Make, session: Session, at: Clock) -> list[Registration]:
    """Two who read Spanish, one who reads English, one without an address, one whose identity is reserved without one either."""
    seminar = make.seminar(office=make.office(), seats=6, slug="s", starts_on=date(2026, 3, 2), ends_on=date(2026, 3, 2))
    make.seminar_session(seminar, title_en="Opening")
    pool = session.scalars(select(SeatPool)).one()
    pgr, inm = make.agency("PGR"), make.agency("INM")
    reserved = make.person("Lucía", "Reservada", email=None, phone="+529981112233", reserved=True)
    return [
        make.registration(seminar, make.person("Ana", "Núñez"), agency=pgr, pool=pool),
        make.registration(seminar, make.person("Rosa", "Cruz"), agency=inm, pool=pool),
        make.registration(seminar, make.person("Luis", "Ortega"), agency=inm, pool=pool, language="en"),
        make.registration(seminar, make.person("Pedro", "Teléfono", email=None, phone="+529981234567"), agency=inm, pool=pool),
        make.registration(seminar, reserved, agency=inm, pool=pool),
    ]


@pytest.fixture
def organizer(client: CheckingClient, make: Make, session: Session, people: list[Registration], sign_in: SignIn) -> CheckingClient:
    office_id = session.scalars(select(Seminar.office_id).where(Seminar.slug == "s")).one()
    return sign_in(client, make.account((RoleName.ORGANIZER, {"office_id": office_id})))


MESSAGES = "/staff/seminars/s/messages"


def post(client: CheckingClient, url: str, data: dict[str, Any] | None = None, *, status: int = 303) -> Page:
    """Send what a page of ours would send, whatever page it was."""
    token = client.get("/staff/seminars/").select("[name=csrf_token]")[0].attrs["value"]
    return client.post(url, {"csrf_token": token} | (data or {}), status=status)


def compose(organizer: CheckingClient, **values: Any) -> str:
    """Write a letter; return the address of its page."""
    page = organizer.get(f"{MESSAGES}/new")
    hidden = page.one("[name=submission_id]").attrs["value"]
    sent = post(organizer, f"{MESSAGES}/new", WORDS | {"submission_id": hidden} | values, status=303)
    return str(sent.response.headers["Location"])


def press_send(organizer: CheckingClient, address: str, status: int = 303) -> str:
    page = organizer.get(address)
    fields = {name: page.one(f"[name={name}]").attrs["value"] for name in ("version", "seen")}
    return post(organizer, f"{address}/send", fields, status=status).text


def mails(session: Session) -> list[Message]:
    session.rollback()
    session.expire_all()
    return list(session.scalars(select(Message).where(Message.batch.is_not(None)).order_by(Message.id)))


def state_of(session: Session) -> LetterState:
    session.rollback()
    session.expire_all()
    return session.scalars(select(Letter.state)).one()


def test_from_writing_to_sending_and_taking_back(organizer: CheckingClient, session: Session, at: Clock) -> None:
    assert "Nothing was written to the people of this seminar yet" in organizer.get(f"{MESSAGES}/").text
    address = compose(organizer)
    page = organizer.get(address)
    assert "To 3 people by mail: 2 in Spanish, 1 in English." in page.text
    assert "Everybody whose registration stands as “Registered”." in page.text
    assert [each.attrs["lang"] for each in page.select("article")] == ["es", "en"]
    assert "[nombre de la persona]:" in page.text
    assert "Dear [name of the person]," in page.text
    assert "/registrations/•" in page.text
    assert mails(session) == []
    edited = post(organizer, f"{address}/edit", WORDS | {"version": "1", "subject_en": "Room B"}, status=303)
    assert edited.response.headers["Location"] == address
    press_send(organizer, address)
    assert len(mails(session)) == 3
    held = organizer.get(address)
    assert "Take it back" in held.text
    assert held.select("#figures[hx-get]")
    assert "3 people by mail" in organizer.get(f"{address}/figures").text.replace("people by mail 3", "3 people by mail")
    assert "Held back" in organizer.get(f"{MESSAGES}/").text
    post(organizer, f"{address}/take-back", status=303)
    assert mails(session) == []
    assert "Nobody got it." in organizer.get(address).text
    again = organizer.get(f"{MESSAGES}/new?from={address.rsplit('/', 1)[1]}")
    assert again.one("[name=subject_en]").attrs["value"] == "Room B"
    assert again.one("[name=version]").attrs["value"] == "0"


def test_a_draft_is_discarded(organizer: CheckingClient, session: Session) -> None:
    address = compose(organizer)
    post(organizer, f"{address}/discard", status=303)
    assert "The draft is discarded." in organizer.get(f"{MESSAGES}/").text
    assert session.scalar(select(func.count()).select_from(Letter)) == 0


def test_those_without_an_address_are_listed_for_the_phone_and_the_look_is_in_the_log(organizer: CheckingClient, session: Session) -> None:
    address = compose(organizer)
    page = organizer.get(address)
    assert "2 people to phone" in page.text
    assert "Teléfono Ibáñez, Pedro" in page.text
    assert "998 123 4567" in page.text
    assert "Reservada" not in page.text
    assert "998 111 2233" not in page.text
    session.rollback()
    assert session.scalar(select(func.count()).where(AuditRow.action == "letter.viewed")) == 1
    press_send(organizer, address)
    assert "Teléfono Ibáñez, Pedro" in organizer.get(address).text, "they are still to be phoned once it is sent"


def test_the_form_keeps_what_was_typed_and_says_what_is_missing(organizer: CheckingClient, session: Session) -> None:
    nothing = post(organizer, f"{MESSAGES}/new", {}, status=422)
    assert "Please write subject and text, in one language at least." in nothing.text
    assert "Please choose at least one state." in nothing.text
    half = post(organizer, f"{MESSAGES}/new", WORDS | {"text_en": ""}, status=422)
    assert "Please write this too, or leave both empty." in half.text
    assert half.one("[name=subject_en]").attrs["value"] == "Another room"
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Letter)) == 0


def test_who_gets_the_other_language_is_said_before_sending(organizer: CheckingClient) -> None:
    address = compose(organizer, subject_en="", text_en="")
    page = organizer.get(address)
    assert "1 person reads English and gets the Spanish text, with a line that says so." in page.text
    assert [each.attrs["lang"] for each in page.select("article")] == ["es", "en"]
    assert "This message was written in Spanish only." in page.text


@pytest.mark.both_engines
def test_what_changed_since_the_page_was_shown_is_a_sentence_on_it(
    organizer: CheckingClient, session: Session, people: list[Registration], at: Clock
) -> None:
    address = compose(organizer)
    stale = post(organizer, f"{address}/send", {"version": "1", "seen": "9"}, status=422)
    assert "the number of people changed from 9 to 3" in stale.text
    press_send(organizer, address)
    at(NOW + timedelta(minutes=2))
    late = post(organizer, f"{address}/take-back", status=422)
    assert "It is too late to take the message back" in late.text
    assert state_of(session) is LetterState.SENT
    post(organizer, f"{address}/edit", WORDS | {"version": "2"}, status=422)


@pytest.mark.both_engines
def test_the_same_form_twice_is_one_letter_and_pressed_twice_is_sent_once(organizer: CheckingClient, session: Session) -> None:
    form = WORDS | {"submission_id": "0" * 31 + "7"}
    first, second = (post(organizer, f"{MESSAGES}/new", form, status=303).response.headers["Location"] for _ in range(2))
    assert first == second
    for _ in range(2):
        post(organizer, f"{first}/send", {"version": "1", "seen": "3"}, status=303)
    assert len(mails(session)) == 3


def test_what_became_of_it_stands_where_people_look(
    organizer: CheckingClient, session: Session, people: list[Registration], at: Clock
) -> None:
    address = compose(organizer)
    press_send(organizer, address)
    with unit_of_work(session) as work:
        failed = {"state": MessageState.FAILED, "attempts": 3, "last_error": "550 5.1.1 <rosa@x.example>: User unknown"}
        work.execute(update(Message).where(Message.link_owner == people[1].public_id).values(failed))
        put_off = {"attempts": 1, "not_before": NOW + timedelta(minutes=5), "last_error": "451 4.7.1 Greylisted"}
        work.execute(update(Message).where(Message.link_owner == people[2].public_id).values(put_off))
    at(NOW + timedelta(minutes=3))
    page = organizer.get(address)
    assert "There is no mailbox with this address." in page.text
    assert "asked to try again later" in page.text
    assert "rosa@x.example" not in page.text
    listed = organizer.get(f"{MESSAGES}/?state=failed")
    assert "Cruz Ibáñez, Rosa" in listed.text
    assert "Ortega" not in listed.text
    roster = organizer.get("/staff/seminars/s/roster/")
    assert len(roster.select(".mail-trouble")) == 2
    assert "There is no mailbox" in organizer.get(f"/staff/seminars/s/roster/{people[1].public_id.hex}").text
    assert "Put off" in organizer.get(f"/staff/seminars/s/roster/{people[2].public_id.hex}").text
    overview = organizer.get("/staff/seminars/s/")
    assert "1 mail could not be delivered." in overview.text
    assert overview.select("a[href$='/messages/?state=failed']")


def test_a_letter_about_feedback_tells_nowhere_who_or_how_many_have_not_answered(
    organizer: CheckingClient, session: Session, people: list[Registration], at: Clock
) -> None:
    with unit_of_work(session) as work:
        seminar_id = work.scalars(select(Seminar.id).where(Seminar.slug == "s")).one()
        form = feedback.open_form(work, context(NOW - timedelta(hours=1)), seminar_id=seminar_id)
        work.flush()
        work.execute(Message.__table__.delete())  # type: ignore[attr-defined]
        work.add(ResponseReceipt(registration_id=people[0].id, form_id=form.id))
    address = compose(organizer, unanswered="y")
    page = organizer.get(address)
    assert "3 people are asked for feedback." in page.text
    press_send(organizer, address)
    assert len(mails(session)) == 2
    for url in (address, f"{address}/figures", f"{MESSAGES}/", f"/staff/seminars/s/roster/{people[1].public_id.hex}"):
        text = organizer.get(url).text
        assert "Message of the office about feedback" not in text
        assert "2 people" not in text.replace("2 people to phone", "")
    held = organizer.get(address).text
    at(NOW + timedelta(minutes=3))
    with unit_of_work(session) as work:
        work.execute(Message.__table__.delete())  # type: ignore[attr-defined]
    gone = organizer.get(address).text
    assert "Who and how many these were is not kept." in gone
    assert "Who and how many these were is not kept." not in held


def test_another_office_finds_neither_page_nor_letter(organizer: CheckingClient, make: Make, sign_in: SignIn) -> None:
    address = compose(organizer)
    stranger = sign_in(organizer, make.account((RoleName.ORGANIZER, {"office_id": make.office().id})))
    for url in (f"{MESSAGES}/", f"{MESSAGES}/new", address, f"{address}/figures", f"{address}/edit"):
        stranger.get(url, status=404)
    for action in ("send", "take-back", "discard"):
        post(stranger, f"{address}/{action}", {"version": "1", "seen": "3"}, status=404)


def test_a_seminars_page_finds_no_letter_of_another_seminar(organizer: CheckingClient, make: Make, session: Session) -> None:
    address = compose(organizer)
    office_id = session.scalars(select(Seminar.office_id).where(Seminar.slug == "s")).one()
    make.seminar(slug="t")
    with unit_of_work(session) as work:
        work.execute(update(Seminar).where(Seminar.slug == "t").values(office_id=office_id))
    organizer.get(address.replace("/s/", "/t/"), status=404)
    post(organizer, f"{address.replace('/s/', '/t/')}/send", {"version": "1", "seen": "3"}, status=404)
