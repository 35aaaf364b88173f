"""Queries of the public form and of the official's personal page."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from seminar_app.agencies.models import AgencyVersion
from seminar_app.agencies.queries import NamedAgency, agency_then, agency_written
from seminar_app.core.errors import LinkNotFound, NotFound
from seminar_app.core.links import token_hashes
from seminar_app.offices.models import Office, OfficeNotice
from seminar_app.people.models import Person
from seminar_app.people.queries import kept_id
from seminar_app.people.rules import certificate_name
from seminar_app.people.shown import ShownPerson, as_shown
from seminar_app.registration.errors import NotOpenedYet
from seminar_app.registration.first_opening_rules import Opening, decide_opening
from seminar_app.registration.models import NameRequest, Notice, Registration
from seminar_app.registration.queries.leaving import WITHDRAWN_BY_AGENCY
from seminar_app.registration.queries.shown import SHOWN
from seminar_app.registration.rules import RegistrationState, edition_of, edition_of_request, is_alternate, link_has_ended
from seminar_app.seminars.models import Seminar, SeminarSession


class NoticeRead(Struct, frozen=True):
    """The privacy notice that a person was shown: the program's, and the office's version if there was one."""

    program: Notice
    office: OfficeNotice | None


class OwnRegistration(Struct, frozen=True):
    """A registration as its own person sees it: everything, and of a reserved identity also the code."""

    id: int
    public_id: uuid.UUID
    seminar_id: int
    agency_id: int | None
    agency_text: str | None
    state: RegistrationState
    agency_seats_only: bool
    language: str
    registered_at: datetime
    notice_id: int | None
    office_notice_id: int | None
    edition: str
    """Version of the registration and its person, for a form that changes them."""
    person: ShownPerson
    by_agency: bool = False
    """Whether it was the agency that withdrew the person."""

    @property
    def alternate(self) -> bool:
        """Whether it waits for a seat of the agency."""
        return is_alternate(self.state, agency_seats_only=self.agency_seats_only)

    @property
    def audit_name(self) -> str:
        """Name of the official in the audit log."""
        return f"registration:{self.public_id.hex}"


class PersonalPage(Struct, frozen=True):
    """A registration (with its person), its seminar and office, and the agency as of then."""

    registration: OwnRegistration
    seminar: Seminar
    office: Office
    agency: NamedAgency
    begins_at: datetime | None
    """When the first session begins; None as long as there is none."""


_OF_SEMINAR = select(func.min(SeminarSession.starts_at)).where(SeminarSession.seminar_id == Seminar.id)
_FIRST_SESSION = _OF_SEMINAR.correlate(Seminar).scalar_subquery()


class PageToOpen(Struct, frozen=True):
    """What the first opening needs: nothing of the person, whom nobody has shown to have the link."""

    registration_id: int
    audit_name: str
    language: str
    opening: Opening
    shows_notice: bool
    """Whether the privacy notice is still to be read; it is not where the form showed it, and only the address is new."""
    seminar: Seminar
    office: Office


def page_to_open(session: Session, token: str, *, today: date) -> PageToOpen:
    """Return what stands between this link and its page.

    Raises:
        LinkNotFound: as for `personal_page`.
    """
    row = _found(session, token, today=today)
    audit_name = f"registration:{row.public_id.hex}"
    return PageToOpen(row.id, audit_name, row.language, _opening(row), row.notice_at is None, row.Seminar, row.Office)


def personal_page(session: Session, token: str, *, today: date) -> PersonalPage:
    """Return all that the personal page shows, in one statement. Every page behind a personal link begins with it.

    Raises:
        LinkNotFound: no link has this token, it was replaced, or the seminar's links have ended.
        NotOpenedYet: the surname, or the privacy notice, comes first; or wrong surnames have ended the link.
    """
    row = _found(session, token, today=today)
    if _opening(row) is not Opening.OPEN:
        raise NotOpenedYet
    own = OwnRegistration(
        id=row.id,
        public_id=row.public_id,
        seminar_id=row.seminar_id,
        agency_id=row.agency_id,
        agency_text=row.agency_text,
        state=row.state,
        agency_seats_only=row.agency_seats_only,
        language=row.language,
        registered_at=row.registered_at,
        notice_id=row.notice_id,
        office_notice_id=row.office_notice_id,
        edition=edition_of(row.version, row.person_version),
        person=as_shown(row, agency=None, group=None, code=row.reserved_code, opened=True),
        by_agency=row.by_agency,
    )
    agency = agency_written(agency_then(row.AgencyVersion), row.agency_text).agency
    return PersonalPage(own, row.Seminar, row.Office, agency, row.begins_at)


def _opening(row: Any) -> Opening:
    return decide_opening(proven_at=row.email_proven_at, notice_at=row.notice_at, wrong_surnames=row.wrong_surnames)


def _found(session: Session, token: str, *, today: date) -> Any:
    whole = (
        select(
            *SHOWN,
            Registration.agency_id,
            Registration.id,
            Registration.public_id,
            Registration.seminar_id,
            Registration.state,
            Registration.agency_seats_only,
            Registration.language,
            Registration.registered_at,
            Registration.notice_id,
            Registration.office_notice_id,
            Registration.notice_at,
            Registration.wrong_surnames,
            Registration.version,
            Person.email_proven_at,
            Person.version.label("person_version"),
            Person.merged_into_id,
            Seminar,
            Office,
            AgencyVersion,
            _FIRST_SESSION.label("begins_at"),
            WITHDRAWN_BY_AGENCY,
        )
        .join(Person, Person.id == Registration.person_id)
        .join(Seminar, Seminar.id == Registration.seminar_id)
        .join(Office, Office.id == Seminar.office_id)
        .outerjoin(AgencyVersion, AgencyVersion.id == Registration.agency_version_id)
    )
    row = session.execute(whole.where(Registration.link_hash.in_(token_hashes(token)))).one_or_none()
    if row is None or link_has_ended(row.Seminar.ends_on, today=today):
        raise LinkNotFound
    if row.merged_into_id is not None:
        row = session.execute(whole.where(Registration.id == _that_stayed(session, row.seminar_id, row.person_id))).one_or_none()
    if row is None:  # the registration that stayed was split off since
        raise LinkNotFound
    return row


def seminar_of_registration(session: Session, public_id: uuid.UUID) -> tuple[str, RegistrationState]:
    """Return the slug of a registration's seminar, and its state.

    Raises:
        NotFound: there is no such registration.
    """
    of = select(Seminar.slug, Registration.state).join(Seminar, Seminar.id == Registration.seminar_id)
    found = session.execute(of.where(Registration.public_id == public_id)).one_or_none()
    if found is None:
        raise NotFound
    return found[0], found[1]


def _that_stayed(session: Session, seminar_id: int, person_id: int) -> int | None:
    """Return the id of the registration that stayed in the seminar when this person was merged; links of both open it."""
    kept = kept_id(session, person_id)
    return session.scalar(select(Registration.id).where(Registration.seminar_id == seminar_id, Registration.person_id == kept))


class AskedName(Struct, frozen=True):
    """The name that an official asked for."""

    given_names: str
    surname1: str
    surname2: str | None
    certificate_name: str
    edition: str
    """Which request this is, for the form that decides it."""

    @property
    def name(self) -> str:
        """The names and surnames."""
        return certificate_name(self.given_names, self.surname1, self.surname2)


def name_asked(session: Session, registration_id: int) -> AskedName | None:
    """Return the name that the official asked for, if staff have not decided yet."""
    found = session.scalar(select(NameRequest).where(NameRequest.registration_id == registration_id))
    if found is None:
        return None
    return AskedName(found.given_names, found.surname1, found.surname2, found.certificate_name, edition_of_request(found.asked_at))


def names_asked(session: Session, seminar_id: int) -> list[uuid.UUID]:
    """Return the registrations of a seminar that wait for staff's consent to another name, the oldest request first.

    Merged records' are not among them, because no page shows them.
    """
    asked = select(Registration.public_id).join(NameRequest, NameRequest.registration_id == Registration.id)
    asked = asked.join(Person, Person.id == Registration.person_id).where(Person.merged_into_id.is_(None))
    return list(session.scalars(asked.where(Registration.seminar_id == seminar_id).order_by(NameRequest.asked_at)))


def notice_read(session: Session, registration: OwnRegistration) -> NoticeRead | None:
    """Return the privacy notice the person was shown; None if staff wrote the registration."""
    found = session.execute(
        select(Notice, OfficeNotice)
        .outerjoin(OfficeNotice, OfficeNotice.id == registration.office_notice_id)
        .where(Notice.id == registration.notice_id)
    ).one_or_none()
    return NoticeRead(*found) if found is not None else None
