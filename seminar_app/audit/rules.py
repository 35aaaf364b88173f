"""Which audit rows count as access to personal data. No database."""

from __future__ import annotations

from enum import StrEnum


class AccessKind(StrEnum):
    """The kind of data that was accessed."""

    ROSTER = "roster"
    """A roster or the attendance of a seminar."""
    PERSON = "person"
    """One person: the record, a registration, attendance, identity, or a mail to the person."""
    SEARCH = "search"
    """A text search for people, the list of proposals, or a list of mail with its addresses."""
    EXPORT = "export"
    """A file of people."""


_LOOKS = {
    "roster.viewed": AccessKind.ROSTER,
    "attendance.viewed": AccessKind.ROSTER,
    "registration.viewed": AccessKind.PERSON,
    "reserved.opened": AccessKind.PERSON,
    "person.viewed": AccessKind.PERSON,
    "identity.viewed": AccessKind.PERSON,
    "message.viewed": AccessKind.PERSON,
    "people.searched": AccessKind.SEARCH,
    "proposals.viewed": AccessKind.SEARCH,
    "messages.viewed": AccessKind.SEARCH,
    "roster.exported": AccessKind.EXPORT,
    "attendance.exported": AccessKind.EXPORT,
    "feedback.results_exported": AccessKind.EXPORT,
}


def access_kind(action: str, subject: str) -> AccessKind | None:
    """Return the kind of access that an audit row records, or None for a change. Attendance of one person is access to that person."""
    kind = _LOOKS.get(action)
    return AccessKind.PERSON if kind is AccessKind.ROSTER and subject.startswith("registration:") else kind
