"""What an agency's people attended: of several seminars as figures, of one person by person. Read from participations."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from msgspec import Struct
from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from seminar_app.attendance.models import Participation
from seminar_app.people.models import Person
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState
from seminar_app.registration.training_record import Attended


class AgencyOutcome(Struct, frozen=True):
    """How many people of an agency held a seat in a seminar, how many came to a session of it, and how many completed it."""

    seated: int
    came: int
    completed: int


NOBODY = AgencyOutcome(0, 0, 0)
_COUNTED = (Registration.state == RegistrationState.REGISTERED, ~Participation.superseded, Person.merged_into_id.is_(None))


def outcomes_of_agencies(session: Session, seminar_ids: Collection[int], agency_ids: Collection[int]) -> Mapping[int, AgencyOutcome]:
    """Return the figures of these agencies' people by the seminar's id, in one statement; a seminar without any is left out."""
    rows = session.execute(
        select(
            Participation.seminar_id,
            func.count(),
            func.count(case((Participation.attended, 1))),
            func.count(case((Participation.completed, 1))),
        )
        .join(Registration, Registration.id == Participation.registration_id)
        .join(Person, Person.id == Registration.person_id)
        .where(Participation.seminar_id.in_(seminar_ids), Participation.current, Registration.agency_id.in_(agency_ids), *_COUNTED)
        .group_by(Participation.seminar_id)
    )
    return {seminar_id: AgencyOutcome(*figures) for seminar_id, *figures in rows}


def attended_in(session: Session, seminar_id: int, agency_ids: Collection[int]) -> Mapping[int, Attended]:
    """Return what the people of these agencies who hold a seat have attended of a seminar, by registration id, in one statement."""
    rows = session.execute(
        select(Participation)
        .join(Registration, Registration.id == Participation.registration_id)
        .join(Person, Person.id == Registration.person_id)
        .where(Participation.seminar_id == seminar_id, Participation.current, Registration.agency_id.in_(agency_ids), *_COUNTED)
    ).scalars()
    return {
        row.registration_id: Attended(row.sessions_attended, row.sessions_counted, row.minutes_credited, row.percent or 0.0, row.completed)
        for row in rows
        if row.sessions_counted
    }
