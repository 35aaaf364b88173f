"""The personal link: sent again, or replaced, which voids the earlier one."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from seminar_app.audit import services as audit
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import NotFound
from seminar_app.offices.models import Office
from seminar_app.people.models import Person
from seminar_app.registration.errors import LinkEnded, NoAddress
from seminar_app.registration.links import issue_link
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import link_has_ended
from seminar_app.registration.services.mails import tell
from seminar_app.seminars.models import Seminar


def send_link(session: Session, context: ChangeContext, *, seminar_id: int, registration_id: int, replace: bool) -> None:
    """Mail the personal link to the address on file.

    Args:
        replace: make a new link; the earlier one ends at once, also on a page that is open.

    Raises:
        NotFound: there is no such registration in this seminar.
        NoAddress: the person has no e-mail address.
        LinkEnded: links of this seminar have ended.
    """
    seminar, office, registration = _of_seminar(session, seminar_id, registration_id)
    if registration.person.email is None:
        raise NoAddress
    if link_has_ended(seminar.ends_on, today=context.now.date()):
        raise LinkEnded
    if replace:
        void_link(session, registration)
    tell(session, context, kind="link", seminar=seminar, office=office, registration=registration)
    audit.record(
        session,
        context,
        action="registration.link_replaced" if replace else "registration.link_sent",
        subject=f"registration:{registration.public_id.hex}",
        seminar=seminar.slug,
    )


def replace_links_of(session: Session, context: ChangeContext, person: Person) -> None:
    """Void all links of a person whose address changed, and mail the new ones to the new address."""
    found = session.execute(
        select(Registration, Seminar, Office)
        .join(Seminar, Seminar.id == Registration.seminar_id)
        .join(Office, Office.id == Seminar.office_id)
        .where(Registration.person_id == person.id)
        .options(joinedload(Registration.person))
        .order_by(Registration.id)
    ).all()
    for registration, seminar, office in found:
        void_link(session, registration)
        if not link_has_ended(seminar.ends_on, today=context.now.date()):
            tell(session, context, kind="link", seminar=seminar, office=office, registration=registration)


def void_link(session: Session, registration: Registration) -> None:
    """Make a new link in place of the earlier one, which ends at once."""
    registration.link_version += 1
    issue_link(session, registration)


def _of_seminar(session: Session, seminar_id: int, registration_id: int) -> tuple[Seminar, Office, Registration]:
    found = session.execute(
        select(Seminar, Office, Registration)
        .join(Office, Office.id == Seminar.office_id)
        .join(Registration, Registration.seminar_id == Seminar.id)
        .where(Seminar.id == seminar_id, Registration.id == registration_id)
        .options(joinedload(Registration.person))
        .with_for_update(of=Registration)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found[0], found[1], found[2]
