"""A seminar with quotas, and an office that brings lists to it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, true
from sqlalchemy.orm import Session

from seminar_app import demo
from seminar_app.agencies.models import Agency
from seminar_app.agencies.services import seed_directory
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.nominations import services
from seminar_app.nominations.checking import CheckedRow, Standpoint, check
from seminar_app.nominations.models import NominationList
from seminar_app.nominations.reading_in import proposed_layout
from seminar_app.nominations.services import Imported
from seminar_app.nominations.tables import paste_tables, read_tables
from seminar_app.nominations.work import reading_of
from seminar_app.offices.models import Office
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState
from seminar_app.registration.services.locked_seats import read_seats
from seminar_app.seminars.models import Seminar
from tests.support.context import context
from tests.support.factories import Make

FOUR = Path(demo.__file__).parent / "data"
EVERYBODY = Standpoint(true(), None)
HEADINGS = ("Nombre", "Apellido paterno", "Apellido materno", "Correo", "CURP", "Fecha de nacimiento", "Estado")


@dataclass
class Desk:
    """A seminar in Cancún in June 2014 with quotas for four groups, and what is done with lists for it."""

    session: Session
    make: Make
    now: datetime
    seminar: Seminar
    standpoint: Standpoint = EVERYBODY
    agencies: Mapping[str, int] = field(default_factory=dict)

    def keep(
        self, content: bytes | str, code: str | None, *, name: str = "list.csv", submission: uuid.UUID | None = None
    ) -> NominationList:
        """Keep a list as it was read, with its columns confirmed as proposed."""
        tables = paste_tables(content) if isinstance(content, str) else read_tables(content, name=name)
        agency_id = self.agencies[code] if code else None
        layout = proposed_layout(self.session, tables, agency_id)
        self.session.rollback()
        with unit_of_work(self.session) as work:
            made = services.keep_list(
                work,
                context(self.now),
                seminar=work.get_one(Seminar, self.seminar.id),
                agency_id=agency_id,
                name=name,
                content=content.encode() if isinstance(content, str) else content,
                tables=tables,
                layout=layout,
                submission_id=uuid.uuid4(),
            )
            services.choose_columns(work, context(self.now), seminar=self.seminar, public_id=made.public_id, said={})
        return made

    def four(self, name: str, code: str) -> NominationList:
        """Keep one of the four lists."""
        return self.keep((FOUR / name).read_bytes(), code, name=name)

    def look(self, found: NominationList) -> list[CheckedRow]:
        """Return what would become of each row."""
        self.session.rollback()
        self.session.expire_all()
        seminar = self.session.get_one(Seminar, self.seminar.id)
        found = self.session.get_one(NominationList, found.id)
        work = services.work_of(self.session, found)
        return check(
            self.session,
            seats=read_seats(self.session, seminar, self.session.get_one(Office, seminar.office_id)),
            of=found,
            reading=reading_of(services.tables_of(self.session, found), work, today=self.now.date()),
            choices=work.choices,
            standpoint=self.standpoint,
            language="es",
            now=self.now,
            to_organizer=work.to_organizer,
            addresses=work.addresses,
        )

    def correct(self, found: NominationList, change: Any) -> None:
        """Change what people have said about a list."""
        self.session.rollback()
        with unit_of_work(self.session) as work:
            services.correct(work, context(self.now), seminar=self.seminar, public_id=found.public_id, change=change)

    def bring(self, found: NominationList, *, version: int | None = None, standpoint: Standpoint | None = None) -> Imported:
        """Bring the good rows onto the roster."""
        self.session.rollback()
        with unit_of_work(self.session) as work:
            return services.import_list(
                work,
                context(self.now),
                seminar=self.seminar,
                public_id=found.public_id,
                standpoint=standpoint or self.standpoint,
                language="es",
                version=version,
            )

    def roster(self) -> list[Registration]:
        """Return all registrations, in the order in which they came."""
        self.session.rollback()
        self.session.expire_all()
        return list(self.session.scalars(select(Registration).where(Registration.seminar_id == self.seminar.id).order_by(Registration.id)))

    def states(self) -> dict[RegistrationState, int]:
        """Count the registrations by state."""
        counts: dict[RegistrationState, int] = {}
        for each in self.roster():
            counts[each.state] = counts.get(each.state, 0) + 1
        return counts

    def pool(self, code: str, size: int, **values: Any) -> None:
        """Keep a quota for an agency."""
        self.make.pool(self.seminar, self.session.get_one(Agency, self.agencies[code]), size, **values)


def rows(*people: tuple[str, ...], headings: tuple[str, ...] = HEADINGS) -> str:
    """Return cells as they are pasted."""
    return "\n".join("\t".join(cells) for cells in (headings, *people))


def person(
    number: int, *, given: str = "Ana", second: str = "Díaz", email: str | None = None, curp: str = "", born: str = ""
) -> tuple[str, ...]:
    """Return a row about one person of many."""
    letters = "".join(chr(97 + int(digit)) for digit in str(number))
    return ("Ana", f"Soto{letters}", "Díaz", f"p{number}@agencia.example" if email is None else email, curp, born, "")


@pytest.fixture
def desk(session: Session, make: Make, now: datetime) -> Desk:
    with unit_of_work(session) as work:
        seed_directory(work, context(now))
    values: dict[str, Any] = {"starts_on": date(2014, 6, 3), "ends_on": date(2014, 6, 5), "asks_curp": "optional", "asks_birth": "optional"}
    seminar = make.seminar(seats=1, slug="lists", **values)
    agencies = {row.code: row.id for row in session.execute(select(Agency.code, Agency.id))}
    return Desk(session, make, now, seminar, agencies=agencies)
