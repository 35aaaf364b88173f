"""Who may change an agency's part of a seminar's list, and when the organizer is asked first. No database.

Source: docs/decisions/0049-whose-list-it-is.md.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from seminar_app.registration.rules import RegistrationState, Source
from seminar_app.seminars.rules import HasWindow, SeminarState, SubstitutesBy, is_over

HAS_A_PLACE = frozenset({RegistrationState.REGISTERED, RegistrationState.WAITLISTED, RegistrationState.NOMINATED})
"""States of those whose place can be changed: they hold a seat, or wait for one."""


class RequestKind(StrEnum):
    """What is asked for."""

    SUBSTITUTE = "substitute"
    WITHDRAW = "withdraw"
    EXCHANGE = "exchange"


class RequestState(StrEnum):
    """What has become of a request."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    VOID = "void"
    """It no longer applies: the registration changed, the seminar ended, or whoever asked took it back."""


class Asker(StrEnum):
    """Who wants a change of the list."""

    OFFICIAL = "official"
    LIAISON = "liaison"
    ORGANIZER = "organizer"


def takes_changes(seminar: HasWindow, *, now: datetime) -> bool:
    """Whether a liaison or an official can still change places on a seminar's list, or ask for it."""
    return seminar.state in (SeminarState.PUBLISHED, SeminarState.CLOSED) and not is_over(seminar, now=now)


def decides_at_once(kind: RequestKind, asker: Asker, *, frozen: bool, substitutes_by: SubstitutesBy) -> bool:
    """Whether the change is made at once; else it is a request that waits for a decision.

    The organizer's own changes are made at once. A liaison withdraws and exchanges her agency's people until the list is frozen, and
    names substitutes where the seminar leaves that to her. An official only proposes a substitute; withdrawing is their own right and no
    request at all.
    """
    if asker is Asker.ORGANIZER:
        return True
    if asker is Asker.OFFICIAL or frozen:
        return False
    return kind is not RequestKind.SUBSTITUTE or substitutes_by is SubstitutesBy.LIAISON


def liaison_decides(kind: RequestKind, asker: Asker, *, frozen: bool, substitutes_by: SubstitutesBy) -> bool:
    """Whether the agency's liaison may decide a request: an official's, while she could have made the change herself."""
    return asker is Asker.OFFICIAL and decides_at_once(kind, Asker.LIAISON, frozen=frozen, substitutes_by=substitutes_by)


def is_liaisons(state: RegistrationState, source: Source, *, of_quota: bool, erased: bool) -> bool:
    """Whether a place is the liaison's to hand on: of a person whom the agency named, or who holds a seat of its quota.

    Somebody who registered alone and holds an open seat, or waits for one, has it from nobody but the rules.

    Args:
        of_quota: the seat held is of a quota that the agency draws from.
    """
    named = source in (Source.NOMINATION, Source.IMPORT)
    return state in HAS_A_PLACE and (named or of_quota) and not erased


def may_exchange(seated: RegistrationState, waiting: RegistrationState) -> bool:
    """Whether two people can exchange places: one holds a seat and the other waits for one, or both wait."""
    waits = RegistrationState.WAITLISTED
    return waiting is waits and seated in (RegistrationState.REGISTERED, waits)
