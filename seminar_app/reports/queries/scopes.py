"""Whose participations an account counts: those of its offices, of its agencies, or all."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from msgspec import Struct
from sqlalchemy.orm import Session

from seminar_app.agencies.queries import agencies_of_liaison
from seminar_app.core.actor import Actor, RoleName


class Scope(Struct, frozen=True):
    """What is counted.

    Attributes:
        offices: ids of the offices whose seminars count; None for all.
        agencies: ids of the agencies whose people count, as of their registration; None for all.
    """

    offices: frozenset[int] | None = None
    agencies: frozenset[int] | None = None


EVERYTHING = Scope()


def scope_of(session: Session, actor: Actor, *, today: date) -> Scope:
    """Return what an account counts: an administrator and an auditor all, an organizer their offices, a liaison her agencies.

    An account that is both organizer and liaison counts as an organizer: a figure has one scope, and its rule says which.
    """
    if actor.is_admin or RoleName.AUDITOR in actor.roles:
        return EVERYTHING
    if actor.office_ids:
        return Scope(offices=actor.office_ids)
    return of_agencies(session, actor.agency_ids, today=today)


def of_agencies(session: Session, granted: Collection[int], *, today: date) -> Scope:
    """Return the scope of a liaison of these agencies, with what is below them and what they succeeded."""
    return Scope(agencies=agencies_of_liaison(session, granted, on=today))
