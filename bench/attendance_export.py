"""How long the export of a seminar's attendance takes, and how much memory; marks of BAR.md.

`python -m bench.attendance_export` measures 2,000 people × 6 sessions and 10,000 × 12 on SQLite in a temporary folder, each in
a process of its own, so that its memory is its own. `measure()` does the same on a database that is there.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from flask_migrate import upgrade
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from config import Mode, Settings
from seminar_app import create_app
from seminar_app.attendance.export import Format, Language, write
from seminar_app.attendance.models import Mark
from seminar_app.attendance.queries import attendance_of
from seminar_app.attendance.rules import MarkMethod, MarkStatus
from seminar_app.cli.database import make_sqlite_file
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.people.models import Person
from seminar_app.people.rules import Sex
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState, Source
from seminar_app.seminars.models import SeatPool
from seminar_app.seminars.queries import find_seminar
from seminar_app.web.database import db
from tests.support.factories import Make

SIZES = ((2_000, 6), (10_000, 12))
SECONDS = {(2_000, Format.XLSX): 0.6, (2_000, Format.CSV): 0.15}
MEGABYTES = 50
AGENCIES = 40
THEN = datetime(2026, 1, 5, 16, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Measured:
    """One export: seconds from the first query to the last byte (best of several), size, and memory over idle at its highest."""

    form: Format
    seconds: float
    bytes_written: int
    peak_mb: float


def make_seminar(session: Session, people: int, sessions: int) -> str:
    """A seminar of so many people of forty agencies in four groups, everybody marked in every session; its slug."""
    make = Make(session)
    seminar = make.seminar(seats=people, starts_on=date(2026, 6, 3))
    sittings = [make.sitting(seminar, day=n // 2, hour=9 + 4 * (n % 2)).id for n in range(sessions)]
    groups = [make.agency(code) for code in ("CNS", "INM", "PGJ", "PGR")]
    agencies = [make.agency(f"{groups[n % 4].code}-{n:02}", parent=groups[n % 4]).id for n in range(AGENCIES)]
    with unit_of_work(session) as writing:
        pool = writing.scalars(select(SeatPool.id).where(SeatPool.seminar_id == seminar.id)).one()
        writing.execute(insert(Person), [_person(n) for n in range(people)])
        persons = writing.scalars(select(Person.id).order_by(Person.id)).all()
        here = {"seminar_id": seminar.id, "seat_pool_id": pool}
        writing.execute(insert(Registration), [_registration(n, persons[n], agencies[n % AGENCIES]) | here for n in range(people)])
        registrations = writing.scalars(select(Registration.id).order_by(Registration.id)).all()
        marks = iter(_marks(registrations, sittings))
        while batch := list(islice(marks, 10_000)):
            writing.execute(insert(Mark), batch)
    return seminar.slug


def _person(n: int) -> dict[str, Any]:
    names = {"given_names": "María Guadalupe", "surname1": f"Hernández {n}", "surname2": "de la Cruz"}
    return names | {
        "public_id": uuid.uuid4(),
        "certificate_name": " ".join(names.values()),
        "search_key": f"maria guadalupe hernandez {n} de la cruz",
        "sex": list(Sex)[n % 2],
        "email": f"person{n}@pgr.example",
        "language": "es",
        "reserved": n % 500 == 0,
        "created_at": THEN,
        "version": 1,
    }


def _registration(n: int, person_id: int, agency_id: int) -> dict[str, Any]:
    return {
        "public_id": uuid.uuid4(),
        "person_id": person_id,
        "agency_id": agency_id,
        "position": "Agente del Ministerio Público de la Federación",
        "state_name": "Quintana Roo",
        "state": RegistrationState.REGISTERED,
        "source": Source.IMPORT,
        "language": "es",
        "link_hash": uuid.uuid4().bytes * 2,
        "link_version": 1,
        "registered_at": THEN,
        "version": 1,
    }


def _marks(registrations: Any, sittings: list[int]) -> Iterator[dict[str, Any]]:
    for n, registration_id in enumerate(registrations):
        for place, session_id in enumerate(sittings):
            status = list(MarkStatus)[(n + place) % 5]
            yield {
                "registration_id": registration_id,
                "session_id": session_id,
                "status": status,
                "minutes_credited": 180 if status is MarkStatus.PRESENT else 0,
                "method": MarkMethod.LIST,
                "recorded_by": "command",
                "recorded_at": THEN,
                "version": 1,
            }


def measure(session: Session, slug: str, form: Format, *, rounds: int = 5) -> Measured:
    """Export `rounds` times and keep the best time; the memory is the process's highest, less what it was before."""
    before, best, size = _peak_mb(), float("inf"), 0
    for _round in range(rounds):
        session.close()
        began = time.perf_counter()
        seminar = find_seminar(session, slug)
        assert seminar is not None
        with tempfile.TemporaryFile() as file:
            write(file, attendance_of(session, seminar, former=True), form=form, language=Language.SPANISH)
            size = file.tell()
        best = min(best, time.perf_counter() - began)
    return Measured(form, best, size, _peak_mb() - before)


def _peak_mb() -> float:
    """The highest resident memory of this process since it began, in MB (Linux)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def _settings(folder: str) -> Settings:
    return Settings(
        mode=Mode.TEST,
        data_dir=Path(folder),
        database_url=f"sqlite:///{folder}/bench.sqlite3",
        secret_keys=("key of the benchmarks, thirty-two characters",),
        public_url="http://localhost",
        smtp_url=None,
        mail_from="Constancia <no-reply@constancia.test>",
    )


def _run(folder: str, people: int, sessions: int, step: str, form: str = "") -> None:
    app = create_app(_settings(folder))
    with app.app_context():
        if step == "make":
            make_sqlite_file()
            upgrade()
            db.session.remove()
            print(make_seminar(db.session(), people, sessions))
            return
        find_seminar(db.session(), step)  # the connection is open and the code loaded before «idle» is taken
        got = measure(db.session(), step, Format(form))
    seconds, megabytes = SECONDS.get((people, got.form)), MEGABYTES
    limits = f"at most {seconds or 'any'} s, {megabytes} MB"
    size = f"{people:>6} × {sessions:<2} {form:<4}"
    print(f"{size} {got.seconds:6.3f} s {got.peak_mb:5.1f} MB over idle ({limits}; file: {got.bytes_written:,} B)")


def main() -> None:
    """Make and measure each size, every step in a process of its own."""
    for people, sessions in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, "-m", "bench.attendance_export", folder, str(people), str(sessions)]
            made = subprocess.run([*command, "make"], capture_output=True, text=True, check=True)
            for form in Format:
                subprocess.run([*command, made.stdout.split()[-1], form], check=True)


if __name__ == "__main__":
    if len(sys.argv) == 1:
        main()
    else:
        _run(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:])
