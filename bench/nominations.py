"""Time and memory of bringing an agency's list onto a roster: `python -m bench.nominations [--people 10000] [--rows 500] [--engine both]`.

Reads a workbook, proposes its layout, keeps it, shows the preview and brings the people, as the pages do one after the other. A fifth of
the rows names people on file. Beside it, in the same run, stands what bare statements need for the same rows.
"""

from __future__ import annotations

import argparse
import io
import os
import random
import resource
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import xlsxwriter
from sqlalchemy import func, select, true
from sqlalchemy.orm import Session

from bench.data import fill, prepare
from bench.databases import Database, fresh
from bench.population import SEED, Size
from bench.words import GIVEN_NAMES, POSITIONS, SURNAMES
from seminar_app.agencies.models import Agency
from seminar_app.cli.serving.processes import settle_memory
from seminar_app.nominations.checking import Standpoint, check
from seminar_app.nominations.models import NominationList
from seminar_app.nominations.reading_in import proposed_layout
from seminar_app.nominations.rules import counted
from seminar_app.nominations.services import import_list, keep_list, tables_of, work_of
from seminar_app.nominations.tables import read_tables
from seminar_app.nominations.work import reading_of
from seminar_app.offices.models import Office
from seminar_app.people.models import Person
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState
from seminar_app.registration.services.seats import read_seats
from seminar_app.seminars.models import SeatPool, Seminar
from seminar_app.seminars.rules import Approval, SeminarState
from seminar_app.web.database import db, unit_of_work
from tests.support.context import context

HEADINGS = ("No.", "Nombre(s)", "Apellido paterno", "Apellido materno", "Correo", "Cargo", "Sexo", "CURP", "Fecha de nacimiento")
KNOWN = 0.2
EVERYBODY = Standpoint(true(), None)


def workbook(session: Session, rows: int, chance: random.Random) -> bytes:
    """Return a list of so many people, a fifth of them on file."""
    on_file = session.execute(
        select(Person.given_names, Person.surname1, Person.surname2, Person.email)
        .where(Person.email.is_not(None), ~Person.reserved, Person.sort_key > "")
        .order_by(Person.id)
        .limit(int(rows * KNOWN))
    ).all()
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Lista")
        sheet.write(0, 0, "DIRECCIÓN GENERAL DE FORMACIÓN")
        sheet.write_row(2, 0, HEADINGS)
        for number in range(rows):
            if number < len(on_file):
                given, first, second, email = on_file[number]
            else:
                given, first, second = chance.choice(GIVEN_NAMES), chance.choice(SURNAMES), chance.choice(SURNAMES)
                email = f"nueva.{number}@agencia.example"
            sheet.write_row(
                3 + number, 0, (number + 1, given, first, second or "", email, chance.choice(POSITIONS), chance.choice("HM"), "", "")
            )
    return target.getvalue()


