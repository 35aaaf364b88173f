"""Read who asks that their data be erased."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from seminar_app.people.models import Person
from seminar_app.registration.models import Registration
from seminar_app.registration.queries.waiting import Asking, asking_of
from seminar_app.retention.models import ErasureRequest


def asked_at(session: Session, registration_id: int) -> datetime | None:
    """Return when the person asked by the link of this registration; None if they did not."""
    return session.scalar(select(ErasureRequest.asked_at).where(ErasureRequest.registration_id == registration_id))


def asking(session: Session, seminar_id: int) -> list[uuid.UUID]:
    """Return the registrations of a seminar whose people ask, the oldest request first. Of merged records the kept one's."""
    return list(session.scalars(_asking().with_only_columns(Registration.public_id).where(Registration.seminar_id == seminar_id)))


def asking_in(session: Session, seminars: Select[int]) -> Mapping[int, Asking]:
    """Return who asks in the seminars whose ids are selected, in one statement."""
    return asking_of(session.execute(_asking().where(Registration.seminar_id.in_(seminars))))


def _asking() -> Select[int, uuid.UUID]:
    asked = select(Registration.seminar_id, Registration.public_id).join(ErasureRequest, ErasureRequest.registration_id == Registration.id)
    asked = asked.join(Person, Person.id == Registration.person_id).where(Person.merged_into_id.is_(None))
    return asked.order_by(ErasureRequest.asked_at)
