"""Create a seminar and edit it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from seminar_app.audit import services as audit
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import InBothLanguages, Refusal
from seminar_app.core.time_zones import is_time_zone
from seminar_app.offices.models import Office
from seminar_app.seminars import errors
from seminar_app.seminars.announced import announced_now
from seminar_app.seminars.models import SeatPool, Seminar, SeminarHost, SeminarSession
from seminar_app.seminars.rules import (
    FIRST_DAY,
    LAST_DAY,
    LONGEST_SEMINAR_DAYS,
    MOST_EXTRA_SEATS,
    MOST_SEATS,
    Approval,
    Asked,
    ExcusedRule,
    RegistrationMode,
    SeminarState,
    SessionTimes,
    SubstitutesBy,
    TimeFault,
    instant_of,
    is_slug,
    local_of,
    local_time_fault,
    locked_fields,
    may_edit,
    moved,
    within_dates,
)
from seminar_app.seminars.services.events import SeminarEdit, edited


class SeminarDetails(Struct, frozen=True, kw_only=True):
    """The editable data of a seminar. The times of its window are local times of the seminar, without a time zone.

    Attributes:
        host_ids: offices in order; empty means the seminar's own office.
        threshold_percent: percent of the contact minutes, 0 to 100, that completion needs.
        list_freezes_on: from this day on the list changes only with the organizer's approval; None: it is never frozen.
        substitutes_by: who decides about substitutes before.
        extra_at_door: seats by which the open pool may grow for people who come without a registration.
    """

    slug: str
    office_id: int
    city: str
    country: str
    time_zone: str
    starts_on: date
    ends_on: date
    title_es: str | None = None
    title_en: str | None = None
    topic_es: str | None = None
    topic_en: str | None = None
    objectives_es: str | None = None
    objectives_en: str | None = None
    audience_es: str | None = None
    audience_en: str | None = None
    host_ids: Sequence[int] = ()
    funding_source: str | None = None
    venue: str | None = None
    street: str | None = None
    registration_mode: RegistrationMode = RegistrationMode.OPEN
    registration_code: str | None = None
    approval: Approval = Approval.AUTOMATIC
    registration_opens: datetime | None = None
    registration_closes: datetime | None = None
    list_freezes_on: date | None = None
    substitutes_by: SubstitutesBy = SubstitutesBy.LIAISON
    threshold_percent: int = 80
    excused_rule: ExcusedRule = ExcusedRule.NOT_COUNTED
    asks_birth: Asked = Asked.NO
    asks_curp: Asked = Asked.NO
    asks_passport: Asked = Asked.NO
    identity_reason_es: str | None = None
    identity_reason_en: str | None = None
    offers_reserved: bool = False
    extra_at_door: int = 0


def create_seminar(
    session: Session, context: ChangeContext, *, details: SeminarDetails, capacity: int, demo: bool = False, from_before: bool = False
) -> Seminar:
    """Create a draft with an open pool of `capacity` seats.

    Args:
        from_before: it was held before it is entered here, so nobody of it is written to.

    Raises:
        Refusal: one of `seminars.errors`, for the first fault found.
    """
    values = _checked(session, details, own_id=None)
    if not 1 <= capacity <= MOST_SEATS:
        raise errors.SeatsOutOfReach(most=MOST_SEATS)
    seminar = Seminar(
        public_id=uuid.uuid4(),
        state=SeminarState.DRAFT,
        created_at=context.now,
        changed_at=context.now,
        demo=demo,
        from_before=from_before,
        **values,
    )
    session.add(seminar)
    session.flush()
    _write_hosts(session, seminar, details)
    session.add(SeatPool(public_id=uuid.uuid4(), seminar_id=seminar.id, size=capacity, taken=0))
    session.flush()
    trail(session, context, seminar, action="seminar.created", seats=capacity)
    return seminar


def edit_seminar(session: Session, context: ChangeContext, *, seminar_id: int, version: int, details: SeminarDetails) -> Seminar:
    """Save the edited data. If both days move equally, or the time zone changes, the sessions move too and keep their local times.

    If the first day moves, the pools are locked first, as in a registration.

    Args:
        version: the version that the form showed.

    Raises:
        SeminarChanged: another user saved the seminar since.
        Refusal: one of `seminars.errors`, for the first fault found.
    """
    if session.scalar(select(Seminar.starts_on).where(Seminar.id == seminar_id)) != details.starts_on:
        lock_pools(session, seminar_id)  # who may hold a seat follows from the first day; if it moves meanwhile, the version tells
    seminar = locked_seminar(session, seminar_id)
    if seminar.version != version:
        raise errors.SeminarChanged
    if not may_edit(seminar.state):
        raise errors.NotInThisState
    values = _checked(session, details, own_id=seminar.id)
    changed = sorted(name for name, value in values.items() if getattr(seminar, name) != value)
    if locked := sorted(set(changed) & locked_fields(seminar.state)):
        raise errors.FieldLocked(field=locked[0])
    before = announced_now(session, seminar)
    sessions = _move_sessions(session, context, seminar, details)
    for name in changed:
        setattr(seminar, name, values[name])
    if _write_hosts(session, seminar, details):
        changed.append("hosts")
        flag_modified(seminar, "slug")  # the version must rise: the hosts are part of what another editor's form shows
    if changed:
        seminar.changed_at = context.now
        trail(session, context, seminar, action="seminar.edited", fields=changed)
    session.flush()
    edited(session, context, seminar, SeminarEdit(fields=frozenset(changed), sessions=sessions), before=before)
    return seminar


def lock_pools(session: Session, seminar_id: int) -> None:
    """Lock the seminar's seats, as a registration does. It comes before the lock of the seminar."""
    session.execute(select(SeatPool.id).where(SeatPool.seminar_id == seminar_id).order_by(SeatPool.id).with_for_update())


