"""The migrations make the schema that the models describe, and can be undone."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import Connection, inspect, select, text, update
from sqlalchemy.exc import IntegrityError

from bench import data
from bench.databases import Database
from bench.population import Size
from seminar_app.attendance.models import Mark, Observation, Participation
from seminar_app.attendance.rules import MarkStatus
from seminar_app.attendance.services.rebuilding import rebuild
from seminar_app.audit.services import record
from seminar_app.audit.verifying import verify
from seminar_app.core.actor import RoleName
from seminar_app.core.sealed_files import keep_file
from seminar_app.core.tables import Base
from seminar_app.core.write_mode import write_mode
from seminar_app.nominations.request_models import ListRequest
from seminar_app.nominations.request_rules import RequestKind, RequestState
from seminar_app.nominations.services.requests import FILE
from seminar_app.offices.models import Office
from seminar_app.people.models import Person, PersonMerge
from seminar_app.registration.hold_models import Hold
from seminar_app.registration.hold_rules import HoldEnd
from seminar_app.registration.models import Registration, RegistrationHistory
from seminar_app.registration.rules import RegistrationState, Source
from seminar_app.seminars.models import SeatPool
from seminar_app.seminars.rules import SeminarState
from seminar_app.web.database import db, unit_of_work
from seminar_app.web.health import newest_migration
from tests.conftest import TestDatabase
from tests.support.context import context
from tests.support.factories import THEN, Make

pytestmark = pytest.mark.migrates


@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based index")
def test_the_schema_is_what_the_models_say(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_every_migration_can_be_undone_and_done_again(app: Flask) -> None:
    with app.app_context():
        downgrade(revision="base")
        assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
        upgrade()
        assert set(Base.metadata.tables) <= set(inspect(db.engine).get_table_names())


MADE_ANEW = {
    *("audit_head.seal", "registration.reserved_code", "agency_version.since"),
    *("observation.id", "observation.public_id", "observation.follows", "mark.id", "mark.last"),
}
"""Columns left out of the comparison: the audit log's seal is written again with the next row; codes and ids are drawn again, and versions
of agencies begin again."""


def contents(connection: Connection) -> dict[str, str]:
    """Return a checksum of each table's rows, independent of their order."""
    found = {}
    for table in Base.metadata.sorted_tables:
        columns = [column for column in table.columns if f"{table.name}.{column.name}" not in MADE_ANEW]
        rows = sorted(repr(tuple(row)) for row in connection.execute(select(*columns)))
        found[table.name] = f"{len(rows)} {hashlib.sha256(repr(rows).encode()).hexdigest()}"
    return found


THOUSANDS = Size(people=3_000, seminars=120, registrations=4_000, marks=10_000)
"""More than 10,000 rows, and more than any migration step handles at once."""


def fill(make: Make) -> None:
    """Add rows of every kind, connected with each other."""
    group = make.agency("PGJ")
    state = make.agency("PGJ-ROO", parent=group, state="Quintana Roo")
    office = make.office()
    make.account((RoleName.ORGANIZER, {"office_id": office.id}), (RoleName.LIAISON, {"agency_id": group.id}))
    for seats in (5, 2):
        seminar = make.seminar(office=office, seats=seats)
        pool = make.pool(seminar, group, 3, release_on=seminar.starts_on)
        seminar_session = make.seminar_session(seminar)
        for number in range(3):
            registration = make.registration(seminar, make.person(given_names=f"Ñandú {number} 🎓"), agency=state, pool=pool)
            make.mark(registration, seminar_session, list(MarkStatus)[number])
        make.registration(seminar, agency=state, state=RegistrationState.WAITLISTED, queue_place=1)


def some(steps: list[str]) -> list[int]:
    """Return how far to go down in the short form: to each of the newest migrations, to every fourth of the others, and to the first."""
    newest = 6
    return [*range(1, newest + 1), *range(newest + 4, len(steps), 4), len(steps)]


def each(steps: list[str]) -> list[int]:
    """Return how far to go down in the long form: to each migration."""
    return list(range(1, len(steps) + 1))


def all_at_once(steps: list[str]) -> list[int]:
    """Return how far to go down with many rows: to the first migration."""
    return [len(steps)]


