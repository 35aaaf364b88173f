"""What waits in the seminars that an account organizes, counted by seminar."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec import Struct
from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from seminar_app.accounts.models import RoleGrant
from seminar_app.attendance.models import Mark
from seminar_app.certificates.queries import earned_in
from seminar_app.core.actor import RoleName
from seminar_app.nominations.request_queries import open_requests_in
from seminar_app.registration.models import Registration
from seminar_app.registration.queries import waiting
from seminar_app.registration.queries.waiting import Asking, SeminarIds, asking_of
from seminar_app.registration.rules import RegistrationState
from seminar_app.seminars.models import Seminar, SeminarSession
from seminar_app.seminars.rules import SeminarState
from seminar_app.today.queries.seminars import A_DAY, OPEN, ids_to_look_after
from seminar_app.today.rules import AFTERWARDS, UNTAKEN_WITHIN, Waiting

MOST_COMPLETED = 40
"""So many of the seminars that were completed last are asked for certificates, because that looks at each registration."""


class Waits(Struct, frozen=True):
    """What waits in a seminar, how often, and the registration or session with which to begin."""

    kind: Waiting
    number: int
    first: uuid.UUID | None = None


WaitsBySeminar = Mapping[int, list[Waits]]


def waits_of_seminars(session: Session, organized: ColumnElement[bool], *, now: datetime) -> WaitsBySeminar:
    """Return what waits in the organized seminars by id, each in the order of `Waiting`; in ten statements."""
    recent = Seminar.ends_on >= now.date() - AFTERWARDS
    decided = select(Seminar.id).where(organized, Seminar.state.in_(OPEN), recent)
    written = select(Seminar.id).where(organized, Seminar.state.in_((*OPEN, SeminarState.COMPLETED)), recent)
    undecided = waiting.undecided_in(session, decided)
    requests = open_requests_in(session, decided)
    found: dict[int, list[Waits]] = defaultdict(list)

    def note(kind: Waiting, counts: Iterable[tuple[int, int]]) -> None:
        for seminar_id, number in counts:
            if number:
                found[seminar_id].append(Waits(kind, number))

    begun = decided.where(Seminar.starts_on <= now.date() + A_DAY)  # before the first day nobody stands at a door
    note_asking(found, Waiting.SEATS_ASKED, waiting.seats_asked_in(session, begun))
    note_asking(found, Waiting.UNTAKEN, untaken_in(session, begun, now=now))
    for kind, state in ((Waiting.PENDING, RegistrationState.PENDING), (Waiting.NOMINATED, RegistrationState.NOMINATED)):
        note(kind, ((seminar_id, number) for (seminar_id, of), number in undecided.items() if of is state))
    note(Waiting.PROPOSED, ((seminar_id, each.proposed) for seminar_id, each in requests.items()))
    note(Waiting.REQUESTS, ((seminar_id, each.asked) for seminar_id, each in requests.items()))
    note_asking(found, Waiting.NAMES, waiting.names_asked_in(session, ids_to_look_after(organized)))
    note(Waiting.AGENCIES, waiting.to_assign_in(session, decided).items())
    note(Waiting.MAIL, waiting.failed_mail_in(session, written).items())
    note(Waiting.CERTIFICATES, earned_in(session, _completed_last(organized, now=now)).items())
    note(Waiting.FORMS, waiting.forms_waiting_in(session, decided, now=now).items())
    return found


def note_asking(found: dict[int, list[Waits]], kind: Waiting, asking: Mapping[int, Asking]) -> None:
    """Add what people ask for, with the one to begin with."""
    for seminar_id, each in asking.items():
        found.setdefault(seminar_id, []).append(Waits(kind, each.number, each.first))


def in_order(waits: Iterable[Waits]) -> list[Waits]:
    """Return what waits in the order of `Waiting`."""
    order = list(Waiting)
    return sorted(waits, key=lambda each: order.index(each.kind))


def _completed_last(organized: ColumnElement[bool], *, now: datetime) -> SeminarIds:
    completed = select(Seminar.id).where(organized, Seminar.state == SeminarState.COMPLETED, Seminar.ends_on >= now.date() - AFTERWARDS)
    return completed.order_by(Seminar.ends_on.desc(), Seminar.id.desc()).limit(MOST_COMPLETED)


def untaken_in(session: Session, seminars: SeminarIds, *, now: datetime) -> Mapping[int, Asking]:
    """Return the sessions that are over and have no mark although people hold a seat, with the earliest of each seminar."""
    seated = exists().where(Registration.seminar_id == SeminarSession.seminar_id, Registration.state == RegistrationState.REGISTERED)
    marked = exists().where(Mark.session_id == SeminarSession.id, Mark.status.is_not(None))
    over = select(SeminarSession.seminar_id, SeminarSession.public_id).where(SeminarSession.seminar_id.in_(seminars))
    over = over.where(SeminarSession.ends_at <= now, SeminarSession.ends_at > now - UNTAKEN_WITHIN, seated, ~marked)
    return asking_of(session.execute(over.order_by(SeminarSession.starts_at, SeminarSession.id)))


def with_coordinators(session: Session, seminar_ids: Iterable[int]) -> set[int]:
    """Return those of the seminars to which a coordinator is assigned."""
    assigned = select(RoleGrant.seminar_id).where(RoleGrant.role == RoleName.COORDINATOR, RoleGrant.seminar_id.in_(list(seminar_ids)))
    return {seminar_id for seminar_id in session.scalars(assigned.distinct()) if seminar_id is not None}
