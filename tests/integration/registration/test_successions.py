"""A quota is for an agency and for what succeeded it; seats go to those who wait when a succession is recorded or the first day moves."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, joinedload

from seminar_app.agencies import services as agencies
from seminar_app.agencies.models import Agency, AgencySuccession
from seminar_app.agencies.queries import get_agency_by_code
from seminar_app.agencies.services import End, seed_directory
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.messages.models import Message
from seminar_app.people.services import stored_data
from seminar_app.registration import services
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState, RemovalReason
from seminar_app.registration.services import locked_seats, registering, seats
from seminar_app.registration.services.changes import change_state
from seminar_app.registration.services.personal import edition
from seminar_app.seminars.forms import details_of
from seminar_app.seminars.models import SeatPool, Seminar
from seminar_app.seminars.rules import SeminarState
from seminar_app.seminars.services import SeminarDetails, edit_seminar
from tests.conftest import StatementCount
from tests.integration.registration.conftest import Register, entry
from tests.support.context import context
from tests.support.factories import Make
from tests.support.two_transactions import Point, both_at_once

IN_2027: dict[str, Any] = {"starts_on": date(2027, 6, 1), "ends_on": date(2027, 6, 3)}
IN_2014: dict[str, Any] = {"starts_on": date(2014, 6, 3), "ends_on": date(2014, 6, 5)}
ENDED = End(last_day=date(2025, 12, 31))
THEN = datetime.fromisoformat("2014-05-20T12:00:00-05:00")


@pytest.fixture
def codes(session: Session, now: datetime) -> Codes:
    with unit_of_work(session):
        seed_directory(session, context(now))
    return Codes(session)


class Codes:
    """Agencies of the directory by their codes."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def __getitem__(self, code: str) -> Agency:
        return get_agency_by_code(self.session, code)


def succeed(session: Session, old: Agency, new: Agency, on: date) -> None:
    with unit_of_work(session):
        session.add(AgencySuccession(from_agency_id=old.id, to_agency_id=new.id, happened_on=on))


def held(session: Session, registration: Registration) -> str | None:
    """Return the code of the agency whose seat the registration holds, `open`, or None if it waits."""
    session.expire_all()
    row = session.get_one(Registration, registration.id)
    if row.state is RegistrationState.WAITLISTED:
        return None
    pools = {pool.id: pool.agency_id for pool in seats_of(session, row.seminar_id)}
    agency_id = pools[row.seat_pool_id or 0]
    return session.get_one(Agency, agency_id).code if agency_id else "open"


def seats_of(session: Session, seminar_id: int) -> list[SeatPool]:
    return list(session.scalars(select(SeatPool).where(SeatPool.seminar_id == seminar_id)))


@pytest.mark.parametrize(("agency", "quota"), [("FGE-ROO", "PGJ"), ("GN", "CNS"), ("SSPC", "CNS"), ("FGR", "PGR"), ("GN", "PF")])
def test_a_seat_of_the_quota_of_what_the_agency_succeeded(
    session: Session, make: Make, codes: Codes, register: Register, agency: str, quota: str
) -> None:
    seminar = make.seminar(seats=0, **IN_2027)
    make.pool(seminar, codes[quota], 1)
    assert held(session, register(seminar, codes[agency], "Ana")) == quota
    assert held(session, register(seminar, codes[agency], "Eva")) is None
    assert held(session, register(seminar, codes["INM"], "Olga")) is None


def test_the_nearest_quota_comes_first_and_the_open_pool_last(session: Session, make: Make, codes: Codes, register: Register) -> None:
    seminar = make.seminar(seats=1, **IN_2027)
    for quota in ("PGJ", "PGJ-ROO", "FGE"):
        make.pool(seminar, codes[quota], 1)
    drawn = [held(session, register(seminar, codes["FGE-ROO"], name)) for name in ("Ana", "Eva", "Olga", "Inés", "Rut")]
    assert drawn == ["FGE", "PGJ-ROO", "PGJ", "open", None]


def test_in_june_2014_the_office_of_chihuahua_has_the_quota_of_the_procuradurias(
    session: Session, make: Make, codes: Codes, register: Register
) -> None:
    """Its Fiscalía is of 2010; that of Guerrero is known to be of 2014 only, so it counts from the last day of the year."""
    seminar = make.seminar(seats=0, **IN_2014)
    make.pool(seminar, codes["PGJ"], 5)
    assert held(session, register(seminar, codes["FGE-CHH"], "Ana", now=THEN)) == "PGJ"
    assert held(session, register(seminar, codes["PGJ-GRO"], "Eva", now=THEN)) == "PGJ"
    assert held(session, register(seminar, codes["FGE-GRO"], "Olga", now=THEN)) is None


