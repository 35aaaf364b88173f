"""A quota is for an agency and for what succeeded it; seats go to those who wait when a succession is recorded or the first day moves."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.agencies.models import Agency, AgencySuccession
from seminar_app.agencies.queries import get_agency_by_code
from seminar_app.agencies.services import seed_directory
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState
from seminar_app.seminars.models import SeatPool, Seminar
from tests.conftest import StatementCount
from tests.integration.registration.conftest import Register
from tests.support.context import context
from tests.support.factories import Make

IN_2027 = {"starts_on": date(2027, 6, 1), "ends_on": date(2027, 6, 3)}
IN_2014 = {"starts_on": date(2014, 6, 3), "ends_on": date(2014, 6, 5)}
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
