"""How many people an agency named for earlier seminars of an office, and how many came, from frozen participations."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import Integer, cast, func, select
from sqlalchemy.orm import Session

from seminar_app.agencies.queries import agencies_of_liaisons
from seminar_app.attendance.models import Participation
from seminar_app.registration.advice_rules import HeldBefore, Turnout, turnout_of
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.rules import SeminarState

LOOKED_AT = 60
"""Completed seminars of the office that are looked at, the last ones."""


def turnout_before(session: Session, seminar: Seminar, agency_ids: Collection[int]) -> Mapping[int, Turnout]:
    """Return the turnout of these agencies in the last completed seminars of the office, in two statements.

    To an agency counts whoever was of it, of an agency below it, or of one whose work it alone took over. Whoever withdrew or was
    removed in time is no absence: only those who held a seat at the end are counted.
    """
    last = (
        select(Seminar.id)
        .where(Seminar.office_id == seminar.office_id, Seminar.id != seminar.id, Seminar.ends_on <= seminar.starts_on)
        .where(Seminar.state.in_((SeminarState.COMPLETED, SeminarState.ARCHIVED)))
        .order_by(Seminar.ends_on.desc(), Seminar.id.desc())
        .limit(LOOKED_AT)
    )
    came = func.sum(cast(Participation.attended, Integer))
    rows = session.execute(
        select(Registration.agency_id, Seminar.id, Seminar.ends_on, func.count().label("named"), came.label("came"))
        .select_from(Participation)
        .join(Registration, Registration.id == Participation.registration_id)
        .join(Seminar, Seminar.id == Participation.seminar_id)
        .where(Participation.current, Participation.frozen_at.is_not(None), ~Participation.superseded)
        .where(Registration.state == RegistrationState.REGISTERED, Registration.agency_id.is_not(None))
        .where(Seminar.id.in_(last))
        .group_by(Registration.agency_id, Seminar.id, Seminar.ends_on)
    ).all()
    if not rows:
        return {}
    below = agencies_of_liaisons(session, [frozenset({each}) for each in agency_ids], on=seminar.starts_on)
    found: dict[int, Turnout] = {}
    for agency_id in agency_ids:
        seminars: dict[int, HeldBefore] = {}
        for row in rows:
            if row.agency_id in below[frozenset({agency_id})]:
                so_far = seminars.get(row.id, HeldBefore(row.id, row.ends_on, 0, 0))
                seminars[row.id] = HeldBefore(row.id, row.ends_on, so_far.named + row.named, so_far.came + int(row.came))
        if (told := turnout_of(seminars.values())) is not None:
            found[agency_id] = told
    return found
