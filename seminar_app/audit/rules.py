"""What of the trail is a look at other people's data. No database."""

from __future__ import annotations

from enum import StrEnum


class AccessKind(StrEnum):
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
    "roster.viewed": AccessKind.ROSTER,
    "attendance.viewed": AccessKind.ROSTER,
    "registration.viewed": AccessKind.PERSON,
    "person.viewed": AccessKind.PERSON,
    "identity.viewed": AccessKind.PERSON,
    "message.viewed": AccessKind.PERSON,
    "people.searched": AccessKind.SEARCH,
    "messages.viewed": AccessKind.SEARCH,
    "roster.exported": AccessKind.EXPORT,
    "attendance.exported": AccessKind.EXPORT,
    "feedback.results_exported": AccessKind.EXPORT,
}


def access_kind(action: str, subject: str) -> AccessKind | None:
    """Which kind of look a row of the trail is; None for a deed. Attendance of one person is a look at that person."""
    kind = _LOOKS.get(action)
    return AccessKind.PERSON if kind is AccessKind.ROSTER and subject.startswith("registration:") else kind
