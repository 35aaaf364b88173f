"""Which parts of the page «Today» an account sees, and in which order seminars stand there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from seminar_app.seminars.rules import SeminarState
from seminar_app.today.rules import Part, Phase, days_until, most_urgent_first, parts_of, phase_of, to_show

TODAY = date(2026, 3, 2)


@dataclass
class Held:
    """A seminar of two days that begins so many days from today."""

    id: int
    in_days: int
    state: SeminarState = SeminarState.PUBLISHED
    registration_opens_at: datetime | None = None
    registration_closes_at: datetime | None = None
    time_zone: str = "America/Cancun"

    @property
    def starts_on(self) -> date:
        return TODAY + timedelta(days=self.in_days)

    @starts_on.setter
    def starts_on(self, day: date) -> None:
        raise NotImplementedError

    @property
    def ends_on(self) -> date:
        return self.starts_on + timedelta(days=1)

    @ends_on.setter
    def ends_on(self, day: date) -> None:
        raise NotImplementedError


def test_an_account_with_several_roles_sees_each_part_once() -> None:
    assert parts_of(["liaison", "admin", "organizer"]) == [Part.ORGANIZING, Part.AGENCY, Part.INSTALLATION]
    assert parts_of([]) == []


def test_what_runs_is_most_urgent_then_what_comes_then_what_ended_last() -> None:
    seminars = [Held(each, in_days) for each, in_days in enumerate((-30, 9, -1, 3, -5, 0))]
    assert [each.in_days for each in most_urgent_first(seminars, today=TODAY)] == [-1, 0, 3, 9, -5, -30]


def test_a_seminar_runs_by_the_days_of_its_own_zone() -> None:
    late = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)  # the evening of March 1 in Cancún
    assert days_until(TODAY, "America/Cancun", now=late) == 1
    assert phase_of(Held(1, 0), now=late) is Phase.COMING
    assert phase_of(Held(1, -2), now=late) is Phase.RUNNING
    assert phase_of(Held(1, -2), now=late + timedelta(hours=3)) is Phase.ENDED


def test_a_few_that_ended_stand_before_those_to_come_in_order_of_date() -> None:
    ended, here = [Held(each, -each) for each in range(5, 15)], [Held(100 + each, each) for each in range(20)]
    assert [each.in_days for each in to_show(ended, here)] == [-7, -6, -5, 0, 1, 2, 3, 4]