@pytest.mark.parametrize(
    ("rows", "depths"),
    [
        pytest.param("a few", some, id="a few"),
        pytest.param("a few", each, id="a few, step by step", marks=pytest.mark.full),
        pytest.param("thousands", all_at_once, id="thousands"),
        pytest.param("thousands", each, id="thousands, step by step", marks=pytest.mark.full),
    ],
)
def test_each_migration_goes_down_and_up_again_with_data(
    database: TestDatabase, app: Flask, make: Make, tmp_path: Path, now: datetime, rows: str, depths: Callable[[list[str]], list[int]]
) -> None:
    """Down to several migrations in turn, each time up again."""
    if rows == "a few":
        fill(make)
    else:
        engine = "sqlite" if database.url.startswith("sqlite") else "postgresql"
        measured = Database(engine, database.url, tmp_path, app)
        data.prepare(measured)
        data.fill(measured, THOUSANDS)
    steps = [script.revision for script in ScriptDirectory("migrations").walk_revisions() if script.down_revision]
    with app.app_context():
        with unit_of_work() as work:
            work.execute(update(Office).values(email=None, phone=None))  # 0011 adds them: going below it loses them
        downgrade(revision="0026")  # 0027 says who has shown the mailbox by what is known of them, and not as `make` does
        upgrade()
        with db.engine.connect() as connection:
            before = contents(connection)
        for depth in depths(steps):
            downgrade(revision=f"-{depth}")
            upgrade()
            with db.engine.connect() as connection:
                assert contents(connection) == before, steps[depth - 1]
        with unit_of_work() as work:
            record(work, context(now), action="database.migrated", subject="database:all")
        assert verify(db.session()).intact
        db.session.remove()


def test_seats_are_counted_again_when_the_counting_comes_back(app: Flask, make: Make) -> None:
    fill(make)
    with app.app_context():
        downgrade(revision="0001")
        with write_mode(), db.engine.begin() as connection:
            connection.execute(text("UPDATE seat_pool SET taken = 0"))
        upgrade()
        with db.engine.connect() as connection:
            taken = connection.execute(text("SELECT taken FROM seat_pool WHERE agency_id IS NOT NULL ORDER BY id")).scalars().all()
        assert taken == [3, 3]
        db.session.remove()


def test_each_agency_begins_with_a_version_of_today_and_its_registrations_get_it(app: Flask, make: Make) -> None:
    fill(make)
    with app.app_context():
        downgrade(revision="0014")
        with write_mode(), db.engine.begin() as connection:
            connection.execute(text("UPDATE agency SET name_es = 'Las fiscalías' WHERE code = 'PGJ'"))
        upgrade()
        with db.engine.connect() as connection:
            kept = connection.execute(
                text("SELECT code, state, group_code, group_name_es, group_level FROM agency_version WHERE current ORDER BY id")
            ).all()
            given = connection.execute(
                text("SELECT DISTINCT v.code FROM registration r JOIN agency_version v ON v.id = r.agency_version_id")
            ).scalars()
            assert kept == [
                ("PGJ", None, "PGJ", "Las fiscalías", "federal"),
                ("PGJ-ROO", "Quintana Roo", "PGJ", "Las fiscalías", "federal"),
            ]
            assert list(given) == ["PGJ-ROO"]
        db.session.remove()


def test_nobody_without_an_agency_is_lost_on_the_way_back(app: Flask, make: Make, capsys: pytest.CaptureFixture[str]) -> None:
    """Four wrote what is not in the list: with a unit, without one, with a long one, and one who was erased since."""
    seminar = make.seminar(seats=5)
    pool = make.pool(seminar, make.agency("INM"), 2)
    written = [("Ñandú del Mar 🎓", "Jurídico"), ("Cruz Roja", None), ("d" * 150, "u" * 100), ("", None)]
    people = [make.registration(seminar, agency_text=text, unit=unit, pool=pool if not text else None).id for text, unit in written]
    with app.app_context():
        with db.engine.connect() as connection:
            before = connection.execute(select(Participation.__table__).order_by(Participation.id)).all()
            assert [row.agency_version_id for row in before] == [None] * 4
        downgrade(revision="0017")
        with db.engine.connect() as connection:
            found = connection.execute(
                text(
                    "SELECT r.id, a.code, v.code, v.group_name_es, r.unit FROM registration r JOIN agency a ON a.id = r.agency_id"
                    " JOIN agency_version v ON v.id = r.agency_version_id ORDER BY r.id"
                )
            ).all()
            outcomes = connection.execute(text("SELECT DISTINCT agency_version_id FROM participation")).scalars().all()
            taken = connection.scalar(text("SELECT taken FROM seat_pool WHERE agency_id IS NOT NULL"))
        units = ["Ñandú del Mar 🎓 · Jurídico", "Cruz Roja", f"{'d' * 150} · {'u' * 47}", None]
        assert [tuple(row) for row in found] == [
            (person, "SIN-ASIGNAR", "SIN-ASIGNAR", "Sin asignar", unit) for person, unit in zip(people, units, strict=True)
        ]
        assert len(outcomes) == 1
        assert outcomes[0] is not None
        assert taken == 1
        assert "registrations without an agency: 4" in capsys.readouterr().out
        upgrade()
        with db.engine.connect() as connection:
            kept = connection.scalar(text("SELECT COUNT(*) FROM registration WHERE agency_id IS NOT NULL AND agency_text IS NULL"))
        assert kept == 4
        downgrade(revision="0017")
        upgrade()
        assert rebuild(db.session(), seminar.id, check=True).participations == []
        db.session.remove()


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({"agency_text": None, "agency_id": None, "agency_version_id": None}, id="no agency and no words"),
        pytest.param({"agency_text": "Cruz Roja"}, id="an agency and words"),
        pytest.param({"agency_version_id": None}, id="an agency and no version"),
    ],
)
def test_the_database_refuses_half_an_agency(app: Flask, make: Make, values: dict[str, object]) -> None:
    registration = make.registration(make.seminar())
    half = update(Registration).where(Registration.id == registration.id).values(values)
    with app.app_context():
        with write_mode(), pytest.raises(IntegrityError), db.engine.begin() as connection:
            connection.execute(half)
        db.session.remove()


