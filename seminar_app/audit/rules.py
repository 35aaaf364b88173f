"""What of the trail is a look at other people's data. No database."""

from __future__ import annotations

from enum import StrEnum


class LookKind(StrEnum):
    """What was looked at."""

    ROSTER = "roster"
    """A roster or the attendance of a seminar."""
    PERSON = "person"
    """One person: their record, registration, attendance, identity, or a mail to them."""
    SEARCH = "search"
    """People found by words, or a list of mail with its addresses."""
    EXPORT = "export"
    """A file of people."""


_LOOKS = {
    "roster.viewed": LookKind.ROSTER,
    "attendance.viewed": LookKind.ROSTER,
    "registration.viewed": LookKind.PERSON,
    "person.viewed": LookKind.PERSON,
    "identity.viewed": LookKind.PERSON,
    "message.viewed": LookKind.PERSON,
    "people.searched": LookKind.SEARCH,
    "messages.viewed": LookKind.SEARCH,
    "roster.exported": LookKind.EXPORT,
    "attendance.exported": LookKind.EXPORT,
    "feedback.results_exported": LookKind.EXPORT,
}


def kind_of_look(action: str, subject: str) -> LookKind | None:
    """Which kind of look a row of the trail is; None for a deed. Attendance of one person is a look at that person."""
    kind = _LOOKS.get(action)
    return LookKind.PERSON if kind is LookKind.ROSTER and subject.startswith("registration:") else kind
