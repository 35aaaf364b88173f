"""Helpers that the tests of registration share."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.agencies.models import Agency
from seminar_app.core.actor import PUBLIC
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.people.rules import certificate_name
from seminar_app.people.services import PersonData
from seminar_app.registration.models import Registration
from seminar_app.registration.services import Entry, registering
from seminar_app.seminars.models import SeatPool, Seminar
from tests.support.context import context

Register = Callable[..., Registration]


def entry(agency: Agency, given_names: str = "Luz María", email: str | None = None, **values: Any) -> Entry:
    """Return the form of a person of an agency; the address follows from the name unless it is given."""
    person = {"given_names": given_names, "surname1": "López", "surname2": "Ibáñez"} | values
    person.setdefault("certificate_name", certificate_name(person["given_names"], person["surname1"], person["surname2"]))
    email = email or f"{given_names.split(maxsplit=1)[0].lower()}@pgr.example"
    return Entry(person=PersonData(**person, email=email), agency_id=agency.id, unit="Unidad 1", position="Fiscal")


@pytest.fixture
def register(session: Session, now: datetime) -> Register:
    """Registers a person as the button of a form's mail does, in a unit of work of its own."""

    def register(seminar: Seminar, agency: Agency, given_names: str = "Luz María", **values: Any) -> Registration:
        change = context(values.pop("now", now), PUBLIC)
        submission_id = values.pop("submission_id", None) or uuid.uuid4()
        with unit_of_work(session):
            return registering.register(
                session,
                change,
                seminar_id=seminar.id,
                entry=entry(agency, given_names, **values),
                notice_version=1,
                notice_language="es",
                submission_id=submission_id,
            )

    return register


def pool_of(session: Session, seminar: Seminar, agency: Agency | None) -> SeatPool:
    """Return a seminar's pool as it is in the database now."""
    session.expire_all()
    return session.scalars(
        select(SeatPool).where(SeatPool.seminar_id == seminar.id, SeatPool.agency_id == (agency.id if agency else None))
    ).one()
