"""No residual data: a person with unique values is erased, and no table, file, statistic or export still holds one of the values."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import JSON, Enum, LargeBinary, String, func, select, text
from sqlalchemy.orm import Session

from config import DaysKept, Mode
from seminar_app import create_app
from seminar_app.attendance.models import Observation
from seminar_app.attendance.rules import MarkStatus
from seminar_app.audit.models import AuditRow
from seminar_app.audit.verifying import verify
from seminar_app.core.actor import RULE
from seminar_app.core.data_subject import KEY, PARTICIPANT
from seminar_app.core.sqlite import database_path
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.core.values import replace
from seminar_app.core.write_mode import write_mode
from seminar_app.letters.models import Letter
from seminar_app.messages.models import Message
from seminar_app.messages.services import enqueue
from seminar_app.paper.models import PrintedSheet, SheetRow
from seminar_app.people.identity import Identity, keep_identity
from seminar_app.people.identity_models import PersonIdentity
from seminar_app.people.models import Person
from seminar_app.people.rules import Sex
from seminar_app.people.services import PersonData
from seminar_app.registration import services as registration
from seminar_app.registration.errors import NotInThisState
from seminar_app.registration.models import Registration, RegistrationHistory
from seminar_app.registration.rules import RegistrationState
from seminar_app.registration.services import Entry
from seminar_app.retention import erasing
from seminar_app.retention.applying import apply_all, count_due
from seminar_app.retention.erasing import erase_person
from seminar_app.retention.sweeping import TOUCHED, sweep
from seminar_app.seminars.models import SeatPool, Seminar
from seminar_app.web.database import db
from seminar_app.web.schedule import jobs_of
from tests.conftest import TestDatabase, settings_for
from tests.support.commands import run
from tests.support.context import context
from tests.support.factories import Make

TOKENS = ("Zyxwana", "Qqvorin", "Wxkubel", "Jjfirma", "zzbuzon", "5591827364", "Vvunidad", "Kkrango", "Hhcargo", "Ppestado", "Nnnota")
CURP, PASSPORT = "QQWZ841101MSPRRR07", "XK7719283"


@dataclass
class World:
    """The person to erase, and the seminar that still counts the person."""

    slug: str
    seminar_id: int
    person: uuid.UUID


@pytest.fixture
def world(make: Make, session: Session, now: datetime) -> World:
    agency, seminar = make.agency("PGR"), make.seminar(seats=1, starts_on=date(2099, 6, 3), ends_on=date(2099, 6, 5))
    entry = Entry(
        person=PersonData(
            given_names="Zyxwana",
            surname1="Qqvorin",
            surname2="Wxkubel",
            certificate_name="Jjfirma Qqvorin",
            sex=Sex.FEMALE,
            email="zzbuzon@pgr.example",
            phone="+525591827364",
        ),
        agency_id=agency.id,
        unit="Vvunidad",
        rank="Kkrango",
        position="Hhcargo",
        state_name="Ppestado",
    )
    with unit_of_work(session) as work:
        made = registration.add_by_hand(work, context(now), seminar_id=seminar.id, entry=entry, submission_id=uuid.uuid4())
    with unit_of_work(session) as work:
        person = work.get_one(Person, made.person_id)
        identity = Identity(curp=CURP, passport=PASSPORT, birth_date=date(1984, 11, 1), birth_place="Ppestado")
        keep_identity(work, context(now), person=person, identity=identity)
        work.scalars(select(RegistrationHistory)).one().note = "Nnnota"
    return World(seminar.slug, seminar.id, person.public_id)


def found_in_tables(session: Session) -> set[str]:
    """Return `table.column` of each value that holds a token, and PostgreSQL's statistics that do."""
    session.rollback()
    places = set()
    for table in db.metadata.sorted_tables:
        for row in session.execute(text(f'SELECT * FROM "{table.name}"')).mappings():  # noqa: S608  names of our tables
            for column, value in row.items():
                words = bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview) else str(value)
                if any(token.lower() in words.lower() for token in (*TOKENS, CURP, PASSPORT)):
                    places.add(f"{table.name}.{column}")
    if session.get_bind().dialect.name == "postgresql":
        for row in session.execute(text("SELECT * FROM pg_stats WHERE schemaname = 'public'")).mappings():
            if any(token.lower() in str(dict(row)).lower() for token in TOKENS):
                places.add(f"statistics of {row['tablename']}.{row['attname']}")
    session.rollback()
    return places


def found_in_files(database: TestDatabase, session: Session) -> set[str]:
    """Return the files of the database that hold a token."""
    session.rollback()
    if session.get_bind().dialect.name == "sqlite":
        path = database_path(database.url)
        files = {each.name: each.read_bytes() for each in path.parent.glob(f"{path.name}*")}
    else:
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("CHECKPOINT"))
            relations = (
                "SELECT relname, pg_read_binary_file(pg_relation_filepath(oid), true) FROM pg_class WHERE relkind IN ('r', 'i', 't')"
            )
            rows = connection.execute(text(relations + " AND NOT relisshared AND relname NOT LIKE 'pg\\_%'")).all()
            files = {name: bytes(content or b"") for name, content in rows}
    return {name for name, content in files.items() if any(token.lower().encode() in content.lower() for token in TOKENS)}


