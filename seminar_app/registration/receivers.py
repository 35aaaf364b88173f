"""Mail to reserved identities, for the page of messages: by the personal link's registration, or by address and name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from seminar_app.messages.models import Message
from seminar_app.messages.receivers import Withheld, withhold
from seminar_app.people.models import Person
from seminar_app.people.rules import reserved_name
from seminar_app.registration.links import INVITATION, PURPOSE
from seminar_app.registration.models import FormSent, Registration
from seminar_app.registration.services.forms_sent import KIND
from seminar_app.registration.services.links import LINKS

OF_REGISTRATIONS = (PURPOSE, INVITATION)


def init_app() -> None:
    """Register them."""
    withhold(RESERVED)


def _is_reserved() -> ColumnElement[bool]:
    by_link = exists().where(
        Registration.public_id == Message.link_owner,
        Registration.person_id == Person.id,
        Person.reserved,
        Message.link_purpose.in_(OF_REGISTRATIONS),
    )
    return or_(by_link, exists().where(_by_name()), _by_form())


def _by_form() -> ColumnElement[bool]:
    """Mail whose text is decided when it is rendered: its row has no name, so any reserved identity at its address counts."""
    asks = exists().where(FormSent.public_id == Message.link_owner, FormSent.reserved)
    known = exists().where(Person.reserved, Person.email == Message.to_address)
    return and_(Message.kind.in_((KIND, LINKS)), or_(asks, known))


def _by_name() -> ColumnElement[bool]:
    return and_(Person.reserved, Person.email == Message.to_address, Person.certificate_name == Message.to_name)


def _codes(session: Session, messages: Sequence[Message]) -> Mapping[int, str]:
    """Return the codes by message id. Mail that belongs to no registration has the text for an unknown code."""
    ids = [message.id for message in messages]
    by_name = select(Message.id).join(Person, _by_name()).where(Message.id.in_(ids))
    by_link = (
        select(Message.id, Registration.reserved_code)
        .join(Registration, Registration.public_id == Message.link_owner)
        .join(Person, Person.id == Registration.person_id)
        .where(Message.id.in_(ids), Message.link_purpose.in_(OF_REGISTRATIONS), Person.reserved)
    )
    by_form = select(Message.id).where(Message.id.in_(ids), _by_form())
    unnamed = (*session.scalars(by_name), *session.scalars(by_form))
    unknown = {message_id: reserved_name(None) for message_id in unnamed}
    return unknown | {message_id: reserved_name(code) for message_id, code in session.execute(by_link)}


RESERVED = Withheld(_is_reserved, _codes)
