"""Quotas that successions concern: those nobody could hold, and those that a copy of the seminar must share out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from msgspec import Struct
from sqlalchemy.orm import Session

from seminar_app.agencies.queries import AgencyChoice, all_agencies, all_successions
from seminar_app.agencies.rules import Succession
from seminar_app.agencies.succession_rules import Steps, has_mostly_ended, heirs_of, reached_on, steps_on
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.queries import pools_of


class QuotaForNobody(Struct, frozen=True):
    """A quota with free seats that no agency of the seminar's first day can reach."""

    agency: AgencyChoice
    seats: int


class QuotaToShare(Struct, frozen=True):
    """A quota whose agency, or more than half of whose offices, has ended by the first day of the copy.

    Attributes:
        heirs: agencies that do its work on that day, by code.
        lives_on: whether some of its own offices still exist.
        can_stay: whether somebody could hold the quota if it stayed as it is.
    """

    agency: AgencyChoice
    size: int
    heirs: tuple[AgencyChoice, ...]
    lives_on: bool
    can_stay: bool

    @property
    def parties(self) -> tuple[AgencyChoice | None, ...]:
        """Who may get the seats: the heirs, then the agency itself; None, which is the open pool, if there is neither."""
        return (*self.heirs, *([self.agency] if self.can_stay else [])) or (None,)

    def proposed(self, party: AgencyChoice | None) -> int | None:
        """Return the seats that the form proposes: all for the only heir, unless offices of the agency go on beside it."""
        clear = len(self.parties) == 1 or (len(self.heirs) == 1 and not self.lives_on)
        return self.size if clear and party == self.parties[0] else None


def quotas_for_nobody(session: Session, seminar: Seminar) -> list[QuotaForNobody]:
    """Return the quotas with free seats that nobody could hold, in three statements; in one if the seminar has no quota."""
    free = {line.agency.id: line.pool.size - line.pool.taken for line in pools_of(session, seminar.id) if line.agency is not None}
    free = {agency_id: seats for agency_id, seats in free.items() if seats > 0}
    if not free:
        return []
    agencies = all_agencies(session, with_aliases=False)
    reached = reached_on(seminar.starts_on, agencies, _steps(agencies, all_successions(session), seminar.starts_on))
    return [QuotaForNobody(agencies[agency_id], seats) for agency_id, seats in free.items() if agency_id not in reached]


def quotas_to_share(session: Session, seminar_id: int, *, on: date) -> list[QuotaToShare]:
    """Return the seminar's quotas that cannot simply be copied to a seminar that begins on that day, by code. Three statements."""
    quotas = [(line.agency.id, line.pool.size) for line in pools_of(session, seminar_id) if line.agency is not None and line.pool.size]
    if not quotas:
        return []
    agencies = all_agencies(session, with_aliases=False)
    successions = all_successions(session)
    steps = _steps(agencies, successions, on)
    reached = reached_on(on, agencies, steps)
    alive = reached_on(on, agencies, Steps(steps.parents, {}))
    return [
        QuotaToShare(
            agency=agencies[agency_id],
            size=size,
            heirs=_by_code(agencies[heir] for heir in heirs_of(agency_id, agencies, successions, on=on)),
            lives_on=agency_id in alive,
            can_stay=agency_id in reached,
        )
        for agency_id, size in quotas
        if has_mostly_ended(agency_id, agencies, before=on)
    ]


def _steps(agencies: Mapping[int, AgencyChoice], successions: Collection[Succession], day: date) -> Steps:
    codes = {each: agency.code for each, agency in agencies.items()}
    return steps_on(day, codes=codes, parents={each: agency.parent_id for each, agency in agencies.items()}, successions=successions)


def _by_code(agencies: Iterable[AgencyChoice]) -> tuple[AgencyChoice, ...]:
    return tuple(sorted(agencies, key=lambda agency: agency.code))
