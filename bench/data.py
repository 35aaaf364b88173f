"""Test data: an office, the agencies, a published seminar of any size, and whole databases of any size.

  python -m bench.data --people 1000000 --seminars 20000 --registrations 2000000 --marks 12000000 [--engine postgresql] [--url URL]

fills a new database (or, with `--url`, one that is empty and migrated) and prints how long it took.
"""

from __future__ import annotations

import argparse
import time
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from importlib.util import module_from_spec, spec_from_file_location
from itertools import islice
from typing import Any

from flask import current_app
from sqlalchemy import Connection, Select, func, insert, select, update

from bench.bulk import filling
from bench.databases import Database, fresh, opened
from bench.population import TABLES, Population, Size, feedback
from bench.population import Base as Ground
from seminar_app.agencies.models import Agency, AgencyVersion
from seminar_app.agencies.queries import all_agencies
from seminar_app.agencies.rules import group_of
from seminar_app.agencies.services import seed_directory
from seminar_app.attendance.models import Mark, Observation
from seminar_app.attendance.rules import MarkMethod, MarkStatus, ObservationKind
from seminar_app.audit.chain import chain_keys
from seminar_app.audit.models import AuditHead
from seminar_app.core.folding import fold
from seminar_app.core.links import SecretLink, token_hash
from seminar_app.core.tables import Base
from seminar_app.core.write_mode import write_mode
from seminar_app.feedback.models import FeedbackForm
from seminar_app.offices.models import Office
from seminar_app.people.models import Person
from seminar_app.people.rules import sort_key
from seminar_app.registration.links import PURPOSE
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState, Source
from seminar_app.reports.models import HoursRule
from seminar_app.reports.rules import HoursYear
from seminar_app.seminars.models import SeatPool, Seminar, SeminarHost, SeminarSession
from seminar_app.seminars.rules import Approval, ExcusedRule, RegistrationMode, SeminarState
from seminar_app.web.database import db, unit_of_work
from tests.support.context import context

CHUNK = 2_000
STATUSES = tuple(MarkStatus)
FEEDBACK_TABLES = ("feedback_form", "feedback_form_version", "feedback_question", "response", "answer", "response_receipt")


@dataclass(frozen=True, slots=True)
class Made:
    """The seminar, its slug, and public ids that a client needs."""

    seminar_id: int
    slug: str
    office_id: int
    sessions: tuple[uuid.UUID, ...]
    registrations: tuple[uuid.UUID, ...]


def prepare(database: Database) -> None:
    """Add what every seminar needs once: the agencies and an office; and a rule of hours."""
    now = datetime.now(UTC)
    with database.app.app_context():
        with unit_of_work() as session:
            seed_directory(session, context(now))
            session.add(
                Office(
                    public_id=uuid.uuid4(),
                    code="HSI",
                    name_es="Oficina de Investigaciones",
                    name_en="Office of Investigations",
                    country="MX",
                    email="office@example.org",
                    phone="+525550802000",
                )
            )
            session.add(HoursRule(public_id=uuid.uuid4(), minutes=2_400, year=HoursYear.CALENDAR, valid_from=date(2001, 1, 1)))
        db.engine.dispose()


def seminar(
    database: Database, slug: str, *, people: int = 0, sessions: int = 6, seats: int | None = None, marked: bool = True, in_days: int = 40
) -> Made:
    """Make a published seminar that is open for registration, with seated people, each marked in every session.

    `in_days`: when it begins.
    """
    with database.app.app_context(), write_mode(), db.engine.begin() as connection:
        made = _seminar(connection, slug, people, sessions, seats if seats is not None else people + 100, marked=marked, in_days=in_days)
        if database.engine == "postgresql":
            connection.exec_driver_sql("ANALYZE")
    with database.app.app_context():
        db.engine.dispose()
    return made