def locked_seminar(session: Session, seminar_id: int) -> Seminar:
    """Read the seminar again under a lock that lasts until the commit."""
    return session.execute(
        select(Seminar).where(Seminar.id == seminar_id).with_for_update(key_share=True).execution_options(populate_existing=True)
    ).scalar_one()


def trail(session: Session, context: ChangeContext, seminar: Seminar, *, action: str, subject: str | None = None, **details: Any) -> None:
    """Add a row about this seminar to the audit log."""
    subject = subject or f"seminar:{seminar.public_id.hex}"
    audit.record(session, context, action=action, subject=subject, seminar=seminar.slug, details=details)


def instant_from(local: datetime | None, time_zone: str, *, field: str) -> datetime | None:
    """Return the instant of a local time that was typed into `field`, or None if nothing was. Raises as `instant_typed`."""
    return None if local is None else instant_typed(local, time_zone, field=field)


def instant_typed(local: datetime, time_zone: str, *, field: str) -> datetime:
    """Return the instant of a local time that was typed into `field`.

    Raises:
        DatesOutOfReach: the day is before 2000 or after 2099.
        TimeSkipped: the clocks of the time zone skip it.
        TimeTwice: the clocks of the time zone show it twice.
    """
    if not FIRST_DAY <= local.date() <= LAST_DAY:
        raise errors.DatesOutOfReach
    fault = local_time_fault(local, time_zone)
    if fault is not None:
        kind = errors.TimeSkipped if fault is TimeFault.SKIPPED else errors.TimeTwice
        raise kind(field=field, day=local.date(), time=local.time())
    return instant_of(local, time_zone)


def check_slug(session: Session, slug: str, *, own_id: int | None) -> None:
    """Refuse a slug that is malformed or belongs to another seminar."""
    if not is_slug(slug):
        raise errors.SlugMalformed
    if session.scalar(select(Seminar.id).where(Seminar.slug == slug, Seminar.id != (own_id or 0))) is not None:
        raise errors.SlugTaken(slug=slug)


def check_dates(starts_on: date, ends_on: date) -> None:
    """Refuse days that are in the wrong order, out of range, or too far apart."""
    if not (FIRST_DAY <= starts_on <= LAST_DAY and FIRST_DAY <= ends_on <= LAST_DAY):
        raise errors.DatesOutOfReach
    if ends_on < starts_on:
        raise errors.DatesReversed
    if (ends_on - starts_on).days >= LONGEST_SEMINAR_DAYS:
        raise errors.SeminarTooLong


