"""Public forms: kept sealed when they are sent, and made a registration by the button in their mail.

Sending looks nobody up and takes no seat, so it tells a stranger nothing (docs/decisions/0031-a-proven-mailbox.md). Who the person
is, and which seat is drawn, is decided when the button is pressed, in the order of pressing.
"""

from __future__ import annotations

import hmac
import secrets
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from msgspec import Struct
from sqlalchemy import ColumnElement, CursorResult, Table, and_, bindparam, delete, func, or_, select, update
from sqlalchemy.orm import Session, joinedload

from seminar_app.audit import services as audit
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import NotFound
from seminar_app.core.inserts import insert_unless_present
from seminar_app.core.installation import installation_of
from seminar_app.core.links import SecretLink, token_hash
from seminar_app.messages.models import Message
from seminar_app.messages.services import enqueue, forget_of
from seminar_app.people.models import Person
from seminar_app.people.services import PersonData
from seminar_app.registration.errors import FormClosed, FormEnded, WrongCode
from seminar_app.registration.links import BUTTON, BUTTON_ENDPOINT, button_link
from seminar_app.registration.models import FormSent, Registration
from seminar_app.registration.queries.form_page import FormPage, form_page_of
from seminar_app.registration.rules import TYPED_SHOWN, Door, door, form_ends, takes_confirmations
from seminar_app.registration.services.first_opening import prove
from seminar_app.registration.services.mails import facts
from seminar_app.registration.services.registering import Known, known_before, register
from seminar_app.registration.services.sealed_forms import Typed, address_indexes, opened, person_indexes, said_index, seal
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.rules import HasWindow

KIND = "form_sent"
AT_ONCE = timedelta(minutes=1)
"""A form that comes again within this time was sent twice by mistake: a double click, or a connection that broke."""


def send_form(
    session: Session,
    context: ChangeContext,
    *,
    seminar_id: int,
    typed: Typed,
    showing: uuid.UUID,
    read: FormPage | None = None,
) -> FormSent:
    """Keep a form until the button in its mail is pressed, and put that mail into the outbox.

    The same form sent twice at once, from one display, is one row and one mail; sent again after a minute it sends its mail again.

    Args:
        showing: id of this display of the form.
        read: the seminar and its office as the page has just read them; None reads them now. With it the first statement is the
            one that writes, so that all the sealing is done before SQLite's other writers have to wait.

    Raises:
        FormClosed: the seminar does not take registrations by the form now.
        WrongCode: the seminar asks for a code, and this one is wrong.
    """
    page = read or form_page_of(session, seminar_id)
    seminar = page.seminar
    way = door(seminar, now=context.now)
    if way is None or not way.lets_in:
        raise FormClosed
    if way is Door.CODE and not same_code(typed.code, seminar.registration_code):
        raise WrongCode
    ends_at = form_ends(context.now, ends_on=seminar.ends_on, time_zone=seminar.time_zone)
    submission = submission_of(session, showing, seminar_id, typed)
    while True:
        form = _keep(session, context, page, typed=typed, showing=showing, submission=submission, ends_at=ends_at)
        if context.now - form.sent_at < AT_ONCE:
            return form
        submission = uuid.uuid5(submission, form.public_id.hex)


def submission_of(session: Session, showing: uuid.UUID, seminar_id: int, typed: Typed) -> uuid.UUID:
    """Return the id of this display of the form with what it says; a form that was corrected on the same page is another."""
    return uuid.uuid5(showing, f"{seminar_id} {said_index(session, typed).hex()}")


def send_again(session: Session, context: ChangeContext, *, form: FormSent, press: uuid.UUID) -> FormSent:
    """Send the mail of a form again, with a link of its own that ends with the first one's.

    Of a void form the copy is void and its mail has nothing to say: whoever sent the form need not hold the mailbox, and the answer
    must not tell what became of it.

    Args:
        press: id of the page whose button was pressed: pressed twice, it sends one mail.

    Raises:
        FormEnded: the form's time is over, or the seminar takes none any more.
    """
    page = form_page_of(session, form.seminar_id)
    if _is_over(form, page.seminar, context.now):
        raise FormEnded
    submission = uuid.uuid5(form.public_id, press.hex)
    typed = opened(session, form) if form.sealed else None
    return _keep(session, context, page, typed=typed, showing=form.showing, submission=submission, ends_at=form.ends_at, of=form)


def void_form(session: Session, form: FormSent) -> None:
    """Void a form that its sender has corrected, unless its button was pressed."""
    mine = update(FormSent).where(FormSent.id == form.id, FormSent.registration_id.is_(None))
    session.execute(mine.values(void=True).execution_options(synchronize_session=False))


class FormRead(Struct, frozen=True):
    """A form whose button may be pressed, with what is known of its entry without the seats."""

    form: FormSent
    slug: str
    typed: Typed
    known: Known


