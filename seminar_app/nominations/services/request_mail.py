"""Mail about requests to change a list: to those who decide, and to whoever asked."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from seminar_app.accounts.models import UserAccount
from seminar_app.accounts.queries import liaisons, organizers_of
from seminar_app.agencies.queries import agencies_of_liaisons
from seminar_app.core.change_context import ChangeContext
from seminar_app.messages.services import enqueue
from seminar_app.nominations.request_models import ListRequest
from seminar_app.nominations.request_rules import RequestState
from seminar_app.registration.models import Registration
from seminar_app.registration.services import LockedSeats
from seminar_app.registration.services.mails import facts, tell

MADE, DECIDED = "request_made", "request_decided"


def tell_deciders(session: Session, context: ChangeContext, *, seats: LockedSeats, request: ListRequest, agency_id: int | None) -> None:
    """Tell those who decide that a request waits.

    Args:
        agency_id: the agency whose liaisons decide; where it has none, or None, the organizers of the seminar's office do.
    """
    accounts = _liaisons_of(session, context, agency_id) if agency_id is not None else []
    for account in accounts or organizers_of(session, seats.seminar.office_id):
        if account.public_id.hex == context.actor.partition(":")[2]:
            continue
        enqueue(
            session,
            context,
            kind=MADE,
            language=account.language,
            to_address=account.email,
            to_name=account.name,
            facts=facts(seats.seminar, seats.office, account.language) | {"kind": request.kind.value},
        )


def tell_asker(session: Session, context: ChangeContext, *, seats: LockedSeats, request: ListRequest, registration: Registration) -> None:
    """Tell whoever asked how it was decided; a liaison only while the person is hers.

    An official whose proposal was accepted is told as one who was replaced.
    """
    said = {"accepted": request.state is RequestState.ACCEPTED, "answer": request.answer or ""}
    kind, _colon, who = request.asked_by.partition(":")
    if kind == "registration":
        if request.state is RequestState.DECLINED:
            office, answer = seats.office, request.answer or ""
            tell(
                session,
                context,
                kind=DECIDED,
                seminar=seats.seminar,
                office=office,
                registration=registration,
                accepted=False,
                answer=answer,
            )
        return
    theirs = _liaisons_of(session, context, registration.agency_id) if registration.agency_id is not None else []
    account = next((account for account in theirs if account.public_id.hex == who), None)
    if account is not None:
        enqueue(
            session,
            context,
            kind=DECIDED,
            language=account.language,
            to_address=account.email,
            to_name=account.name,
            facts=facts(seats.seminar, seats.office, account.language) | said,
        )


def _liaisons_of(session: Session, context: ChangeContext, agency_id: int) -> Sequence[UserAccount]:
    granted = liaisons(session)
    reach = agencies_of_liaisons(session, set(granted.values()), on=context.now.date()) if granted else {}
    return [account for account, agencies in granted.items() if agency_id in reach[agencies]]
