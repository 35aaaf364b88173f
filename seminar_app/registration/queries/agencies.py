"""The people of an agency, counted."""

from __future__ import annotations

from datetime import date

from msgspec import Struct
from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from seminar_app.people.models import Person
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState, may_edit
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.rules import SeminarState

STILL_TO_COME = tuple(state for state in RegistrationState if may_edit(state))
GONE = (SeminarState.CANCELLED, SeminarState.ARCHIVED)


class AgencyPeople(Struct, frozen=True):
    """People of an agency: ever registered with it, with a seat at any seminar, and on the list of one that is not over."""

    registered: int
    seated: int
    coming: int


def people_of_agency(session: Session, agency_id: int, *, today: date) -> AgencyPeople:
    """Count the people of an agency itself, without those below it, in one statement. Each person counts once."""
    seated = Registration.state == RegistrationState.REGISTERED
    coming = and_(Registration.state.in_(STILL_TO_COME), Seminar.ends_on >= today, Seminar.state.not_in(GONE))
    row = session.execute(
        select(
            func.count(Registration.person_id.distinct()),
            func.count(Registration.person_id.distinct()).filter(seated),
            func.count(Registration.person_id.distinct()).filter(coming),
        )
        .join(Person, Person.id == Registration.person_id)
        .join(Seminar, Seminar.id == Registration.seminar_id)
        .where(Registration.agency_id == agency_id, Person.merged_into_id.is_(None))
    ).one()
    return AgencyPeople(*row)
