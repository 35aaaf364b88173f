"""What the overview of a seminar says about seats that the door asks for, and about agencies that are not in the directory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from seminar_app.agencies.queries import NO_CODE
from seminar_app.people.models import Person
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState, may_edit
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.overview import Concern
from seminar_app.seminars.rules import is_frozen


def seats_asked(session: Session, seminar: Seminar, now: datetime) -> Sequence[Concern]:
    """Say how many people wait at the door for a seat that only the organizer can give."""
    if is_frozen(seminar.state):
        return []
    asked = (
        select(Registration.public_id)
        .where(Registration.seminar_id == seminar.id, Registration.state == RegistrationState.WAITLISTED)
        .where(Registration.seat_asked_at.is_not(None))
        .order_by(Registration.queue_place)
    )
    waiting = session.scalars(asked).all()
    if not waiting:
        return []
    number = len(waiting)
    sentence = ngettext("At the door %(num)d person waits for a seat.", "At the door %(num)d people wait for a seat.", number)
    url = url_for("registration_staff.registration", slug=seminar.slug, registration_id=waiting[0].hex, _anchor="asked")
    return [Concern(sentence, url, _("Decide"), _("They stay on the waiting list."))]


STANDING = tuple(state for state in RegistrationState if may_edit(state))


def agencies_to_assign(session: Session, seminar: Seminar, now: datetime) -> Sequence[Concern]:
    """Say how many people on the list wait for an agency; nobody can assign one to somebody who was erased."""
    waiting = (
        select(func.count())
        .select_from(Registration)
        .join(Person, Person.id == Registration.person_id)
        .where(Registration.seminar_id == seminar.id, Registration.state.in_(STANDING), Registration.agency_version_id.is_(None))
        .where(Person.merged_into_id.is_(None), Person.erased_at.is_(None))
    )
    number = session.scalar(waiting) or 0
    if not number:
        return []
    sentence = ngettext("%(num)d person waits for an agency to be assigned.", "%(num)d people wait for an agency to be assigned.", number)
    url = url_for("registration_staff.roster", slug=seminar.slug, group=NO_CODE)
    return [Concern(sentence, url, _("See who"), _("In reports they stand under «Not assigned»."))]
