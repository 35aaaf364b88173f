"""Kept seats on every other way: no registration leaves `invited` with its seat still kept, and who may take a seat kept for a name."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.agencies.models import Agency
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.registration import services
from seminar_app.registration.hold_models import Hold
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState, Source
from seminar_app.registration.services import Entry
from seminar_app.registration.services.merging import merge, undo_merge
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.rules import Approval
from tests.integration.registration.conftest import Register, entry, pool_of
from tests.support.context import context
from tests.support.factories import Make

LAST, AFTER = date(2026, 3, 12), timedelta(days=11)
"""The last day of an invitation, and from `now` (2 March) to the day after it."""
R = RegistrationState


@dataclass
class House:
    """A seminar with two open seats: Ana holds one, the other is kept for Rosa, who was invited. Eva waits. All are of INM."""

    session: Session
    make: Make
    now: datetime
    seminar: Seminar
    inm: Agency
    ana: Registration
    rosa: Registration
    eva: Registration

    def do(self, service: Any, *, at: datetime | None = None, **values: Any) -> Any:
        with unit_of_work(self.session) as work:
            return service(work, context(at or self.now, "account:a"), **values)

    def adds(self, name: str, **values: Any) -> Any:
        given: dict[str, Any] = {"seminar_id": self.seminar.id, "entry": entry(self.inm, name), "submission_id": uuid.uuid4()}
        return self.do(services.add_by_hand, **given | values)

    def keeps(self, seats: int = 1, **values: Any) -> Any:
        given: dict[str, Any] = {"agency_id": self.inm.id, "last_day": LAST, "quota_only": False, "submission_id": uuid.uuid4()}
        return self.do(services.keep_seats, seminar_id=self.seminar.id, seats=seats, **given | values)

    def states(self, *of: Registration) -> list[RegistrationState]:
        self.session.rollback()
        self.session.expire_all()
        return [self.session.get_one(Registration, each.id).state for each in of]

    def counts(self) -> tuple[int, int]:
        """Return how many seats are taken, and how many of them kept."""
        pool = pool_of(self.session, self.seminar, None)
        return pool.taken, pool.held

    def kept_for_rosa(self) -> bool:
        self.session.rollback()
        return self.session.scalar(select(Hold.id).where(Hold.registration_id == self.rosa.id, Hold.ended_at.is_(None))) is not None


def rosa(inm: Agency) -> Entry:
    return entry(inm, "Rosa", surname1="Luna", surname2=None)


@pytest.fixture
def house(session: Session, make: Make, now: datetime) -> House:
    inm, seminar = make.agency("INM"), make.seminar(seats=2)
    ana = make.registration(seminar, agency=inm, pool=pool_of(session, seminar, None))
    with unit_of_work(session) as work:
        by = context(now, "account:a")
        invited = services.invite(work, by, seminar_id=seminar.id, entry=rosa(inm), last_day=LAST, submission_id=uuid.uuid4())
    eva = make.registration(seminar, agency=inm, state=R.WAITLISTED, queue_place=1)
    return House(session, make, now, seminar, inm, ana, invited, eva)


def test_who_was_invited_and_comes_instead_of_a_colleague_leaves_the_kept_seat_to_who_waits(house: House) -> None:
    given: dict[str, Any] = {"replaced_id": house.ana.id, "source": Source.STAFF, "at_door": False, "submission_id": uuid.uuid4()}
    house.do(services.substitute, seminar_id=house.seminar.id, entry=rosa(house.inm), **given)
    assert house.states(house.ana, house.rosa, house.eva) == [R.SUBSTITUTED, R.REGISTERED, R.REGISTERED]
    assert (house.counts(), house.kept_for_rosa()) == ((2, 0), False)


def test_an_entry_of_the_door_that_is_taken_back_keeps_the_seat_of_the_invitation_again(house: House) -> None:
    day = datetime(2026, 3, 11, 15, tzinfo=house.now.tzinfo)
    with unit_of_work(house.session) as work:
        seminar = work.get_one(Seminar, house.seminar.id)
        seminar.starts_on, seminar.ends_on = day.date(), LAST
    house.do(services.enter_walk_in, at=day, seminar_id=house.seminar.id, entry=rosa(house.inm), submission_id=uuid.uuid4())
    assert (house.states(house.rosa), house.counts()) == ([R.REGISTERED], (2, 0))
    house.do(services.take_back, at=day, seminar_id=house.seminar.id, registration_id=house.rosa.id)
    assert (house.states(house.rosa, house.eva), house.counts()) == ([R.INVITED, R.WAITLISTED], (2, 1))


def test_a_merge_that_is_undone_keeps_the_seat_of_the_invitation_again(house: House) -> None:
    house.do(services.withdraw, registration_id=house.eva.id)
    merged = house.do(merge, kept=house.ana.person_id, gone=house.rosa.person_id)
    assert (house.states(house.rosa), house.counts()) == ([R.REMOVED], (1, 0))
    house.do(undo_merge, merge_id=merged.id)
    assert (house.states(house.rosa), house.counts(), house.kept_for_rosa()) == ([R.INVITED], (2, 1), True)


def test_the_form_of_somebody_whose_invitation_has_ended_waits_as_any_other(house: House, register: Register) -> None:
    with unit_of_work(house.session) as work:
        work.get_one(Seminar, house.seminar.id).approval = Approval.MANUAL
    house.do(services.withdraw, registration_id=house.eva.id)
    house.do(services.release_due_quotas, at=house.now + AFTER)
    assert (house.states(house.rosa), house.counts()) == ([R.INVITED], (1, 0))
    register(house.seminar, house.inm, "Rosa", surname1="Luna", surname2=None, now=house.now + AFTER)
    assert (house.states(house.rosa), house.counts()) == ([R.PENDING], (1, 0))


@pytest.mark.parametrize("source", [Source.NOMINATION, Source.STAFF])
def test_who_was_named_withdrew_and_comes_by_the_form_takes_no_seat_that_is_kept_for_a_name(
    house: House, register: Register, source: Source
) -> None:
    house.do(services.withdraw, registration_id=house.eva.id)
    house.do(services.decline_invitation, registration_id=house.rosa.id)
    named = house.adds("Luz", source=source)
    house.do(services.withdraw, registration_id=named.id)
    house.keeps()
    again = register(house.seminar, house.inm, "Luz")
    assert (again.id, again.source) == (named.id, Source.FORM)
    assert (house.states(named), house.counts()) == ([R.WAITLISTED], (2, 1))


def test_the_form_for_kept_seats_sent_again_after_they_were_given_up_keeps_none(house: House) -> None:
    house.do(services.withdraw, registration_id=house.eva.id)
    house.do(services.decline_invitation, registration_id=house.rosa.id)
    showing = uuid.uuid4()
    kept = house.keeps(submission_id=showing)
    house.do(services.give_up, seminar_id=house.seminar.id, public_ids=[each.public_id for each in kept], agencies=None)
    assert house.keeps(submission_id=showing) == []
    assert house.counts() == (1, 0)