def read_form(session: Session, form: FormSent, slug: str, typed: Typed) -> FormRead:
    """Read what `confirm` needs, before the transaction that writes: on SQLite all others wait for that one.

    Raises:
        NoSuchAgency: the agency does not exist, or none is named.
    """
    known = known_before(
        session,
        seminar_id=form.seminar_id,
        entry=typed.entry,
        notice_version=typed.notice_version,
        notice_language=typed.notice_language,
        office_notice_id=typed.office_notice_id,
    )
    return FormRead(form, slug, typed, known)


def confirm(session: Session, context: ChangeContext, *, form_id: int, by_mail: bool = True, read: FormRead | None = None) -> Registration:
    """Make a form's registration: its mail's button was pressed, or staff have the person on the phone.

    Pressed again it returns the same registration. Somebody who is registered already, by another form or by staff, keeps the
    registration as it is.

    Args:
        by_mail: the mail's button was pressed, which proves the mailbox. Staff's word on the telephone does not.
        read: the form as it was just read, when it was neither pressed nor over; None reads it now.

    Raises:
        NotFound: the form has been deleted.
        FormEnded: the form has ended or was voided meanwhile, or the seminar takes none any more; or the person has another address
            on file, so that whoever holds the form's mailbox may be a stranger.
    """
    if read is None:
        found = session.execute(_WITH_SEMINAR, {"id": form_id}).one_or_none()
        if found is None:
            raise NotFound
        form, seminar = found
        if (made := confirmed(session, form)) is not None:
            return made
        if form.void or form.registration_id is not None or _is_over(form, seminar, context.now):
            raise FormEnded
        read = read_form(session, form, seminar.slug, opened(session, form))
    form, typed = read.form, read.typed
    registration = register(
        session,
        context,
        seminar_id=form.seminar_id,
        entry=typed.entry,
        submission_id=form.showing,
        notice_version=typed.notice_version,
        notice_language=typed.notice_language,
        office_notice_id=typed.office_notice_id,
        known=read.known,
        proven=by_mail,
    )
    if not _has_address(session, registration, form):
        raise FormEnded
    if by_mail:
        prove(session, context, registration)
    if _press(session, form_id, registration.id):
        subject = f"form_sent:{form.public_id.hex}"
        details = {"registration": registration.public_id.hex}
        audit.record(session, context, action="form.confirmed", subject=subject, seminar=read.slug, details=details)
    return registration


def _press(session: Session, form_id: int, registration_id: int) -> bool:
    """Note what a form's button led to; return whether it had not been pressed before.

    Raises:
        FormEnded: a withdrawal that came before the seats were locked has voided the form, or it was deleted.
    """
    if session.connection().execute(_PRESS, {"form_id": form_id, "made": registration_id}).rowcount:
        return True
    if session.scalar(select(FormSent.id).where(FormSent.id == form_id, ~FormSent.void)) is None:
        raise FormEnded
    return False


def confirmed(session: Session, form: FormSent) -> Registration | None:
    """Return what the button led to; None if it was not pressed, is void, or the person's address is another by now."""
    if form.registration_id is None or form.void:
        return None
    made = session.scalars(_WITH_PERSON, {"id": form.registration_id}).one()
    return made if _has_address(session, made, form) else None


def _has_address(session: Session, registration: Registration, form: FormSent) -> bool:
    person = session.get_one(Person, registration.person_id)
    return form.address_index in address_indexes(session, person.email or "")


def forget_forms(session: Session, ids: Sequence[int]) -> None:
    """Delete forms, and the mails that brought their buttons."""
    owners = session.scalars(select(FormSent.public_id).where(FormSent.id.in_(ids))).all()
    forget_of(session, owners, purpose=BUTTON)
    session.execute(delete(FormSent).where(FormSent.id.in_(ids)).execution_options(synchronize_session=False))


def void_forms_of(session: Session, registration: Registration) -> None:
    """Void the forms of a registration's person in its seminar.

    Their buttons would undo a withdrawal, or lead to the link that replaces a leaked one. Forms of the same display and mailbox
    count too: the person's name may have been corrected since.
    """
    person = registration.person
    mine = FormSent.registration_id == registration.id
    same_display = FormSent.showing.in_(select(FormSent.showing).where(mine))
    theirs = or_(
        FormSent.person_index.in_(person_indexes(session, person.email, person.search_key)),
        and_(same_display, FormSent.address_index.in_(address_indexes(session, person.email or ""))),
    )
    here = or_(mine, and_(FormSent.seminar_id == registration.seminar_id, theirs))
    session.execute(update(FormSent).where(here).values(void=True).execution_options(synchronize_session=False))


