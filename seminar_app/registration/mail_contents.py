"""What the mail of a form, that of a lost link and that of changes turn out to say when they leave. Only here is anybody looked up.

The pages that lead to these mails answer everybody alike, at once; the mail is read by whoever holds the mailbox.
"""

from __future__ import annotations

import uuid
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from seminar_app.core import clock
from seminar_app.core.dates import date_range
from seminar_app.messages.models import Message
from seminar_app.messages.rendering import AddressOf, Resolved, link_of, resolve
from seminar_app.people.models import Person
from seminar_app.people.queries import find_person, kept_record
from seminar_app.people.rules import reserved_name
from seminar_app.registration.change_words import lines_of
from seminar_app.registration.links import BUTTON_ENDPOINT, ENDPOINT, link_now
from seminar_app.registration.models import ChangeNotice, FormSent, Registration
from seminar_app.registration.rules import link_has_ended, may_mail_again, may_register_again
from seminar_app.registration.services import Typed, change_notices, opened
from seminar_app.registration.services.forms_sent import KIND, sent_within_the_hour
from seminar_app.registration.services.links import LINKS
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.rules import Announced
from seminar_app.web.filters import local_instant

AN_HOUR = timedelta(hours=1)


def init_app() -> None:
    """Register them."""
    resolve(KIND, _of_form)
    resolve(LINKS, _of_address)
    resolve(change_notices.KIND, _of_changes)
    resolve(change_notices.LIAISON_KIND, _of_changes)


def _of_form(session: Session, message: Message, address_of: AddressOf) -> Resolved | None:
    """Return the button, or where the person is registered already, how that stands; None if the mail is one too many."""
    found = session.execute(
        select(FormSent, Seminar)
        .join(Seminar, Seminar.id == FormSent.seminar_id)
        .where(FormSent.public_id == message.link_owner, FormSent.registration_id.is_(None), ~FormSent.void)
    ).one_or_none()
    button = link_of(message)
    if found is None or button is None:
        return None
    form, seminar = found
    if not may_mail_again(sent_within_the_hour(session, form, form.sent_at - AN_HOUR)):
        return None
    typed = opened(session, form)
    registration = _registered(session, form, typed)
    if registration is not None:
        person = registration.person
        facts = {
            "state": registration.state.value,
            "code": reserved_name(registration.reserved_code) if person.reserved else "",
            "link": address_of(link_now(registration), ENDPOINT, registration.link_hash),
        }
        return Resolved(kind="already_registered", to_name=person.certificate_name, facts=facts)
    facts = {
        "link": address_of(button, BUTTON_ENDPOINT, form.link_hash),
        "until": local_instant(form.ends_at, seminar.time_zone),
    }
    return Resolved(kind=KIND, to_name=typed.entry.person.certificate_name, facts=facts)


def _registered(session: Session, form: FormSent, typed: Typed) -> Registration | None:
    """Return the registration that the form's person has already and that the form would not change."""
    person = find_person(session, email=typed.entry.person.email or "", key=typed.entry.person.search_key)
    if person is None:
        return None
    theirs = select(Registration).where(
        Registration.seminar_id == form.seminar_id, Registration.person_id == kept_record(session, person).id
    )
    found = session.scalar(theirs.options(joinedload(Registration.person)))
    return None if found is None or may_register_again(found.state) else found


def _of_address(session: Session, message: Message, address_of: AddressOf) -> Resolved | None:
    """Return the personal links of everybody with this address; None where there is nobody."""
    rows = session.execute(
        select(Registration, Seminar)
        .join(Registration.person)
        .join(Seminar, Seminar.id == Registration.seminar_id)
        .where(Person.email == message.to_address, Person.merged_into_id.is_(None))
        .order_by(Seminar.starts_on.desc(), Registration.id)
        .options(joinedload(Registration.person))
    )
    today, spanish = clock.now().date(), message.language == "es"
    found = [
        {
            "name": registration.person.certificate_name,
            "title": next(filter(None, (seminar.title_es, seminar.title_en) if spanish else (seminar.title_en, seminar.title_es))),
            "days": date_range(seminar.starts_on, seminar.ends_on, message.language),
            "link": address_of(link_now(registration), ENDPOINT, registration.link_hash),
        }
        for registration, seminar in rows
        if not link_has_ended(seminar.ends_on, today=today)
    ]
    return Resolved(kind=LINKS, to_name="", facts={"registrations": found}) if found else None


def _of_changes(session: Session, message: Message, address_of: AddressOf) -> Resolved | None:
    """Return what has changed, in the reader's words, with the personal link where the reader has one."""
    notice = session.scalar(select(ChangeNotice).where(ChangeNotice.public_id == uuid.UUID(message.context["notice"])))
    if notice is None or notice.after is None:
        return None
    link = link_of(message)
    facts = {
        "changes": lines_of(Announced.from_json(notice.before), Announced.from_json(notice.after), at=notice.changed_at),
        "link": address_of(link, ENDPOINT, None) if link is not None else None,
    }
    return Resolved(kind=message.kind, to_name=message.to_name, facts=facts)
