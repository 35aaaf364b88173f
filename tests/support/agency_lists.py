"""The eleven lists, and a seminar of 2014 whose quotas they draw from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from seminar_app import demo
from seminar_app.agencies.queries import find_agency_by_code
from seminar_app.people.models import Person
from seminar_app.registration.models import Registration
from seminar_app.seminars.models import Seminar
from tests.support.factories import Make

FOUR = Path(demo.__file__).parent / "data"
SEVEN = Path(__file__).parents[1] / "data" / "lists"
FAULTS = Path(__file__).parents[1] / "data" / "faults"
EACH_ROW = "each-row"
QUOTAS = {"PGR": 28, "PGJ": 31, "CNS": 18, "INM": 15}


@dataclass(frozen=True)
class AgencyList:
    """A list as an agency sends it.

    Attributes:
        agency: whose it is; empty where each row names its own.
        people: number of those who come onto an empty roster.
        seats: how many of them get a seat; the others are alternates.
        to_mend: number of rows that do not come before a person has mended them.
    """

    path: Path
    agency: str
    people: int
    seats: int
    to_mend: int

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.name


def _lists() -> list[AgencyList]:
    agencies = {
        "PGR.xlsx": "PGR",
        "PGJ.csv": "PGJ",
        "CNS.csv": "CNS",
        "INM.xlsx": "INM",
        "01-registro-asistencia.xlsx": "PGR",
        "02-directorio-portal.xlsx": "PGJ",
        "03-respuestas-formulario.csv": "CNS",
        "04-reporte-videoconferencia.csv": "INM",
        "05-corporaciones.xls": "CNS",
        "06-secciones.ods": EACH_ROW,
        "07-personal-mac.csv": "PGJ",
    }
    found = []
    for folder in (FOUR, SEVEN):
        expected: dict[str, Any] = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
        for name, agency in agencies.items():
            if name in expected:
                alone = sum(isinstance(entry["of"], str) for entry in expected[name]["duplicates"])  # of a list that is not here
                people = len(expected[name]["accepted"]) + alone
                seats = min(people, QUOTAS.get(agency, people))
                without = 13 if name == "06-secciones.ods" else 0  # a section's heading does not say of which state the office is
                found.append(AgencyList(folder / name, agency, people - without, seats - without, len(expected[name]["errors"]) + without))
    return found


LISTS = {each.name: each for each in _lists()}


def seminar_of_2014(session: Session, make: Make, **values: Any) -> Seminar:
    """Create the seminar of June of 2014, with its quotas. The directory must be there."""
    seminar = make.seminar(slug="cancun-2014", seats=8, starts_on=date(2014, 6, 3), ends_on=date(2014, 6, 5), **values)
    for code, size in QUOTAS.items():
        make.pool(seminar, find_agency_by_code(session, code), size)
    return seminar


def roster_of(session: Session, seminar: Seminar) -> list[tuple[str, ...]]:
    """Return names, address, state of the country and state of the registration of all on the roster, sorted."""
    session.rollback()
    rows = session.execute(
        select(Person.given_names, Person.surname1, Person.surname2, Person.email, Registration.state_name, Registration.state)
        .join(Person, Person.id == Registration.person_id)
        .where(Registration.seminar_id == seminar.id)
    )
    return sorted(tuple(str(value or "") for value in row) for row in rows)


def states_of(session: Session, seminar: Seminar) -> dict[str, int]:
    """Return the number of people on the roster by state."""
    session.rollback()
    counts = select(Registration.state, func.count()).where(Registration.seminar_id == seminar.id).group_by(Registration.state)
    return {state.value: number for state, number in session.execute(counts)}
