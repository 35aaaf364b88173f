"""Mail to a mailbox that nobody has shown to be its person's says nothing of the person, whatever its kind."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.core.change_context import ChangeContext
from seminar_app.core.links import SecretLink
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.messages import rendering
from seminar_app.messages.models import Message
from seminar_app.messages.rendering import Letter, Resolved, attached_to, write
from seminar_app.messages.services import enqueue
from seminar_app.people.models import Person
from seminar_app.people.services import prove_mailbox
from seminar_app.registration import first_mail, services
from seminar_app.registration.links import ENDPOINT, PURPOSE
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState, RemovalReason, Source
from seminar_app.registration.services.links import LINKS
from seminar_app.seminars.models import Seminar
from tests.integration.registration.conftest import entry
from tests.support.context import context
from tests.support.factories import Make

FOLDER = Path(__file__).parents[3] / "templates" / "email"
NOT_BY_A_PERSONAL_LINK = {
    *("access_alert", "account_invitation", "account_invited", "password_changed", "password_reset", "role_given", "second_factor"),
    *("test_mail", "seminar_changed_liaison", "release_near", "request_made", "address_replaced", "form_sent", "links", "first_mail"),
}
"""Mail to accounts, to former addresses, and of forms, which says what its own sender typed."""
KINDS = sorted({path.name.split(".")[0] for path in FOLDER.glob("*.??.txt")} - NOT_BY_A_PERSONAL_LINK)
CANARY = "Xochiquetzal"
AGENCY, UNIT, CODE = "Dependencia Secretísima", "Unidad Secretísima", "QWRTZ"
CANARIES = (CANARY, AGENCY, UNIT, CODE)


def everything_of(letter: Letter) -> str:
    return "\n".join((letter.subject, letter.text, letter.html, letter.to_name))


@dataclass
class Desk:
    """A seminar, and a reserved person of it whom staff entered, with a mailbox that nobody has proven."""

    app: Flask
    session: Session
    make: Make
    seminar: Seminar
    registration: Registration
    now: datetime

    @property
    def context(self) -> ChangeContext:
        return context(self.now, "account:test")

    def enqueue(self, kind: str, language: str) -> Message:
        """Put a mail of this kind into the outbox that says all that could be said."""
        facts: dict[str, Any] = dict.fromkeys(("agency", "unit", "code", "state", "position", "name", "place", "why", "asked"), CODE)
        facts |= {"agency": AGENCY, "unit": UNIT, "name": CANARY, "why": CANARY, "until": CODE, "begins": CODE, "begin": CODE}
        facts |= {"title": "Curso", "days": "3 de junio", "office": "Oficina", "office_email": "o@x.example", "office_phone": "55"}
        facts |= {"reason": "Cerró el hotel.", "slug": "curso", "changes": [], "letter": uuid.uuid4().hex}
        facts |= {"last_day": "1 de junio", "accepted": False, "answer": CANARY}
        facts |= {"subject": "Otra sala", "text": "Nos vemos en la sala B.", "in_own_language": True, "asks": False, "unproven": False}
        with unit_of_work(self.session) as work:
            registration = work.get_one(Registration, self.registration.id)
            row = enqueue(
                work,
                self.context,
                kind=kind,
                language=language,
                to_address="quien@pgr.example",
                to_name=f"{CANARY} Ibarra",
                facts=facts,
                link=SecretLink(PURPOSE, registration.public_id, 1),
                link_endpoint=ENDPOINT,
            )
            assert row is not None
        return row

    def prove(self) -> None:
        with unit_of_work(self.session) as work:
            prove_mailbox(work, self.context, person_id=self.registration.person_id)

    def newest(self) -> Message:
        self.session.rollback()
        return self.session.scalars(select(Message).order_by(Message.id.desc()).limit(1)).one()

    def read(self, message: Message) -> Letter:
        self.session.rollback()
        return write(self.app, message, reading=self.session)


@pytest.fixture
def desk(app: Flask, session: Session, make: Make, now: datetime) -> Iterator[Desk]:
    seminar = make.seminar(title_es="Curso", title_en="Course")
    person = make.person(CANARY, "Ibarra", None, email="quien@pgr.example", email_proven_at=None, reserved=True)
    agency = make.agency("SEC", name_es=AGENCY, name_en=AGENCY)
    registration = make.registration(
        seminar, person, agency=agency, unit=UNIT, reserved_code=CODE, notice_at=None, source=Source.STAFF, state=RegistrationState.PENDING
    )
    with app.app_context():
        yield Desk(app, session, make, seminar, registration, now)


@pytest.fixture
def told_in_full(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each kind that decides late say all that its row holds, as the worst of resolvers would."""

    def all_of_it(_session: Session, message: Message, address_of: rendering.AddressOf) -> Resolved:
        link = rendering.link_of(message)
        assert link is not None
        return Resolved(
            kind=message.kind.replace("letter_unanswered", "letter"),
            to_name=message.to_name,
            facts={"link": address_of(link, ENDPOINT, None)},
        )

    monkeypatch.setattr(rendering, "_resolvers", dict.fromkeys(rendering._resolvers, all_of_it))


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.usefixtures("told_in_full")
def test_no_kind_of_mail_says_who_is_meant_before_the_mailbox_is_proven(desk: Desk, language: str) -> None:
    """A kind that is added later is among them, unless it is none of the person's."""
    kinds = [*KINDS, "letter_unanswered"]
    assert len(kinds) > 15
    mails = {kind: desk.enqueue(kind, language) for kind in kinds}
    for kind, mail in mails.items():
        letter = desk.read(mail)
        said = everything_of(letter)
        assert not [canary for canary in CANARIES if canary in said], kind
        assert attached_to(desk.app, mail, letter) == []
        assert "/registrations/" in letter.text, f"{kind} leads nowhere"
        assert "o@x.example" in letter.text
    desk.prove()
    named = [kind for kind, mail in mails.items() if CANARY in everything_of(desk.read(mail))]
    assert named == kinds, "the canary is in no mail, so nothing was tried"


