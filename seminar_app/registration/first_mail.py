"""What a mail says to a mailbox that nobody has shown to be its person's: neither name nor agency, unit, state or code.

One function decides for every mail that brings a personal link, of whatever kind and room, when it leaves: `messages.rendering.cover`.
So a new kind of mail is covered without knowing of it. What is public about the seminar may be said; a room says which news its kind
tells, with `tells`, or that its words were written to many, with `written_to_many`.

Source: docs/decisions/0044-the-first-opening.md.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Any

from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from seminar_app.messages.models import Message
from seminar_app.messages.rendering import AddressOf, Owners, Resolved, cover
from seminar_app.people.models import Person
from seminar_app.registration.first_opening_rules import Opening, decide_opening
from seminar_app.registration.links import INVITATION, PURPOSE
from seminar_app.registration.models import Registration

KIND = "first_mail"
PUBLIC_FACTS = ("title", "days", "office", "office_email", "office_phone")
"""What the seminar's public page says too."""
OF_CHANGES = ("changes", "reason")
OF_INVITATIONS = ("last_day",)
OF_LETTERS = (*PUBLIC_FACTS, "subject", "text", "in_own_language", "asks")


class News(StrEnum):
    """What such a mail may say beside that there is a page. It tells nothing of what was decided about the reader."""

    ENTERED = "entered"
    """The first mail to this mailbox about this seminar: the address was entered."""
    LATER = "later"
    """Something has changed, whatever it is: a seat, a turn and a withdrawal read alike."""
    AGAIN = "again"
    """The link is sent once more."""
    CHANGED = "changed"
    CANCELLED = "cancelled"
    FEEDBACK = "feedback"
    INVITED = "invited"
    REMINDED = "reminded"
    """The invitation still waits for an answer."""


_OF_NEWS = {News.CHANGED: OF_CHANGES, News.CANCELLED: OF_CHANGES, News.INVITED: OF_INVITATIONS, News.REMINDED: OF_INVITATIONS}
OFF_THE_LIST = ("declined", "removed", "substituted", "withdrawn", "withdrawn_by_agency", "exchanged")
"""Mails that never say that an address was entered, also where they are the first."""
_news: dict[str, tuple[News, News]] = {}
_to_many: set[str] = set()


def init_app() -> None:
    """Ask for every mail with a personal link."""
    for kind in OFF_THE_LIST:
        tells(kind, News.LATER)
    tells("link", News.ENTERED, later=News.AGAIN)
    tells("already_registered", News.AGAIN)
    cover(PURPOSE, _covered, _owners)
    cover(INVITATION, _covered, _owners)


def tells(kind: str, news: News, *, later: News | None = None) -> None:
    """Let mails of a kind tell these news also where the mailbox is not proven.

    Args:
        later: what they tell where they are not the first to this mailbox about this seminar; None: the same.
    """
    _news[kind] = news, later or news


def written_to_many(kind: str) -> None:
    """Let mails of a kind keep the words that staff wrote to many, without name and code."""
    _to_many.add(kind)


class Mailbox(Struct, frozen=True):
    """How a registration's mailbox stands: whether it is the person's, and whether the link has ended."""

    proven: bool
    ended: bool


def mailbox_of(registration: Registration, person: Person, *, at: datetime | None = None) -> Mailbox:
    """Return how the mailbox stands now, or stood when a mail was sent."""
    proven = person.email_proven_at is not None and (at is None or person.email_proven_at <= at)
    wrong = registration.wrong_surnames
    ended = decide_opening(proven_at=None, notice_at=None, wrong_surnames=wrong) is Opening.ENDED
    return Mailbox(proven and not ended, ended)


def bare(found: Resolved, *, kind: str, link: str | None, first: bool = False) -> Resolved:
    """Return what is left of a mail where the mailbox is not proven.

    Args:
        link: None where it has ended.
        first: whether it is the first mail to this mailbox about this seminar.
    """
    if kind in _to_many:
        return Resolved(kind=found.kind, language=found.language, to_name="", facts=_only(found, OF_LETTERS) | _no_person(link))
    at_first, later = _news.get(kind, (News.ENTERED, News.LATER))
    news = at_first if first else later
    said = _only(found, PUBLIC_FACTS + _OF_NEWS.get(news, ()))
    return Resolved(
        kind=KIND,
        language=found.language,
        to_name="",
        facts={"changes": [], "reason": "", "last_day": "", "news": news.value} | said | {"link": link},
    )


def _only(found: Resolved, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: found.facts[name] for name in names if name in found.facts}


def _no_person(link: str | None) -> dict[str, Any]:
    return {"code": "", "unproven": True, "link": link}


def _owners(session: Session, registrations: Collection[uuid.UUID]) -> Owners:
    earliest = select(func.min(Message.id)).where(Message.link_owner == Registration.public_id, Message.to_address == Person.email)
    of = select(Registration, Person, earliest.correlate(Registration, Person).scalar_subquery().label("first_mail"))
    of = of.join(Person, Person.id == Registration.person_id)
    return {row.Registration.public_id: row for row in session.execute(of.where(Registration.public_id.in_(registrations)))}


def _covered(_session: Session, message: Message, found: Resolved, _address_of: AddressOf, owners: Owners) -> Resolved | None:
    """Return the mail without what concerns the person; None where the mailbox is proven, so that all of it may be said.

    A mailbox that is no longer on file is as good as unproven. Of a mail that was sent, it is told as it was then.
    """
    row = owners.get(message.link_owner) if message.link_owner is not None else None
    if row is None:
        return bare(found, kind=message.kind, link=None, first=True)
    mailbox = mailbox_of(row.Registration, row.Person, at=message.sent_at)
    if mailbox.proven and row.Person.email == message.to_address:
        return None
    first = row.first_mail is None or message.id <= row.first_mail
    return bare(found, kind=message.kind, link=None if mailbox.ended else found.facts.get("link"), first=first)