def test_nothing_of_an_erased_person_is_left_and_they_still_count(
    database: TestDatabase, world: World, make: Make, session: Session, now: datetime
) -> None:
    waiting = make.registration(session.get_one(Seminar, world.seminar_id), state=RegistrationState.WAITLISTED, queue_place=1)
    make.letter(session.get_one(Seminar, world.seminar_id), sent=True, at=now)
    settings = settings_for(database.url, database.folder)
    on_server = db.engine.dialect.name == "postgresql"
    if on_server:
        with write_mode(), db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))
        assert any(place.startswith("statistics") for place in found_in_tables(session)), "the statistics never held them"
    assert "person.surname1" in found_in_tables(session), "the values were never there"
    assert found_in_files(database, session), "the values were never in the files"

    session.rollback()
    done = run(settings, "people", "erase", world.person.hex, "--yes")
    assert done.exit_code == 0, done.output
    assert "1 registrations without a name, 1 of them withdrawn" in done.output

    assert found_in_tables(session) == set()
    session.rollback()
    assert sweep(context(now, RULE), rewrite=True)
    assert found_in_files(database, session) == set()
    exported = run(settings, "attendance", "export", world.slug, "--format", "csv")
    assert not any(token.lower() in exported.output.lower() for token in TOKENS)
    assert run(settings, "people", "erased").output.split() == [world.person.hex]

    assert verify(session).intact
    person = session.scalars(select(Person).where(Person.public_id == world.person)).one()
    assert (person.sex, person.reserved, person.erased_at is not None) == (Sex.FEMALE, True, True)
    assert session.scalar(select(func.count()).select_from(PersonIdentity)) == 0
    kept = session.scalars(select(Registration).where(Registration.person_id == person.id)).one()
    assert (kept.state, kept.submission_id) == (RegistrationState.WITHDRAWN, None)
    assert session.scalar(select(Registration.state).where(Registration.id == waiting.id)) is RegistrationState.REGISTERED
    assert session.scalar(select(SeatPool.taken)) == 1
    again = run(settings, "people", "erase", world.person.hex, "--yes")
    assert again.exit_code == 0
    assert "0 messages and 0 notes" in again.output


