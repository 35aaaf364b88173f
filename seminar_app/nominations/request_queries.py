"""Requests to change a seminar's list, as those who decide them and those who made them may see them."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import Select, case, func, or_, select
from sqlalchemy.orm import Session

from seminar_app.accounts.queries import names_by_audit_name
from seminar_app.agencies.queries import agencies_then, all_agencies
from seminar_app.nominations.request_models import ListRequest
from seminar_app.nominations.request_rules import RequestKind, RequestState, liaison_decides
from seminar_app.nominations.services.requests import asker_of, proposed, within
from seminar_app.people.models import Person
from seminar_app.people.shown import ShownPerson
from seminar_app.registration.models import Registration
from seminar_app.registration.queries.shown import SHOWN, shown_person
from seminar_app.registration.rules import RegistrationState, is_list_frozen
from seminar_app.seminars.models import Seminar

MOST_DECIDED = 50
"""Requests of before that a page shows."""


class Proposed(Struct, frozen=True):
    """Who is to come instead, as it was typed."""

    name: str
    email: str | None
    position: str | None
    agency: str


class ShownRequest(Struct, frozen=True):
    """A request with the people it is about.

    Attributes:
        registration: public id, for a link to the record.
        other, proposed: with whom places are exchanged, or who would come; None where a liaison may not see them any more.
        asker: name of the liaison who asked; None if the official did.
        may_decide: whether the reader decides it; else it waits for the organizer.
        mine: whether the reader has made it.
    """

    public_id: uuid.UUID
    kind: RequestKind
    state: RequestState
    registration: uuid.UUID
    registration_state: RegistrationState
    person: ShownPerson
    other: ShownPerson | None
    proposed: Proposed | None
    reason: str | None
    asked_at: datetime
    asker: str | None
    decided_at: datetime | None
    answer: str | None
    may_decide: bool
    mine: bool


def requests_of(
    session: Session, seminar: Seminar, *, agencies: frozenset[int] | None, reader: str, today: date
) -> tuple[list[ShownRequest], list[ShownRequest]]:
    """Return the requests that wait, the oldest first, and those that were decided, the newest first; not what was made at once.

    Args:
        agencies: of a liaison, those whose people she sees; None for the organizer, who sees all.
        reader: the account's name in the audit log.
        today: in the seminar's time zone.
    """
    theirs = select(ListRequest).join(Registration, Registration.id == ListRequest.registration_id)
    theirs = theirs.where(ListRequest.seminar_id == seminar.id)
    if agencies is not None:
        theirs = theirs.where(Registration.agency_id.in_(agencies))
    waiting = session.scalars(theirs.where(ListRequest.state == RequestState.OPEN).order_by(ListRequest.id)).all()
    asked = or_(ListRequest.asked_at != ListRequest.decided_at, ListRequest.asked_by != ListRequest.decided_by)
    done = theirs.where(ListRequest.state != RequestState.OPEN, asked).order_by(ListRequest.decided_at.desc(), ListRequest.id.desc())
    decided = session.scalars(done.limit(MOST_DECIDED)).all()
    people = _people(session, [*waiting, *decided], agencies)
    names = names_by_audit_name(session, {each.asked_by for each in (*waiting, *decided)})
    words = {each.id: each for each in all_agencies(session, with_aliases=False).values()} if waiting else {}
    frozen = is_list_frozen(seminar.list_freezes_on, today=today)

    def as_shown(request: ListRequest) -> ShownRequest:
        row, person = people[request.registration_id]
        entry = proposed(session, request)
        hers = liaison_decides(request.kind, asker_of(request), frozen=frozen, substitutes_by=seminar.substitutes_by)
        seen = agencies is None or within(agencies, entry)
        entry = entry if seen else None
        agency = words.get(entry.agency_id) if entry is not None and entry.agency_id is not None else None
        return ShownRequest(
            request.public_id,
            request.kind,
            request.state,
            row.public_id,
            row.state,
            person,
            people[request.other_id][1] if request.other_id in people else None,
            Proposed(
                entry.person.certificate_name,
                entry.person.email,
                entry.position,
                agency.code if agency is not None else entry.agency_text or "",
            )
            if entry is not None
            else None,
            request.reason,
            request.asked_at,
            names.get(request.asked_by),
            request.decided_at,
            request.answer,
            may_decide=request.state is RequestState.OPEN and (agencies is None or (hers and seen)),
            mine=request.asked_by == reader,
        )

    return [as_shown(each) for each in waiting], [as_shown(each) for each in decided]


def count_open(session: Session, seminar_id: int, *, agencies: Collection[int] | None = None) -> int:
    """Return how many requests about a seminar's list wait."""
    waits = (
        select(func.count()).select_from(ListRequest).where(ListRequest.seminar_id == seminar_id, ListRequest.state == RequestState.OPEN)
    )
    if agencies is not None:
        waits = waits.join(Registration, Registration.id == ListRequest.registration_id).where(Registration.agency_id.in_(agencies))
    return session.scalar(waits) or 0


class OpenRequests(Struct, frozen=True):
    """How many requests about a list wait: those of liaisons, and substitutes whom officials propose."""

    asked: int
    proposed: int


def open_requests_in(session: Session, seminars: Select[int]) -> Mapping[int, OpenRequests]:
    """Return what waits, by seminar, in one statement. `seminars` selects the ids."""
    proposed = case((ListRequest.asked_by.startswith("registration:"), 1))
    rows = session.execute(
        select(ListRequest.seminar_id, func.count(), func.count(proposed))
        .where(ListRequest.seminar_id.in_(seminars), ListRequest.state == RequestState.OPEN)
        .group_by(ListRequest.seminar_id)
    )
    return {seminar_id: OpenRequests(total - own, own) for seminar_id, total, own in rows}


class OwnProposal(Struct, frozen=True):
    """What an official has proposed, for their own page. `name`: of the colleague; None once it was decided."""

    public_id: uuid.UUID
    state: RequestState
    name: str | None
    asked_at: datetime
    answer: str | None

    @property
    def waits(self) -> bool:
        """Whether it is not decided yet."""
        return self.state is RequestState.OPEN


def own_proposal(session: Session, registration_id: int, *, audit_name: str) -> OwnProposal | None:
    """Return the official's last proposal of a substitute, if it waits or was declined."""
    last = select(ListRequest).where(ListRequest.registration_id == registration_id, ListRequest.asked_by == audit_name)
    found = session.scalars(last.order_by(ListRequest.id.desc()).limit(1)).first()
    if found is None or found.state not in (RequestState.OPEN, RequestState.DECLINED):
        return None
    entry = proposed(session, found)
    name = entry.person.certificate_name if entry is not None else None
    return OwnProposal(found.public_id, found.state, name, found.asked_at, found.answer)


def _people(
    session: Session, requests: Sequence[ListRequest], agencies: Collection[int] | None
) -> dict[int | None, tuple[Any, ShownPerson]]:
    """Return the registrations that requests are about, with the people as they may be shown; a liaison sees those of `agencies`."""
    ids = {each for request in requests for each in (request.registration_id, request.other_id) if each is not None}
    if not ids:
        return {}
    columns = select(*SHOWN, Registration.id, Registration.public_id, Registration.state)
    theirs = Registration.id.in_(ids) if agencies is None else Registration.id.in_(ids) & Registration.agency_id.in_(agencies)
    rows = session.execute(columns.join(Person, Person.id == Registration.person_id).where(theirs)).all()
    then = agencies_then(session, {row.agency_version_id for row in rows})
    return {row.id: (row, shown_person(row, then)) for row in rows}
