"""The rows of the audit log that can change a seminar's figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from seminar_app.agencies.models import Agency
from seminar_app.agencies.queries import all_agencies
from seminar_app.audit.models import AuditRow
from seminar_app.core.errors import NotFound
from seminar_app.core.reading import in_parts
from seminar_app.offices.queries import offices
from seminar_app.people.models import Person, PersonMerge
from seminar_app.registration.models import Registration
from seminar_app.reports.queries.scopes import Scope
from seminar_app.reports.rules.changing_actions import OF_AGENCIES, OF_EVERYTHING, OF_PEOPLE, OF_SEMINAR
from seminar_app.seminars.models import Seminar

_AT_ONCE = 1_000


class Wanted(Struct, frozen=True):
    """Whose changes are wanted: of a seminar, from an instant on and before another; None is open."""

    seminar: Seminar
    since: datetime | None = None
    until: datetime | None = None


def seminar_in_scope(session: Session, scope: Scope, slug: str) -> Seminar:
    """Return a seminar whose figures the account counts as a whole.

    Raises:
        NotFound: there is none, or it is another office's.
    """
    found = select(Seminar).where(Seminar.slug == slug)
    if scope.offices is not None:
        found = found.where(Seminar.office_id.in_(sorted(scope.offices)))
    seminar = session.scalar(found) if scope.agencies is None else None
    if seminar is None:
        raise NotFound
    return seminar


def newest_seminars(session: Session, scope: Scope, *, most: int) -> Sequence[tuple[str, str, date]]:
    """Return slug, title and last day of the newest seminars, for a list to choose from."""
    found = select(Seminar.slug, Seminar.title_es, Seminar.title_en, Seminar.ends_on)
    if scope.offices is not None:
        found = found.where(Seminar.office_id.in_(sorted(scope.offices)))
    rows = session.execute(found.order_by(Seminar.ends_on.desc(), Seminar.id.desc()).limit(most))
    return [(row.slug, row.title_es or row.title_en or row.slug, row.ends_on) for row in rows]


def changes_of(session: Session, wanted: Wanted) -> Iterator[Any]:
    """Yield the rows in their order; read in parts, so that memory stays flat."""
    row, seminar = AuditRow.__table__.columns, wanted.seminar
    kinds = [
        and_(row.seminar == seminar.slug, row.action.in_(sorted(OF_SEMINAR))),
        row.action.in_(sorted(OF_PEOPLE | OF_AGENCIES | OF_EVERYTHING)),
    ]
    found = select(row.sequence, row.at, row.actor, row.action, row.subject, row.details, row.request_id).where(or_(*kinds))
    if wanted.since is not None:
        found = found.where(row.at >= wanted.since)
    if wanted.until is not None:
        found = found.where(row.at < wanted.until)
    concerned = _people_of(session, seminar.id) | _agencies_of(session, seminar.id)
    for each in in_parts(session, found.order_by(row.sequence), rows=_AT_ONCE):
        if each.action not in OF_PEOPLE | OF_AGENCIES or each.subject in concerned:
            yield each


def _people_of(session: Session, seminar_id: int) -> frozenset[str]:
    """Return the people of a seminar as the audit log names them, with the records that were ever merged with theirs."""
    ids = set(session.scalars(select(Registration.person_id).where(Registration.seminar_id == seminar_id)))
    pairs = session.execute(select(PersonMerge.kept_id, PersonMerge.gone_id)).all()
    while more := {each for pair in pairs if ids & set(pair) for each in pair} - ids:
        ids |= more
    of_seminar = select(Registration.person_id).where(Registration.seminar_id == seminar_id)
    merged = select(PersonMerge.kept_id).union(select(PersonMerge.gone_id))
    known = select(Person.id, Person.public_id).where(or_(Person.id.in_(of_seminar), Person.id.in_(merged)))
    return frozenset(f"person:{public_id.hex}" for person_id, public_id in session.execute(known) if person_id in ids)


def _agencies_of(session: Session, seminar_id: int) -> frozenset[str]:
    """Return the agencies of a seminar's people as the audit log names them, with those above."""
    used = select(Registration.agency_id).where(Registration.seminar_id == seminar_id, Registration.agency_id.is_not(None))
    parents = {
        agency_id: (code, parent_id) for agency_id, code, parent_id in session.execute(select(Agency.id, Agency.code, Agency.parent_id))
    }
    found: set[str] = set()
    for agency_id in session.scalars(used.distinct()):
        at: int | None = agency_id
        while at is not None:
            code, at = parents[at]
            found.add(f"agency:{code}")
    return frozenset(found)


def codes_of(session: Session) -> Mapping[str, Mapping[int, str]]:
    """Return the codes of offices and agencies by id, which details of the audit log name."""
    return {
        "office": {office.id: office.code for office in offices(session)},
        "agency": {agency.id: agency.code for agency in all_agencies(session, with_aliases=False).values()},
    }