def seminar_for(session: Session, rows: int) -> tuple[int, int]:
    """Return a published seminar to come with a quota of the agency's for nine tenths of the list, and the agency."""
    now = datetime.now(UTC)
    agency_id = session.scalars(select(Agency.id).where(Agency.code == "FGR")).one()
    like = session.scalars(select(Seminar).order_by(Seminar.id)).first()
    assert like is not None
    seminar = Seminar(
        **{
            column.key: getattr(like, column.key)
            for column in Seminar.__table__.columns
            if column.key not in {"id", "public_id", "slug", "version"}
        },
        public_id=uuid.uuid4(),
        slug=f"list-{uuid.uuid4().hex[:8]}",
    )
    seminar.state, seminar.approval, seminar.archived_from = SeminarState.PUBLISHED, Approval.AUTOMATIC, None
    seminar.starts_on = seminar.ends_on = (now + timedelta(days=60)).date()
    session.add(seminar)
    session.flush()
    for agency, size in ((None, 10), (agency_id, rows * 9 // 10)):
        session.add(SeatPool(public_id=uuid.uuid4(), seminar_id=seminar.id, agency_id=agency, size=size, taken=0))
    session.flush()
    return seminar.id, agency_id


class Steps:
    """Milliseconds of each step: by the clock, and of this process alone (without its child and the database server)."""

    def __init__(self) -> None:
        self.took: dict[str, float] = {}
        self.own: dict[str, float] = {}

    def step(self, name: str, work: Callable[[], object]) -> object:
        """Run a step and note how long it took."""
        begun, worked = time.perf_counter(), time.process_time()
        result = work()
        self.own[name] = (time.process_time() - worked) * 1000
        self.took[name] = (time.perf_counter() - begun) * 1000
        return result


def measure(database: Database, rows: int) -> tuple[Steps, int, int, int]:
    """Return the milliseconds of each step, the people who were brought, those with a seat, and the memory in MB beyond that at rest."""
    chance, steps = random.Random(SEED), Steps()
    with database.app.app_context():
        with unit_of_work() as work:
            seminar_id, agency_id = seminar_for(work, rows)
        content = workbook(db.session(), rows, chance)
        db.session.rollback()
        settle_memory()  # as a web worker does
        rest = resident()
        tables = steps.step("read", lambda: read_tables(content, name="lista.xlsx"))
        layout = steps.step("propose", lambda: proposed_layout(db.session(), tables, agency_id))  # type: ignore[arg-type]
        db.session.rollback()

        def keep() -> uuid.UUID:
            with unit_of_work() as work:
                seminar = work.get_one(Seminar, seminar_id)
                made = keep_list(
                    work,
                    context(datetime.now(UTC)),
                    seminar=seminar,
                    agency_id=agency_id,
                    name="lista.xlsx",
                    content=content,
                    tables=tables,  # type: ignore[arg-type]
                    layout=layout,  # type: ignore[arg-type]
                    submission_id=uuid.uuid4(),
                )
                return made.public_id

        public_id = steps.step("keep", keep)

        def preview() -> object:
            session = db.session()
            found = session.scalars(select(NominationList).where(NominationList.public_id == public_id)).one()
            seminar = session.get_one(Seminar, seminar_id)
            work = work_of(session, found)
            rows = check(
                session,
                seats=read_seats(session, seminar, session.get_one(Office, seminar.office_id)),
                of=found,
                reading=reading_of(tables_of(session, found), work, today=datetime.now(UTC).date()),
                choices=work.choices,
                standpoint=EVERYBODY,
                language="es",
                now=datetime.now(UTC),
            )
            return counted(each.outcome for each in rows)

        print("  ", steps.step("preview", preview))
        db.session.rollback()

        def bring() -> int:
            with unit_of_work() as work:
                seminar = work.get_one(Seminar, seminar_id)
                standpoint = Standpoint(true(), None, asks=False)
                done = import_list(
                    work,
                    context(datetime.now(UTC)),
                    seminar=seminar,
                    public_id=public_id,
                    standpoint=standpoint,
                    language="es",  # type: ignore[arg-type]
                )
                return done.came

        came = steps.step("import", bring)
        most = resident() - rest
        seated = db.session.scalar(
            select(func.count()).where(Registration.seminar_id == seminar_id, Registration.state == RegistrationState.REGISTERED)
        )
        db.session.remove()
        db.engine.dispose()
    return steps, int(str(came)), seated or 0, most


def resident() -> int:
    """Return the most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.nominations")
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--rows", type=int, default=500)
    parser.add_argument("--engine", choices=("sqlite", "postgresql", "both"), default="both")
    options = parser.parse_args()
    for engine in ("sqlite", "postgresql") if options.engine == "both" else (options.engine,):
        with fresh(engine) as database:
            prepare(database)
            fill(database, Size(options.people, max(10, options.people // 50), options.people * 2, 10))
            for turn in ("first", "again"):
                steps, came, seated, memory = measure(database, options.rows)
                said = ", ".join(f"{name} {took:.0f} ({steps.own[name]:.0f})" for name, took in steps.took.items())
                print(f"{engine}, {options.people:,} people, {options.rows} rows, {turn}: {sum(steps.took.values()):.0f} ms: {said}")
                print(f"  {came} brought, {seated} seated; {memory} MB beyond rest; load {os.getloadavg()[0]:.1f}", flush=True)


if __name__ == "__main__":
    main()
