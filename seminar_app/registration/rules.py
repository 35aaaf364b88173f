"""Seats, the waiting list and what may be done to a registration. No database."""

from __future__ import annotations

from enum import StrEnum


class RegistrationState(StrEnum):
    """Only `registered` holds a seat, and only `waitlisted` has a place in the queue."""

    NOMINATED = "nominated"
    INVITED = "invited"
    PENDING = "pending"
    REGISTERED = "registered"
    WAITLISTED = "waitlisted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    REMOVED = "removed"
    SUBSTITUTED = "substituted"


class RemovalReason(StrEnum):
    """Why somebody was removed."""

    ADMINISTRATIVE = "administrative"
    CANCELLED = "cancelled"
    DOCUMENTS = "documents_incomplete"
    NO_SHOW = "no_show"
    PREREQUISITES = "prerequisites_unmet"
    OTHER = "other"


class Source(StrEnum):
    """By which path a registration came."""

    FORM = "form"
    STAFF = "staff"
    NOMINATION = "nomination"
    IMPORT = "import"
    WALK_IN = "walk_in"
    DEMO = "demo"
