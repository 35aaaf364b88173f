"""The personal link: sent again, or replaced, which voids the earlier one."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from seminar_app.audit import services as audit
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import NotFound
from seminar_app.messages.services import enqueue
from seminar_app.offices.models import Office
from seminar_app.people.models import Person
from seminar_app.people.queries import merged_together
from seminar_app.registration.errors import LinkEnded, NoAddress
from seminar_app.registration.first_opening_rules import MOST_WRONG_SURNAMES
from seminar_app.registration.links import issue_link
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import link_has_ended
from seminar_app.registration.services.forms_sent import void_forms_of
from seminar_app.registration.services.holding import renew_invitation_link
from seminar_app.registration.services.locked_seats import locked_registration
from seminar_app.registration.services.mails import tell
from seminar_app.seminars.models import Seminar

LINKS = "links"
"""Kind of the mail with all personal links of an address."""


def send_link(session: Session, context: ChangeContext, *, seminar_id: int, registration_id: int, replace: bool) -> None:
    """Mail the personal link to the address on file.

    Args:
        replace: make a new link; the earlier one ends at once, also on a page that is open, and with it the links of registrations
            that left this seminar by a merge, because they open the one that stayed. One that wrong surnames ended is replaced anyway.

    Raises:
        NotFound: there is no such registration in this seminar.
        NoAddress: the person has no e-mail address.
        LinkEnded: links of this seminar have ended.
    """
    seats, registration = locked_registration(session, registration_id)
    seminar = seats.seminar
    if registration.seminar_id != seminar_id:
        raise NotFound
    if registration.person.email is None:
        raise NoAddress
    if link_has_ended(seminar.ends_on, today=context.now.date()):
        raise LinkEnded
    if replace or registration.wrong_surnames >= MOST_WRONG_SURNAMES:
        for each, _seminar, _office in _of_person(session, registration.person_id, Registration.seminar_id == seminar_id):
            void_link(session, each)
            _record(session, context, "registration.link_replaced", each, seminar)
    else:
        _record(session, context, "registration.link_sent", registration, seminar)
    tell(session, context, kind="link", seminar=seminar, office=seats.office, registration=registration)


def replace_links_of(session: Session, context: ChangeContext, person: Person) -> None:
    """Void all links of a person whose address changed, and mail the new ones to the new address.

    Links of records that were merged with the person's open the registrations that stayed, so they are voided too, without a mail.
    """
    for registration, seminar, office in _of_person(session, person.id):
        void_link(session, registration)
        _record(session, context, "registration.link_replaced", registration, seminar)
        if registration.person_id == person.id and not link_has_ended(seminar.ends_on, today=context.now.date()):
            tell(session, context, kind="link", seminar=seminar, office=office, registration=registration)


def ask_for_links(session: Session, context: ChangeContext, *, address: str, language: str) -> None:
    """Have the personal links of everybody with this address mailed to it, at most once an hour.

    Nothing is looked up here, neither people nor earlier mails, so that each answer takes the same time: that is done when the mail
    is rendered (`registration.mail_contents`), and where nobody is found, or a mail left within the hour, none is sent.

    Args:
        address: in normal form.
    """
    enqueue(session, context, kind=LINKS, language=language, to_address=address, to_name="", facts={})
    audit.record(session, context, action="links.asked", subject="outbox:links")


def void_link(session: Session, registration: Registration) -> None:
    """Make a new link in place of the earlier one, which ends at once; forms that would lead to the new one are void.

    An invitation that was not answered gets a new link too: whoever has the old mail may be a stranger.
    """
    void_forms_of(session, registration)
    registration.link_version += 1
    registration.wrong_surnames = 0
    issue_link(session, registration)
    renew_invitation_link(session, registration)


def _of_person(session: Session, person_id: int, *conditions: ColumnElement[bool]) -> list[tuple[Registration, Seminar, Office]]:
    """Return the registrations of all records that were merged together with this one, with their seminars and offices."""
    found = session.execute(
        select(Registration, Seminar, Office)
        .join(Seminar, Seminar.id == Registration.seminar_id)
        .join(Office, Office.id == Seminar.office_id)
        .where(Registration.person_id.in_(merged_together(session, person_id)), *conditions)
        .options(joinedload(Registration.person))
        .order_by(Registration.id)
    )
    return [(registration, seminar, office) for registration, seminar, office in found]


def _record(session: Session, context: ChangeContext, action: str, registration: Registration, seminar: Seminar) -> None:
    audit.record(session, context, action=action, subject=f"registration:{registration.public_id.hex}", seminar=seminar.slug)