@pytest.mark.usefixtures("told_in_full")
def test_the_news_of_the_seminar_are_told_to_everybody(desk: Desk) -> None:
    said = {kind: desk.read(desk.enqueue(kind, "en")) for kind in ("seminar_cancelled", "seminar_changed", "feedback_opened", "removed")}
    assert "Cerró el hotel." in said["seminar_cancelled"].text
    assert "has changed" in said["seminar_changed"].text
    assert "What those who took part think" in said["feedback_opened"].text
    assert "Cerró el hotel." not in said["removed"].text


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.usefixtures("told_in_full")
def test_only_the_first_mail_says_that_the_address_was_entered(desk: Desk, language: str) -> None:
    """Later ones say that there is news, all alike: a seat cannot be told from a withdrawal."""
    first, *later = [
        desk.read(desk.enqueue(kind, language)) for kind in ("alternate", "seat_given", "withdrawn_by_agency", "removed", "declined")
    ]
    entered, news = ("se anotó", "Hay novedades") if language == "es" else ("was entered", "There is news")
    assert entered in first.subject
    assert {(letter.subject, letter.body) for letter in later} == {(later[0].subject, later[0].body)}
    assert later[0].subject.startswith(news)
    assert entered not in later[0].text


@pytest.mark.parametrize("kind", first_mail.OFF_THE_LIST)
@pytest.mark.usefixtures("told_in_full")
def test_who_left_the_list_is_never_told_that_the_address_was_entered(desk: Desk, kind: str) -> None:
    letter = desk.read(desk.enqueue(kind, "en"))
    assert letter.subject == "There is news about a seminar registration"
    assert "entered" not in letter.text


@pytest.mark.usefixtures("told_in_full")
def test_a_link_sent_again_and_a_reminder_say_what_they_are(desk: Desk) -> None:
    said = [desk.read(desk.enqueue(kind, "en")) for kind in ("link", "link", "invitation", "invitation_reminder")]
    assert [letter.subject for letter in said] == [
        "Your address was entered for a seminar",
        "Once more, the link to the page of a seminar",
        "Invitation to a seminar",
        "An invitation to a seminar waits for an answer",
    ]
    assert "still waits for an answer" in said[3].text
    assert said[2].body != said[3].body


