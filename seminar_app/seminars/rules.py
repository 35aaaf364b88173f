"""What a seminar may do and when. No database."""

from __future__ import annotations

from enum import StrEnum


class SeminarState(StrEnum):
    """From idea to archive. Only a published seminar takes registrations; cancelled ones stay visible to those who registered."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CLOSED = "closed"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    ARCHIVED = "archived"


class RegistrationMode(StrEnum):
    """How one gets to the form."""

    OPEN = "open"
    CODE = "code"
    INVITATION = "invitation"
    NOMINATION = "nomination"


class Approval(StrEnum):
    """Whether a person says yes to each registration, or the rules do."""

    AUTOMATIC = "automatic"
    MANUAL = "manual"


class ExcusedRule(StrEnum):
    """What an excused absence does to completion."""

    NOT_COUNTED = "not_counted"
    """The session's minutes leave the denominator."""
    CREDITED = "credited"
    """As if present."""
    ABSENT = "absent"
    """As if absent."""
