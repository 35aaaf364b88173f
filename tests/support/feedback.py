"""A seminar with people who may answer its feedback form."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.core.actor import Actor, Grant, RoleName
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.feedback import answering, services
from seminar_app.registration.links import personal_token
from seminar_app.registration.models import Registration
from seminar_app.seminars.models import SeatPool, Seminar, Speaker
from tests.support.context import context
from tests.support.factories import Make

REQUIRED = {"met_objectives": "4", "relevance": "5", "confidence_before": "2", "confidence_now": "4", "recommend": "1"}


def actor(role: RoleName = RoleName.ADMIN, **scope: int) -> Actor:
    """Return a signed-in account."""
    return Actor(user_id=1, public_id=uuid.uuid4(), name="Ana Roe", language="en", grants=(Grant(role, **scope),))


@dataclass
class Held:
    """A seminar that has begun, with a speaker, people who hold a seat, and its form."""

    session: Session
    seminar: Seminar
    people: list[Registration]
    form_id: int = 0

    def open(self, now: datetime) -> None:
        with unit_of_work(self.session) as session:
            self.form_id = services.open_form(session, context(now, actor()), seminar_id=self.seminar.id).id

    def close(self, now: datetime) -> None:
        with unit_of_work(self.session) as session:
            services.close_form(session, context(now, actor()), seminar_id=self.seminar.id)

    def answer(self, person: int, **answers: str) -> bool:
        """Answer as the person with this number; required questions are filled in."""
        return self.answer_exactly(person, REQUIRED | answers)

    def answer_exactly(self, person: int, answers: Mapping[str, str], version: int | None = None) -> bool:
        with unit_of_work(self.session) as session:
            return answering.answer(
                session, registration_id=self.people[person].id, form_id=self.form_id, version_number=version, answers=answers
            )


def hold(make: Make, *, people: int, speakers: tuple[str, ...] = ("Luis Ortega",), **values: Any) -> Held:
    """Create a seminar that began on 2 March 2026 (a day that `now` is on) with `people` seated."""
    dates: dict[str, Any] = {"starts_on": date(2026, 3, 2), "ends_on": date(2026, 3, 2)}
    seminar = make.seminar(seats=people, **dates | values)
    pool = make.session.scalars(select(SeatPool).where(SeatPool.seminar_id == seminar.id)).one()
    agency = make.agency()
    seminar_session = make.seminar_session(seminar)
    for position, name in enumerate(speakers, start=1):
        with unit_of_work(make.session) as session:
            session.add(Speaker(public_id=uuid.uuid4(), session_id=seminar_session.id, position=position, name=name))
    return Held(make.session, seminar, [make.registration(seminar, agency=agency, pool=pool) for _ in range(people)])


def address(held: Held, person: int = 0) -> str:
    """Return the address of the form for the person with this number."""
    return f"/registrations/{personal_token(held.session, held.people[person])}/feedback"
