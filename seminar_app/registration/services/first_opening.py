"""The first opening of a personal page: the surname shows who has the link, and the privacy notice is acknowledged."""

from __future__ import annotations

from msgspec import Struct
from sqlalchemy import ColumnElement, CursorResult, select, update
from sqlalchemy.orm import Session

from seminar_app.audit import services as audit
from seminar_app.core.change_context import ChangeContext
from seminar_app.people.models import Person
from seminar_app.people.services import prove_mailbox
from seminar_app.registration.first_opening_rules import MOST_WRONG_SURNAMES, Opening, decide_opening, is_surname_of
from seminar_app.registration.models import Registration
from seminar_app.registration.services.notices import notice_shown, office_notice_shown
from seminar_app.seminars.models import Seminar


class Tried(Struct, frozen=True):
    """What an attempt to open the page has led to; `left`: how many wrong surnames the link still bears."""

    opening: Opening
    left: int = MOST_WRONG_SURNAMES


def open_page(
    session: Session,
    context: ChangeContext,
    *,
    registration_id: int,
    surname: str,
    notice_version: int,
    notice_language: str,
    office_notice_id: int | None,
) -> Tried:
    """Open a person's page: note that the mailbox is theirs, and that they have read the notice.

    A wrong surname is counted, and the fifth ends the link. It is no refusal, because a refusal would take the count back. Each
    attempt is counted before it is compared, in one statement that the database refuses the sixth: as many as are sent at once, only
    five are compared. The seats are not locked, as nothing of them changes.

    Args:
        surname: what was typed; not compared where the mailbox is proven already.
        notice_version: version of the privacy notice that was shown; `notice_language` is its language.
        office_notice_id: the version of the office's own words that was shown with it; None if the office had none.
    """
    wrong = _count(session, registration_id)
    if wrong is None:
        return Tried(Opening.ENDED, left=0)
    registration, person, seminar = session.execute(
        select(Registration, Person, Seminar)
        .join(Person, Person.id == Registration.person_id)
        .join(Seminar, Seminar.id == Registration.seminar_id)
        .where(Registration.id == registration_id)
        .execution_options(populate_existing=True)
    ).one()
    was = decide_opening(proven_at=person.email_proven_at, notice_at=registration.notice_at, wrong_surnames=0)
    subject = f"registration:{registration.public_id.hex}"
    if was is Opening.SURNAME and not is_surname_of(
        surname, given_names=person.given_names, surname1=person.surname1, surname2=person.surname2
    ):
        if wrong < MOST_WRONG_SURNAMES:
            return Tried(Opening.SURNAME, left=MOST_WRONG_SURNAMES - wrong)
        audit.record(session, context, action="registration.link_ended", subject=subject, seminar=seminar.slug)
        return Tried(Opening.ENDED, left=0)
    values: dict[str, object] = {"wrong_surnames": 0}
    if registration.notice_at is None:
        values |= {
            "notice_id": notice_shown(session, context, version=notice_version, language=notice_language),
            "office_notice_id": office_notice_shown(session, seminar_id=seminar.id, notice_id=office_notice_id),
            "notice_at": context.now,
        }
    _write(session, Registration.id == registration_id, values)
    prove_mailbox(session, context, person_id=person.id)
    if was is not Opening.OPEN:
        audit.record(session, context, action="registration.page_opened", subject=subject, seminar=seminar.slug)
    return Tried(Opening.OPEN)


def prove(session: Session, context: ChangeContext, registration: Registration) -> None:
    """Note that the person's mailbox is theirs, because a form's button in it was pressed. The link works again if it had ended."""
    person = session.get_one(Person, registration.person_id)
    if person.email_proven_at is None:
        prove_mailbox(session, context, person_id=person.id)
    if registration.wrong_surnames:
        _write(session, Registration.id == registration.id, {"wrong_surnames": 0})


def _count(session: Session, registration_id: int) -> int | None:
    """Count one attempt as wrong; return how many there are now, or None where the link has ended. Holds the row's lock."""
    open_still = (Registration.id == registration_id) & (Registration.wrong_surnames < MOST_WRONG_SURNAMES)
    if not _write(session, open_still, {"wrong_surnames": Registration.wrong_surnames + 1}):
        return None
    return session.scalars(select(Registration.wrong_surnames).where(Registration.id == registration_id)).one()


def _write(session: Session, which: ColumnElement[bool], values: dict[str, object]) -> int:
    """Update past the version, so that a form which is open meanwhile is not out of date by it."""
    done = session.execute(update(Registration).where(which).values(values).execution_options(synchronize_session=False))
    return done.rowcount if isinstance(done, CursorResult) else 0
