"""Invitations of a seminar: who was invited, what they answered, and what one link leads to."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from seminar_app.agencies.queries import agencies_then
from seminar_app.core.errors import LinkNotFound, NotFound
from seminar_app.core.links import token_hashes
from seminar_app.offices.models import Office
from seminar_app.people.models import Person
from seminar_app.people.shown import ShownPerson
from seminar_app.registration.first_opening_rules import Opening, decide_opening
from seminar_app.registration.hold_models import Hold
from seminar_app.registration.hold_rules import HoldEnd, may_remind
from seminar_app.registration.invitation_rules import (
    Answer,
    InvitationFigures,
    InvitationState,
    LinkLeads,
    answer_of,
    count_answers,
    link_leads,
)
from seminar_app.registration.models import Registration
from seminar_app.registration.queries.shown import SHOWN, shown_person
from seminar_app.registration.rules import RegistrationState, day_there, hands_out_seats, link_has_ended
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.rules import SeminarState


class InvitationLine(Struct, frozen=True):
    """Somebody who was invited; a reserved identity is listed under its code.

    Attributes:
        public_id: of the registration.
        days_left: how many days are left to answer; 0 on the last day.
        may_remind: the invitation can be sent once more now.
        link_ended: wrong surnames have ended the link, so only a new invitation can be answered.
    """

    id: int
    public_id: uuid.UUID
    person: ShownPerson
    state: RegistrationState
    answer: Answer
    last_day: date
    days_left: int
    reminded_at: datetime | None
    may_remind: bool
    link_ended: bool


_LAST = select(func.max(Hold.id)).where(Hold.registration_id == Registration.id).correlate(Registration).scalar_subquery()
_INVITED = (
    select(
        *SHOWN,
        Registration.id,
        Registration.public_id,
        Registration.state,
        Registration.wrong_surnames,
        Hold.last_day,
        Hold.made_at,
        Hold.reminded_at,
        Hold.ending,
    )
    .join(Person, Person.id == Registration.person_id)
    .join(Hold, Hold.id == _LAST)
    .where(Person.merged_into_id.is_(None))
)


def invitations(session: Session, seminar: Seminar, *, now: datetime) -> list[InvitationLine]:
    """Return who was invited to the seminar: first who has not answered, and of these whose time ends first."""
    rows = session.execute(_INVITED.where(Registration.seminar_id == seminar.id)).all()
    agencies = agencies_then(session, {row.agency_version_id for row in rows}) if rows else {}
    today, order = day_there(now, seminar.time_zone), list(Answer)
    lines = []
    for row in rows:
        answer = answer_of(InvitationState(row.state, row.ending, row.last_day), today=today)
        ended = decide_opening(proven_at=None, notice_at=None, wrong_surnames=row.wrong_surnames) is Opening.ENDED
        lines.append(
            InvitationLine(
                row.id,
                row.public_id,
                shown_person(row, agencies),
                row.state,
                answer,
                row.last_day,
                (row.last_day - today).days,
                row.reminded_at,
                answer is Answer.WAITS and not ended and may_remind(row.reminded_at, row.made_at, now=now),
                ended,
            )
        )
    unanswered = (Answer.WAITS, Answer.ENDED)
    return sorted(
        lines, key=lambda line: (order.index(line.answer), line.last_day if line.answer in unanswered else date.min, line.person.order)
    )


def invitation_line(session: Session, seminar: Seminar, public_id: uuid.UUID, *, now: datetime) -> InvitationLine:
    """Return one of them.

    Raises:
        NotFound: nobody was invited with this registration.
    """
    found = next((line for line in invitations(session, seminar, now=now) if line.public_id == public_id), None)
    if found is None:
        raise NotFound
    return found


def invitation_figures(session: Session, seminar: Seminar, *, now: datetime) -> InvitationFigures:
    """Count the answers of a seminar's invitations in one statement."""
    wanted = (
        select(Registration.state, Hold.ending, Hold.last_day)
        .join(Person, Person.id == Registration.person_id)
        .join(Hold, Hold.id == _LAST)
        .where(Person.merged_into_id.is_(None), Registration.seminar_id == seminar.id)
    )
    today = day_there(now, seminar.time_zone)
    return count_answers(answer_of(InvitationState(*row), today=today) for row in session.execute(wanted))


class InvitationLink(Struct, frozen=True):
    """What an invitation's link leads to: nothing of the person, whom nobody has shown to have it.

    Attributes:
        number: which invitation of the registration it is.
        leads: to the question, or to what became of it.
        opening: what the question's page asks for besides.
        shows_notice: whether the privacy notice is still to be read.
    """

    registration_id: int
    number: int
    audit_name: str
    language: str
    last_day: date
    leads: LinkLeads
    opening: Opening
    shows_notice: bool
    seminar: Seminar
    office: Office


def invitation_of_link(session: Session, token: str, *, now: datetime) -> InvitationLink:
    """Return what the link leads to, in one statement.

    Raises:
        LinkNotFound: no invitation has this link, or the seminar's links have ended.
    """
    row = session.execute(
        select(
            Hold.id,
            Hold.last_day,
            Hold.ending,
            Hold.number,
            _LAST.label("newest"),
            Registration.id.label("registration_id"),
            Registration.public_id,
            Registration.state,
            Registration.language,
            Registration.notice_at,
            Registration.wrong_surnames,
            Person.email_proven_at,
            Seminar,
            Office,
        )
        .join(Registration, Registration.id == Hold.registration_id)
        .join(Person, Person.id == Registration.person_id)
        .join(Seminar, Seminar.id == Registration.seminar_id)
        .join(Office, Office.id == Seminar.office_id)
        .where(Hold.link_hash.in_(token_hashes(token)))
    ).one_or_none()
    if row is None or link_has_ended(row.Seminar.ends_on, today=now.date()):
        raise LinkNotFound
    seminar: Seminar = row.Seminar
    leads = link_leads(
        InvitationState(row.state, row.ending, row.last_day),
        newest=row.id == row.newest,
        cancelled=SeminarState.CANCELLED in (seminar.state, seminar.archived_from),
        gives_seats=hands_out_seats(seminar, now=now),
        today=day_there(now, seminar.time_zone),
    )
    opening = decide_opening(proven_at=row.email_proven_at, notice_at=row.notice_at, wrong_surnames=row.wrong_surnames)
    audit_name = f"registration:{row.public_id.hex}"
    return InvitationLink(
        row.registration_id, row.number, audit_name, row.language, row.last_day, leads, opening, row.notice_at is None, seminar, row.Office
    )


class OwnInvitation(Struct, frozen=True):
    """The last invitation of somebody, for their own page."""

    last_day: date
    waits: bool
    """Whether it can still be answered."""
    declined: bool


def own_invitation(session: Session, seminar: Seminar, registration_id: int, *, now: datetime) -> OwnInvitation | None:
    """Return the last invitation of a registration; None if the person was not invited."""
    wanted = select(Registration.state, Hold.ending, Hold.last_day).join(Hold, Hold.id == _LAST).where(Registration.id == registration_id)
    row = session.execute(wanted).one_or_none()
    if row is None:
        return None
    waits = InvitationState(*row).waits(today=day_there(now, seminar.time_zone)) and hands_out_seats(seminar, now=now)
    return OwnInvitation(row.last_day, waits, row.ending is HoldEnd.DECLINED)
