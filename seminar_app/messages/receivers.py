"""Receivers of mail who must not be named. The room that knows them registers how to find them; this room knows no people."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct
from sqlalchemy import ColumnElement, false, or_
from sqlalchemy.orm import Session

from seminar_app.messages.models import Message


class Withheld(Struct, frozen=True):
    """How to recognize the mail of receivers who must not be named.

    Attributes:
        condition: on `Message`; such mail is found neither by name nor by address.
        names: from messages to what is shown in place of the receiver, by the message's id; others are left out.
    """

    condition: Callable[[], ColumnElement[bool]]
    names: Callable[[Session, Sequence[Message]], Mapping[int, str]]


_withheld: list[Withheld] = []


def withhold(rule: Withheld) -> None:
    """Register a kind of receiver who must not be named."""
    if rule not in _withheld:
        _withheld.append(rule)


def is_withheld() -> ColumnElement[bool]:
    """Return the condition that a message's receiver must not be named."""
    return or_(false(), *(rule.condition() for rule in _withheld))


def shown_receivers(session: Session, messages: Sequence[Message]) -> Mapping[int, str]:
    """Return what is shown in place of the receivers who must not be named, by the message's id."""
    found: dict[int, str] = {}
    for rule in _withheld:
        found |= rule.names(session, messages)
    return found
