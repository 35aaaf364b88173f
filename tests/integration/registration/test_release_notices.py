"""Liaisons are told three days and one day before a release how many seats have no name yet."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.agencies.models import Agency, AgencySuccession
from seminar_app.core.actor import RoleName
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.messages.models import Message
from seminar_app.registration import services
from seminar_app.registration.services.release_notices import tell_releases
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.rules import SeminarState
from tests.integration.registration.conftest import entry
from tests.support.context import context
from tests.support.factories import Make

RELEASE = date(2026, 3, 10)
NOON = datetime(2026, 3, 10, 17, tzinfo=UTC)
"""Of that day, at Cancún."""


class Days:
    """A seminar with two seats of PGR that are released on March 10, and PGR's liaison."""

    def __init__(self, session: Session, make: Make, now: datetime) -> None:
        self.session, self.make, self.now = session, make, now
        self.pgr = make.agency("PGR")
        self.seminar = make.seminar(seats=5)
        make.pool(self.seminar, self.pgr, 2, release_on=RELEASE)
        self.liaison = make.account((RoleName.LIAISON, {"agency_id": self.pgr.id}))

    def run(self, days_before: int) -> list[tuple[str, int, int]]:
        """Run the job so many days before, and return whom it told of how many seats, and how many days they have."""
        with unit_of_work(self.session) as work:
            last = work.scalars(select(Message.id).order_by(Message.id.desc())).first() or 0
            at = NOON - timedelta(days=days_before)
            tell_releases(work, context(at))
            sent = work.scalars(select(Message).where(Message.id > last, Message.kind == "release_near").order_by(Message.to_address))
            return [(mail.to_address, mail.context["lost"], mail.context["left"]) for mail in sent]

    def names(self, name: str, agency: Agency) -> None:
        with unit_of_work(self.session) as work:
            values: dict[str, Any] = {"seminar_id": self.seminar.id, "entry": entry(agency, name), "submission_id": uuid.uuid4()}
            services.add_by_hand(work, context(self.now), **values)

    def keeps(self) -> None:
        with unit_of_work(self.session) as work:
            services.keep_seats(
                work,
                context(self.now),
                seminar_id=self.seminar.id,
                agency_id=self.pgr.id,
                seats=1,
                last_day=RELEASE - timedelta(days=1),
                quota_only=True,
                submission_id=uuid.uuid4(),
            )


@pytest.fixture
def days(session: Session, make: Make, now: datetime) -> Days:
    return Days(session, make, now)


def test_a_liaison_is_told_three_days_and_one_day_before_and_each_time_once(days: Days) -> None:
    to = days.liaison.email
    told = [days.run(before) for before in (4, 3, 3, 2, 1, 1, 0)]
    assert told == [[], [(to, 2, 3)], [], [], [(to, 2, 1)], [], []]


def test_a_seat_kept_without_a_name_is_lost_too_and_one_that_has_a_name_is_not(days: Days) -> None:
    days.keeps()
    assert [lost for _to, lost, _left in days.run(3)] == [2]
    days.names("Ana", days.pgr)
    days.names("Eva", days.pgr)
    assert days.run(1) == []


def test_another_release_date_is_told_anew_and_a_draft_or_a_cancelled_seminar_is_not(days: Days) -> None:
    assert days.run(3) != []
    for state in (SeminarState.DRAFT, SeminarState.CANCELLED):
        with unit_of_work(days.session) as work:
            work.get_one(Seminar, days.seminar.id).state = state
        assert days.run(1) == []


def test_told_are_those_whose_people_may_draw_from_the_quota_and_nobody_else(days: Days) -> None:
    """The liaison of a parent whose office shares the quota of what it succeeded sees that quota on her pages, and is told."""
    make = days.make
    parent, other = make.agency("FGR"), make.agency("INM")
    below = make.agency("FGR-QROO", parent=parent)
    heirs = [each.id for each in (below, make.agency("GN"))]
    with unit_of_work(days.session) as work:
        work.add_all(AgencySuccession(from_agency_id=days.pgr.id, to_agency_id=each, happened_on=date(2025, 1, 1)) for each in heirs)
    above = make.account((RoleName.LIAISON, {"agency_id": parent.id}))
    make.account((RoleName.LIAISON, {"agency_id": other.id}))
    assert {to for to, _lost, _left in days.run(3)} == {days.liaison.email, above.email}
