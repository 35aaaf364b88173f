"""Invitations: a seat is kept until a day, one link answers once, and every other way out gives the seat to who waits."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.agencies.models import Agency
from seminar_app.audit.models import AuditRow
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.messages.models import Message
from seminar_app.people.models import Person
from seminar_app.registration import services
from seminar_app.registration.errors import (
    AlreadyOnTheRoster,
    InvitationEnded,
    KeptTooLong,
    NoAddress,
    NoSeatsGivenNow,
    NoSeatToInvite,
    NotInThisState,
    OpenPoolBelowTaken,
    QuotaBelowTaken,
)
from seminar_app.registration.first_opening_rules import MOST_WRONG_SURNAMES, Opening
from seminar_app.registration.hold_models import Hold
from seminar_app.registration.hold_rules import HoldEnd
from seminar_app.registration.invitation_rules import Answer, LinkLeads
from seminar_app.registration.links import invitation_link
from seminar_app.registration.models import Registration
from seminar_app.registration.queries import invitation_of_link, invitations
from seminar_app.registration.rules import RegistrationState, RemovalReason, WishedPool
from seminar_app.registration.services import reminding
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.rules import SeminarState
from tests.integration.registration.conftest import Register, entry, pool_of
from tests.support.context import context
from tests.support.factories import KEY, Make

LAST = date(2026, 3, 12)
LATER = timedelta(days=11)
"""From `now` (2 March) to the day after the last day of the invitation."""


@dataclass
class Desk:
    """A seminar with one seat, which is kept for Rosa, who was invited; and an agency whose people wait."""

    session: Session
    make: Make
    now: datetime
    seminar: Seminar
    agency: Agency
    invited: Registration

    def do(self, service: Any, *, at: datetime | None = None, by: str = "account:a", **values: Any) -> Any:
        with unit_of_work(self.session) as work:
            return service(work, context(at or self.now, by), **values)

    def staff(self, service: Any, *, at: datetime | None = None, **values: Any) -> Any:
        return self.do(service, at=at, seminar_id=self.seminar.id, registration_id=self.invited.id, **values)

    def answer(self, *, comes: bool, surname: str = "Luna", at: datetime | None = None, number: int = 1) -> Any:
        return self.do(
            services.answer_by_link,
            at=at,
            by=self.invited.audit_name,
            registration_id=self.invited.id,
            number=number,
            comes=comes,
            surname=surname,
            notice_version=2,
            notice_language="es",
            office_notice_id=None,
        )

    def waits(self) -> Registration:
        """Let somebody wait for the seat."""
        return self.make.registration(self.seminar, agency=self.agency, state=RegistrationState.WAITLISTED, queue_place=1)

    @property
    def rosa(self) -> Registration:
        self.session.rollback()
        return self.session.get_one(Registration, self.invited.id)

    @property
    def hold(self) -> Hold:
        self.session.rollback()
        return self.session.scalars(select(Hold).where(Hold.registration_id == self.invited.id).order_by(Hold.id.desc())).first() or Hold()

    def state_of(self, registration: Registration) -> RegistrationState:
        self.session.rollback()
        return self.session.get_one(Registration, registration.id).state

    def counts(self) -> tuple[int, int]:
        """Return how many seats are taken, and how many of them kept."""
        pool = pool_of(self.session, self.seminar, None)
        return pool.taken, pool.held

    def mails(self, kind: str) -> list[Message]:
        self.session.rollback()
        return list(self.session.scalars(select(Message).where(Message.kind == kind).order_by(Message.id)))

    def leads(self, number: int = 1, *, at: datetime | None = None) -> LinkLeads:
        self.session.rollback()
        token = invitation_link(self.invited.public_id, number).token(KEY)
        return invitation_of_link(self.session, token, now=at or self.now).leads


@pytest.fixture
def desk(session: Session, make: Make, now: datetime) -> Desk:
    seminar, agency = make.seminar(seats=1), make.agency("INM")
    return Desk(session, make, now, seminar, agency, invite(session, seminar, agency, now))


def invite(session: Session, seminar: Seminar, agency: Agency, now: datetime, name: str = "Rosa", **values: Any) -> Registration:
    given: dict[str, Any] = {"last_day": LAST, "submission_id": uuid.uuid4()} | values
    with unit_of_work(session) as work:
        who = given.pop("entry", None) or entry(agency, name, surname1="Luna", surname2=None)
        return services.invite(work, context(now, "account:a"), seminar_id=seminar.id, entry=who, **given)


def test_an_invitation_keeps_a_seat_and_mails_the_link_that_answers(desk: Desk) -> None:
    assert (desk.rosa.state, desk.rosa.seat_pool_id, desk.counts()) == (RegistrationState.INVITED, None, (1, 1))
    (mail,) = desk.mails("invitation")
    assert (mail.link_purpose, mail.link_owner, mail.context["last_day"]) == ("invitation", desk.invited.public_id, "12 de marzo de 2026")
    assert desk.leads() is LinkLeads.QUESTION


def test_accepted_the_seat_is_theirs_and_a_second_press_changes_nothing(desk: Desk) -> None:
    assert desk.answer(comes=True).opening is Opening.OPEN
    assert (desk.rosa.state, desk.counts(), desk.hold.ending) == (RegistrationState.REGISTERED, (1, 0), HoldEnd.USED)
    person = desk.session.get_one(Person, desk.rosa.person_id)
    assert (person.email_proven_at, desk.rosa.notice_at) == (desk.now, desk.now)
    desk.answer(comes=True)
    assert len(desk.mails("registered")) == 1
    assert desk.leads() is LinkLeads.ACCEPTED
    with pytest.raises(NotInThisState):
        desk.answer(comes=False)
    assert desk.rosa.state is RegistrationState.REGISTERED


def test_declined_the_seat_goes_to_the_next_who_waits_in_the_same_transaction(desk: Desk) -> None:
    waiting = desk.waits()
    desk.answer(comes=False)
    assert (desk.rosa.state, desk.hold.ending, desk.counts()) == (RegistrationState.WITHDRAWN, HoldEnd.DECLINED, (1, 0))
    assert desk.state_of(waiting) is RegistrationState.REGISTERED
    requests = set(
        desk.session.scalars(select(AuditRow.request_id).where(AuditRow.action.in_(("hold.declined", "registration.registered"))))
    )
    assert len(requests) == 1
    (mail,) = desk.mails("withdrawn")
    assert mail.context["invited"] == "yes"
    desk.answer(comes=False)
    assert len(desk.mails("withdrawn")) == 1
    assert desk.leads() is LinkLeads.DECLINED
    with pytest.raises(NotInThisState):
        desk.answer(comes=True)


def test_a_wrong_surname_answers_nothing_and_the_fifth_ends_the_link(desk: Desk) -> None:
    tried = [desk.answer(comes=True, surname="Ortega") for _ in range(MOST_WRONG_SURNAMES)]
    assert [each.left for each in tried] == [4, 3, 2, 1, 0]
    assert desk.answer(comes=True).opening is Opening.ENDED
    assert (desk.rosa.state, desk.counts()) == (RegistrationState.INVITED, (1, 1))
    assert desk.session.get_one(Person, desk.rosa.person_id).email_proven_at is None
    desk.staff(services.invite_again, last_day=LAST)
    assert (desk.leads(1), desk.leads(2)) == (LinkLeads.REPLACED, LinkLeads.QUESTION)
    assert desk.answer(comes=True, number=2).opening is Opening.OPEN


def test_who_withdrew_and_whose_link_wrong_surnames_have_ended_is_invited_by_a_link_that_opens(desk: Desk) -> None:
    for _ in range(MOST_WRONG_SURNAMES):
        desk.answer(comes=True, surname="Ortega")
    desk.do(services.withdraw, by=desk.invited.audit_name, registration_id=desk.invited.id)
    invite(desk.session, desk.seminar, desk.agency, desk.now, person_id=desk.rosa.person_id)
    assert desk.answer(comes=True, number=2).opening is Opening.OPEN


def test_answered_after_its_day_it_is_refused_and_nothing_is_noted(desk: Desk) -> None:
    with pytest.raises(InvitationEnded):
        desk.answer(comes=True, at=desk.now + LATER)
    assert (desk.rosa.state, desk.rosa.notice_at) == (RegistrationState.INVITED, None)
    assert desk.session.get_one(Person, desk.rosa.person_id).email_proven_at is None
    assert desk.leads(at=desk.now + LATER) is LinkLeads.ENDED
    waiting = desk.waits()
    desk.do(services.release_due_quotas, at=desk.now + LATER)
    assert (desk.state_of(waiting), desk.hold.ending) == (RegistrationState.REGISTERED, HoldEnd.EXPIRED)
    (line,) = invitations(desk.session, desk.seminar, now=desk.now + LATER)
    assert line.answer is Answer.ENDED


def test_on_the_last_day_in_the_seminar_s_time_zone_it_can_still_be_answered(desk: Desk) -> None:
    at = datetime(2026, 3, 13, 4, 59, tzinfo=desk.now.tzinfo)  # in Cancún it is 23:59 of the 12th
    assert desk.answer(comes=True, at=at).opening is Opening.OPEN


def test_taken_back_its_link_has_ended_and_the_seat_is_free(desk: Desk) -> None:
    waiting = desk.waits()
    desk.staff(services.decline)
    assert (desk.rosa.state, desk.hold.ending) == (RegistrationState.DECLINED, HoldEnd.GIVEN_UP)
    assert desk.state_of(waiting) is RegistrationState.REGISTERED
    assert desk.leads() is LinkLeads.ENDED
    assert [mail.context["invited"] for mail in desk.mails("declined")] == ["yes"]
    with pytest.raises(NotInThisState):
        desk.answer(comes=True)


def test_the_undo_of_a_removal_keeps_the_seat_again_by_the_same_link(desk: Desk) -> None:
    desk.staff(services.remove, reason=RemovalReason.OTHER)
    assert desk.counts() == (0, 0)
    desk.staff(services.restore, undo=True)
    assert (desk.rosa.state, desk.counts(), desk.mails("removed")) == (RegistrationState.INVITED, (1, 1), [])
    assert desk.answer(comes=True).opening is Opening.OPEN


def test_the_undo_keeps_no_seat_where_it_went_to_somebody_else(desk: Desk) -> None:
    desk.waits()
    desk.staff(services.decline)
    desk.staff(services.restore, undo=True)
    assert (desk.rosa.state, desk.counts()) == (RegistrationState.INVITED, (1, 0))
    assert desk.leads() is LinkLeads.ENDED
    with pytest.raises(NoSeatToInvite):
        desk.staff(services.invite_again, last_day=LAST)


def test_after_a_withdrawal_the_link_says_what_was_answered_until_a_new_invitation_asks_again(desk: Desk) -> None:
    desk.answer(comes=True)
    desk.do(services.withdraw, by=desk.invited.audit_name, registration_id=desk.invited.id)
    assert desk.leads() is LinkLeads.ACCEPTED
    with pytest.raises(NotInThisState):
        desk.answer(comes=True)
    again = invite(desk.session, desk.seminar, desk.agency, desk.now, person_id=desk.rosa.person_id)
    assert (again.id, again.state) == (desk.invited.id, RegistrationState.INVITED)
    assert (desk.leads(1), desk.leads(2)) == (LinkLeads.REPLACED, LinkLeads.QUESTION)


def test_who_fills_in_the_public_form_instead_takes_the_seat_that_is_kept(desk: Desk, register: Register) -> None:
    made = register(desk.seminar, desk.agency, "Rosa", surname1="Luna", surname2=None)
    assert (made.id, desk.rosa.state, desk.counts()) == (desk.invited.id, RegistrationState.REGISTERED, (1, 0))
    assert desk.leads() is LinkLeads.ACCEPTED
    assert desk.answer(comes=True).opening is Opening.OPEN


def test_a_stranger_with_the_same_address_takes_no_kept_seat(desk: Desk, register: Register) -> None:
    made = register(desk.seminar, desk.agency, "Otra", email="rosa@pgr.example")
    assert (made.state, desk.rosa.state) == (RegistrationState.WAITLISTED, RegistrationState.INVITED)


def test_nobody_is_invited_where_no_seat_is_free_or_the_day_cannot_be(desk: Desk) -> None:
    with pytest.raises(NoSeatToInvite):
        invite(desk.session, desk.seminar, desk.agency, desk.now, "Eva")
    roomy = desk.make.seminar(seats=3)
    for day in (date(2026, 3, 1), roomy.ends_on + timedelta(days=1)):
        with pytest.raises(KeptTooLong):
            invite(desk.session, roomy, desk.agency, desk.now, "Eva", last_day=day)
    quota = desk.make.pool(roomy, desk.agency, 2, release_on=date(2026, 3, 10))
    with pytest.raises(KeptTooLong) as refused:
        invite(desk.session, roomy, desk.agency, desk.now, "Eva", last_day=date(2026, 3, 10))
    assert refused.value.values == {"last": date(2026, 3, 9)}
    assert invite(desk.session, roomy, desk.agency, desk.now, "Eva", last_day=date(2026, 3, 9)).state is RegistrationState.INVITED
    assert pool_of(desk.session, roomy, desk.agency).id == quota.id
    assert pool_of(desk.session, roomy, desk.agency).held == 1


def test_one_display_of_the_form_invites_once_and_nobody_twice(desk: Desk) -> None:
    roomy, showing = desk.make.seminar(seats=3), uuid.uuid4()
    one = invite(desk.session, roomy, desk.agency, desk.now, "Eva", submission_id=showing)
    assert invite(desk.session, roomy, desk.agency, desk.now, "Eva", submission_id=showing).id == one.id
    with pytest.raises(AlreadyOnTheRoster):
        invite(desk.session, roomy, desk.agency, desk.now, "Eva")
    assert pool_of(desk.session, roomy, None).held == 1


def test_without_an_address_or_a_seminar_to_come_nobody_is_invited(desk: Desk) -> None:
    roomy, nobody = desk.make.seminar(seats=3), desk.make.person(email=None)
    with pytest.raises(NoAddress):
        invite(desk.session, roomy, desk.agency, desk.now, person_id=nobody.id)
    cancelled = desk.make.seminar(state=SeminarState.CANCELLED)
    with pytest.raises(NoSeatsGivenNow):
        invite(desk.session, cancelled, desk.agency, desk.now)


def test_a_quota_is_not_made_smaller_than_what_is_kept_of_it(desk: Desk) -> None:
    seminar = desk.make.seminar(seats=2)
    desk.make.pool(seminar, desk.agency, 4)
    for name in ("Eva", "Ada"):
        invite(desk.session, seminar, desk.agency, desk.now, name)
    kept: dict[str, Any] = {"agency_id": desk.agency.id, "last_day": LAST, "quota_only": False, "submission_id": uuid.uuid4()}
    desk.do(services.keep_seats, seminar_id=seminar.id, seats=3, **kept)
    with pytest.raises(QuotaBelowTaken) as refused:
        desk.do(services.resize, seminar_id=seminar.id, capacity=6, wished=[WishedPool(desk.agency.id, 3)])
    assert refused.value.values == {"agency": "INM", "seats": 4, "kept": 4}
    with pytest.raises(OpenPoolBelowTaken) as open_too:
        desk.do(services.resize, seminar_id=seminar.id, capacity=4, wished=[WishedPool(desk.agency.id, 4)])
    assert open_too.value.values == {"seats": 1, "kept": 1}


def test_reminded_are_only_those_who_have_not_answered_and_none_of_them_twice_a_day(desk: Desk) -> None:
    seminar = desk.make.seminar(seats=5)
    people = [invite(desk.session, seminar, desk.agency, desk.now, name) for name in ("Ana", "Eva", "Ada")]
    desk.do(services.accept, registration_id=people[0].id)
    desk.do(services.decline_invitation, registration_id=people[1].id)
    assert desk.do(services.remind, seminar_id=seminar.id) == 0, "they have just been invited"
    tomorrow = desk.now + timedelta(days=1)
    assert desk.do(services.remind, at=tomorrow, seminar_id=seminar.id) == 1
    assert [mail.link_owner for mail in desk.mails("invitation_reminder")] == [people[2].public_id]
    assert desk.do(services.remind, at=tomorrow + timedelta(hours=2), seminar_id=seminar.id) == 0
    assert desk.do(services.remind, at=tomorrow + timedelta(days=1), seminar_id=seminar.id, registration_ids=[people[0].id]) == 0


def test_of_a_cancelled_seminar_nobody_is_reminded(desk: Desk) -> None:
    with unit_of_work(desk.session) as work:
        work.get_one(Seminar, desk.seminar.id).state = SeminarState.CANCELLED
    assert desk.do(services.remind, at=desk.now + timedelta(days=2), seminar_id=desk.seminar.id) == 0
    assert desk.leads() is LinkLeads.CANCELLED


def test_three_days_before_the_last_day_the_job_reminds_once(desk: Desk) -> None:
    def run(day: int) -> int:
        at = datetime(2026, 3, day, 15, 0, tzinfo=desk.now.tzinfo)
        desk.session.rollback()
        seminars = reminding.seminars_to_remind(desk.session, context(at))
        return sum(desk.do(reminding.remind_due, at=at, seminar_id=each) for each in seminars)

    assert [run(day) for day in (7, 8, 9, 10, 11, 12, 13)] == [0, 0, 1, 0, 0, 0, 0]
    assert len(desk.mails("invitation_reminder")) == 1


def test_invited_again_to_another_day_only_the_new_link_answers(desk: Desk) -> None:
    desk.staff(services.invite_again, last_day=date(2026, 3, 20))
    assert (desk.hold.number, desk.hold.last_day, desk.counts()) == (2, date(2026, 3, 20), (1, 1))
    assert (desk.leads(1), desk.leads(2)) == (LinkLeads.REPLACED, LinkLeads.QUESTION)
    with pytest.raises(InvitationEnded):
        desk.answer(comes=True, number=1)
    desk.answer(comes=True, number=2, at=desk.now + LATER)
    assert desk.rosa.state is RegistrationState.REGISTERED


def test_another_address_ends_the_link_that_went_to_the_former_one(desk: Desk) -> None:
    """Whoever holds the former mailbox may be a stranger who knows the surname."""
    with unit_of_work(desk.session) as work:
        registration = work.get_one(Registration, desk.invited.id)
        person = work.get_one(Person, registration.person_id)
        person.email, person.email_proven_at = "rosa.luna@inm.example", None
        services.links.replace_links_of(work, context(desk.now), person)
    assert desk.hold.number == 2
    with pytest.raises(InvitationEnded):
        desk.answer(comes=True, number=1)
    assert desk.leads(2) is LinkLeads.QUESTION
    assert desk.mails("link")[0].to_address == "rosa.luna@inm.example"
