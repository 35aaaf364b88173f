"""Public forms: kept sealed when they are sent, and made a registration by the button in their mail.

Sending looks nobody up and takes no seat, so it tells a stranger nothing (docs/decisions/0031-a-proven-mailbox.md). Who the person
is, and which seat is drawn, is decided when the button is pressed, in the order of pressing.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import CursorResult, and_, bindparam, delete, func, or_, select, update
from sqlalchemy.orm import Session, joinedload

from seminar_app.audit import services as audit
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import NotFound
from seminar_app.core.inserts import insert_unless_present
from seminar_app.core.installation import installation_of
from seminar_app.core.links import SecretLink, token_hash
from seminar_app.messages.services import enqueue, forget_of
from seminar_app.offices.models import Office
from seminar_app.people.models import Person
from seminar_app.people.services import PersonData
from seminar_app.registration.errors import FormClosed, FormEnded, WrongCode
from seminar_app.registration.links import BUTTON, BUTTON_ENDPOINT, button_link
from seminar_app.registration.models import FormSent, Registration
from seminar_app.registration.rules import Door, door, form_ends, takes_confirmations
from seminar_app.registration.services.mails import facts
from seminar_app.registration.services.registering import register
from seminar_app.registration.services.sealed_forms import Typed, opened, person_indexes, plain, seal
from seminar_app.seminars.models import Seminar

log = logging.getLogger(__name__)

KIND = "form_sent"
AT_ONCE = timedelta(minutes=1)
"""A form that comes again within this time was sent twice by mistake: a double click, or a connection that broke."""
TABLE = FormSent.__tablename__


def send_form(session: Session, context: ChangeContext, *, seminar_id: int, typed: Typed, showing: uuid.UUID) -> FormSent:
    """Keep a form until the button in its mail is pressed, and put that mail into the outbox.

    The same form sent twice at once, from one display, is one row and one mail; sent again after a minute it sends its mail again.

    Args:
        showing: id of this display of the form.

    Raises:
        FormClosed: the seminar does not take registrations by the form now.
        WrongCode: the seminar asks for a code, and this one is wrong.
    """
    seminar, office = _seminar(session, seminar_id)
    way = door(seminar, now=context.now)
    if way is None or not way.lets_in:
        raise FormClosed
    if way is Door.CODE and not same_code(typed.code, seminar.registration_code):
        raise WrongCode
    ends_at = form_ends(context.now, ends_on=seminar.ends_on, time_zone=seminar.time_zone)
    submission = submission_of(showing, seminar_id, typed)
    while True:
        form = _keep(session, context, seminar, office, typed=typed, showing=showing, submission=submission, ends_at=ends_at)
        if context.now - form.sent_at < AT_ONCE and not form.void:
            return form
        submission = uuid.uuid5(submission, form.public_id.hex)


def submission_of(showing: uuid.UUID, seminar_id: int, typed: Typed) -> uuid.UUID:
    """Return the id of this display of the form with what it says; a form that was corrected on the same page is another."""
    return uuid.uuid5(showing, f"{seminar_id} {hashlib.sha256(plain(typed)).hexdigest()}")


def send_again(session: Session, context: ChangeContext, *, form: FormSent, press: uuid.UUID) -> FormSent:
    """Send the mail of a form again, with a link of its own that ends with the first one's.

    Args:
        press: id of the page whose button was pressed: pressed twice, it sends one mail.

    Raises:
        FormEnded: the form has ended, or the seminar takes none any more.
    """
    seminar, office = _seminar(session, form.seminar_id)
    _refuse_if_ended(form, seminar, context.now)
    submission = uuid.uuid5(form.public_id, press.hex)
    typed = opened(session, form)
    return _keep(session, context, seminar, office, typed=typed, showing=form.showing, submission=submission, ends_at=form.ends_at)


def confirm(session: Session, context: ChangeContext, *, form_id: int) -> Registration:
    """Make a form's registration: its mail's button was pressed, or staff have the person on the phone.

    Pressed again it returns the same registration. Somebody who is registered already, by another form or by staff, keeps the
    registration as it is.

    Raises:
        NotFound: the form has been deleted.
        FormEnded: the form has ended, or the seminar takes none any more.
    """
    found = session.execute(
        select(FormSent, Seminar).join(Seminar, Seminar.id == FormSent.seminar_id).where(FormSent.id == form_id)
    ).one_or_none()
    if found is None:
        raise NotFound
    form, seminar = found
    if form.registration_id is not None and not form.void:
        return session.scalars(_WITH_PERSON, {"id": form.registration_id}).one()
    _refuse_if_ended(form, seminar, context.now)
    typed = opened(session, form)
    registration = register(
        session,
        context,
        seminar_id=form.seminar_id,
        entry=typed.entry,
        submission_id=form.showing,
        notice_version=typed.notice_version,
        notice_language=typed.notice_language,
        office_notice_id=typed.office_notice_id,
        still_counts=lambda: _counts(session, form_id),
    )
    mine = update(FormSent).where(FormSent.id == form_id, FormSent.registration_id.is_(None))
    done = session.execute(mine.values(registration_id=registration.id).execution_options(synchronize_session=False))
    if isinstance(done, CursorResult) and done.rowcount:
        subject = f"form_sent:{form.public_id.hex}"
        details = {"registration": registration.public_id.hex}
        audit.record(session, context, action="form.confirmed", subject=subject, seminar=seminar.slug, details=details)
    return registration


def forget_forms(session: Session, ids: Sequence[int]) -> None:
    """Delete forms, and the mails that brought their buttons."""
    owners = session.scalars(select(FormSent.public_id).where(FormSent.id.in_(ids))).all()
    forget_of(session, owners, purpose=BUTTON)
    session.execute(delete(FormSent).where(FormSent.id.in_(ids)).execution_options(synchronize_session=False))


def void_forms_of(session: Session, registration: Registration) -> None:
    """Void the forms of a registration's person in its seminar.

    Their buttons would undo a withdrawal, or lead to the link that replaces a leaked one.
    """
    person = registration.person
    theirs = FormSent.person_index.in_(person_indexes(session, person.email, person.search_key))
    here = or_(FormSent.registration_id == registration.id, and_(FormSent.seminar_id == registration.seminar_id, theirs))
    session.execute(update(FormSent).where(here).values(void=True).execution_options(synchronize_session=False))


def erase_forms_of(session: Session, person: Person, registration_ids: Sequence[int]) -> None:
    """Empty all forms of a person who is erased, found by their registrations and by address and name, and delete their mails."""
    theirs = FormSent.person_index.in_(person_indexes(session, person.email, person.search_key))
    rows = session.scalars(select(FormSent).where(or_(FormSent.registration_id.in_(registration_ids), theirs))).all()
    forget_of(session, [row.public_id for row in rows], purpose=BUTTON)
    for row in rows:
        row.void, row.sealed, row.registration_id = True, b"", None
        row.address_index = row.person_index = secrets.token_bytes(32)
        row.link_hash = secrets.token_bytes(32)


def sent_within_the_hour(session: Session, form: FormSent, since: datetime) -> int:
    """Count the forms of the same person in the same seminar that were sent from `since` on and before this one."""
    before = (FormSent.person_index == form.person_index, FormSent.seminar_id == form.seminar_id, FormSent.id < form.id)
    return session.scalar(select(func.count()).select_from(FormSent).where(*before, FormSent.sent_at > since)) or 0


def same_code(typed: str | None, code: str | None) -> bool:
    """Whether the codes are equal, ignoring case and surrounding spaces. The comparison takes constant time."""
    a, b = ((text or "").strip().casefold().encode("utf-8", "surrogatepass") for text in (typed, code))
    return bool(b) and hmac.compare_digest(a, b)


_SEMINAR = select(Seminar, Office).join(Office, Office.id == Seminar.office_id).where(Seminar.id == bindparam("seminar_id"))
_WITH_PERSON = select(Registration).where(Registration.id == bindparam("id")).options(joinedload(Registration.person))


def _seminar(session: Session, seminar_id: int) -> tuple[Seminar, Office]:
    found = session.execute(_SEMINAR, {"seminar_id": seminar_id}, execution_options={"populate_existing": True}).one_or_none()
    if found is None:
        raise NotFound
    return found[0], found[1]


def _counts(session: Session, form_id: int) -> bool:
    return session.scalar(select(FormSent.id).where(FormSent.id == form_id, ~FormSent.void)) is not None


def _refuse_if_ended(form: FormSent, seminar: Seminar, now: datetime) -> None:
    if form.void or now >= form.ends_at or not takes_confirmations(seminar, now=now):
        raise FormEnded


def _keep(
    session: Session,
    context: ChangeContext,
    seminar: Seminar,
    office: Office,
    *,
    typed: Typed,
    showing: uuid.UUID,
    submission: uuid.UUID,
    ends_at: datetime,
) -> FormSent:
    """Keep the form under a new id, and enqueue its mail; or return the row that this submission made before."""
    public_id, person = uuid.uuid4(), typed.entry.person
    link = button_link(public_id)
    form = FormSent(
        public_id=public_id,
        seminar_id=seminar.id,
        submission_id=submission,
        showing=showing,
        link_hash=token_hash(link.token(installation_of(session).settings.secret_keys[0])),
        reserved=person.reserved_reason is not None,
        sent_at=context.now,
        ends_at=ends_at,
    )
    seal(installation_of(session).ring, form, typed)
    if not insert_unless_present(session, form, index_elements=("submission_id",)):
        return session.scalars(select(FormSent).where(FormSent.submission_id == submission)).one()
    _enqueue(session, context, seminar, office, person=person, link=link)
    audit.record(session, context, action="form.sent", subject=f"form_sent:{public_id.hex}", seminar=seminar.slug)
    return form


def _enqueue(session: Session, context: ChangeContext, seminar: Seminar, office: Office, *, person: PersonData, link: SecretLink) -> None:
    """Put the mail into the outbox. Its row has the address and no name: what it says is decided when it is rendered."""
    enqueue(
        session,
        context,
        kind=KIND,
        language=person.language,
        to_address=person.email or "",
        to_name="",
        facts=facts(seminar, office, person.language),
        link=link,
        link_endpoint=BUTTON_ENDPOINT,
    )
