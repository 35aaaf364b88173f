"""Letters: to whom they go, which text each person reads, and until when they can be taken back. No database.

A letter is what an organizer writes once to the people of a seminar. Each of them gets it as a message of the outbox.

Source: docs/decisions/0040-letters.md.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from msgspec import Struct

from seminar_app.registration.rules import RegistrationState

TIME_TO_UNDO = timedelta(minutes=2)
"""How long a letter is held before its first mail leaves; as long as the mail about a removal."""
LONGEST_SUBJECT = 150
LONGEST_TEXT = 5_000


class LetterState(StrEnum):
    """What has become of a letter. One that was taken back stays on the list, and its words can be used for another."""

    DRAFT = "draft"
    SENT = "sent"
    TAKEN_BACK = "taken_back"


class Presence(StrEnum):
    """Whom a letter concerns by attendance."""

    ANY = "any"
    ATTENDED = "attended"
    MISSED = "missed"


class Audience(Struct, frozen=True, kw_only=True):
    """To whom a letter goes: to those of whom all of this is true.

    Attributes:
        states: the registration is in one of these.
        groups: keys of agency groups as of then; empty: of any.
        presence: by the participation, or by the mark in `session`. Whoever has no mark in a session missed it.
        session: public id of a session; None: the whole seminar.
        unanswered: only those whose receipt for the evaluation is missing.
    """

    states: tuple[RegistrationState, ...]
    groups: tuple[str, ...] = ()
    presence: Presence = Presence.ANY
    session: uuid.UUID | None = None
    unanswered: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return what the row keeps."""
        return {
            "states": [state.value for state in self.states],
            "groups": list(self.groups),
            "presence": self.presence.value,
            "session": self.session.hex if self.session else None,
            "unanswered": self.unanswered,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Audience:
        """Return what a row has kept."""
        return cls(
            states=tuple(RegistrationState(state) for state in kept["states"]),
            groups=tuple(kept["groups"]),
            presence=Presence(kept["presence"]),
            session=uuid.UUID(hex=kept["session"]) if kept["session"] else None,
            unanswered=kept["unanswered"],
        )


class Words(Struct, frozen=True):
    """Subject and text in one language; both are empty where the letter was not written in it."""

    subject: str = ""
    text: str = ""

    @property
    def whole(self) -> bool:
        """Whether it can be sent."""
        return bool(self.subject and self.text)

    @property
    def half(self) -> bool:
        """Whether one is written and the other is missing."""
        return bool(self.subject) != bool(self.text)


def other_language(language: str) -> str:
    """Return `en` for `es`, and the other way round."""
    return "en" if language == "es" else "es"


def language_read(language: str, written: Mapping[str, Words]) -> str | None:
    """Return the language that a person reads the letter in: their own where it was written, else the other; None if in neither."""
    found = (each for each in (language, other_language(language)) if written[each].whole)
    return next(found, None)


def may_be_taken_back(state: LetterState, *, leaves_at: datetime | None, now: datetime) -> bool:
    """Whether the letter is held still, so that all of it can be taken back."""
    return state is LetterState.SENT and leaves_at is not None and now < leaves_at
