"""Time and memory of bringing an agency's list onto a roster: `python -m bench.nominations [--people 10000] [--rows 500] [--as organizer]`.

Reads a workbook, proposes its layout, keeps it, shows the preview and brings the people, as the pages do one after the other. A fifth of
the rows names people on file. Beside it, in the same run, stands what bare INSERTs need that write as many rows.
"""

from __future__ import annotations

import argparse
import io
import os
import random
import resource
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import TypeVar

import xlsxwriter
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from bench.data import fill, prepare
from bench.databases import Database, fresh, opened
from bench.population import SEED, Size
from bench.results import Row
from bench.words import GIVEN_NAMES, POSITIONS, SURNAMES
from seminar_app.agencies.models import Agency
from seminar_app.cli.serving.processes import settle_memory
from seminar_app.core.actor import Actor, Grant, RoleName
from seminar_app.core.write_mode import write_mode
from seminar_app.nominations.checking import Standpoint, check
from seminar_app.nominations.models import NominationList
from seminar_app.nominations.reading_in import proposed_layout
from seminar_app.nominations.rules import Outcome, counted
from seminar_app.nominations.services import Prepared, import_list, keep_list, prepare_import, tables_of, work_of
from seminar_app.nominations.shapes import Layout, Tables
from seminar_app.nominations.tables import read_tables
from seminar_app.nominations.work import reading_of
from seminar_app.offices.models import Office
from seminar_app.people.models import Person
from seminar_app.registration.queries import reach_of, reach_of_everybody
from seminar_app.registration.services.locked_seats import read_seats
from seminar_app.seminars.models import SeatPool, Seminar
from seminar_app.seminars.rules import Approval, SeminarState
from seminar_app.web.database import db, unit_of_work
from tests.support.context import context

AGENCY = "FGR"
HEADINGS = ("No.", "Nombre(s)", "Apellido paterno", "Apellido materno", "Correo", "Cargo", "Sexo", "CURP", "Fecha de nacimiento")
KNOWN = 0.2
"""Share of the rows that name people on file."""
QUOTA = 0.9
"""Seats of the agency for a row."""
ROWS_OF_ONE = 6
"""Rows that a new person's registration writes: person, registration, history, mail, audit log, nomination."""
TURNS = 4
"""The first one loads code and builds statements; it is not counted."""
PEOPLE, ROWS, MARK_SECONDS, MARK_MB = 10_000, 500, 1, 150
PAGE = ("read", "propose", "keep", "preview", "prepare", "import")
T = TypeVar("T")


def workbook(session: Session, rows: int, chance: random.Random) -> bytes:
    """Return a list of so many people, a fifth of them on file."""
    known = int(rows * KNOWN)
    last = session.scalar(select(func.max(Person.id))) or 0
    on_file = session.execute(
        select(Person.given_names, Person.surname1, Person.surname2, Person.email)
        .where(Person.email.is_not(None), ~Person.reserved, Person.sort_key > "", Person.id > chance.randrange(max(1, last - 3 * known)))
        .order_by(Person.id)
        .limit(known)
    ).all()
    turn = chance.randrange(10**9)
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
                email = f"nueva.{turn}.{number}@agencia.example"
            cells = (number + 1, given, first, second or "", email, chance.choice(POSITIONS), chance.choice("HM"), "", "")
            sheet.write_row(3 + number, 0, cells)
    return target.getvalue()


def seminar_for(session: Session, rows: int, agency_id: int) -> int:
    """Add a published seminar to come, with a quota of the agency's for nine tenths of the list."""
    like = session.scalars(select(Seminar).order_by(Seminar.id)).first()
    assert like is not None
    columns = {column.key for column in Seminar.__table__.columns} - {"id", "public_id", "slug", "version"}
    seminar = Seminar(**{name: getattr(like, name) for name in columns}, public_id=uuid.uuid4(), slug=f"list-{uuid.uuid4().hex[:8]}")
    seminar.state, seminar.approval, seminar.archived_from = SeminarState.PUBLISHED, Approval.AUTOMATIC, None
    seminar.starts_on = seminar.ends_on = (datetime.now(UTC) + timedelta(days=60)).date()
    session.add(seminar)
    session.flush()
    for agency, size in ((None, 10), (agency_id, int(rows * QUOTA))):
        session.add(SeatPool(public_id=uuid.uuid4(), seminar_id=seminar.id, agency_id=agency, size=size, taken=0))
    session.flush()
    return seminar.id


