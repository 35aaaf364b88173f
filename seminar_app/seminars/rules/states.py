"""The states of a seminar, the ways between them, and what may be changed in each."""

from __future__ import annotations

from collections.abc import Iterable
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


class Change(StrEnum):
    """What staff may do to a seminar as a whole."""

    PUBLISH = "publish"
    UNPUBLISH = "unpublish"
    CLOSE = "close"
    REOPEN = "reopen"
    COMPLETE = "complete"
    RESUME = "resume"
    """Take back a completion."""
    CANCEL = "cancel"
    ARCHIVE = "archive"
    UNARCHIVE = "unarchive"


_S = SeminarState
_CHANGES: dict[Change, tuple[frozenset[SeminarState], SeminarState]] = {
    Change.PUBLISH: (frozenset({_S.DRAFT}), _S.PUBLISHED),
    Change.UNPUBLISH: (frozenset({_S.PUBLISHED}), _S.DRAFT),
    Change.CLOSE: (frozenset({_S.PUBLISHED}), _S.CLOSED),
    Change.REOPEN: (frozenset({_S.CLOSED}), _S.PUBLISHED),
    Change.COMPLETE: (frozenset({_S.PUBLISHED, _S.CLOSED}), _S.COMPLETED),
    Change.RESUME: (frozenset({_S.COMPLETED}), _S.CLOSED),
    Change.CANCEL: (frozenset({_S.PUBLISHED, _S.CLOSED}), _S.CANCELLED),
    Change.ARCHIVE: (frozenset({_S.DRAFT, _S.COMPLETED, _S.CANCELLED}), _S.ARCHIVED),
    Change.UNARCHIVE: (frozenset({_S.ARCHIVED}), _S.DRAFT),
}
PUBLIC_STATES = frozenset({_S.PUBLISHED, _S.CLOSED, _S.COMPLETED, _S.CANCELLED})
"""States whose seminars stand in the public calendar."""


def state_after(change: Change, state: SeminarState, *, archived_from: SeminarState | None = None) -> SeminarState | None:
    """The state that a change leads to, or None where it is not allowed from this state.

    What is taken out of the archive becomes again what it was before.
    """
    allowed_from, result = _CHANGES[change]
    if state not in allowed_from:
        return None
    return archived_from or result if change is Change.UNARCHIVE else result


def leads_to(change: Change) -> frozenset[SeminarState]:
    """The states that a seminar may be in right after a change."""
    if change is Change.UNARCHIVE:
        return _CHANGES[Change.ARCHIVE][0]
    return frozenset({_CHANGES[change][1]})


def undoes(change: Change) -> Change | None:
    """The change that takes this one back; None where it cannot be taken back, because people have been told."""
    return {
        Change.PUBLISH: Change.UNPUBLISH,
        Change.CLOSE: Change.REOPEN,
        Change.REOPEN: Change.CLOSE,
        Change.COMPLETE: Change.RESUME,
        Change.ARCHIVE: Change.UNARCHIVE,
        Change.UNARCHIVE: Change.ARCHIVE,
    }.get(change)


def is_public(state: SeminarState, archived_from: SeminarState | None) -> bool:
    """Whether the seminar's page answers a stranger. A page that was public once keeps its address from the archive too."""
    return state in PUBLIC_STATES or (state is SeminarState.ARCHIVED and archived_from in PUBLIC_STATES)


class Asked(StrEnum):
    """Whether the registration form asks for something that not every seminar needs."""

    NO = "no"
    OPTIONAL = "optional"
    REQUIRED = "required"


class Need(StrEnum):
    """What a seminar lacks before it can be published."""

    TITLE = "title"
    SESSIONS = "sessions"
    SEATS = "seats"
    CODE = "code"


def needs_before_publishing(
    *, titles: Iterable[str | None], sessions: int, seats: int, mode: RegistrationMode, code: str | None
) -> tuple[Need, ...]:
    """What is missing, in the order in which it is usually done. Dates are never missing: a seminar is created with them."""
    lacking = {
        Need.TITLE: not any(titles),
        Need.SESSIONS: sessions < 1,
        Need.SEATS: seats < 1,
        Need.CODE: mode is RegistrationMode.CODE and not code,
    }
    return tuple(need for need, missing in lacking.items() if missing)


_IDENTITY = frozenset({"slug", "office_id"})
_SCHEDULE = frozenset({"starts_on", "ends_on", "time_zone", "city", "country"})
_QUESTIONS = frozenset({"asks_birth", "asks_curp", "asks_passport", "identity_reason_es", "identity_reason_en"})
_REGISTRATION = _QUESTIONS | {"registration_mode", "registration_code", "approval", "registration_opens_at", "registration_closes_at"}
_COMPLETION = frozenset({"threshold_percent", "excused_rule"})


def locked_fields(state: SeminarState) -> frozenset[str]:
    """Fields of a seminar that may not be changed in this state.

    The address and the office stand once the seminar was published, because people hold links; dates, registration and
    completion stand once it is over, because certificates follow from them.
    """
    if state is SeminarState.DRAFT:
        return frozenset()
    if state in (SeminarState.PUBLISHED, SeminarState.CLOSED):
        return _IDENTITY
    return _IDENTITY | _SCHEDULE | _REGISTRATION | _COMPLETION


def may_edit(state: SeminarState) -> bool:
    """Whether anything of the seminar may be edited."""
    return state not in (SeminarState.CANCELLED, SeminarState.ARCHIVED)


def may_change_sessions(state: SeminarState) -> bool:
    """Whether sessions may be added, moved and removed."""
    return state in (SeminarState.DRAFT, SeminarState.PUBLISHED, SeminarState.CLOSED)