def test_an_heir_of_two_agencies_draws_from_the_later_predecessor_and_then_from_the_other(
    session: Session, make: Make, register: Register
) -> None:
    early, late, heir = make.agency("A-EARLY"), make.agency("LATE"), make.agency("HEIR")
    succeed(session, early, heir, date(2019, 1, 1))
    succeed(session, late, heir, date(2020, 1, 1))
    seminar = make.seminar(seats=0)
    make.pool(seminar, early, 1)
    make.pool(seminar, late, 1)
    assert [held(session, register(seminar, heir, name)) for name in ("Ana", "Eva", "Olga")] == ["LATE", "A-EARLY", None]


def test_two_heirs_share_one_quota(session: Session, make: Make, register: Register) -> None:
    old, one, other = make.agency("OLD"), make.agency("ONE"), make.agency("OTHER")
    succeed(session, old, one, date(2019, 1, 1))
    succeed(session, old, other, date(2019, 1, 1))
    seminar = make.seminar(seats=0)
    make.pool(seminar, old, 2)
    assert [held(session, register(seminar, agency, name)) for agency, name in ((one, "Ana"), (other, "Eva"), (one, "Olga"))] == [
        "OLD",
        "OLD",
        None,
    ]


def test_correcting_and_restoring_draw_from_the_quota_of_the_predecessor_too(
    session: Session, make: Make, codes: Codes, register: Register, now: datetime
) -> None:
    seminar = make.seminar(seats=0, **IN_2027)
    for quota in ("INM", "CNS"):
        make.pool(seminar, codes[quota], 1)
    ana = register(seminar, codes["INM"], "Ana")
    assert held(session, ana) == "INM"
    row = session.get_one(Registration, ana.id, options=[joinedload(Registration.person)])
    correction = services.StaffCorrection(person=stored_data(row.person), agency_id=codes["GN"].id, unit=None, position=None)
    opened = edition(row)
    with unit_of_work(session):
        services.correct(session, context(now), seminar_id=seminar.id, registration_id=ana.id, correction=correction, opened=opened)
    assert held(session, ana) == "CNS"
    with unit_of_work(session):
        services.remove(session, context(now), seminar_id=seminar.id, registration_id=ana.id, reason=RemovalReason.OTHER)
    with unit_of_work(session):
        services.restore(session, context(now), seminar_id=seminar.id, registration_id=ana.id)
    assert held(session, ana) == "CNS"


def test_a_registration_reads_the_directory_in_one_statement(
    session: Session, make: Make, codes: Codes, register: Register, statements: StatementCount
) -> None:
    without, with_quota = make.seminar(seats=5, **IN_2027), make.seminar(seats=5, **IN_2027)
    make.pool(with_quota, codes["CNS"], 5)
    counts = []
    agency = codes["GN"]
    register(without, agency, "Rut")
    for seminar, name in ((without, "Ana"), (with_quota, "Eva")):
        session.get_one(Seminar, seminar.id), session.get_one(Agency, agency.id)
        statements.statements.clear()
        register(seminar, agency, name)
        counts.append(len(statements))
    assert counts[1] == counts[0] + 1


def retire(session: Session, old: Agency, *heirs: Agency, now: datetime, end: End = ENDED) -> None:
    with unit_of_work(session):
        agencies.retire_agency(session, context(now), agency_id=old.id, end=end, successor_ids=[heir.id for heir in heirs])


def test_a_recorded_succession_gives_the_free_seats_of_the_quota_to_those_who_wait(
    session: Session, make: Make, register: Register, now: datetime
) -> None:
    old, new, other = make.agency("OLD"), make.agency("NEW"), make.agency("OTHER")
    seminar, later, cancelled = make.seminar(seats=0), make.seminar(seats=0), make.seminar(seats=0)
    for each in (seminar, later, cancelled):
        make.pool(each, old, 1)
    held_by_old = register(later, old, "Rut")
    waiting = [
        register(each, agency, name) for each, agency, name in ((seminar, other, "Eva"), (seminar, new, "Ana"), (later, new, "Inés"))
    ]
    lost = register(cancelled, new, "Sol")
    with unit_of_work(session):
        session.get_one(Seminar, cancelled.id).state = SeminarState.CANCELLED
    retire(session, old, new, now=now)
    assert [held(session, each) for each in (*waiting, held_by_old, lost)] == [None, "OLD", None, "OLD", None]
    assert session.scalars(select(Message.kind).where(Message.kind == "seat_given")).all() == ["seat_given"]


