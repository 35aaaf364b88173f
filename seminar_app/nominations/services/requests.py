"""Change an agency's part of a seminar's list, or ask whoever decides for the change."""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection

from msgspec import Struct, to_builtins
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from seminar_app.audit.services import record
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import NotFound
from seminar_app.core.key_ring import CannotOpen
from seminar_app.core.sealed_files import SealedFile, content_of, keep_file
from seminar_app.nominations.errors import NoPlaceChanges, OnlyTheOrganizer, RequestGone, RequestOpen
from seminar_app.nominations.request_models import ListRequest
from seminar_app.nominations.request_rules import Asker, RequestState, decides_at_once, liaison_decides, takes_changes
from seminar_app.nominations.services.list_changes import Change, Wish, make, place_of, refuse_impossible
from seminar_app.nominations.services.request_ends import end_request
from seminar_app.nominations.services.request_mail import tell_asker, tell_deciders
from seminar_app.people.models import Person
from seminar_app.registration.errors import AlreadyOnTheRoster, ReservedOnTheRoster, TakenOffTheList, WaitsForTheOrganizer
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import is_list_frozen
from seminar_app.registration.services import Entered, Entry, LockedSeats, lock_seats
from seminar_app.registration.services.sealed_forms import entry_of
from seminar_app.seminars.models import Seminar

LISTED = (AlreadyOnTheRoster, ReservedOnTheRoster, TakenOffTheList, WaitsForTheOrganizer)
"""Refusals that tell of a registration which the substitute has."""
FILE = "nominations.substitute"
"""Kind of the sealed file that names who is to come instead."""


class Asked(Struct, frozen=True):
    """What became of a wish: made at once (`done`), or a request that waits. `entered`: of a substitution, the new registration."""

    done: bool
    request: ListRequest
    entered: Entered | None = None


def ask(
    session: Session,
    context: ChangeContext,
    *,
    seminar: Seminar,
    asker: Asker,
    agencies: Collection[int] | None,
    wish: Wish,
    submission_id: uuid.UUID,
    reach: ColumnElement[bool] | None = None,
) -> Asked:
    """Make a change of the list, or keep it as a request where somebody else decides (`request_rules.decides_at_once`).

    A liaison's substitute who has a registration that she may not see becomes a request to the organizer, so that she does not learn
    of it.

    Args:
        agencies: of a liaison, those whose people are hers, also the substitute; None for an official or the organizer.
        submission_id: of the display of the form; sent twice it is one change.
        reach: the people the account may see, to find the substitute on file.

    Raises:
        NotFound: there is no such registration in this seminar, or it is another agency's.
        NotTheLiaisons: the person registered alone and holds no seat of the agency's.
        RequestOpen: it is to be asked for, and a request about this registration waits already.
        NoPlaceChanges: the seminar is cancelled or over, and only its organizer still corrects the list.
        CannotBeReplaced, CannotExchange, NotInThisState: the place is no longer what it was; and what `list_changes.make` raises.
        SeminarCompleted: the seminar is completed or archived.
    """
    seats = lock_seats(session, seminar.id)
    if (known := session.scalar(select(ListRequest).where(ListRequest.submission_id == submission_id))) is not None:
        return Asked(known.state is RequestState.ACCEPTED, known)
    seats.refuse_if_frozen()
    if asker is not Asker.ORGANIZER and not takes_changes(seats.seminar, now=context.now):
        raise NoPlaceChanges
    if agencies is not None and wish.entry is not None and wish.entry.agency_id not in agencies:
        raise NotFound
    registration = place_of(session, seats, asker=asker, agencies=agencies, public_id=wish.registration)
    other = place_of(session, seats, asker=asker, agencies=agencies, public_id=wish.other) if wish.other is not None else None
    change = Change(wish=wish, asker=asker, registration=registration, other=other, submission_id=submission_id, reach=reach)
    if decides_at_once(wish.kind, asker, frozen=_is_frozen(seats, context), substitutes_by=seats.seminar.substitutes_by):
        try:
            with session.begin_nested():
                return Asked(True, _keep(session, context, change, RequestState.ACCEPTED), make(session, context, change))
        except LISTED:
            if asker is not Asker.LIAISON or _may_know(session, seats, agencies, wish.entry):
                raise
    refuse_impossible(change)
    request = _keep(session, context, change, RequestState.OPEN)
    hers = liaison_decides(wish.kind, asker, frozen=_is_frozen(seats, context), substitutes_by=seats.seminar.substitutes_by)
    tell_deciders(session, context, seats=seats, request=request, agency_id=registration.agency_id if hers else None)
    return Asked(False, request)