def test_a_mail_of_before_stays_in_the_log_as_it_was_sent(desk: Desk) -> None:
    sent = desk.enqueue("pending", "en")
    with unit_of_work(desk.session) as work:
        work.get_one(Message, sent.id).sent_at = desk.now.replace(year=desk.now.year - 1)
    desk.prove()
    assert CANARY not in everything_of(desk.read(desk.session.get_one(Message, sent.id)))


def test_an_address_that_staff_correct_has_still_to_be_proven(desk: Desk) -> None:
    """Also one that the person had before: whoever reads it now may be another."""
    desk.prove()
    with unit_of_work(desk.session) as work:
        person = work.get_one(Person, desk.registration.person_id)
        person.email = "otra@pgr.example"
        work.flush()
        assert person.email_proven_at is None
        person.email = "quien@pgr.example"
    assert CANARY not in everything_of(desk.read(desk.enqueue("pending", "en")))


def test_staff_s_hand_mails_a_link_and_no_name(desk: Desk) -> None:
    agency = desk.make.agency("PGR", name_es=AGENCY, name_en=AGENCY)
    with unit_of_work(desk.session) as work:
        made = services.add_by_hand(work, desk.context, seminar_id=desk.seminar.id, entry=entry(agency, CANARY), submission_id=uuid.uuid4())
    letter = desk.read(desk.newest())
    assert (letter.subject, letter.to_name) == ("Su correo se anotó para un seminario", "")
    assert not [canary for canary in CANARIES if canary in everything_of(letter)]
    assert f"{desk.app.extensions['settings'].public_url}/registrations/" in letter.text
    assert (made.notice_id, made.notice_at) == (None, None)


def test_a_lost_link_and_a_form_sent_again_name_nobody_either(desk: Desk) -> None:
    agency = desk.make.agency("PGR", name_es=AGENCY, name_en=AGENCY)
    with unit_of_work(desk.session) as work:
        services.add_by_hand(work, desk.context, seminar_id=desk.seminar.id, entry=entry(agency, CANARY), submission_id=uuid.uuid4())
    address = f"{CANARY.lower()}@pgr.example"
    with unit_of_work(desk.session) as work:
        services.ask_for_links(work, desk.context, address=address, language="en")
    lost = desk.newest()
    desk.make.form_sent(desk.seminar, agency, CANARY, at=desk.now, email=address, surname1="López", surname2="Ibáñez")
    for mail in (lost, desk.newest()):
        letter = desk.read(mail)
        assert not [canary for canary in CANARIES if canary in everything_of(letter)], mail.kind
        assert "/registrations/" in letter.text
    assert lost.kind == LINKS


def test_a_link_that_has_ended_is_sent_by_no_mail_until_staff_replace_it(desk: Desk) -> None:
    with unit_of_work(desk.session) as work:
        registration = work.get_one(Registration, desk.registration.id)
        registration.wrong_surnames = 5
        registration.link_hash = b"x" * 32
    assert "/registrations/" not in desk.read(desk.enqueue("pending", "en")).text
    with unit_of_work(desk.session) as work:
        services.ask_for_links(work, desk.context, address="quien@pgr.example", language="en")
    with pytest.raises(rendering.NotToBeSent):
        desk.read(desk.newest())
    with unit_of_work(desk.session) as work:
        services.send_link(work, desk.context, seminar_id=desk.seminar.id, registration_id=desk.registration.id, replace=False)
    assert "/registrations/" in desk.read(desk.newest()).text
    desk.session.rollback()
    found = desk.session.get_one(Registration, desk.registration.id)
    assert (found.link_version, found.wrong_surnames) == (2, 0)


def test_the_reason_of_a_removal_is_no_news_of_the_seminar(desk: Desk) -> None:
    with unit_of_work(desk.session) as work:
        services.remove(
            work, desk.context, seminar_id=desk.seminar.id, registration_id=desk.registration.id, reason=RemovalReason.NO_SHOW, note=CODE
        )
    assert CODE not in everything_of(desk.read(desk.newest()))


def test_without_the_cover_the_canary_is_found(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    mail = desk.enqueue("pending", "en")
    assert CANARY not in everything_of(desk.read(mail))
    monkeypatch.setattr(rendering, "_covers", {})
    assert CANARY in everything_of(desk.read(mail))
    assert first_mail.KIND not in mail.kind
