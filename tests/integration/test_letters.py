"""Letters: to whom they go, what each reads, sent once, taken back whole or not at all."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select, text, update
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from seminar_app.attendance.rules import MarkStatus
from seminar_app.audit.models import AuditRow
from seminar_app.core import clock
from seminar_app.core.errors import NotFound, StaleEdit
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.core.values import replace
from seminar_app.core.write_mode import write_mode
from seminar_app.feedback import services as feedback
from seminar_app.feedback.errors import AlreadyReminded, NotOpenToRemind
from seminar_app.letters import queries, services
from seminar_app.letters.errors import LetterChanged, NobodyToWriteTo, NotADraft, ReceiversChanged, SessionGone, TooLateToTakeBack
from seminar_app.letters.models import Letter
from seminar_app.letters.rules import TIME_TO_UNDO, Audience, LetterState, Presence, Words
from seminar_app.messages import batches
from seminar_app.messages.batches import BatchCounts, counts_of
from seminar_app.messages.models import Message
from seminar_app.messages.rendering import NotToBeSent, write
from seminar_app.messages.rules import MessageState, Outcome
from seminar_app.messages.services import lease_next, record_failure, record_sent, send_again
from seminar_app.people.models import Person
from seminar_app.registration.models import Registration
from seminar_app.registration.queries import mail_troubles, seminar_mail
from seminar_app.registration.rules import RegistrationState
from seminar_app.seminars.models import SeatPool, Seminar, SeminarSession
from seminar_app.web.database import db
from tests.conftest import TestDatabase
from tests.support.context import context
from tests.support.factories import Make
from tests.support.two_transactions import Point, both_at_once

BY = "account:" + "a" * 32
STATES = RegistrationState
WORDS = {
    "es": Words("Cambio de sala", "Nos vemos en la sala B.\n\nhttps://maps.example/b"),
    "en": Words("Another room", "We meet in room B."),
}
SEATED = Audience(states=(STATES.REGISTERED,))


@dataclass
class Desk:
    """A seminar that began on 2 March 2026 (a day that `now` is on), with people of two groups, and what an organizer does with letters."""

    app: Flask
    session: Session
    make: Make
    now: datetime
    seminar: Seminar
    first: SeminarSession
    seated: list[Registration]
    waiting: Registration

    def write(self, audience: Audience = SEATED, words: dict[str, Words] = WORDS, submission: uuid.UUID | None = None) -> Letter:
        with unit_of_work(self.session) as work:
            typed = services.Typed(words, audience)
            return services.write(work, self.at(), seminar_id=self.seminar.id, submission_id=submission or uuid.uuid4(), typed=typed)

    def send(self, letter: Letter, seen: int | None = None, seconds: int = 0, version: int = 1) -> Letter:
        self.session.rollback()
        seen = queries.receivers_now(self.session, self.seminar, letter.goes_to).number if seen is None else seen
        self.session.rollback()
        with unit_of_work(self.session) as work:
            which: dict[str, Any] = {"seminar_id": self.seminar.id, "public_id": letter.public_id, "version": version}
            return services.send(work, self.at(seconds), **which, seen=seen)

    def sent(self, audience: Audience = SEATED, words: dict[str, Words] = WORDS) -> Letter:
        return self.send(self.write(audience, words))

    def take_back(self, letter: Letter, seconds: int = 30, again: int | None = None) -> Letter:
        later = self.now + timedelta(seconds=seconds if again is None else again)
        with unit_of_work(self.session) as work:
            which: dict[str, Any] = {"seminar_id": self.seminar.id, "public_id": letter.public_id}
            return services.take_letter_back(work, self.at(seconds), **which, clock=lambda: later)

    def at(self, seconds: int = 0) -> Any:
        return context(self.now + timedelta(seconds=seconds), BY)

    def mails(self) -> list[Message]:
        self.session.rollback()
        self.session.expire_all()
        return list(self.session.scalars(select(Message).where(Message.batch.is_not(None)).order_by(Message.id)))

    def receivers(self, audience: Audience) -> set[uuid.UUID | None]:
        self.sent(audience)
        owners = {mail.link_owner for mail in self.mails()}
        with unit_of_work(self.session) as work:
            work.execute(Message.__table__.delete())  # type: ignore[attr-defined]
        return owners

    def leave(self, seconds: int = 200) -> list[Message]:
        """Send all that is due, as a sender does, and return it as it was."""
        gone: list[Message] = []
        while True:
            with unit_of_work(self.session) as work:
                lease = lease_next(work, now=self.now + timedelta(seconds=seconds))
            if lease is None:
                return gone
            gone.append(lease.message)
            with unit_of_work(self.session) as work:
                assert record_sent(work, lease, now=self.now + timedelta(seconds=seconds))

    def letter(self, letter: Letter) -> Letter:
        self.session.rollback()
        return self.session.scalars(select(Letter).where(Letter.id == letter.id).execution_options(populate_existing=True)).one()


@pytest.fixture
def desk(app: Flask, session: Session, make: Make, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(clock, "now", lambda: now)
    seminar = make.seminar(seats=4, starts_on=date(2026, 3, 2), ends_on=date(2026, 3, 2))
    first = make.seminar_session(seminar)
    pool = session.scalars(select(SeatPool).where(SeatPool.seminar_id == seminar.id)).one()
    pgr, inm = make.agency("PGR"), make.agency("INM")
    below = make.agency("INM-QROO", parent=inm, state="Quintana Roo")
    seated = [
        make.registration(seminar, make.person("Ana", "Núñez"), agency=pgr, pool=pool),
        make.registration(seminar, make.person("Luis", "Ortega"), agency=inm, pool=pool, language="en"),
        make.registration(seminar, make.person("Rosa", "Cruz"), agency=below, pool=pool),
        make.registration(seminar, make.person("Sin", "Correo", email=None, phone="+529981234567"), agency=inm, pool=pool),
    ]
    waiting = make.registration(seminar, agency=pgr, state=STATES.WAITLISTED, queue_place=1)
    make.registration(make.seminar(), agency=pgr, state=STATES.PENDING)
    return Desk(app, session, make, now, seminar, first, seated, waiting)


# --- to whom --------------------------------------------------------------------------------------------------------


def test_it_goes_to_those_of_whom_all_is_true(desk: Desk) -> None:
    ana, luis, rosa, _unreached = (each.public_id for each in desk.seated)
    waiting = desk.waiting.public_id
    desk.make.mark(desk.seated[0], desk.first, MarkStatus.LATE)
    desk.make.mark(desk.seated[1], desk.first, MarkStatus.ABSENT)
    both = (STATES.REGISTERED, STATES.WAITLISTED)
    assert desk.receivers(SEATED) == {ana, luis, rosa}
    assert desk.receivers(Audience(states=both)) == {ana, luis, rosa, waiting}
    assert desk.receivers(Audience(states=both, groups=("INM",))) == {luis, rosa}
    assert desk.receivers(Audience(states=both, groups=("PGR",))) == {ana, waiting}
    assert desk.receivers(Audience(states=both, presence=Presence.ATTENDED)) == {ana}
    assert desk.receivers(Audience(states=(STATES.REGISTERED,), presence=Presence.MISSED)) == {luis, rosa}
    session = desk.first.public_id
    assert desk.receivers(Audience(states=both, presence=Presence.ATTENDED, session=session)) == {ana}
    assert desk.receivers(Audience(states=(STATES.REGISTERED,), presence=Presence.MISSED, session=session, groups=("INM",))) == {luis, rosa}


def test_who_is_not_in_the_directory_is_a_group_too(desk: Desk) -> None:
    written = desk.make.registration(desk.seminar, agency_text="Policía de Bacalar", state=STATES.PENDING)
    assert desk.receivers(Audience(states=(STATES.PENDING,), groups=("-",))) == {written.public_id}
    assert desk.receivers(Audience(states=(STATES.PENDING,), groups=("-", "PGR"))) == {written.public_id}
    with pytest.raises(NobodyToWriteTo):
        desk.sent(Audience(states=(STATES.PENDING,), groups=("PGR",)))


def test_those_without_an_address_are_listed_and_counted_apart(desk: Desk) -> None:
    with unit_of_work(desk.session) as work:
        work.execute(update(Person).where(Person.id == desk.seated[3].person_id).values(reserved=True))
        work.execute(update(Registration).where(Registration.id == desk.seated[3].id).values(reserved_code="QXWVB"))
    found = queries.receivers_now(desk.session, desk.seminar, SEATED)
    assert found.by_mail == {"es": 2, "en": 1}
    ((person),) = (each.person for each in found.without_address)
    assert "QXWVB" in person.name
    assert person.phone is None


def test_people_who_were_erased_or_merged_get_nothing(desk: Desk) -> None:
    with unit_of_work(desk.session) as work:
        work.execute(update(Person).where(Person.id == desk.seated[0].person_id).values(erased_at=desk.now))
        merged = {"merged_into_id": desk.seated[1].person_id}
        work.execute(update(Person).where(Person.id == desk.seated[2].person_id).values(merged))
    assert desk.receivers(SEATED) == {desk.seated[1].public_id}


def test_a_letter_by_a_session_that_was_deleted_is_refused(desk: Desk) -> None:
    letter = desk.write(Audience(states=(STATES.REGISTERED,), presence=Presence.MISSED, session=uuid.uuid4()))
    with pytest.raises(SessionGone):
        desk.send(letter, seen=3)


# --- what each reads ------------------------------------------------------------------------------------------------


def test_each_reads_their_language_with_their_name_link_and_the_office(desk: Desk) -> None:
    desk.sent()
    spanish, english, _third = desk.mails()
    letter = write(desk.app, spanish, reading=desk.session)
    assert letter.subject == "Cambio de sala"
    assert letter.body.startswith("Ana Núñez Ibáñez:\n\nNos vemos en la sala B.")
    assert '<a href="https://maps.example/b">' in letter.html
    assert "Su enlace personal:\n\nhttp" in letter.body
    other = write(desk.app, english, reading=desk.session)
    assert other.body.startswith("Dear Luis Ortega Ibáñez,\n\nWe meet in room B.")
    assert spanish.context["office_email"]
    assert {mail.not_before for mail in desk.mails()} == {desk.now + TIME_TO_UNDO}
    assert "sala B" not in str(spanish.context)


def test_who_reads_a_language_in_which_nothing_was_written_gets_the_other_and_is_told(desk: Desk) -> None:
    desk.sent(words={"es": WORDS["es"], "en": Words()})
    english = write(desk.app, desk.mails()[1], reading=desk.session)
    assert english.language == "en"
    assert english.body.startswith("Dear Luis Ortega Ibáñez,\n\nThis message was written in Spanish only.\n\nNos vemos")


def test_markup_and_template_signs_stay_words(desk: Desk) -> None:
    desk.sent(words={"es": Words("<b>{{ link }}</b>", "{{ 7*7 }} <script>x</script>\nhttp://bank.example/pay"), "en": Words()})
    letter = write(desk.app, desk.mails()[0], reading=desk.session)
    assert letter.subject == "<b>{{ link }}</b>"
    assert "{{ 7*7 }} &lt;script&gt;" in letter.html
    assert 'href="http://bank' not in letter.html


def test_who_may_not_have_proven_the_mailbox_is_not_named(desk: Desk) -> None:
    desk.make.registration(desk.seminar, desk.make.person("Nadia", "Invitada", email_proven_at=None), state=STATES.INVITED)
    desk.sent(Audience(states=(STATES.INVITED,)))
    (mail,) = desk.mails()
    letter = write(desk.app, mail, reading=desk.session)
    assert letter.to_name == ""
    assert letter.body.startswith("Buen día:\n\nNos vemos")
    assert "anotó su correo para este seminario" in letter.body


# --- once, and whole ------------------------------------------------------------------------------------------------


def test_the_same_form_makes_one_letter_and_two_presses_send_it_once(desk: Desk) -> None:
    submission = uuid.uuid4()
    letter, same = desk.write(submission=submission), desk.write(submission=submission)
    assert letter.public_id == same.public_id
    desk.send(letter)
    assert desk.send(letter, seconds=60).sent_at == desk.now
    assert len(desk.mails()) == 3
    actions = [*desk.session.scalars(select(AuditRow.action).where(AuditRow.subject == f"letter:{letter.public_id.hex}"))]
    assert actions == ["letter.written", "letter.sent"]


@pytest.mark.postgresql_only
@pytest.mark.parametrize("twin", [False, True], ids=["", "twin that looks neither at the state nor at the keys"])
def test_two_presses_at_the_same_moment_send_it_once(desk: Desk, monkeypatch: pytest.MonkeyPatch, *, twin: bool) -> None:
    letter, point = desk.write(), Point()
    desk.session.rollback()
    if twin:
        locked, addressed = services._locked, services._addressed

        def blind(work: Session, seminar_id: int, public_id: uuid.UUID) -> Letter:
            found = locked(work, seminar_id, public_id)
            set_committed_value(found, "state", LetterState.DRAFT)
            return found

        def keyless(*args: Any, **values: Any) -> batches.Addressed:
            return replace(addressed(*args, **values), dedupe_key=uuid.uuid4().hex)

        monkeypatch.setattr(services, "_locked", blind)
        monkeypatch.setattr(services, "_addressed", keyless)
    monkeypatch.setattr(services, "enqueue_all", point.before(batches.enqueue_all))

    def press(work: Session) -> Letter:
        version = work.scalars(select(Letter.version).where(Letter.id == letter.id)).one() if twin else 1
        which: dict[str, Any] = {"seminar_id": desk.seminar.id, "public_id": letter.public_id, "version": version}
        return services.send(work, desk.at(), **which, seen=3)

    def twice(work: Session) -> Letter:
        feedback.locked_seminar(work, desk.seminar.id)
        return press(work)

    ended = both_at_once(desk.app, point, press, twice)
    assert ended.waited
    assert not isinstance(ended.early, Exception)
    assert not isinstance(ended.late, Exception)
    assert len(desk.mails()) == (6 if twin else 3)


def test_the_page_must_have_shown_what_is_sent(desk: Desk) -> None:
    letter = desk.write()
    with pytest.raises(ReceiversChanged):
        desk.send(letter, seen=2)
    typed = services.Typed(WORDS | {"en": Words("Room C", "We meet in room C.")}, SEATED)
    which: dict[str, Any] = {"seminar_id": desk.seminar.id, "public_id": letter.public_id}
    with unit_of_work(desk.session) as work:
        services.change(work, desk.at(), **which, version=1, typed=typed)
    with pytest.raises(LetterChanged):
        desk.send(letter, version=1)
    with pytest.raises(StaleEdit), unit_of_work(desk.session) as work:
        services.change(work, desk.at(), **which, version=1, typed=typed)
    desk.send(letter, version=2)
    with pytest.raises(NotADraft), unit_of_work(desk.session) as work:
        services.change(work, desk.at(), **which, version=3, typed=typed)
    with pytest.raises(NotADraft), unit_of_work(desk.session) as work:
        services.discard(work, desk.at(), **which)


def test_a_draft_is_discarded_and_another_seminars_letter_is_not_found(desk: Desk) -> None:
    letter, other = desk.write(), desk.make.seminar()
    with pytest.raises(NotFound), unit_of_work(desk.session) as work:
        services.discard(work, desk.at(), seminar_id=other.id, public_id=letter.public_id)
    with unit_of_work(desk.session) as work:
        services.discard(work, desk.at(), seminar_id=desk.seminar.id, public_id=letter.public_id)
    assert desk.session.scalar(select(func.count()).select_from(Letter)) == 0


def test_sending_that_is_killed_lands_all_or_nothing(desk: Desk, database: TestDatabase) -> None:
    letter = desk.write()
    desk.session.rollback()

    def press(work: Session) -> object:
        which: dict[str, Any] = {"seminar_id": desk.seminar.id, "public_id": letter.public_id, "version": 1}
        return services.send(work, desk.at(), **which, seen=3)

    tried = 0
    for stop_at in range(1, 60):
        if not _dies_at(desk, stop_at, press):
            break
        tried += 1
        assert desk.mails() == []
        assert desk.letter(letter).state is LetterState.DRAFT
    assert tried > 8
    assert len(desk.mails()) == 3
    assert desk.letter(letter).state is LetterState.SENT


class Died(Exception):
    """Raised in place of a process that is killed."""


def _dies_at(desk: Desk, stop_at: int, press: Callable[[Session], object]) -> bool:
    """Press with a fault after that many statements; return whether there were as many."""
    seen = 0

    def count(*_args: object) -> None:
        nonlocal seen
        seen += 1
        if seen == stop_at:
            raise Died

    engine = desk.session.get_bind()
    assert isinstance(engine, Engine)
    event.listen(engine, "after_cursor_execute", count)
    try:
        with unit_of_work(desk.session) as work:
            press(work)
    except Died:
        return True
    finally:
        event.remove(engine, "after_cursor_execute", count)
        desk.session.rollback()
        desk.session.expunge_all()
    return False


# --- taking back ----------------------------------------------------------------------------------------------------


def test_a_letter_that_is_held_is_taken_back_whole_and_none_leaves_later(desk: Desk) -> None:
    letter = desk.sent()
    desk.take_back(letter)
    assert desk.mails() == []
    assert desk.leave() == []
    assert desk.letter(letter).state is LetterState.TAKEN_BACK
    assert desk.take_back(letter).state is LetterState.TAKEN_BACK
    with pytest.raises(NotADraft):
        desk.send(letter, version=3)


@pytest.mark.parametrize("twin", [False, True], ids=["", "twin that does not look what is left"])
def test_a_letter_of_which_a_sender_has_one_is_not_taken_back(desk: Desk, monkeypatch: pytest.MonkeyPatch, *, twin: bool) -> None:
    """The sender's clock is ahead of the page's, or the page waited for its lock."""
    letter = desk.sent()
    with unit_of_work(desk.session) as work:
        lease = lease_next(work, now=desk.now + TIME_TO_UNDO)
    assert lease is not None
    if twin:
        whole = batches.take_back
        monkeypatch.setattr(services, "take_back", lambda *args, **values: whole(*args, **values) or True)
        desk.take_back(letter, seconds=119)
        said_taken_back = desk.letter(letter).state is LetterState.TAKEN_BACK
        assert said_taken_back
        assert len(desk.mails()) == 1, "one is with the sender although the page says that none left"
        return
    with pytest.raises(TooLateToTakeBack):
        desk.take_back(letter, seconds=119)
    assert desk.letter(letter).state is LetterState.SENT
    assert len(desk.mails()) == 3
    with unit_of_work(desk.session) as work:
        record_sent(work, lease, now=desk.now + TIME_TO_UNDO)
    assert len(desk.leave()) == 2


@pytest.mark.postgresql_only
@pytest.mark.parametrize("twin", [False, True], ids=["", "twin that looks before it deletes"])
def test_an_undo_and_a_sender_at_the_same_moment_end_in_all_or_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch, *, twin: bool) -> None:
    letter, point = desk.sent(), Point()
    desk.session.rollback()
    leases: list[Any] = []

    def lease(work: Session) -> object:
        leases.append(lease_next(work, now=desk.now + TIME_TO_UNDO))
        point.before(lambda: None)()
        return leases[-1]

    def undo(work: Session) -> object:
        which: dict[str, Any] = {"seminar_id": desk.seminar.id, "public_id": letter.public_id}
        early = desk.now + timedelta(seconds=119)
        return services.take_letter_back(work, desk.at(119), **which, clock=lambda: early)

    if twin:

        def look_then_delete(work: Session, _context: object, *, batch: uuid.UUID) -> bool:
            untouched = work.scalar(select(func.count()).where(Message.batch == batch, Message.attempts > 0)) == 0
            work.execute(Message.__table__.delete().where(Message.batch == batch))  # type: ignore[attr-defined]
            return untouched

        monkeypatch.setattr(services, "take_back", look_then_delete)
    ended = both_at_once(desk.app, point, lease, undo)
    assert ended.waited
    taken_back = desk.letter(letter).state is LetterState.TAKEN_BACK
    assert taken_back is twin, "the twin says that nobody got it, and the sender has one"
    if not twin:
        assert isinstance(ended.late, TooLateToTakeBack)
        assert len(desk.mails()) == 3


def test_an_undo_that_waited_until_the_mails_may_have_left_is_refused(desk: Desk) -> None:
    letter = desk.sent()
    with pytest.raises(TooLateToTakeBack):
        desk.take_back(letter, seconds=119, again=121)
    with pytest.raises(TooLateToTakeBack):
        desk.take_back(letter, seconds=121)
    assert len(desk.leave()) == 3


def test_a_mail_that_a_sender_holds_says_nothing_once_the_letter_is_taken_back(desk: Desk) -> None:
    letter = desk.sent()
    (mail, *_others) = desk.mails()
    desk.session.expunge(mail)
    desk.take_back(letter)
    with pytest.raises(NotToBeSent):
        write(desk.app, mail, reading=desk.session)


# --- the evaluation -------------------------------------------------------------------------------------------------

UNANSWERED = Audience(states=(STATES.REGISTERED,), unanswered=True)


def open_form(desk: Desk) -> None:
    with unit_of_work(desk.session) as work:
        feedback.open_form(work, desk.at(-3_600), seminar_id=desk.seminar.id)
        work.execute(Message.__table__.delete())  # type: ignore[attr-defined]


def receipt(desk: Desk, registration: Registration) -> None:
    from seminar_app.feedback.models import FeedbackForm, ResponseReceipt

    with unit_of_work(desk.session) as work:
        form = work.scalars(select(FeedbackForm)).one()
        work.add(ResponseReceipt(registration_id=registration.id, form_id=form.id))


def test_those_who_have_not_answered_get_it_and_nothing_tells_who_or_how_many(desk: Desk) -> None:
    open_form(desk)
    receipt(desk, desk.seated[0])
    letter = desk.sent(UNANSWERED)
    assert {mail.link_owner for mail in desk.mails()} == {desk.seated[1].public_id, desk.seated[2].public_id}
    assert letter.people is None
    assert seminar_mail(desk.session, desk.seminar.id).messages == []
    details = desk.session.scalars(select(AuditRow.details).where(AuditRow.action == "letter.sent")).one()
    assert details == {}
    assert "Give your feedback:\n\nhttp" in write(desk.app, desk.mails()[0], reading=desk.session).body
    assert len(desk.leave()) == 2
    assert desk.mails() == [], "rows beside the receipts would tell who answered after the letter"


def test_who_answers_while_it_is_held_gets_none(desk: Desk) -> None:
    open_form(desk)
    desk.sent(UNANSWERED)
    (first, *_rest) = desk.mails()
    receipt(desk, desk.seated[0])
    with pytest.raises(NotToBeSent):
        write(desk.app, first, reading=desk.session)


def test_a_letter_to_nobody_looks_like_any_other(desk: Desk) -> None:
    """Whoever chooses a group of one could otherwise learn whether that person has answered."""
    open_form(desk)
    receipt(desk, desk.seated[0])
    letter = desk.sent(Audience(states=(STATES.REGISTERED,), groups=("PGR",), unanswered=True))
    assert letter.state is LetterState.SENT
    assert desk.mails() == []
    assert queries.receivers_now(desk.session, desk.seminar, letter.goes_to).number == 1


def test_it_counts_as_the_days_reminder_until_it_is_taken_back(desk: Desk) -> None:
    letter = desk.write(UNANSWERED)
    with pytest.raises(NotOpenToRemind):
        desk.send(letter)
    open_form(desk)
    desk.send(letter)
    with pytest.raises(AlreadyReminded), unit_of_work(desk.session) as work:
        feedback.remind(work, desk.at(10), seminar_id=desk.seminar.id)
    desk.take_back(letter)
    assert desk.mails() == []
    desk.sent(UNANSWERED)


# --- what became of it ----------------------------------------------------------------------------------------------


def test_what_became_of_it_is_counted_and_shown_within_reach(desk: Desk) -> None:
    letter = desk.sent()
    due = desk.now + TIME_TO_UNDO
    for happened in ("sent", "550 5.1.1 No such user", "451 4.7.1 Later"):
        with unit_of_work(desk.session) as work:
            lease = lease_next(work, now=due)
            assert lease is not None
            if happened == "sent":
                record_sent(work, lease, now=due)
            else:
                lease.message.attempts = 3
                record_failure(work, lease, now=due, error=happened, refused_for_good=happened.startswith("5"))
    assert counts_of(desk.session, [letter.public_id])[letter.public_id] == BatchCounts(sent=1, deferred=1, failed=1)
    troubles = mail_troubles(desk.session, desk.seminar.id)
    assert troubles == {desk.seated[1].public_id: Outcome.FAILED, desk.seated[2].public_id: Outcome.DEFERRED}
    (failed,) = seminar_mail(desk.session, desk.seminar.id, outcome=Outcome.FAILED).messages
    assert failed.person.name == "Ortega Ibáñez, Luis"
    with unit_of_work(desk.session) as work:
        work.execute(update(Person).where(Person.id == desk.seated[1].person_id).values(reserved=True))
    (failed,) = seminar_mail(desk.session, desk.seminar.id, outcome=Outcome.FAILED).messages
    assert "Ortega" not in failed.person.name
    assert failed.mail.error is None


def test_mail_of_another_seminar_is_not_listed(desk: Desk) -> None:
    desk.sent()
    other = desk.make.seminar()
    with unit_of_work(desk.session) as work:
        work.execute(update(Message).values(state=MessageState.FAILED))
    assert seminar_mail(desk.session, other.id).messages == []
    assert mail_troubles(desk.session, other.id) == {}
    assert len(seminar_mail(desk.session, desk.seminar.id).messages) == 3


def test_an_old_failure_is_no_news_once_something_newer_was_written(desk: Desk) -> None:
    desk.sent()
    with unit_of_work(desk.session) as work:
        work.execute(update(Message).where(Message.link_owner == desk.seated[0].public_id).values(state=MessageState.FAILED))
    assert list(mail_troubles(desk.session, desk.seminar.id)) == [desk.seated[0].public_id]
    desk.sent()
    assert mail_troubles(desk.session, desk.seminar.id) == {}
    assert seminar_mail(desk.session, desk.seminar.id, outcome=Outcome.FAILED).messages == []


def test_a_copy_that_an_administrator_sends_does_not_count_as_the_letters(desk: Desk) -> None:
    letter = desk.sent()
    desk.leave()
    (first, *_rest) = desk.mails()
    with unit_of_work(desk.session) as work:
        again = send_again(work, desk.at(300), public_id=first.public_id)
    assert counts_of(desk.session, [letter.public_id])[letter.public_id] == BatchCounts(sent=3)
    assert write(desk.app, again, reading=desk.session).subject == "Cambio de sala"


# --- how much it costs ----------------------------------------------------------------------------------------------


def statements_to_send(desk: Desk) -> tuple[int, float]:
    letter, seen = desk.write(), 0

    def count(*_args: object) -> None:
        nonlocal seen
        seen += 1

    number = queries.receivers_now(desk.session, desk.seminar, SEATED).number
    engine = desk.session.get_bind()
    assert isinstance(engine, Engine)
    event.listen(engine, "before_cursor_execute", count)
    began = time.perf_counter()
    try:
        desk.send(letter, seen=number)
    finally:
        event.remove(engine, "before_cursor_execute", count)
    return seen, time.perf_counter() - began


@pytest.mark.parametrize("people", [60, pytest.param(2_000, marks=pytest.mark.full)])
def test_two_thousand_cost_as_many_statements_as_three(desk: Desk, people: int) -> None:
    few, _seconds = statements_to_send(desk)
    _fill(desk, people)
    many, seconds = statements_to_send(desk)
    assert many == few
    assert seconds < 2, f"{seconds:.2f} s for {people}"


def _fill(desk: Desk, people: int) -> None:
    """Seat many more people, in two statements of their own."""
    from seminar_app.core.inserts import insert_rows
    from seminar_app.core.links import SecretLink, token_hash
    from tests.support.factories import KEY

    pool_id = desk.session.scalars(select(SeatPool.id).where(SeatPool.seminar_id == desk.seminar.id)).one()
    like, person = desk.seated[0], desk.session.get_one(Person, desk.seated[0].person_id)
    desk.session.rollback()
    persons, registrations = [], []
    for number in range(people):
        shared = {c.key: getattr(person, c.key) for c in Person.__table__.columns}
        persons.append(
            shared | {"id": 10_000 + number, "public_id": uuid.uuid4(), "email": f"p{number}@x.example", "search_key": f"k{number}"}
        )
        public_id = uuid.uuid4()
        own = {"id": 10_000 + number, "public_id": public_id, "person_id": 10_000 + number, "submission_id": None}
        own["link_hash"] = token_hash(SecretLink("registration", public_id, 1).token(KEY))
        registrations.append({c.key: getattr(like, c.key) for c in Registration.__table__.columns} | own)
    with unit_of_work(desk.session) as work:
        work.execute(update(SeatPool).where(SeatPool.id == pool_id).values(size=people + 10))
        insert_rows(work, Person, persons)
        insert_rows(work, Registration, registrations)
    if desk.session.get_bind().dialect.name == "postgresql":  # as autovacuum does after so many rows
        with write_mode(), db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))
