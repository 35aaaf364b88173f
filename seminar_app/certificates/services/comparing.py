"""Compare a surname that a visitor typed with what was printed on a certificate."""

from __future__ import annotations

from msgspec import Struct
from sqlalchemy import CursorResult, case, or_, select, update
from sqlalchemy.orm import Session

from seminar_app.audit.services import record
from seminar_app.certificates.models import Certificate
from seminar_app.certificates.queries import printed_of
from seminar_app.certificates.rules import SURNAME_TRIES, TRIES_WITHIN, name_to_show, seconds_to_wait
from seminar_app.core.change_context import ChangeContext
from seminar_app.people.models import Person
from seminar_app.registration.models import Registration
from seminar_app.seminars.models import Seminar


class Compared(Struct, frozen=True):
    """What came of a try.

    Attributes:
        name: as printed, if the surname fits.
        left: how many more are compared within the hour.
        wait: seconds until another one is compared, where none is left.
        refused: five were typed before, so this one was not compared.
    """

    name: str | None = None
    left: int = 0
    wait: int = 0
    refused: bool = False


def compare_surname(session: Session, context: ChangeContext, *, certificate_id: int, surname: str) -> Compared:
    """Return the printed name if the surname is the person's; the audit log notes that it was shown.

    A wrong surname is no refusal, because a refusal would take the count back. Each try is counted before it is compared, in one
    statement that the database refuses the sixth: as many as are sent at once, by however many processes, only five an hour are
    compared. For a reserved identity and an erased one the answer is that for a wrong surname.
    """
    counted = _count(session, context, certificate_id)
    found, seminar, reserved = session.execute(
        select(Certificate, Seminar, Person.reserved)
        .join(Seminar, Seminar.id == Certificate.seminar_id)
        .join(Registration, Registration.id == Certificate.registration_id)
        .join(Person, Person.id == Registration.person_id)
        .where(Certificate.id == certificate_id)
        .execution_options(populate_existing=True)
    ).one()
    wait = seconds_to_wait(tries=found.surname_tries, since=found.tries_since, now=context.now)
    if not counted:
        return Compared(wait=max(1, wait), refused=True)
    left = SURNAME_TRIES - found.surname_tries
    printed = printed_of(session, found)
    if printed is None:
        return Compared(left=left, wait=wait)
    name = name_to_show(
        surname,
        name=printed.name,
        given_names=printed.given_names,
        surname1=printed.surname1,
        surname2=printed.surname2,
        reserved=reserved,
    )
    if name is not None:
        subject = f"certificate:{found.public_id.hex}"
        record(session, context, action="certificate.name_shown", subject=subject, seminar=seminar.slug, details={"number": found.number})
    return Compared(name, left, wait)


def _count(session: Session, context: ChangeContext, certificate_id: int) -> bool:
    """Count one try, the first of a new hour if the last hour is over; return False where five were counted already."""
    over = or_(Certificate.tries_since.is_(None), Certificate.tries_since <= context.now - TRIES_WITHIN)
    done = session.execute(
        update(Certificate)
        .where(Certificate.id == certificate_id, or_(over, Certificate.surname_tries < SURNAME_TRIES))
        .values(
            surname_tries=case((over, 1), else_=Certificate.surname_tries + 1),
            tries_since=case((over, context.now), else_=Certificate.tries_since),
        )
        .execution_options(synchronize_session=False)
    )
    return isinstance(done, CursorResult) and done.rowcount == 1