def missing_texts(values: Mapping[str, Any]) -> Iterator[Refusal]:
    """Yield a refusal for each text that is missing; a form shows all of them at once.

    Args:
        values: under the names of `SeminarDetails`, as data or as typed. What is not there is not looked at.
    """
    if not (values["title_es"] or values["title_en"]):
        yield errors.TitleMissing()
    if values.get("registration_mode") == RegistrationMode.CODE and not values["registration_code"]:
        yield errors.CodeMissing()
    asked = any(values.get(name, Asked.NO) != Asked.NO for name in ("asks_birth", "asks_curp", "asks_passport"))
    if asked and not (values["identity_reason_es"] or values["identity_reason_en"]):
        yield errors.IdentityReasonMissing()


def _checked(session: Session, details: SeminarDetails, *, own_id: int | None) -> dict[str, Any]:
    """Check the data and return the values of the columns."""
    check_slug(session, details.slug, own_id=own_id)
    check_dates(details.starts_on, details.ends_on)
    for refusal in missing_texts(asdict(details)):
        raise refusal
    if not is_time_zone(details.time_zone):
        raise errors.UnknownTimeZone(time_zone=details.time_zone[:64])
    if not 0 <= details.threshold_percent <= 100:
        raise errors.ThresholdOutOfReach
    if not 0 <= details.extra_at_door <= MOST_EXTRA_SEATS:
        raise errors.ExtraSeatsOutOfReach(most=MOST_EXTRA_SEATS)
    opens = instant_from(details.registration_opens, details.time_zone, field="registration_opens")
    closes = instant_from(details.registration_closes, details.time_zone, field="registration_closes")
    if opens is not None and closes is not None and closes <= opens:
        raise errors.WindowReversed
    if details.list_freezes_on is not None and not FIRST_DAY <= details.list_freezes_on <= details.ends_on:
        raise errors.FreezesTooLate(last=details.ends_on)
    values = asdict(details)
    for name in ("host_ids", "registration_opens", "registration_closes"):
        del values[name]
    if details.registration_mode is not RegistrationMode.CODE:
        values["registration_code"] = None
    cleaned = {name: None if value == "" else value for name, value in values.items()}
    return cleaned | {"registration_opens_at": opens, "registration_closes_at": closes}


def _move_sessions(session: Session, context: ChangeContext, seminar: Seminar, details: SeminarDetails) -> frozenset[int]:
    """Move the sessions with the seminar's days and time zone. Return the internal ids of those that moved."""
    moved_ids = []
    days = (details.starts_on - seminar.starts_on).days
    as_a_whole = days == (details.ends_on - seminar.ends_on).days
    for row in session.scalars(select(SeminarSession).where(SeminarSession.seminar_id == seminar.id).order_by(SeminarSession.starts_at)):
        starts_at, ends_at = row.starts_at, row.ends_at
        if (as_a_whole and days) or details.time_zone != seminar.time_zone:
            by_days = days if as_a_whole else 0
            starts_at = moved(row.starts_at, seminar.time_zone, days=by_days, to_zone=details.time_zone)
            ends_at = moved(row.ends_at, seminar.time_zone, days=by_days, to_zone=details.time_zone)
        seminar_session = SessionTimes(row.id, starts_at, ends_at)
        if not within_dates(seminar_session, starts_on=details.starts_on, ends_on=details.ends_on, time_zone=details.time_zone):
            raise errors.SessionsOutsideDates(
                session=InBothLanguages(row.title_es, row.title_en), day=local_of(row.starts_at, seminar.time_zone).date()
            )
        if starts_at != row.starts_at:
            row.starts_at, row.ends_at, row.changed_at = starts_at, ends_at, context.now
            moved_ids.append(row.id)
    return frozenset(moved_ids)


def _write_hosts(session: Session, seminar: Seminar, details: SeminarDetails) -> bool:
    """Write the hosts in order. Return whether anything changed."""
    wanted = list(dict.fromkeys(details.host_ids)) or [details.office_id]
    of_seminar = SeminarHost.seminar_id == seminar.id
    present = list(session.scalars(select(SeminarHost.office_id).where(of_seminar).order_by(SeminarHost.position)))
    if wanted == present:
        return False
    known = set(session.scalars(select(Office.id).where(Office.id.in_(wanted), Office.active | Office.id.in_(present))))
    if known != set(wanted):
        raise errors.UnknownOffice
    session.execute(delete(SeminarHost).where(of_seminar))
    session.add_all(SeminarHost(seminar_id=seminar.id, office_id=office_id, position=place) for place, office_id in enumerate(wanted))
    session.flush()
    return True
