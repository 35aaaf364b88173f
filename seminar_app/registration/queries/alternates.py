"""Alternates of a seminar: their numbers, and what they wait for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from msgspec import Struct
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from seminar_app.agencies.queries import pool_steps
from seminar_app.agencies.succession_rules import Steps, path_to_pools
from seminar_app.registration.models import Registration
from seminar_app.registration.queries.seats import pool_state
from seminar_app.registration.rules import (
    Alternate,
    RegistrationState,
    is_alternate,
    number_alternates,
    quotas_within,
    reach_of,
)
from seminar_app.seminars.models import SeatPool, Seminar


class AlternatePlace(Struct, frozen=True):
    """What an alternate waits for.

    Attributes:
        number: from 1, among the alternates of the same quota; None if no quota is left for the agency.
        release_on: the first day on which open seats may be had, if there is one.
        open_too: they may be had already.
    """

    number: int | None
    release_on: date | None
    open_too: bool


def numbers_in(session: Session, seminar: Seminar, pools: Sequence[SeatPool], rows: Iterable[Any]) -> Mapping[int, int]:
    """Return the number of each alternate by registration id, in one statement, or in none where nobody is an alternate.

    Args:
        rows: all registrations of the seminar, or all who wait, with `id`, `state`, `agency_seats_only`, `queue_place`, `agency_id`.
    """
    alternates = [row for row in rows if is_alternate(row.state, agency_seats_only=row.agency_seats_only)]
    return _numbers(_nearest(pools, pool_steps(session, seminar.starts_on), alternates), alternates) if alternates else {}


class AlternatesNow(Struct, frozen=True):
    """The alternates who wait now. `numbers`: of each by registration id; `last`: the last number of each quota, by pool id."""

    numbers: Mapping[int, int]
    last: Mapping[int, int]


def alternates_now(session: Session, seminar: Seminar, pools: Sequence[SeatPool]) -> AlternatesNow:
    """Return who waits for the quotas of a seminar, in two statements, however many they are."""
    rows = session.execute(_waiting(seminar.id)).all()
    steps = pool_steps(session, seminar.starts_on)
    nearest = _nearest(pools, steps, rows)
    quotas = Counter(quota for row in rows if (quota := nearest[row.agency_id]) is not None)
    return AlternatesNow(_numbers(nearest, rows), quotas)


def alternate_place(session: Session, seminar: Seminar, registration_id: int, *, today: date) -> AlternatePlace | None:
    """Return what an alternate waits for, in three statements; None if the registration is no alternate.

    Args:
        today: in the seminar's time zone.
    """
    rows = session.execute(_waiting(seminar.id)).all()
    own = next((row for row in rows if row.id == registration_id), None)
    if own is None:
        return None
    rows_of_pools = session.scalars(select(SeatPool).where(SeatPool.seminar_id == seminar.id)).all()
    steps, pools = pool_steps(session, seminar.starts_on), [pool_state(row) for row in rows_of_pools]
    path = _path(own.agency_id, steps)
    days = [pool.release_on for pool in quotas_within(pools, path) if pool.release_on is not None]
    reach = reach_of(pools, path, agency_seats_only=True, today=today)
    numbers = _numbers(_nearest(rows_of_pools, steps, rows), rows)
    return AlternatePlace(numbers.get(registration_id), min(days, default=None), reach.open_too)


def _waiting(seminar_id: int) -> Select[int, int | None, int | None]:
    return select(Registration.id, Registration.queue_place, Registration.agency_id).where(
        Registration.seminar_id == seminar_id, Registration.state == RegistrationState.WAITLISTED, Registration.agency_seats_only
    )


def _nearest(pools: Sequence[SeatPool], steps: Steps, rows: Sequence[Any]) -> dict[int | None, int | None]:
    """Return the nearest quota of each agency of these registrations; None where none is left."""
    states = [pool_state(pool) for pool in pools]
    return {
        agency_id: next((quota.id for quota in quotas_within(states, _path(agency_id, steps))), None)
        for agency_id in {row.agency_id for row in rows}
    }


def _numbers(nearest: Mapping[int | None, int | None], rows: Sequence[Any]) -> dict[int, int]:
    return number_alternates(Alternate(row.id, row.queue_place, nearest[row.agency_id]) for row in rows)


def _path(agency_id: int | None, steps: Steps) -> tuple[int, ...]:
    return path_to_pools(agency_id, steps) if agency_id is not None else ()
