"""What the mail of a form, that of a lost link and that of changes turn out to say when they leave. Only here is anybody looked up.

The pages that lead to these mails answer everybody alike, at once; the mail is read by whoever holds the mailbox.
"""

from __future__ import annotations

import uuid
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from seminar_app.core import clock
from seminar_app.messages.models import Message
from seminar_app.messages.rendering import AddressOf, Resolved, add_facts, link_of, resolve
from seminar_app.messages.rules import unlinkable
from seminar_app.offices.models import Office
from seminar_app.people.models import Person
from seminar_app.people.queries import find_person, kept_record
from seminar_app.people.rules import reserved_name
from seminar_app.registration import seminar_changes
from seminar_app.registration.change_words import lines_of
from seminar_app.registration.errors import FormEnded
from seminar_app.registration.first_mail import News, bare, mailbox_of, tells
from seminar_app.registration.links import BUTTON_ENDPOINT, ENDPOINT, link_now
from seminar_app.registration.models import ChangeNotice, FormSent, Registration
from seminar_app.registration.queries import alternate_place
from seminar_app.registration.rules import day_there, form_changes, link_has_ended, may_mail_again
from seminar_app.registration.services import change_notices, invitations, opened
from seminar_app.registration.services.forms_sent import KIND, mails_within_the_hour
from seminar_app.registration.services.links import LINKS
from seminar_app.registration.services.mails import facts
from seminar_app.seminars.models import Seminar, SeminarSession
from seminar_app.seminars.rules import Announced
from seminar_app.web.filters import local_instant, local_time, long_date
from seminar_app.web.places import zone_words

AN_HOUR = timedelta(hours=1)
SEATED = ("registered", "seat_given", "approved")
"""Mails that say when to come."""


def init_app() -> None:
    """Register them."""
    resolve(KIND, _of_form)
    resolve(LINKS, _of_address)
    tells(change_notices.KIND, News.CHANGED)
    tells(invitations.KIND, News.INVITED)
    tells(invitations.REMINDER, News.REMINDED)
    tells(seminar_changes.KIND, News.CANCELLED)
    resolve(change_notices.KIND, _of_changes)
    resolve(change_notices.LIAISON_KIND, _of_changes)
    for kind in SEATED:
        add_facts(kind, _hour)
    add_facts("alternate", _release)


def _hour(session: Session, message: Message) -> dict[str, str]:
    """Return when the first session begins, as it is planned when the mail leaves; nothing without a session."""
    first = select(Seminar.time_zone, func.min(SeminarSession.starts_at)).join(SeminarSession, SeminarSession.seminar_id == Seminar.id)
    found = session.execute(first.where(Seminar.slug == message.context.get("slug", "")).group_by(Seminar.id)).one_or_none()
    if found is None:
        return {}
    zone, begins = found
    return {"begins": _("Begins at %(time)s, %(zone)s", time=local_time(begins, zone), zone=zone_words(zone))}


def _release(session: Session, message: Message) -> dict[str, str]:
    """Return the day from which an alternate may have an open seat, as it stands when the mail leaves; nothing if there is none."""
    of = select(Registration.id, Seminar).join(Seminar, Seminar.id == Registration.seminar_id)
    found = session.execute(of.where(Registration.public_id == message.link_owner)).one_or_none()
    if found is None:
        return {}
    today = day_there(clock.now(), found.Seminar.time_zone)
    place = alternate_place(session, found.Seminar, found.id, today=today)
    return {"release_day": long_date(place.release_on)} if place and place.release_on and not place.open_too else {}


def _of_form(session: Session, message: Message, address_of: AddressOf) -> Resolved | None:
    """Return the button, or where the person is registered already, how that stands.

    None: the form was pressed, is void or does not open; the mail is one too many; or the person has another address on file.
    """
    button = link_of(message)
    found = session.execute(
        select(FormSent, Seminar, Office)
        .join(Seminar, Seminar.id == FormSent.seminar_id)
        .join(Office, Office.id == Seminar.office_id)
        .where(FormSent.public_id == message.link_owner, FormSent.registration_id.is_(None), ~FormSent.void)
    ).one_or_none()
    if found is None or button is None:
        return None
    form, seminar, office = found
    to_person, to_mailbox = mails_within_the_hour(session, form, message.to_address, clock.now() - AN_HOUR)
    if not may_mail_again(to_person=to_person, to_mailbox=to_mailbox):
        return None
    try:
        typed = opened(session, form)
    except FormEnded:
        return None
    person = find_person(session, email=typed.entry.person.email or "", key=typed.entry.person.search_key)
    person = kept_record(session, person) if person is not None else None
    if person is not None and person.email != message.to_address:
        return None
    registration = _registered(session, form.seminar_id, person) if person is not None else None
    if registration is not None and person is not None:
        own = {
            "state": registration.state.value,
            "code": reserved_name(registration.reserved_code) if person.reserved else "",
            "link": address_of(link_now(registration), ENDPOINT, registration.link_hash),
        }
        said = facts(seminar, office, registration.language) | own
        whole = Resolved(kind="already_registered", language=registration.language, to_name=person.certificate_name, facts=said)
        mailbox = mailbox_of(registration, person, at=message.sent_at)
        return whole if mailbox.proven else bare(whole, kind=whole.kind, link=None if mailbox.ended else own["link"])
    said = {
        "link": address_of(button, BUTTON_ENDPOINT, form.link_hash),
        "until": local_instant(form.ends_at, seminar.time_zone),
    }
    return Resolved(kind=KIND, to_name=typed.entry.person.certificate_name, facts=said)


def _registered(session: Session, seminar_id: int, person: Person) -> Registration | None:
    """Return the person's registration in the seminar, if a form would not change it."""
    found = session.scalar(select(Registration).where(Registration.seminar_id == seminar_id, Registration.person_id == person.id))
    return None if found is None or form_changes(found.state) else found


def _of_address(session: Session, message: Message, address_of: AddressOf) -> Resolved | None:
    """Return the personal links of everybody with this address; None where there is nobody, or such a mail left within the hour."""
    left = (Message.kind == LINKS, Message.to_address == message.to_address, Message.sent_at > clock.now() - AN_HOUR)
    if session.scalar(select(Message.id).where(*left).limit(1)) is not None:
        return None
    rows = session.execute(
        select(Registration, Seminar, Office)
        .join(Registration.person)
        .join(Seminar, Seminar.id == Registration.seminar_id)
        .join(Office, Office.id == Seminar.office_id)
        .where(Person.email == message.to_address, Person.merged_into_id.is_(None))
        .order_by(Seminar.starts_on.desc(), Registration.id)
        .options(joinedload(Registration.person))
    )
    today = clock.now().date()
    found = [
        facts(seminar, office, message.language)
        | {
            "name": unlinkable(registration.person.certificate_name) if mailbox.proven else "",
            "link": address_of(link_now(registration), ENDPOINT, registration.link_hash),
        }
        for registration, seminar, office in rows
        if not link_has_ended(seminar.ends_on, today=today)
        and not (mailbox := mailbox_of(registration, registration.person, at=message.sent_at)).ended
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
