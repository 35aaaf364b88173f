"""Queries of the public form and of the official's personal page."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session, contains_eager

from seminar_app.agencies.models import Agency
from seminar_app.core.errors import NotFound
from seminar_app.core.links import token_hash
from seminar_app.offices.models import Office, OfficeNotice
from seminar_app.people.models import Person
from seminar_app.registration.models import NameRequest, Notice, Registration
from seminar_app.registration.rules import link_has_ended
from seminar_app.seminars.models import Seminar

LONGEST_TOKEN = 64


@dataclass(frozen=True, slots=True)
class FormPage:
    """A seminar, its office, and the newest version of what the office adds to the privacy notice; None where it adds nothing."""

    seminar: Seminar
    office: Office
    notice: OfficeNotice | None


@dataclass(frozen=True, slots=True)
class NoticeRead:
    """The privacy notice that a person was shown: the program's, and the office's version if there was one."""

    program: Notice
    office: OfficeNotice | None


@dataclass(frozen=True, slots=True)
class PersonalPage:
    """A registration (with its person), its seminar, office and agency."""

    registration: Registration
    seminar: Seminar
    office: Office
    agency: Agency


_WITH_OFFICE = select(Seminar, Office).join(Office, Office.id == Seminar.office_id).where(Seminar.slug == bindparam("slug"))

_NEWEST = select(func.max(OfficeNotice.version)).where(OfficeNotice.office_id == Office.id).correlate(Office).scalar_subquery()
_WITH_NOTICE = (
    select(Seminar, Office, OfficeNotice)
    .join(Office, Office.id == Seminar.office_id)
    .outerjoin(OfficeNotice, (OfficeNotice.office_id == Office.id) & (OfficeNotice.version == _NEWEST) & (OfficeNotice.text_es != ""))
    .where(Seminar.slug == bindparam("slug"))
)


def form_page(session: Session, slug: str) -> FormPage:
    """Return what the public form shows of the seminar with this slug, in one statement.

    Raises:
        NotFound: no seminar has this slug.
    """
    found = session.execute(_WITH_NOTICE, {"slug": slug}).one_or_none()
    if found is None:
        raise NotFound
    return FormPage(*found)


def seminar_for_form(session: Session, slug: str) -> tuple[Seminar, Office]:
    """Return the seminar with this slug and the office that organizes it, in one statement.

    Raises:
        NotFound: no seminar has this slug.
    """
    found = session.execute(_WITH_OFFICE, {"slug": slug}).one_or_none()
    if found is None:
        raise NotFound
    return found[0], found[1]


def personal_page(session: Session, token: str, *, today: date) -> PersonalPage:
    """Return all that the personal page shows, in one statement.

    Raises:
        NotFound: no link has this token, it was replaced, or the seminar's links have ended.
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
    if found is None or link_has_ended(found.Seminar.ends_on, today=today):
        raise NotFound
    return PersonalPage(*found)


def name_asked(session: Session, registration_id: int) -> NameRequest | None:
    """Return the name that the official asked for, if staff have not decided yet."""
    return session.scalar(select(NameRequest).where(NameRequest.registration_id == registration_id))


def names_asked(session: Session, seminar_id: int) -> list[uuid.UUID]:
    """Return the registrations of a seminar that wait for staff's consent to another name, the oldest request first."""
    asked = select(Registration.public_id).join(NameRequest, NameRequest.registration_id == Registration.id)
    return list(session.scalars(asked.where(Registration.seminar_id == seminar_id).order_by(NameRequest.asked_at)))


def notice_read(session: Session, registration: Registration) -> NoticeRead | None:
    """Return the privacy notice the person was shown; None if staff wrote the registration."""
    found = session.execute(
        select(Notice, OfficeNotice)
        .outerjoin(OfficeNotice, OfficeNotice.id == registration.office_notice_id)
        .where(Notice.id == registration.notice_id)
    ).one_or_none()
    return NoticeRead(*found) if found is not None else None


def _hash(token: str) -> bytes:
    return token_hash(token[:LONGEST_TOKEN])
