"""People who were trained, for tests of reports: two offices, two agencies, and a seminar of each office."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, update

from seminar_app.agencies.models import Agency
from seminar_app.attendance.models import Participation
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.offices.models import Office
from seminar_app.people.models import Person
from seminar_app.people.rules import Sex
from seminar_app.seminars.models import SeatPool, Seminar
from seminar_app.seminars.rules import SeminarState
from tests.support.factories import Make

MINUTES = 180
"""Credited to each who completed."""


@dataclass(frozen=True, slots=True)
class Trained:
    """Two seminars that were held: one of the office HSI in 2014, one of OPDAT in 2015."""

    hsi: Office
    opdat: Office
    pgr: Agency
    cns: Agency
    cancun: Seminar
    toluca: Seminar


def trained(make: Make) -> Trained:
    """Let nine of PGR, of one of whom the sex is missing, and three of CNS complete in Cancún; and six of PGR in Toluca."""
    hsi, opdat = make.office(code="HSI"), make.office(code="OPDAT")
    pgr, cns = make.agency("PGR"), make.agency("CNS")
    of_pgr: list[Sex | None] = [*[Sex.FEMALE] * 5, *[Sex.MALE] * 3, None]
    in_cancun: list[tuple[Agency, list[Sex | None]]] = [(pgr, of_pgr), (cns, [Sex.MALE] * 3)]
    cancun = held(make, "cancun-2014", hsi, date(2014, 6, 3), in_cancun)
    toluca = held(make, "toluca-2015", opdat, date(2015, 6, 3), [(pgr, [Sex.FEMALE] * 6)])
    return Trained(hsi, opdat, pgr, cns, cancun, toluca)


def held(make: Make, slug: str, office: Office, day: date, people: Sequence[tuple[Agency, Sequence[Sex | None]]]) -> Seminar:
    """Make a completed seminar of three hours, which all these people completed."""
    title = {"title_es": f"Seminario {slug}", "title_en": f"Seminar {slug}"}
    seminar = make.seminar(slug=slug, office=office, starts_on=day, ends_on=day, seats=60, state=SeminarState.COMPLETED, **title)
    for agency, sexes in people:
        for number, sex in enumerate(sexes):
            seated(make, seminar, make.person(sex=sex, agency_id=agency.id, email=f"{slug}{agency.code}{number}@x.example"), agency)
    return seminar


def seated(make: Make, seminar: Seminar, person: Person, agency: Agency, *, present: bool = True) -> None:
    """Give a person a seat, and the outcome of who was there all the time, or not at all."""
    open_pool = make.session.scalars(select(SeatPool).where(SeatPool.seminar_id == seminar.id, SeatPool.agency_id.is_(None))).one()
    registration = make.registration(seminar, person, agency=agency, pool=open_pool)
    outcome = {
        "attended": present,
        "completed": present,
        "minutes_credited": MINUTES * present,
        "contact_minutes": MINUTES,
        "percent": 100.0 * present,
    }
    with unit_of_work(make.session) as session:
        session.execute(update(Participation).where(Participation.registration_id == registration.id).values(**outcome))