def erase_forms_of(session: Session, context: ChangeContext, person: Person, registration_ids: Sequence[int]) -> None:
    """Empty all forms of a person who is erased, and delete their mails.

    They are found by the person's registrations, by address and name, and by the address alone where nobody else has it. What was
    typed within the last hour is emptied when that hour is over (`empty_erased_forms`), as the page after the form shows it as long.
    """
    email = person.email or ""
    theirs: ColumnElement[bool] = FormSent.person_index.in_(person_indexes(session, person.email, person.search_key))
    if person.email and session.scalar(select(Person.id).where(Person.email == email, Person.id != person.id).limit(1)) is None:
        theirs = or_(theirs, FormSent.address_index.in_(address_indexes(session, email)))
    rows = session.scalars(select(FormSent).where(or_(FormSent.registration_id.in_(registration_ids), theirs))).all()
    forget_of(session, [row.public_id for row in rows], purpose=BUTTON)
    for row in rows:
        row.void, row.registration_id, row.erase_at = True, None, row.sent_at + TYPED_SHOWN
        row.submission_id, row.showing = uuid.uuid4(), uuid.uuid4()
        row.address_index, row.person_index, row.link_hash = (secrets.token_bytes(32) for _ in range(3))
    empty_erased_forms(session, context)


def empty_erased_forms(session: Session, context: ChangeContext) -> int:
    """Empty the forms of erased people whose hour is over; return how many."""
    session.flush()
    due = update(FormSent).where(FormSent.erase_at <= context.now, func.length(FormSent.sealed) > 0)
    done = session.execute(due.values(sealed=b"").execution_options(synchronize_session=False))
    return done.rowcount if isinstance(done, CursorResult) else 0


def mails_within_the_hour(session: Session, form: FormSent, address: str, since: datetime) -> tuple[int, int]:
    """Count the mails of forms that left from `since` on: to the same person about this seminar, and to the mailbox in all."""
    left = (Message.kind == KIND, Message.sent_at > since)
    same = select(FormSent.public_id).where(FormSent.person_index == form.person_index, FormSent.seminar_id == form.seminar_id)
    person = select(func.count()).select_from(Message).where(*left, Message.link_owner.in_(same))
    mailbox = select(func.count()).select_from(Message).where(*left, Message.to_address == address)
    return session.scalar(person) or 0, session.scalar(mailbox) or 0


def same_code(typed: str | None, code: str | None) -> bool:
    """Whether the codes are equal, ignoring case and surrounding spaces. The comparison takes constant time."""
    a, b = ((text or "").strip().casefold().encode("utf-8", "surrogatepass") for text in (typed, code))
    return bool(b) and hmac.compare_digest(a, b)


_WITH_SEMINAR = select(FormSent, Seminar).join(Seminar, Seminar.id == FormSent.seminar_id).where(FormSent.id == bindparam("id"))
_FORMS = cast(Table, FormSent.__table__)
_PRESS = (
    update(_FORMS)
    .where(_FORMS.c.id == bindparam("form_id"), _FORMS.c.registration_id.is_(None), ~_FORMS.c.void)
    .values(registration_id=bindparam("made"))
)
_WITH_PERSON = select(Registration).where(Registration.id == bindparam("id")).options(joinedload(Registration.person))


def _is_over(form: FormSent, seminar: HasWindow, now: datetime) -> bool:
    return now >= form.ends_at or not takes_confirmations(seminar, now=now)


def _keep(
    session: Session,
    context: ChangeContext,
    page: FormPage,
    *,
    typed: Typed | None,
    showing: uuid.UUID,
    submission: uuid.UUID,
    ends_at: datetime,
    of: FormSent | None = None,
) -> FormSent:
    """Keep the form under a new id, and enqueue its mail; or return the row that this submission made before.

    Args:
        typed: None for a copy of a form that was emptied.
        of: the form that it is a copy of.
    """
    public_id = uuid.uuid4()
    link = button_link(public_id)
    erased = of is not None and of.erase_at is not None
    form = FormSent(
        public_id=public_id,
        seminar_id=page.seminar.id,
        submission_id=submission,
        showing=showing,
        link_hash=token_hash(link.token(installation_of(session).settings.secret_keys[0])),
        void=of is not None and of.void,
        sent_at=context.now,
        ends_at=ends_at,
        erase_at=context.now + TYPED_SHOWN if erased else None,
    )
    seal(installation_of(session).ring, form, typed, findable=not erased)
    mail = _mail(page, person=typed.entry.person if typed else None, link=link)
    if not insert_unless_present(session, form, index_elements=("submission_id",)):
        return session.scalars(select(FormSent).where(FormSent.submission_id == submission)).one()
    enqueue(session, context, **mail)
    audit.record(session, context, action="form.sent", subject=f"form_sent:{public_id.hex}", seminar=page.seminar.slug)
    return form


def _mail(page: FormPage, *, person: PersonData | None, link: SecretLink) -> dict[str, Any]:
    """Return the mail for the outbox. It has the address and no name: what it says is decided when it is rendered."""
    language = person.language if person else "es"
    return {
        "kind": KIND,
        "language": language,
        "to_address": (person.email if person else None) or "",
        "to_name": "",
        "facts": facts(page.seminar, page.office, language),
        "link": link,
        "link_endpoint": BUTTON_ENDPOINT,
    }