def test_a_succession_after_the_first_day_gives_nothing_and_undoing_one_takes_no_seat(
    session: Session, make: Make, register: Register, now: datetime
) -> None:
    old, new = make.agency("OLD"), make.agency("NEW")
    seminar = make.seminar(seats=0)
    make.pool(seminar, old, 2)
    ana = register(seminar, new, "Ana")
    retire(session, old, new, now=now, end=End(last_day=seminar.starts_on))
    assert held(session, ana) is None
    with unit_of_work(session):
        agencies.undo_retirement(session, context(now), agency_id=old.id)
    retire(session, old, new, now=now, end=End(year=seminar.starts_on.year))
    assert held(session, ana) is None, "of a year it counts from its last day"
    with unit_of_work(session):
        agencies.undo_retirement(session, context(now), agency_id=old.id)
    retire(session, old, new, now=now)
    assert held(session, ana) == "OLD"
    with unit_of_work(session):
        agencies.undo_retirement(session, context(now), agency_id=old.id)
    assert held(session, ana) == "OLD"
    assert held(session, register(seminar, new, "Eva")) is None


def test_an_agency_that_gets_a_parent_reaches_the_parents_quota(session: Session, make: Make, register: Register, now: datetime) -> None:
    above, office = make.agency("ABOVE"), make.agency("OFFICE")
    seminar = make.seminar(seats=0)
    make.pool(seminar, above, 1)
    ana = register(seminar, office, "Ana")
    facts = agencies.AgencyFacts(
        name_es="Oficina", name_en="Office", level=office.level, country="MX", state=None, parent_id=above.id, valid_from=None
    )
    with unit_of_work(session):
        agencies.edit_agency(session, context(now), agency_id=office.id, version=office.version, facts=facts)
    assert held(session, ana) == "ABOVE"


def move(session: Session, seminar: Seminar, starts_on: date, *, now: datetime) -> Seminar:
    seminar = session.get_one(Seminar, seminar.id)
    days = starts_on - seminar.starts_on
    moved = details_of(seminar) | {"starts_on": starts_on, "ends_on": seminar.ends_on + days}
    with unit_of_work(session):
        return edit_seminar(session, context(now), seminar_id=seminar.id, version=seminar.version, details=SeminarDetails(**moved))


def test_seats_are_settled_when_the_first_day_moves_past_a_succession(
    session: Session, make: Make, register: Register, now: datetime
) -> None:
    old, new = make.agency("OLD"), make.agency("NEW")
    succeed(session, old, new, date(2026, 7, 1))
    seminar = make.seminar(seats=0)
    make.pool(seminar, old, 1)
    ana, eva = register(seminar, new, "Ana"), register(seminar, new, "Eva")
    session.expire_all()
    move(session, seminar, date(2026, 6, 30), now=now)
    assert held(session, ana) is None
    move(session, seminar, date(2026, 7, 1), now=now)
    assert (held(session, ana), held(session, eva)) == ("OLD", None)
    move(session, seminar, date(2026, 6, 3), now=now)
    assert held(session, ana) == "OLD", "nobody who holds a seat loses it"


@pytest.mark.postgresql_only
@pytest.mark.parametrize("change", ["retire", "move", "retire without a lock"])
def test_a_registration_under_way_is_seated_by_the_change_that_waits_for_it(
    app: Flask, session: Session, make: Make, now: datetime, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    """The registration has read the paths of before and goes to the waiting list; the change waits for its seats, then serves it.

    The broken twin locks nothing: it finds nobody who waits, and the person waits beside a free seat.
    """
    broken = change.endswith("without a lock")
    old, new = make.agency("OLD"), make.agency("NEW")
    if change == "move":
        succeed(session, old, new, date(2026, 7, 1))
    seminar = make.seminar(seats=0)
    make.pool(seminar, old, 1)
    point = Point()
    monkeypatch.setattr(seats, "change_state", point.before(change_state))
    if broken:
        of_seminar = SeatPool.seminar_id == bindparam("seminar_id")
        monkeypatch.setattr(locked_seats, "_LOCK", select(SeatPool).where(of_seminar).order_by(SeatPool.id))
    ana, seminar_id, old_id, new_id = entry(new, "Ana"), seminar.id, old.id, new.id
    session.rollback()

    def register(work: Session) -> object:
        return registering.add_by_hand(work, context(now), seminar_id=seminar_id, entry=ana, submission_id=uuid.uuid4())

    def changed(work: Session) -> object:
        if change == "move":
            return move_in(work)
        return agencies.retire_agency(work, context(now), agency_id=old_id, end=ENDED, successor_ids=[new_id])

    def move_in(work: Session) -> Seminar:
        found = work.get_one(Seminar, seminar_id)
        values = details_of(found) | {"starts_on": date(2026, 7, 1), "ends_on": date(2026, 7, 3)}
        return edit_seminar(work, context(now), seminar_id=seminar_id, version=found.version, details=SeminarDetails(**values))

    ended = both_at_once(app, point, register, changed)
    assert isinstance(ended.early, Registration), ended.early
    assert not isinstance(ended.late, Exception), ended.late
    assert ended.waited is not broken
    assert held(session, ended.early) == (None if broken else "OLD")
