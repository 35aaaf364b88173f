"""How requests to change a list end: decided, taken back, or because there is nothing left to ask for."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from seminar_app.core.change_context import ChangeContext
from seminar_app.core.sealed_files import SealedFile
from seminar_app.nominations.request_models import ListRequest
from seminar_app.nominations.request_rules import HAS_A_PLACE, RequestState
from seminar_app.registration.models import Registration
from seminar_app.registration.registration_hooks import when_registration_changes
from seminar_app.seminars.models import Seminar


def end_request(session: Session, context: ChangeContext, request: ListRequest, state: RequestState, *, answer: str | None = None) -> None:
    """Close a request; what it said of the person proposed is deleted."""
    request.state, request.answer = state, answer
    request.decided_at, request.decided_by = context.now, context.actor
    file, request.file_id = request.file_id, None
    session.flush()
    if file is not None:
        session.execute(delete(SealedFile).where(SealedFile.id == file).execution_options(synchronize_session=False))


def void_requests(session: Session, context: ChangeContext, ids: Sequence[int]) -> None:
    """End requests that no longer apply."""
    for request in session.scalars(select(ListRequest).where(ListRequest.id.in_(ids), ListRequest.state == RequestState.OPEN)).all():
        end_request(session, context, request, RequestState.VOID)


def forget_requests(session: Session, context: ChangeContext, registration_ids: Collection[int]) -> None:
    """Delete all words of requests about these registrations: a person is erased."""
    about = or_(ListRequest.registration_id.in_(registration_ids), ListRequest.other_id.in_(registration_ids))
    forget(session, context, session.scalars(select(ListRequest.id).where(about)).all())


def forget(session: Session, context: ChangeContext, ids: Sequence[int]) -> None:
    """Delete all words of requests; those that wait are void."""
    void_requests(session, context, ids)
    wordless = update(ListRequest).where(ListRequest.id.in_(ids)).values(reason=None, answer=None)
    session.execute(wordless.execution_options(synchronize_session=False))


@when_registration_changes
def requests_about_who_left(
    session: Session, context: ChangeContext, seminar: Seminar, registrations: Sequence[Registration], *, created: bool
) -> None:
    """End requests about people who have left the list; one that is being accepted is closed already."""
    left = [] if created else [each.id for each in registrations if each.state not in HAS_A_PLACE]
    if left:
        about = or_(ListRequest.registration_id.in_(left), ListRequest.other_id.in_(left))
        void_requests(session, context, session.scalars(select(ListRequest.id).where(about, ListRequest.state == RequestState.OPEN)).all())