def decide(
    session: Session,
    context: ChangeContext,
    *,
    seminar: Seminar,
    public_id: uuid.UUID,
    agencies: Collection[int] | None,
    accept: bool,
    answer: str | None = None,
    reach: ColumnElement[bool] | None = None,
) -> ListRequest:
    """Accept a request, which makes the change, or decline it. Whoever asked is told.

    Args:
        agencies: of a liaison, those whose officials' requests she may decide; None for the organizer.
        answer: why it is declined.
        reach: as for `ask`.

    Raises:
        NotFound: there is no such request, or the account may not decide it.
        RequestGone: it has been decided or taken back.
        NoPlaceChanges: for a liaison, as for `ask`.
        OnlyTheOrganizer: a liaison accepts somebody who has a registration that she may not see.
        CannotBeReplaced, CannotExchange, NotInThisState: the change can no longer be made, so it can be declined only; and what
            `list_changes.make` raises.
        SeminarCompleted: the seminar is completed or archived.
    """
    seats = lock_seats(session, seminar.id)
    request, registration = _open(session, seats, public_id)
    asker = asker_of(request)
    hers = liaison_decides(request.kind, asker, frozen=_is_frozen(seats, context), substitutes_by=seats.seminar.substitutes_by)
    entry = proposed(session, request)
    if agencies is not None and not (hers and registration.agency_id in agencies and within(agencies, entry)):
        raise NotFound
    seats.refuse_if_frozen()
    if agencies is not None and not takes_changes(seats.seminar, now=context.now):
        raise NoPlaceChanges
    if accept:
        other = session.get_one(Registration, request.other_id) if request.other_id is not None else None
        wish = Wish(kind=request.kind, registration=registration.public_id, entry=entry, reason=request.reason)
        end_request(session, context, request, RequestState.ACCEPTED)
        change = Change(wish=wish, asker=asker, registration=registration, other=other, submission_id=request.submission_id, reach=reach)
        try:
            make(session, context, change)
        except LISTED:
            if _may_know(session, seats, agencies, entry):
                raise
            raise OnlyTheOrganizer from None
    else:
        end_request(session, context, request, RequestState.DECLINED, answer=answer)
    _record(session, context, seats.seminar, request, f"request.{request.state.value}")
    tell_asker(session, context, seats=seats, request=request, registration=registration)
    return request


def take_back_request(
    session: Session, context: ChangeContext, *, seminar: Seminar, public_id: uuid.UUID, agencies: Collection[int] | None = None
) -> None:
    """Take back a request that one has made oneself.

    Args:
        agencies: of a liaison, those whose people are hers now.

    Raises:
        NotFound: there is no such request, or somebody else has made it.
        RequestGone: it has been decided.
    """
    seats = lock_seats(session, seminar.id)
    request, registration = _open(session, seats, public_id)
    if request.asked_by != context.actor or (agencies is not None and registration.agency_id not in agencies):
        raise NotFound
    end_request(session, context, request, RequestState.VOID)
    _record(session, context, seats.seminar, request, "request.taken_back")


def proposed(session: Session, request: ListRequest) -> Entry | None:
    """Return who is to come instead; None if the request proposes nobody, it was decided, or its key is gone."""
    file = session.get(SealedFile, request.file_id) if request.file_id is not None else None
    if file is None or request.state is not RequestState.OPEN:
        return None
    try:
        return entry_of(json.loads(content_of(session, file)))
    except CannotOpen:
        return None


def within(agencies: Collection[int], entry: Entry | None) -> bool:
    """Whether a liaison may see who is proposed: nobody, or somebody of her agencies. Their registration may be hers only since."""
    return entry is None or entry.agency_id in agencies


def asker_of(request: ListRequest) -> Asker:
    """Return who has asked."""
    return Asker.OFFICIAL if request.asked_by.startswith("registration:") else Asker.LIAISON


def _is_frozen(seats: LockedSeats, context: ChangeContext) -> bool:
    return is_list_frozen(seats.seminar.list_freezes_on, today=seats.today(context.now))


def _may_know(session: Session, seats: LockedSeats, agencies: Collection[int] | None, entry: Entry | None) -> bool:
    """Whether the registration that a substitute has already is of the liaison's agencies, and of nobody reserved."""
    if entry is None or agencies is None:
        return True
    same = Person.search_key == entry.person.search_key, Person.email == entry.person.email
    there = select(Registration.agency_id, Person.reserved).join(Person, Person.id == Registration.person_id)
    found = session.execute(there.where(Registration.seminar_id == seats.seminar.id, *same)).all()
    return bool(found) and all(row.agency_id in agencies and not row.reserved for row in found)


def _keep(session: Session, context: ChangeContext, change: Change, state: RequestState) -> ListRequest:
    """Keep what was asked for; where it is made at once, so that the same form sent again does not make it again."""
    wish, registration, open_still = change.wish, change.registration, state is RequestState.OPEN
    waits = select(ListRequest.id).where(ListRequest.registration_id == registration.id, ListRequest.state == RequestState.OPEN)
    if open_still and session.scalar(waits) is not None:
        raise RequestOpen
    file = None
    if wish.entry is not None and open_still:
        content = json.dumps(to_builtins(wish.entry), sort_keys=True).encode()
        file = keep_file(session, kind=FILE, content=content, at=context.now)
    request = ListRequest(
        public_id=uuid.uuid4(),
        seminar_id=registration.seminar_id,
        kind=wish.kind,
        state=state,
        registration_id=registration.id,
        other_id=change.other.id if change.other is not None else None,
        file_id=file.id if file is not None else None,
        reason=wish.reason,
        submission_id=change.submission_id,
        asked_at=context.now,
        asked_by=context.actor,
        decided_at=None if open_still else context.now,
        decided_by=None if open_still else context.actor,
    )
    session.add(request)
    session.flush()
    if open_still:
        _record(session, context, session.get_one(Seminar, registration.seminar_id), request, "request.made")
    return request


def _record(session: Session, context: ChangeContext, seminar: Seminar, request: ListRequest, action: str) -> None:
    subject = f"list_request:{request.public_id.hex}"
    record(session, context, action=action, subject=subject, seminar=seminar.slug, details={"kind": request.kind.value})


def _open(session: Session, seats: LockedSeats, public_id: uuid.UUID) -> tuple[ListRequest, Registration]:
    wanted = select(ListRequest).where(ListRequest.public_id == public_id, ListRequest.seminar_id == seats.seminar.id)
    request = session.scalar(wanted.execution_options(populate_existing=True))
    if request is None:
        raise NotFound
    if request.state is not RequestState.OPEN:
        raise RequestGone
    of = select(Registration).where(Registration.id == request.registration_id).options(joinedload(Registration.person))
    return request, session.scalars(of.execution_options(populate_existing=True)).one()
