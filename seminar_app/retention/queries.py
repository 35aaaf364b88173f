"""Read who asks that their data be erased."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.people.models import Person
from seminar_app.registration.models import Registration
from seminar_app.retention.models import ErasureRequest


def asked_at(session: Session, registration_id: int) -> datetime | None:
    """Return when the person asked by the link of this registration; None if they did not."""
    return session.scalar(select(ErasureRequest.asked_at).where(ErasureRequest.registration_id == registration_id))


def asking(session: Session, seminar_id: int) -> list[uuid.UUID]:
    """Return the registrations of a seminar whose people ask, the oldest request first. Of merged records the kept one's."""
    asked = select(Registration.public_id).join(ErasureRequest, ErasureRequest.registration_id == Registration.id)
    asked = asked.join(Person, Person.id == Registration.person_id).where(Person.merged_into_id.is_(None))
    return list(session.scalars(asked.where(Registration.seminar_id == seminar_id).order_by(ErasureRequest.asked_at)))