def actor_of(session: Session, role: str, agency_id: int) -> Actor:
    """Return an account: an administrator, an organizer of the office that holds most seminars, or the agency's liaison."""
    office = session.scalars(select(Seminar.office_id).group_by(Seminar.office_id).order_by(func.count().desc())).first()
    grant = Grant(RoleName(role), office_id=office if role == "organizer" else None, agency_id=agency_id if role == "liaison" else None)
    return Actor(user_id=1, public_id=uuid.UUID(int=1), name="Bench", language="es", grants=(grant,))


@dataclass
class Turn:
    """One list on its way onto a roster, with the milliseconds of each step: by the clock, and of this process alone.

    The process's own time is without that of the child that reads the file and of the database's server.
    """

    seminar_id: int
    agency_id: int
    actor: Actor
    content: bytes
    took: dict[str, float] = field(default_factory=dict)
    own: dict[str, float] = field(default_factory=dict)
    counts: Mapping[Outcome, int] = field(default_factory=dict)
    came: int = 0

    def step(self, name: str, work: Callable[[], T]) -> T:
        """Run a step and note how long it took."""
        db.session.rollback()
        begun, worked = time.perf_counter(), time.process_time()
        result = work()
        self.own[name] = (time.process_time() - worked) * 1000
        self.took[name] = (time.perf_counter() - begun) * 1000
        return result

    @property
    def page(self) -> float:
        """Milliseconds from the upload to the roster."""
        return sum(self.took[name] for name in PAGE)

    def run(self) -> None:
        """Run all steps."""
        tables = self.step("read", lambda: read_tables(self.content, name="lista.xlsx"))
        layout = self.step("propose", lambda: proposed_layout(db.session(), tables, self.agency_id))
        public_id = self.step("keep", lambda: self._keep(tables, layout))
        self.counts = self.step("preview", lambda: self._preview(public_id))
        prepared = self.step("prepare", lambda: self._prepare(public_id))
        self.came = self.step("import", lambda: self._bring(public_id, prepared))
        self.step("bare", lambda: bare_inserts(self.came * ROWS_OF_ONE))

    def _keep(self, tables: Tables, layout: Layout) -> uuid.UUID:
        with unit_of_work() as work:
            made = keep_list(
                work,
                context(datetime.now(UTC)),
                seminar=work.get_one(Seminar, self.seminar_id),
                agency_id=self.agency_id,
                name="lista.xlsx",
                content=self.content,
                tables=tables,
                layout=layout,
                submission_id=uuid.uuid4(),
            )
            return made.public_id

    def _standpoint(self, session: Session) -> Standpoint:
        return Standpoint(reach_of(session, self.actor), None, everybody=reach_of_everybody(session, self.actor))

    def _preview(self, public_id: uuid.UUID) -> Mapping[Outcome, int]:
        session = db.session()
        found = session.scalars(select(NominationList).where(NominationList.public_id == public_id)).one()
        seminar, work = session.get_one(Seminar, self.seminar_id), work_of(session, found)
        rows = check(
            session,
            seats=read_seats(session, seminar, session.get_one(Office, seminar.office_id)),
            of=found,
            reading=reading_of(tables_of(session, found), work, today=datetime.now(UTC).date()),
            choices=work.choices,
            standpoint=self._standpoint(session),
            language="es",
            now=datetime.now(UTC),
        )
        return counted(each.outcome for each in rows)

    def _prepare(self, public_id: uuid.UUID) -> Prepared:
        session = db.session()
        found = session.scalars(select(NominationList).where(NominationList.public_id == public_id)).one()
        return prepare_import(
            session,
            seminar=session.get_one(Seminar, self.seminar_id),
            found=found,
            standpoint=self._standpoint(session),
            language="es",
            now=datetime.now(UTC),
        )

    def _bring(self, public_id: uuid.UUID, prepared: Prepared) -> int:
        with unit_of_work() as work:
            done = import_list(
                work,
                context(datetime.now(UTC)),
                seminar=work.get_one(Seminar, self.seminar_id),
                public_id=public_id,
                standpoint=self._standpoint(work),
                language="es",
                prepared=prepared,
            )
            return done.came


