"""Answer an invitation by its link: the surname shows who has it, the notice is read, and the answer is given, all or nothing."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import NotFound
from seminar_app.registration.errors import InvitationEnded
from seminar_app.registration.first_opening_rules import Opening
from seminar_app.registration.models import Registration
from seminar_app.registration.services.first_opening import Tried, open_page
from seminar_app.registration.services.holding import invitation_of
from seminar_app.registration.services.invitations import accept, decline
from seminar_app.registration.services.locked_seats import lock_seats


def answer_by_link(
    session: Session,
    context: ChangeContext,
    *,
    registration_id: int,
    number: int,
    comes: bool,
    surname: str,
    notice_version: int,
    notice_language: str,
    office_notice_id: int | None,
) -> Tried:
    """Open the person's page as on a first opening (`open_page`), and accept or decline the invitation.

    Args:
        number: of the invitation whose link was used.
        comes: the person accepts the place; else they cannot come.
        surname, notice_version, notice_language, office_notice_id: as for `open_page`.

    Returns:
        What the surname has led to; only where it opens the page was the answer given.

    Raises:
        InvitationEnded: its day has passed, it was taken back, or another link has replaced this one.
        NotInThisState: it was answered otherwise.
    """
    seminar_id = session.scalar(select(Registration.seminar_id).where(Registration.id == registration_id))
    if seminar_id is None:
        raise NotFound
    seats = lock_seats(session, seminar_id)  # before the registration's row, as every change of seats does
    hold = invitation_of(session, seats, session.get_one(Registration, registration_id))
    if hold is not None and hold.number != number:
        raise InvitationEnded
    tried = open_page(
        session,
        context,
        registration_id=registration_id,
        surname=surname,
        notice_version=notice_version,
        notice_language=notice_language,
        office_notice_id=office_notice_id,
    )
    if tried.opening is Opening.OPEN:
        answer = accept if comes else decline
        answer(session, context, registration_id=registration_id)
    return tried
