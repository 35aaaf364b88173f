"""Queries of the public form and of the official's personal page."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session, contains_eager

from seminar_app.agencies.models import Agency
from seminar_app.core.errors import NotFound
from seminar_app.core.links import token_hash
from seminar_app.offices.models import Office, OfficeNotice
from seminar_app.people.models import Person
from seminar_app.people.queries import kept_record
from seminar_app.registration.models import Notice, Registration
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
    if found.person.merged_into_id is not None:
        return session.scalars(
            select(Registration)
            .join(Registration.person)
            .options(contains_eager(Registration.person))
            .where(Registration.id == _that_stayed(session, found))
        ).one()
    return found


def personal_page(session: Session, token: str) -> PersonalPage:
    """Return all that the personal page shows, in one statement.

    Raises:
        NotFound: no link has this token, or it was replaced.
    """
    whole = (
        select(Registration, Seminar, Office, Agency)
        .join(Person, Person.id == Registration.person_id)
        .join(Seminar, Seminar.id == Registration.seminar_id)
        .join(Office, Office.id == Seminar.office_id)
        .join(Agency, Agency.id == Registration.agency_id)
        .options(contains_eager(Registration.person))
    )
    found = session.execute(whole.where(Registration.link_hash == _hash(token))).one_or_none()
    if found is None:
        raise NotFound
    if found[0].person.merged_into_id is not None:
        found = session.execute(whole.where(Registration.id == _that_stayed(session, found[0]))).one()
    return PersonalPage(*found)


def _that_stayed(session: Session, left: Registration) -> int:
    """Return the id of the registration that stayed in the seminar when this one's person was merged; links of both open it."""
    kept = kept_record(session, left.person)
    stayed = select(Registration.id).where(Registration.seminar_id == left.seminar_id, Registration.person_id == kept.id)
    return session.scalars(stayed).one()


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
