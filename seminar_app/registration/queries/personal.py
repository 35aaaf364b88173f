"""Queries of the public form and of the official's personal page."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, contains_eager

from seminar_app.agencies.models import Agency
from seminar_app.core.errors import NotFound
from seminar_app.core.links import token_hash
from seminar_app.offices.models import Office
from seminar_app.people.models import Person
from seminar_app.registration.models import Registration
from seminar_app.seminars.models import Seminar

LONGEST_TOKEN = 64


@dataclass(frozen=True, slots=True)
class PersonalPage:
    """A registration (with its person), its seminar, office and agency."""

    registration: Registration
    seminar: Seminar
    office: Office
    agency: Agency


_WITH_OFFICE = select(Seminar, Office).join(Office, Office.id == Seminar.office_id).where(Seminar.slug == bindparam("slug"))


def seminar_for_form(session: Session, slug: str) -> tuple[Seminar, Office]:
    """Return the seminar with this slug and the office that organizes it, in one statement.

    Raises:
        NotFound: no seminar has this slug.
    """
    found = session.execute(_WITH_OFFICE, {"slug": slug}).one_or_none()
    if found is None:
        raise NotFound
    return found[0], found[1]


def registration_by_token(session: Session, token: str) -> Registration:
    """Return the registration that a personal link opens, with its person.

    Raises:
        NotFound: no link has this token, or it was replaced.
    """
    found = session.scalar(
        select(Registration)
        .join(Registration.person)
        .options(contains_eager(Registration.person))
        .where(Registration.link_hash == _hash(token))
    )
    if found is None:
        raise NotFound
    return found


def personal_page(session: Session, token: str) -> PersonalPage:
    """Return all that the personal page shows, in one statement.

    Raises:
        NotFound: no link has this token, or it was replaced.
    """
    found = session.execute(
        select(Registration, Seminar, Office, Agency)
        .join(Person, Person.id == Registration.person_id)
        .join(Seminar, Seminar.id == Registration.seminar_id)
        .join(Office, Office.id == Seminar.office_id)
        .join(Agency, Agency.id == Registration.agency_id)
        .options(contains_eager(Registration.person))
        .where(Registration.link_hash == _hash(token))
    ).one_or_none()
    if found is None:
        raise NotFound
    return PersonalPage(*found)


def _hash(token: str) -> bytes:
    return token_hash(token[:LONGEST_TOKEN])