def bare_inserts(rows: int) -> None:
    """Insert so many rows of twelve columns in one transaction, with the same driver and settings."""
    table = text("CREATE TABLE IF NOT EXISTS bench_list (" + ", ".join(f"c{n} VARCHAR(200)" for n in range(12)) + ")")
    names = [f"c{n}" for n in range(12)]
    values = [{name: f"{name} of row {row}, some words" for name in names} for row in range(rows)]
    statement = text(f"INSERT INTO bench_list VALUES ({', '.join(f':{name}' for name in names)})")
    with write_mode(), db.engine.begin() as connection:
        connection.execute(table)
        connection.execute(statement, values)


def measure(database: Database, rows: int, role: str) -> tuple[list[Turn], int]:
    """Return what each turn took, and the most memory beyond that at rest, in MB."""
    turns: list[Turn] = []
    rest = 0
    with database.app.app_context():
        last = db.session.scalar(select(func.max(Person.id))) or 0
        chance = random.Random(SEED + last)  # other people in each run on a kept database
        settle_memory()  # as a web worker does
        for _ in range(TURNS):
            with unit_of_work() as work:
                agency_id = work.scalars(select(Agency.id).where(Agency.code == AGENCY)).one()
                seminar_id = seminar_for(work, rows, agency_id)
            content = workbook(db.session(), rows, chance)
            turn = Turn(seminar_id, agency_id, actor_of(db.session(), role, agency_id), content)
            rest = resident() if not turns else rest
            turn.run()
            turns.append(turn)
        db.session.remove()
        db.engine.dispose()
    return turns[1:], resident() - rest


def resident() -> int:
    """Return the most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def say(engine: str, people: int, rows: int, role: str, turns: list[Turn], memory: int) -> None:
    """Print the medians."""
    steps = {name: (median(turn.took[name] for turn in turns), median(turn.own[name] for turn in turns)) for name in turns[0].took}
    page, bare = median(turn.page for turn in turns), steps["bare"][0]
    own = median(sum(turn.own[name] for name in PAGE) for turn in turns)
    what = f"{engine}, beside {people:,} people, {rows:,} rows, {role}"
    print(f"{what}: {page:,.0f} ms, of it this process {own:,.0f}; {page / bare:.1f} x bare")
    print("  " + ", ".join(f"{name} {took:,.0f} ({alone:,.0f})" for name, (took, alone) in steps.items()))
    came = ", ".join(f"{number} {outcome.value}" for outcome, number in turns[-1].counts.items())
    print(f"  preview: {came}; brought {turns[-1].came}; {memory} MB beyond rest; load {os.getloadavg()[0]:.1f}", flush=True)


def row(database: Database) -> Row:
    """Return the mark of 500 people, beside 10,000 on file, brought by an organizer."""
    fill(database, Size(PEOPLE, PEOPLE // 50, PEOPLE * 2, 10))
    turns, memory = measure(database, ROWS, "organizer")
    page, bare = median(turn.page for turn in turns), median(turn.took["bare"] for turn in turns)
    return Row(
        what="import of 500 nominees with preview, beside 10,000 people",
        engine=database.engine,
        figure=f"{page / 1000:.2f} s, {memory} MB",
        limit=f"{bare / 1000:.2f} s for bare INSERTs",
        mark=f"≤ {MARK_SECONDS} s, ≤ {MARK_MB} MB over idle",
        passed=page <= MARK_SECONDS * 1000 and memory <= MARK_MB,
    )


def filled(engine: str, people: int, url: str | None) -> AbstractContextManager[Database]:
    """Return a database to measure on: one that was filled before, or an empty one."""
    return opened(url) if url else fresh(engine)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.nominations")
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--engine", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument(
        "--as", dest="roles", default="admin,organizer,liaison", help="whose reach it is: some of admin, organizer, liaison"
    )
    parser.add_argument("--url", help="a database that was filled before (bench.data --url); without it, fresh ones")
    options = parser.parse_args()
    engines = ("sqlite", "postgresql") if options.engine == "both" else (options.engine,)
    for engine in engines[:1] if options.url else engines:
        with filled(engine, options.people, options.url) as database:
            if not options.url:
                prepare(database)
                fill(database, Size(options.people, max(10, options.people // 50), options.people * 2, 10))
            for role in options.roles.split(","):
                turns, memory = measure(database, options.rows, role)
                say(database.engine, options.people, options.rows, role, turns, memory)


if __name__ == "__main__":
    main()