def _seminar(connection: Connection, slug: str, people: int, sessions: int, seats: int, *, marked: bool, in_days: int) -> Made:
    now = datetime.now(UTC).replace(microsecond=0)
    first = (now + timedelta(days=in_days)).date()
    office_id = connection.scalar(select(Office.id).order_by(Office.id).limit(1))
    seminar_id = _add(
        connection,
        Seminar,
        public_id=uuid.uuid4(),
        slug=slug,
        office_id=office_id,
        state=SeminarState.PUBLISHED,
        title_es="Investigación y persecución de la trata de personas",
        title_en="Investigating and prosecuting trafficking in persons",
        objectives_es="Al terminar, cada participante podrá reconocer indicios, entrevistar a víctimas sin dañarlas y armar un caso.",
        objectives_en="By the end, each participant will recognize indicators, interview victims without harm and build a case.",
        audience_es="Fiscales, policías y agentes de migración.",
        audience_en="Prosecutors, police and migration officers.",
        venue="Centro de Convenciones",
        city="Cancún",
        country="MX",
        time_zone="America/Cancun",
        starts_on=first,
        ends_on=first + timedelta(days=2),
        registration_mode=RegistrationMode.OPEN,
        approval=Approval.AUTOMATIC,
        threshold_percent=80,
        excused_rule=ExcusedRule.NOT_COUNTED,
        created_at=now,
        **({"changed_at": now} if "changed_at" in Seminar.__table__.columns else {}),
    )
    connection.execute(insert(SeminarHost).values(seminar_id=seminar_id, office_id=office_id, position=1))
    pool_id = _add(connection, SeatPool, public_id=uuid.uuid4(), seminar_id=seminar_id, agency_id=None, size=seats, taken=0)
    begin = datetime(first.year, first.month, first.day, 14, 0, tzinfo=UTC)
    seminar_sessions: list[dict[str, Any]] = [
        {
            "public_id": uuid.uuid4(),
            "seminar_id": seminar_id,
            "title_es": f"Sesión {n + 1}",
            "title_en": f"Session {n + 1}",
            "starts_at": begin + timedelta(days=n * 3 // sessions, minutes=100 * (n % -(-sessions // 3))),
            "ends_at": begin + timedelta(days=n * 3 // sessions, minutes=100 * (n % -(-sessions // 3)) + 90),
            "contact_minutes": 90,
            "counts_for_completion": True,
            **({"changed_at": now} if "changed_at" in SeminarSession.__table__.columns else {}),
        }
        for n in range(sessions)
    ]
    connection.execute(insert(SeminarSession), seminar_sessions)
    session_ids = list(
        connection.scalars(select(SeminarSession.id).where(SeminarSession.seminar_id == seminar_id).order_by(SeminarSession.id))
    )
    registrations = _people(connection, slug, seminar_id, pool_id, session_ids if marked else [], people, now) if people else ()
    return Made(seminar_id, slug, int(office_id or 0), tuple(s["public_id"] for s in seminar_sessions), registrations)


def _people(
    connection: Connection, slug: str, seminar_id: int, pool_id: int, session_ids: list[int], count: int, now: datetime
) -> tuple[uuid.UUID, ...]:
    agencies = list(connection.scalars(select(Agency.id).where(Agency.valid_to.is_(None)).order_by(Agency.code)))
    versions = _current_versions(connection)
    first_person = (connection.scalar(select(Person.id).order_by(Person.id.desc()).limit(1)) or 0) + 1
    first_registration = (connection.scalar(select(Registration.id).order_by(Registration.id.desc()).limit(1)) or 0) + 1
    ids = tuple(uuid.uuid4() for _ in range(count))
    key = current_app.config["SECRET_KEY"]

    def person(n: int) -> dict[str, Any]:
        name = f"Luz María {_word(n)} {_word(n * 7 + 3)}"
        return {
            "id": first_person + n,
            "public_id": uuid.uuid4(),
            "given_names": "Luz María",
            "surname1": _word(n),
            "surname2": _word(n * 7 + 3),
            "certificate_name": name,
            "sex": "FM"[n % 2],
            "email": f"{slug}.{n}@bench.example",
            "email_proven_at": now,
            "agency_id": agencies[n % len(agencies)],
            "language": "es",
            "reserved": False,
            "search_key": fold(name),
            "sort_key": sort_key(given_names="Luz María", surname1=_word(n), surname2=_word(n * 7 + 3)),
            "created_at": now,
            "version": 1,
        }

    def registration(n: int) -> dict[str, Any]:
        return {
            "id": first_registration + n,
            "public_id": ids[n],
            "seminar_id": seminar_id,
            "person_id": first_person + n,
            "agency_id": agencies[n % len(agencies)],
            "agency_version_id": versions[agencies[n % len(agencies)]],
            "position": "Agente del Ministerio Público",
            "state": RegistrationState.REGISTERED,
            "seat_pool_id": pool_id,
            "source": Source.DEMO,
            "language": "es",
            "link_hash": token_hash(SecretLink(PURPOSE, ids[n], 1).token(key)),
            "link_version": 1,
            "registered_at": now,
            "notice_at": now,
            "version": 1,
        }

    def status_of(n: int, session_id: int) -> MarkStatus:
        return STATUSES[(n * 31 + session_id) % 23 % len(STATUSES)] if n % 5 == 0 else MarkStatus.PRESENT

    def observation(n: int, session_id: int) -> dict[str, Any]:
        return {
            "public_id": uuid.uuid5(ids[n], str(session_id)),
            "registration_id": first_registration + n,
            "session_id": session_id,
            "kind": ObservationKind(status_of(n, session_id).value),
            "observed_at": now,
            "received_at": now,
            "method": MarkMethod.LIST,
            "recorded_by": "command",
        }

    def mark(n: int, session_id: int) -> dict[str, Any]:
        return {
            "registration_id": first_registration + n,
            "session_id": session_id,
            "last": uuid.uuid5(ids[n], str(session_id)),
            "status": status_of(n, session_id),
            "still_in": False,
            "conflict": False,
        }

    _bulk(connection, Person, (person(n) for n in range(count)))
    _bulk(connection, Registration, (registration(n) for n in range(count)))
    _bulk(connection, Observation, (observation(n, session_id) for n in range(count) for session_id in session_ids))
    _bulk(connection, Mark, (mark(n, session_id) for n in range(count) for session_id in session_ids))
    add_participations(connection, seminar_id)
    if connection.dialect.name == "postgresql":
        for table in ("person", "registration"):
            connection.exec_driver_sql(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
    return ids


def add_participations(connection: Connection, seminar_id: int | None = None) -> None:
    """Add the outcomes that follow from the marks, as upgrades do (0017, with what 0034 adds)."""
    spec = spec_from_file_location("participations", "migrations/versions/0017_participations.py")
    assert spec is not None and spec.loader is not None  # noqa: PT018
    migration = module_from_spec(spec)
    spec.loader.exec_module(migration)
    where = " WHERE NOT EXISTS (SELECT 1 FROM participation p WHERE p.registration_id = outcome.id)"
    where += "" if seminar_id is None else f" AND seminar_id = {seminar_id}"
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")  # two million take minutes
    added = migration.INSERT.replace(" superseded, frozen_at)", " superseded, person_id, seated, frozen_at)").replace(
        " false, CASE", " false, (SELECT person_id FROM registration r WHERE r.id = outcome.id), state = 'registered', CASE"
    )
    connection.exec_driver_sql(f"{added}{where} ORDER BY id")


def _current_versions(connection: Connection) -> dict[int, int]:
    """Return the id of each agency's current version by the agency's id."""
    rows = connection.execute(select(AgencyVersion.agency_id, AgencyVersion.id).where(AgencyVersion.current))
    return {row.agency_id: row.id for row in rows}


def _word(n: int) -> str:
    """Return an invented surname, different for each number."""
    syllables = ("ba", "co", "de", "fi", "gu", "la", "mo", "ne", "pi", "ru", "sa", "te", "vi", "xo", "za", "ñu")
    word = ""
    for _ in range(4):
        n, rest = divmod(n, len(syllables))
        word += syllables[rest]
    return word.capitalize()


def _add(connection: Connection, model: type[Base], **values: Any) -> int:
    result = connection.execute(
        insert(model).values(version=1, **values) if "version" in model.__table__.columns else insert(model).values(**values)
    )
    (key,) = result.inserted_primary_key or (0,)
    return int(key)


def _bulk(connection: Connection, model: type[Base], rows: Iterable[dict[str, Any]]) -> None:
    iterator: Iterator[dict[str, Any]] = iter(rows)
    while chunk := list(islice(iterator, CHUNK)):
        connection.execute(insert(model), chunk)


def find(database: Database, slug: str) -> Made | None:
    """Return a seminar that `seminar` made before, or None."""
    with database.app.app_context():
        session = db.session()
        seminar = session.scalar(select(Seminar).where(Seminar.slug == slug))
        if seminar is None:
            return None
        sessions = select(SeminarSession.public_id).where(SeminarSession.seminar_id == seminar.id).order_by(SeminarSession.id)
        registrations = select(Registration.public_id).where(Registration.seminar_id == seminar.id).order_by(Registration.id)
        made = Made(seminar.id, slug, seminar.office_id, tuple(session.scalars(sessions)), tuple(session.scalars(registrations)))
        db.session.remove()
        db.engine.dispose()
    return made


def agency_id(database: Database, code: str) -> int:
    """Return the id of the agency with this code."""
    return int(_one(database, select(Agency.id).where(Agency.code == code)))


def person_of(database: Database, registration: uuid.UUID) -> uuid.UUID:
    """Return the public id of the registered person."""
    found = select(Person.public_id).join(Registration, Registration.person_id == Person.id).where(Registration.public_id == registration)
    return uuid.UUID(str(_one(database, found)))


def _one(database: Database, statement: Select[Any]) -> Any:
    with database.app.app_context():
        found = db.session().execute(statement).scalar_one()
        db.session.remove()
        db.engine.dispose()
    return found


def with_feedback(database: Database, made: Made) -> None:
    """Add a feedback form that most of a seminar's people have answered, unless there is one."""
    with database.app.app_context():
        session = db.session()
        known = session.scalar(select(FeedbackForm.id).where(FeedbackForm.seminar_id == made.seminar_id))
        registrations = list(session.scalars(select(Registration.id).where(Registration.seminar_id == made.seminar_id)))
        db.session.remove()
        if known is None:
            ground, keys, now = _ground(), chain_keys(db.session()), datetime.now(UTC)
            tables = {name: TABLES[name] for name in FEEDBACK_TABLES}
            with filling(database, tables) as sink:
                nobody = Population(sink, ground, Size(0, 0, 0, 0), keys=keys, now=now, seed=made.seminar_id)
                feedback(nobody, made.seminar_id, registrations, now)
        db.session.remove()
        db.engine.dispose()


def fill(database: Database, size: Size) -> float:
    """Write a whole population into a prepared database; return the seconds it took."""
    begun = time.perf_counter()
    with database.app.app_context():
        ground, keys = _ground(), chain_keys(db.session())
        with filling(database, TABLES) as sink:
            population = Population(sink, ground, size, keys=keys, now=datetime.now(UTC))
            population.write()
        sequence, digest = population.trail
        with write_mode(), db.engine.begin() as connection:
            add_participations(connection)
            connection.execute(
                update(AuditHead).values(sequence=sequence, digest=digest, seal=keys.head_seal(sequence, digest, key=keys.newest))
            )
        db.engine.dispose()
    return time.perf_counter() - begun


def _ground() -> Ground:
    """Return what exists before a population is written, and close the database connections."""
    session = db.session()
    agencies = all_agencies(session)
    parents = {agency.id: agency.parent_id for agency in agencies.values()}
    head = session.get_one(AuditHead, 1)
    tables = Base.metadata.tables
    with_id = [name for name, columns in TABLES.items() if "id" in columns and tables[name].c.id.type.python_type is int]
    ground = Ground(
        agencies={found: group_of(found, parents) for found in agencies},
        versions=_current_versions(session.connection()),
        office_id=session.scalars(select(Office.id).order_by(Office.id)).first() or 1,
        key=current_app.config["SECRET_KEY"],
        first={name: (session.scalar(select(func.max(tables[name].c.id))) or 0) + 1 for name in with_id},
        trail=(head.sequence, head.digest),
    )
    db.session.remove()
    db.engine.dispose()
    return ground


def counts(database: Database) -> dict[str, int]:
    """Return the number of rows of each table that `fill` writes."""
    tables = Base.metadata.tables
    with database.app.app_context():
        found = {name: db.session().scalar(select(func.count()).select_from(tables[name])) or 0 for name in TABLES}
        db.session.remove()
        db.engine.dispose()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.data")
    for name, count in (("people", 10_000), ("seminars", 200), ("registrations", 20_000), ("marks", 120_000)):
        parser.add_argument(f"--{name}", type=int, default=count)
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="postgresql")
    parser.add_argument("--url", help="an empty database that stays; without it, one that is thrown away")
    options = parser.parse_args()
    size = Size(options.people, options.seminars, options.registrations, options.marks)
    with opened(options.url) if options.url else fresh(options.engine) as database:
        prepare(database)
        seconds = fill(database, size)
        for table, rows in counts(database).items():
            print(f"{rows:>12,}  {table}")
        print(f"{seconds:.0f} s on {database.engine}")


if __name__ == "__main__":
    main()