def test_letters_come_back_into_the_keys_of_people_and_nobody_becomes_another(
    app: Flask, make: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ("Đan", "Łukasz", "小龙", "Ma\u200bría", "José")
    people = [make.person(given_names=name, surname1="Ruiz", surname2=None, email="oficina@pgr.example") for name in names]
    keys = {"Øla": "la gil", "Ola": "ola gil"}  # of the version before
    twins = [make.person(name, "Gil", None, email="otra@pgr.example", search_key=key) for name, key in keys.items()]
    make.agency("ŁDZ", name_es="Łódź")
    with app.app_context():
        downgrade(revision="0011")
        assert keys_of(people) == ["an ruiz", "ukasz ruiz", "小龙 ruiz", "ma ria ruiz", "jose ruiz"]
        assert keys_of(twins) == ["la gil", "ola gil"]
        upgrade()
        assert keys_of(people) == ["dan ruiz", "lukasz ruiz", "小龙 ruiz", "maria ruiz", "jose ruiz"]
        assert keys_of(twins) == ["la gil", "ola gil"], "two people of one mailbox stay two"
        assert f"person {twins[0].id} has the letters of another" in capsys.readouterr().out
        with db.engine.connect() as connection:
            assert "ldz lodz" in str(connection.scalar(text("SELECT search_key FROM agency")))
        db.session.remove()


def test_each_mark_and_its_past_become_a_chain_of_observations(app: Flask, make: Make, capsys: pytest.CaptureFixture[str]) -> None:
    """A was absent, late, then present; B's mark was taken away and taken again; C's was taken away; D's is older than its past."""
    seminar = make.seminar(state=SeminarState.COMPLETED)
    held, agency = make.seminar_session(seminar, minutes=180), make.agency("PGR", name_es="Procuraduría")
    pool = make.pool(seminar, agency, 4)
    ana, beto, carla, dora = (make.registration(seminar, make.person(name), agency=agency, pool=pool).id for name in "ABCD")
    old = "(registration_id, session_id, status, minutes_credited, method, recorded_by, recorded_at"
    past = [
        (ana, "absent", 0, "account:a", "2026-06-03 14:00", "account:b", "2026-06-03 15:00"),
        (ana, "late", 100, "account:b", "2026-06-03 15:00", "account:a", "2026-06-03 16:00"),
        (beto, "present", 180, "account:a", "2026-06-03 14:00", "account:b", "2026-06-03 15:00"),
        (carla, "left_early", 165, "account:a", "2026-06-03 14:00", "account:b", "2026-06-03 17:00"),
        (dora, "absent", 0, "account:a", "2026-06-03 14:00", "account:b", "2026-06-03 15:00"),
    ]
    now_marked = [
        (ana, "present", 180, "account:a", "2026-06-03 16:00"),
        (beto, "late", 165, "account:a", "2026-06-03 16:00"),
        (dora, "excused", 0, "account:a", "2026-06-03 13:00"),
    ]
    with app.app_context():
        downgrade(revision="0015")
        with write_mode(), db.engine.begin() as connection:
            for who, status, minutes, by, at, until_by, until in past:
                values = f"({who}, {held.id}, '{status}', {minutes}, 'list', '{by}', '{at}', '{until_by}', '{until}')"
                connection.execute(text(f"INSERT INTO mark_history {old}, replaced_by, replaced_at) VALUES {values}"))  # noqa: S608
            for who, status, minutes, by, at in now_marked:
                values = f"({who}, {held.id}, '{status}', {minutes}, 'list', '{by}', '{at}', 1)"
                connection.execute(text(f"INSERT INTO mark {old}, version) VALUES {values}"))  # noqa: S608
            copied = connection.scalar(text(f"SELECT id FROM mark WHERE registration_id = {beto}"))  # noqa: S608
            merge = PersonMerge.__table__.insert().values(  # type: ignore[attr-defined]
                public_id=uuid.uuid4(), kept_id=1, gone_id=2, moved={"copies": {"mark": [copied]}}, merged_at=THEN, merged_by="command"
            )
            connection.execute(merge)
        upgrade()
        chains: dict[int, list[tuple[str, int | None, str]]] = {}
        with db.engine.connect() as connection:
            seen = connection.execute(select(Observation.__table__).order_by(Observation.id)).all()
            for row in seen:
                chains.setdefault(row.registration_id, []).append((row.kind.value, row.minutes, row.recorded_by))
                before = [each.public_id for each in seen if each.registration_id == row.registration_id and each.id < row.id]
                assert row.follows == (before[-1] if before else None)
            marks = {row.registration_id: (row.status, row.minutes) for row in connection.execute(select(Mark.__table__))}
        assert chains == {
            ana: [("absent", None, "account:a"), ("late", 100, "account:b"), ("present", None, "account:a")],
            beto: [("present", None, "account:a"), ("cleared", None, "account:b"), ("late", None, "account:a")],
            carla: [("left_early", None, "account:a"), ("cleared", None, "account:b")],
            dora: [("absent", None, "account:a"), ("cleared", None, "account:b"), ("excused", None, "account:a")],
        }
        with db.engine.connect() as connection:
            (moved,) = connection.execute(select(PersonMerge.moved)).scalars()
        assert moved["copies"] == {"observation": [max(row.id for row in seen if row.registration_id == beto)]}
        assert marks == {
            ana: (MarkStatus.PRESENT, None),
            beto: (MarkStatus.LATE, None),
            carla: (None, None),
            dora: (MarkStatus.EXCUSED, None),
        }
        assert "frozen with today's names of agencies: 4" in capsys.readouterr().out
        session = db.session()
        outcomes = session.execute(
            select(Participation.minutes_credited, Participation.contact_minutes, Participation.percent, Participation.completed)
            .where(Participation.frozen_at.is_not(None))
            .order_by(Participation.registration_id)
        )
        assert [tuple(row) for row in outcomes] == [
            (180, 180, 100.0, True),
            (165, 180, 91.7, True),
            (0, 180, 0.0, False),
            (0, 0, None, False),
        ]
        found = rebuild(session, seminar.id, check=True)
        assert (list(found.marks), list(found.participations)) == ([], [])
        db.session.remove()


def keys_of(people: list[Person]) -> list[str]:
    with db.engine.connect() as connection:
        found: dict[int, str] = {row.id: row.search_key for row in connection.execute(text("SELECT id, search_key FROM person"))}
    return [found[person.id] for person in people]


def test_a_version_without_streets_reads_the_changes_that_wait(app: Flask, make: Make) -> None:
    seminar = make.seminar(venue="Hotel", street="Av. Tulum 5")
    make.registration(seminar, pool=make.pool(seminar, make.agency("PGR"), 1))
    make.change_notice(seminar)
    told = "SELECT before FROM change_notice"
    with app.app_context():
        assert "street" in json.loads(_as_text(told))
        downgrade(revision="0021")
        assert "street" not in json.loads(_as_text(told))
        upgrade()
        with db.engine.connect() as connection:
            assert connection.scalar(text("SELECT street FROM seminar")) is None
        db.session.remove()


def test_a_version_without_nominations_keeps_alternates_in_their_turn(app: Flask, make: Make) -> None:
    seminar, agency = make.seminar(), make.agency("PGR")
    make.pool(seminar, agency, 0, release_on=seminar.ends_on)
    values: dict[str, Any] = {"state": "waitlisted", "source": "nomination", "agency_seats_only": True}
    waits = [make.registration(seminar, agency=agency, queue_place=place, **values) for place in (2, 1)]
    turn = "SELECT id, state, queue_place FROM registration ORDER BY queue_place"
    with app.app_context():
        downgrade(revision="0025")
        with db.engine.connect() as connection:
            assert [tuple(row) for row in connection.execute(text(turn))] == [
                (waits[1].id, "waitlisted", 1),
                (waits[0].id, "waitlisted", 2),
            ]
        upgrade()
        with db.engine.connect() as connection:
            assert not any(connection.scalars(text("SELECT agency_seats_only FROM registration")))
        db.session.remove()


def test_a_version_without_kept_seats_counts_people_only_and_keeps_nobody_who_was_proposed(app: Flask, make: Make, now: datetime) -> None:
    seminar, agency = make.seminar(seats=4), make.agency("PGR")
    with app.app_context():
        pool = db.session.scalars(select(SeatPool).where(SeatPool.seminar_id == seminar.id)).one()
        invited = make.registration(seminar, agency=agency, state=RegistrationState.INVITED)
        seated = make.registration(seminar, agency=agency, pool=pool)
        with unit_of_work() as work:
            kept: dict[str, Any] = {"seminar_id": seminar.id, "seat_pool_id": pool.id, "last_day": seminar.starts_on}
            by: dict[str, Any] = {"made_at": now, "made_by": "account:a"}
            link = {"registration_id": invited.id, "link_hash": b"1" * 32}
            work.add_all(Hold(public_id=uuid.uuid4(), **kept, **by, **each) for each in (link, {"agency_id": agency.id}))
            work.add(Hold(public_id=uuid.uuid4(), **kept, **by, agency_id=agency.id, ended_at=now, ending=HoldEnd.USED))
            file = keep_file(work, kind=FILE, content=b"{}", at=now)
            asked = {"kind": RequestKind.SUBSTITUTE, "state": RequestState.OPEN, "asked_at": now, "asked_by": seated.audit_name}
            ids = {"public_id": uuid.uuid4(), "submission_id": uuid.uuid4(), "file_id": file.id}
            work.add(ListRequest(seminar_id=seminar.id, registration_id=seated.id, **ids, **asked))
        taken = "SELECT taken FROM seat_pool"
        with db.engine.connect() as connection:
            assert connection.scalar(text(taken)) == 3
        db.session.remove()
        downgrade(revision="0029")
        with db.engine.connect() as connection:
            assert connection.scalar(text(taken)) == 1
            assert set(connection.scalars(text("SELECT state FROM registration"))) == {"invited", "registered"}
            assert connection.scalar(text("SELECT count(*) FROM file")) == 0
        upgrade()
        with db.engine.connect() as connection:
            assert [tuple(row) for row in connection.execute(text("SELECT taken, held FROM seat_pool"))] == [(1, 0)]
        db.session.remove()


def _as_text(statement: str) -> str:
    with db.engine.connect() as connection:
        found = connection.scalar(text(statement))
    return found if isinstance(found, str) else json.dumps(found)


def test_the_file_named_newest_names_the_newest_migration() -> None:
    assert Path("migrations/versions/NEWEST").read_text(encoding="ascii").strip() == newest_migration()


def test_who_filled_in_the_form_or_used_the_page_has_a_proven_mailbox(app: Flask, make: Make) -> None:
    """The others are asked for the surname once: whom staff entered, and who has done nothing since."""
    seminar = make.seminar()
    registrations = {
        "by the form": make.registration(seminar, make.person("Ana"), source=Source.FORM),
        "of the demonstration": make.registration(seminar, make.person("Bea"), source=Source.DEMO),
        "has withdrawn": make.registration(seminar, make.person("Eva"), source=Source.STAFF),
        "asks for a name": make.registration(seminar, make.person("Ivo"), source=Source.STAFF),
        "by hand": make.registration(seminar, make.person("Leo"), source=Source.STAFF),
        "at the door": make.registration(seminar, make.person("Luz"), source=Source.WALK_IN),
        "without an address": make.registration(seminar, make.person("Pía", email=None), source=Source.FORM),
    }
    make.name_request(registrations["asks for a name"])
    people = {name: each.person_id for name, each in registrations.items()}
    step = {"registration_id": registrations["has withdrawn"].id, "at": THEN, "actor": registrations["has withdrawn"].audit_name}
    make._add(RegistrationHistory(**step, to_state=RegistrationState.WITHDRAWN))
    with app.app_context():
        downgrade(revision="0026")
        upgrade()
        with db.engine.connect() as connection:
            rows = connection.execute(text("SELECT id, email_proven_at FROM person")).all()
            proven = {row.id for row in rows if row.email_proven_at is not None}
        assert {name for name, person_id in people.items() if person_id in proven} == {
            *("by the form", "of the demonstration", "has withdrawn", "asks for a name")
        }
        db.session.remove()
