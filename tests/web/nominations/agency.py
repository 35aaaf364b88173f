"""What the tests of a liaison's own pages share: people on the seminar's list, and her page in a browser."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from seminar_app.agencies.models import Agency
from seminar_app.core.folding import fold
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.people.services import PersonData
from seminar_app.registration import services
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState, Source
from seminar_app.seminars.models import SeatPool, Seminar
from tests.conftest import NOW
from tests.support.checking_client import Page
from tests.support.context import context
from tests.web.nominations.conftest import House

PAGE = "/staff/seminars/s/agency"
HOME = "/staff/agency/"


def name(
    house: House, given: str, surname: str = "López", *, agency: Agency | None = None, source: Source = Source.NOMINATION
) -> Registration:
    """Name somebody of PGR, or of another agency."""
    address = f"{fold(given)}.{fold(surname)}@x.example"
    data = PersonData(given_names=given, surname1=surname, certificate_name=f"{given} {surname}", email=address, language="es")
    entry = services.Entry(person=data, agency_id=(agency or house.pgr).id, unit=f"Unidad de {given}", position="Fiscal")
    with unit_of_work(house.session) as session:
        return services.add_by_hand(
            session, context(NOW), seminar_id=house.seminar.id, entry=entry, submission_id=uuid.uuid4(), source=source
        )


def change_seminar(house: House, **values: Any) -> None:
    """Set columns of the seminar."""
    with unit_of_work(house.session) as session:
        session.execute(update(Seminar).where(Seminar.id == house.seminar.id).values(**values))


def release_in(house: House, days: int, agency: Agency | None = None) -> None:
    """Let the quota of PGR, or of another agency, be released so many days from now."""
    of = SeatPool.seminar_id == house.seminar.id, SeatPool.agency_id == (agency or house.pgr).id
    with unit_of_work(house.session) as session:
        session.execute(update(SeatPool).where(*of).values(release_on=NOW.date() + timedelta(days=days)))


def freeze(house: House) -> None:
    """Freeze the list since yesterday."""
    change_seminar(house, list_freezes_on=NOW.date() - timedelta(days=1))


def person_page(registration: Registration) -> str:
    """Return the address of the page on which a place is changed."""
    return f"{PAGE}/people/{registration.public_id.hex}"


def state_of(house: House, registration: Registration) -> RegistrationState:
    """Return the state of a registration now."""
    house.session.rollback()
    return house.session.scalars(select(Registration.state).where(Registration.id == registration.id)).one()


def words(page: Page, part: str = "main") -> str:
    """Return the words of a part of a page, with single spaces."""
    return " ".join(page.one(part).to_text().split())


def typed(given: str, surname: str = "Ortega", **values: str) -> dict[str, str]:
    """Return what a liaison types for one person."""
    return {"given_names": given, "surname1": surname, "sex": "F", "email": f"{given}@pgr.example".lower(), "position": "Fiscal"} | values
