"""Who is told of changes of a seminar: its people, and the liaisons of their agencies."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from seminar_app.accounts.models import UserAccount
from seminar_app.accounts.queries import liaisons
from seminar_app.agencies.queries import agencies_of_liaisons
from seminar_app.people.models import Person
from seminar_app.registration.models import ChangeNotice, Registration
from seminar_app.registration.rules import NoticeState, RegistrationState
from seminar_app.seminars.announced import announced_now
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.rules import Announced, Difference, SeminarState, differences

CONCERNED = (
    RegistrationState.NOMINATED,
    RegistrationState.INVITED,
    RegistrationState.PENDING,
    RegistrationState.REGISTERED,
    RegistrationState.WAITLISTED,
)
"""States of registrations whose people hold a copy of what the seminar announces."""


class WaitingChanges(Struct, frozen=True, kw_only=True):
    """Changes that wait to be told.

    Attributes:
        version: of the notice; it rises with each change.
        leaves_at: None for a draft, whose changes wait until it is published.
        people: number of people who will get a mail.
    """

    public_id: uuid.UUID
    version: int
    leaves_at: datetime | None
    people: int
    liaisons: int
    before: Announced
    after: Announced
    found: Sequence[Difference]
    changed_at: datetime


class ToldChanges(Struct, frozen=True):
    """The last time that people were told of changes, or that nobody was on purpose."""

    state: NoticeState
    ended_at: datetime
    people: int
    liaisons: int
    reason: str | None


def open_notice(session: Session, seminar_id: int) -> ChangeNotice | None:
    """Return the changes of a seminar that wait to be told. Reading it to change it needs the seminar's lock."""
    wanted = select(ChangeNotice).where(ChangeNotice.seminar_id == seminar_id, ChangeNotice.state == NoticeState.OPEN)
    return session.scalar(wanted.execution_options(populate_existing=True))


def waiting_changes(session: Session, seminar: Seminar, *, today: date) -> WaitingChanges | None:
    """Return what waits to be told, and to how many; None if nothing does. Six statements at most."""
    notice = open_notice(session, seminar.id)
    if notice is None:
        return None
    before, after = Announced.from_json(notice.before), announced_now(session, seminar)
    draft = seminar.state is SeminarState.DRAFT
    return WaitingChanges(
        public_id=notice.public_id,
        version=notice.version,
        leaves_at=None if draft else notice.leaves_at,
        people=session.scalar(select(func.count()).select_from(_registrations(notice).subquery())) or 0,
        liaisons=len(liaisons_to_tell(session, notice, seminar, today=today)),
        before=before,
        after=after,
        found=differences(before, after, at=notice.changed_at),
        changed_at=notice.changed_at,
    )


def last_told(session: Session, seminar_id: int) -> ToldChanges | None:
    """Return what became of the last changes that were told or kept quiet."""
    ended = ChangeNotice.state.in_((NoticeState.TOLD, NoticeState.KEPT_QUIET))
    row = session.scalar(select(ChangeNotice).where(ChangeNotice.seminar_id == seminar_id, ended).order_by(ChangeNotice.id.desc()).limit(1))
    if row is None or row.ended_at is None:
        return None
    return ToldChanges(row.state, row.ended_at, row.people or 0, row.liaisons or 0, row.reason)


def newest_concerned(session: Session, seminar_id: int) -> int | None:
    """Return the id of the newest registration that holds a copy; None if none does."""
    return session.scalar(select(func.max(Registration.id)).where(Registration.seminar_id == seminar_id, Registration.state.in_(CONCERNED)))


def registrations_to_tell(session: Session, notice: ChangeNotice) -> Sequence[Registration]:
    """Return the registrations whose people are told, with the people."""
    return session.scalars(_registrations(notice).options(joinedload(Registration.person)).order_by(Registration.id)).all()


def liaisons_to_tell(session: Session, notice: ChangeNotice, seminar: Seminar, *, today: date) -> Sequence[UserAccount]:
    """Return the accounts of liaisons who see one of these registrations; of a draft they see none. Three statements at most."""
    if seminar.state is SeminarState.DRAFT:
        return []
    theirs = set(session.scalars(_concerned(notice).with_only_columns(Registration.agency_id).distinct()))
    granted = liaisons(session) if theirs else {}
    if not granted:
        return []
    reach = agencies_of_liaisons(session, set(granted.values()), on=today)
    return [account for account, agency_ids in granted.items() if reach[agency_ids] & theirs]


def _concerned(notice: ChangeNotice) -> Select[Registration]:
    return select(Registration).where(
        Registration.seminar_id == notice.seminar_id,
        Registration.state.in_(CONCERNED),
        Registration.id <= notice.last_registration_id,
    )


def _registrations(notice: ChangeNotice) -> Select[Registration]:
    return _concerned(notice).join(Person, Person.id == Registration.person_id).where(Person.email.is_not(None))
