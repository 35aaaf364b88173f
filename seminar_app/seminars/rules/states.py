"""The states of a seminar, the changes between them, and what may be edited in each."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class SeminarState(StrEnum):
    """From draft to archive. Only a published seminar takes registrations; a cancelled seminar stays in the public calendar."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CLOSED = "closed"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    ARCHIVED = "archived"


class RegistrationMode(StrEnum):
    """Who may use the registration form."""

    OPEN = "open"
    CODE = "code"
    INVITATION = "invitation"
    NOMINATION = "nomination"


class Approval(StrEnum):
    """Whether staff approve each registration, or the rules do."""

    AUTOMATIC = "automatic"
    MANUAL = "manual"


class SubstitutesBy(StrEnum):
    """Who decides that a person comes instead of another, before the list is frozen."""

    LIAISON = "liaison"
    """The agency's liaison, and the organizer."""
    ORGANIZER = "organizer"


class ExcusedRule(StrEnum):
    """What an excused absence means for completion."""

    NOT_COUNTED = "not_counted"
    """The session's minutes are left out of the total."""
    CREDITED = "credited"
    """It counts as present."""
    ABSENT = "absent"
    """It counts as absent."""


class Change(StrEnum):
    """Changes of state that staff can make."""

    PUBLISH = "publish"
    UNPUBLISH = "unpublish"
    CLOSE = "close"
    REOPEN = "reopen"
    COMPLETE = "complete"
    RESUME = "resume"
    """Undo a completion."""
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
"""States in which a seminar is in the public calendar."""


def state_after(change: Change, state: SeminarState, *, archived_from: SeminarState | None = None) -> SeminarState | None:
    """Return the state that a change leads to, or None if it is not allowed from this state.

    A seminar that leaves the archive returns to its former state.
    """
    allowed_from, result = _CHANGES[change]
    if state not in allowed_from:
        return None
    return archived_from or result if change is Change.UNARCHIVE else result


def leads_to(change: Change) -> frozenset[SeminarState]:
    """Return the states that a seminar may have right after a change."""
    if change is Change.UNARCHIVE:
        return _CHANGES[Change.ARCHIVE][0]
    return frozenset({_CHANGES[change][1]})


def undoes(change: Change) -> Change | None:
    """Return the change that undoes this one, or None. A cancellation cannot be undone, because people have been told."""
    return {
        Change.PUBLISH: Change.UNPUBLISH,
        Change.CLOSE: Change.REOPEN,
        Change.REOPEN: Change.CLOSE,
        Change.COMPLETE: Change.RESUME,
        Change.ARCHIVE: Change.UNARCHIVE,
        Change.UNARCHIVE: Change.ARCHIVE,
    }.get(change)


def outcome_state(state: SeminarState, archived_from: SeminarState | None) -> SeminarState:
    """Return the state that decides who completed: of an archived seminar that in which it was archived."""
    return archived_from or state if state is SeminarState.ARCHIVED else state


def is_public(state: SeminarState, archived_from: SeminarState | None) -> bool:
    """Whether the public can open the seminar's page. A page that was public keeps its URL when the seminar is archived."""
    return state in PUBLIC_STATES or (state is SeminarState.ARCHIVED and archived_from in PUBLIC_STATES)


class Asked(StrEnum):
    """Whether the registration form asks for a piece of identity data."""

    NO = "no"
    OPTIONAL = "optional"
    REQUIRED = "required"


class Need(StrEnum):
    """What a seminar lacks before it can be published."""

    TITLE = "title"
    SESSIONS = "sessions"
    SEATS = "seats"
    CODE = "code"
    QUOTAS = "quotas"
    """No quota is kept for agencies none of which exists on the first day."""
    CONTACT = "contact"
    """The seminar's office has an e-mail address and a phone, so that nobody is stopped without a way to reach it."""


def needs_before_publishing(
    *,
    titles: Iterable[str | None],
    sessions: int,
    seats: int,
    mode: RegistrationMode,
    code: str | None,
    for_nobody: int = 0,
    reachable: bool = True,
) -> tuple[Need, ...]:
    """Return what is missing, in the order in which it is usually done. Dates are never missing: each seminar is created with them.

    Args:
        for_nobody: number of quotas that nobody could hold.
        reachable: whether the office has an e-mail address and a phone.
    """
    lacking = {
        Need.TITLE: not any(titles),
        Need.SESSIONS: sessions < 1,
        Need.SEATS: seats < 1,
        Need.CODE: mode is RegistrationMode.CODE and not code,
        Need.QUOTAS: for_nobody > 0,
        Need.CONTACT: not reachable,
    }
    return tuple(need for need, missing in lacking.items() if missing)


_IDENTITY = frozenset({"slug", "office_id"})
_SCHEDULE = frozenset({"starts_on", "ends_on", "time_zone", "city", "country"})
_QUESTIONS = frozenset({"asks_birth", "asks_curp", "asks_passport", "identity_reason_es", "identity_reason_en", "offers_reserved"})
_REGISTRATION = _QUESTIONS | {
    "registration_mode",
    "registration_code",
    "approval",
    "registration_opens_at",
    "registration_closes_at",
    "list_freezes_on",
    "substitutes_by",
    "extra_at_door",
}
_COMPLETION = frozenset({"threshold_percent", "excused_rule"})


def locked_fields(state: SeminarState) -> frozenset[str]:
    """Return the fields of a seminar that may not be changed in this state.

    Slug and office are fixed once the seminar is published, because people hold links. Dates, registration and completion
    are fixed once it is over, because certificates follow from them.
    """
    if state is SeminarState.DRAFT:
        return frozenset()
    if state in (SeminarState.PUBLISHED, SeminarState.CLOSED):
        return _IDENTITY
    return _IDENTITY | _SCHEDULE | _REGISTRATION | _COMPLETION


def may_edit(state: SeminarState) -> bool:
    """Whether any field of the seminar may be edited."""
    return state not in (SeminarState.CANCELLED, SeminarState.ARCHIVED)


def may_change_sessions(state: SeminarState) -> bool:
    """Whether sessions may be added, moved and removed."""
    return state in (SeminarState.DRAFT, SeminarState.PUBLISHED, SeminarState.CLOSED)


def is_frozen(state: SeminarState) -> bool:
    """Whether the seminar's list, sessions and rules stand as they are, because outcomes were settled with them.

    A completed seminar can be reopened, with a reason.

    Source: docs/decisions/0027-completed-is-frozen.md.
    """
    return state in (SeminarState.COMPLETED, SeminarState.ARCHIVED)