def test_the_search_for_traces_finds_a_column_that_was_forgotten(
    world: World, session: Session, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The broken twins: mail is not erased; a note is not erased."""
    with monkeypatch.context() as broken, unit_of_work(session) as work:
        broken.setattr(erasing, "_delete_messages", lambda *_: 0)
        erase_person(work, context(now), public_id=world.person)
    assert found_in_tables(session) == {"outbox.to_address", "outbox.to_name"}
    with unit_of_work(session) as work:
        work.execute(text("DELETE FROM outbox"))
        work.scalars(select(RegistrationHistory)).first().note = "Nnnota"  # type: ignore[union-attr]
    assert found_in_tables(session) == {"registration_history.note"}


@pytest.mark.sqlite_only
def test_without_the_sweep_the_log_still_holds_the_person(database: TestDatabase, world: World, session: Session, now: datetime) -> None:
    with unit_of_work(session) as work:
        erase_person(work, context(now), public_id=world.person)
    assert found_in_tables(session) == set()
    assert found_in_files(database, session) == {"test.sqlite3-wal"}
    session.rollback()
    assert sweep(context(now, RULE))
    assert found_in_files(database, session) == set()


def test_mail_to_somebody_else_at_the_same_address_stays(world: World, make: Make, session: Session, now: datetime) -> None:
    make.person(surname1="Otra", email="zzbuzon@pgr.example")
    with unit_of_work(session) as work:
        enqueue(work, context(now), kind="test_mail", language="es", to_address="zzbuzon@pgr.example", to_name="Luz Otra", facts={})
    with unit_of_work(session) as work:
        assert erase_person(work, context(now), public_id=world.person).messages == 1
    assert session.scalars(select(Message.to_name)).all() == ["Luz Otra"]


@pytest.mark.parametrize("now_has", ["another address", "no address"])
def test_mail_to_an_earlier_address_goes_too(world: World, session: Session, now: datetime, now_has: str) -> None:
    with unit_of_work(session) as work:
        person = work.scalars(select(Person).where(Person.public_id == world.person)).one()
        person.email = "other@pgr.example" if now_has == "another address" else None
        person.certificate_name = "Otro Nombre"
    assert {"outbox.to_address", "outbox.to_name"} <= found_in_tables(session)
    with unit_of_work(session) as work:
        assert erase_person(work, context(now), public_id=world.person).messages == 1
    assert found_in_tables(session) == set()


def test_what_is_erased_of_a_participant_is_swept_in_every_table(app: Flask) -> None:
    spoken_of = {table.name for table in db.metadata.sorted_tables for column in table.c if column.info.get(KEY) is PARTICIPANT[KEY]}
    assert spoken_of <= set(TOUCHED), "say in retention/sweeping.py that a sweep rewrites these tables"


def test_who_has_been_erased_does_not_come_back(world: World, session: Session, now: datetime) -> None:
    with unit_of_work(session) as work:
        erase_person(work, context(now), public_id=world.person)
    held = session.scalars(select(Registration.id)).one()
    session.rollback()
    with pytest.raises(NotInThisState), unit_of_work(session) as work:
        registration.restore(work, context(now), seminar_id=world.seminar_id, registration_id=held)


def columns_of_words() -> dict[str, dict[Any, Any]]:
    """`table.column` of every column that holds words or bytes, and what the column says of itself."""
    return {
        f"{table.name}.{column.name}": column.info
        for table in db.metadata.sorted_tables
        for column in table.c
        if isinstance(column.type, String | LargeBinary | JSON) and not isinstance(column.type, Enum)
    }


def test_every_column_of_words_says_whom_it_speaks_of(app: Flask) -> None:
    silent = {name for name, info in columns_of_words().items() if KEY not in info}
    assert silent == set(), "say on these columns whom they speak of (seminar_app/core/data_subject.py)"


def test_each_rule_takes_what_is_over_and_nothing_else(database: TestDatabase, world: World, session: Session, now: datetime) -> None:
    kept = DaysKept()
    assert sum(count_due(session, now=now, kept=kept).values()) == 0
    ended = datetime.combine(session.get_one(Seminar, world.seminar_id).ends_on, now.timetz())
    session.rollback()
    for name, days in {"identity": kept.identity, "notes": kept.notes, "phone": kept.phone, "people": kept.people}.items():
        before, after = ended + timedelta(days=days - 1), ended + timedelta(days=days + 2)
        assert count_due(session, now=before, kept=kept)[name] == 0, name
        assert count_due(session, now=after, kept=kept)[name] == 1, name
        session.rollback()
        assert apply_all(context(after, RULE), kept=kept)[name] == 1
        session.rollback()
        assert count_due(session, now=after, kept=kept)[name] == 0
        session.rollback()
        assert apply_all(context(after, RULE), kept=kept)[name] == 0, "twice is once"
    assert found_in_tables(session) == set()
    assert session.scalar(select(func.count()).select_from(Registration).where(Registration.seat_pool_id.is_not(None))) == 1
    told = session.execute(select(AuditRow.subject, AuditRow.details).where(AuditRow.action == "retention.applied")).all()
    assert ("retention:identity", {"rows": 1, "days": 90}) in told
    assert verify(session).intact
    shown = run(replace(settings_for(database.url, database.folder), kept=DaysKept(phone=7)), "retention", "show")
    assert "7 days  telephone numbers" in shown.output


def test_the_words_of_letters_go_and_what_was_done_stays(make: Make, session: Session, now: datetime) -> None:
    kept, seminar = DaysKept(), make.seminar()
    make.registration(seminar, pool=session.scalars(select(SeatPool).where(SeatPool.seminar_id == seminar.id)).one())
    sent, _draft = make.letter(seminar, sent=True, at=now), make.letter(seminar, at=now)
    ended = datetime.combine(seminar.ends_on, now.timetz())
    before, after = ended + timedelta(days=kept.letters - 1), ended + timedelta(days=kept.letters + 2)
    session.rollback()
    assert apply_all(context(before, RULE), kept=kept)["letters"] == 0
    assert apply_all(context(after, RULE), kept=kept)["letters"] == 2
    assert apply_all(context(after, RULE), kept=kept)["letters"] == 0
    session.rollback()
    (left,) = session.scalars(select(Letter).execution_options(populate_existing=True))
    assert left.public_id == sent.public_id
    assert (left.subject_es, left.text_es, left.subject_en, left.text_en) == ("", "", "", "")
    assert (left.people, left.sent_at) == (1, now)


def test_printed_sheets_go_and_what_was_keyed_stays(make: Make, session: Session, now: datetime) -> None:
    kept, seminar = DaysKept(), make.seminar()
    pool = session.scalars(select(SeatPool).where(SeatPool.seminar_id == seminar.id)).one()
    registration, place = make.registration(seminar, pool=pool), make.seminar_session(seminar)
    make.mark(registration, place)
    make.printed_sheet(place, said={registration.id: MarkStatus.PRESENT})
    ended = datetime.combine(seminar.ends_on, now.timetz())
    before, after = ended + timedelta(days=kept.paper - 1), ended + timedelta(days=kept.paper + 2)
    session.rollback()
    assert apply_all(context(before, RULE), kept=kept)["paper"] == 0
    assert apply_all(context(after, RULE), kept=kept)["paper"] == 1
    session.rollback()
    left = [session.scalar(select(func.count()).select_from(each)) for each in (PrintedSheet, SheetRow, Observation)]
    assert left == [0, 0, 1]


def test_the_demonstration_does_not_erase_its_people_by_night(database: TestDatabase) -> None:
    settings = settings_for(database.url, database.folder)
    assert "retention" in jobs_of(create_app(settings))
    assert "retention" not in jobs_of(create_app(replace(settings, mode=Mode.DEMO)))
