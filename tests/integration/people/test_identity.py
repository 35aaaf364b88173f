"""CURP, birth data and passports: sealed in the table, opened with an audit row, found by a blind index, rotated to a new key in use."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import date, datetime

import pytest
from flask import Flask
from sqlalchemy import Connection, select, text
from sqlalchemy.orm import Session

from seminar_app.audit.models import AuditRow
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.core.write_mode import write_mode
from seminar_app.people.errors import IdentityUnreadable
from seminar_app.people.identity import (
    Identity,
    count_by_key,
    has_number,
    keep_identity,
    open_identity,
    own_identity,
    parts_on_file,
    rotate,
    same_numbers,
)
from seminar_app.people.identity_models import PersonIdentity
from seminar_app.people.identity_rules import CurpDoubt, IdentityPart
from seminar_app.people.models import Person
from seminar_app.web.database import db
from tests.support.context import context
from tests.support.factories import Make
from tests.support.installation import reinstall

OLD, NEW = f"old:{'o' * 40}", f"new:{'n' * 40}"
CURP = "HEMN841101MSPRRR02"
ALL = Identity(curp=CURP, birth_date=date(1984, 11, 1), birth_place="San Luis Potosí 🏛", passport="G12345678")


@pytest.fixture(autouse=True)
def old_key_only(app: Flask) -> Iterator[None]:
    before = app.extensions["settings"].identity_keys
    reinstall(app, identity_keys=(OLD,))
    yield
    reinstall(app, identity_keys=before)


def keep(session: Session, now: datetime, person: Person, identity: Identity = ALL, **how: object) -> list[str]:
    with unit_of_work(session) as writing:
        return keep_identity(writing, context(now), person=person, identity=identity, **how)  # type: ignore[arg-type]


def opened(session: Session, now: datetime, person: Person) -> Identity:
    with unit_of_work(session) as writing:
        return open_identity(writing, person)


def tamper(session: Session, *statements: str) -> None:
    """Act as an attacker with access to the database."""
    session.close()
    with write_mode(), db.engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def everything_stored(connection: Connection) -> bytes:
    return repr(connection.execute(select(PersonIdentity.__table__)).all()).encode()


def test_what_is_kept_is_opened_again_and_the_audit_log_names_no_value(session: Session, make: Make, now: datetime) -> None:
    person = make.person()
    assert keep(session, now, person) == ["curp", "birth_date", "birth_place", "passport"]
    assert opened(session, now, person) == ALL
    rows = session.execute(select(AuditRow.action, AuditRow.actor, AuditRow.details).order_by(AuditRow.sequence)).all()
    assert [tuple(row)[:2] for row in rows] == [("identity.kept", "command")]
    assert CURP not in repr(rows)
    assert "1984" not in repr(rows)


def test_the_table_holds_nothing_in_the_clear(session: Session, make: Make, now: datetime) -> None:
    keep(session, now, make.person())
    with db.engine.connect() as connection:
        stored = everything_stored(connection)
    for value in (CURP, "1984", "G12345678", "Potos"):
        assert value.encode() not in stored


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE person_identity SET curp = (SELECT curp FROM person_identity WHERE person_id = {b}) WHERE person_id = {a}",
        "UPDATE person_identity SET curp = passport WHERE person_id = {a}",
        "UPDATE person_identity SET birth_place = birth_date WHERE person_id = {a}",
        "DELETE FROM person_identity WHERE person_id = {a}; UPDATE person_identity SET person_id = {a} WHERE person_id = {b}",
    ],
    ids=["another row", "another column", "column without an index", "a whole row to another person"],
)
def test_a_value_that_was_moved_does_not_open(session: Session, make: Make, now: datetime, statement: str) -> None:
    a, b = make.person(), make.person()
    keep(session, now, a)
    keep(session, now, b, Identity(curp="MUSN591209HCHNNX05", birth_date=date(1959, 12, 9), birth_place="Chihuahua", passport="A7"))
    tamper(session, *statement.format(a=a.id, b=b.id).split(";"))
    with pytest.raises(IdentityUnreadable):
        opened(session, now, a)


def test_a_changed_byte_does_not_open_and_a_correction_replaces_it(session: Session, make: Make, now: datetime) -> None:
    person = make.person()
    keep(session, now, person)
    sealed = bytearray(session.scalars(select(PersonIdentity.curp)).one() or b"")
    sealed[-1] ^= 1
    with unit_of_work(session) as writing:
        writing.get_one(PersonIdentity, person.id).curp = bytes(sealed)
    with pytest.raises(IdentityUnreadable):
        opened(session, now, person)
    assert own_identity(session, person).parts[IdentityPart.CURP] == ""
    assert keep(session, now, person) == ["curp"]
    assert opened(session, now, person) == ALL


def test_a_stranger_fills_in_what_is_missing_and_changes_nothing(session: Session, make: Make, now: datetime) -> None:
    person = make.person()
    keep(session, now, person, Identity(curp=CURP))
    other = Identity(curp="MUSN591209HCHNNX05", passport="G12345678")
    assert keep(session, now, person, other, only_missing=True) == ["passport"]
    assert opened(session, now, person) == Identity(curp=CURP, passport="G12345678")


def test_what_is_forgotten_leaves_no_index_behind(session: Session, make: Make, now: datetime) -> None:
    person = make.person()
    keep(session, now, person)
    assert keep(session, now, person, Identity(), forget=[IdentityPart.CURP]) == ["curp"]
    row = session.get_one(PersonIdentity, person.id)
    assert (row.curp, row.curp_index) == (None, None)
    assert IdentityPart.CURP not in parts_on_file(session, person.id)
    assert keep(session, now, person, Identity(), forget=[IdentityPart.CURP]) == []


def test_the_owner_sees_enough_to_know_which_it_is_and_what_looks_wrong(session: Session, make: Make, now: datetime) -> None:
    person = make.person()
    keep(session, now, person, Identity(curp="HEMN841101MSPRRR03", passport="A1234"))
    shown = own_identity(session, person)
    assert shown.parts == {IdentityPart.CURP: "•" * 15 + "R03", IdentityPart.PASSPORT: "•" * 5}
    assert shown.curp_doubt is CurpDoubt.CHECK_DIGIT


def test_a_person_is_found_by_a_number_however_it_is_typed(session: Session, make: Make, now: datetime) -> None:
    person, other = make.person(), make.person()
    keep(session, now, person)
    keep(session, now, other, Identity(curp="MUSN591209HCHNNX05"))
    for typed in (CURP.lower(), " hemn-841101 MSPRRR02", "g 1234-5678"):
        assert session.scalars(select(Person.id).where(has_number(session, typed))).all() == [person.id]
    assert session.scalars(select(Person.id).where(has_number(session, "HEMN841101MSPRRR03"))).all() == []


def test_two_records_of_one_curp_are_named_and_not_refused(session: Session, make: Make, now: datetime) -> None:
    person, twin = make.person(), make.person()
    keep(session, now, person)
    keep(session, now, twin, Identity(curp=CURP))
    assert same_numbers(session, person.id) == {twin.id: [IdentityPart.CURP]}


def test_a_new_key_takes_over_step_by_step_while_the_program_runs(app: Flask, session: Session, make: Make, now: datetime) -> None:
    people = [make.person() for _ in range(5)]
    for person in people[:4]:
        keep(session, now, person)
    reinstall(
        app,
        identity_keys=(
            NEW,
            OLD,
        ),
    )
    keep(session, now, people[4])
    with unit_of_work(session) as writing:
        step = rotate(writing, after=0, limit=2)
    assert (step.done, step.failed) == (2, 0)
    assert count_by_key(session) == {"new": 3, "old": 2}
    for person in people:  # in the middle of it everybody opens and is found
        assert opened(session, now, person) == ALL
    found = session.scalars(select(Person.id).where(has_number(session, CURP)).order_by(Person.id)).all()
    assert found == [person.id for person in people]
    with unit_of_work(session) as writing:
        assert rotate(writing, after=0, limit=10).done == 2  # cut off and begun again: only what is left
    reinstall(app, identity_keys=(NEW,))
    assert count_by_key(session) == {"new": 5}
    for person in people:
        assert opened(session, now, person) == ALL
    assert len(session.scalars(select(Person.id).where(has_number(session, CURP))).all()) == 5


def test_a_correction_during_a_rotation_gives_the_whole_row_to_the_new_key(app: Flask, session: Session, make: Make, now: datetime) -> None:
    person = make.person()
    keep(session, now, person)
    reinstall(
        app,
        identity_keys=(
            NEW,
            OLD,
        ),
    )
    assert keep(session, now, person, Identity(passport="Z99999999")) == ["passport"]
    reinstall(app, identity_keys=(NEW,))
    assert opened(session, now, person).curp == CURP


def test_a_row_that_does_not_open_is_left_and_named_and_holds_nobody_up(
    app: Flask, session: Session, make: Make, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    broken, whole = make.person(), make.person()
    keep(session, now, broken)
    keep(session, now, whole)
    tamper(session, f"UPDATE person_identity SET passport = curp WHERE person_id = {broken.id}")  # noqa: S608  an id of our own
    reinstall(
        app,
        identity_keys=(
            NEW,
            OLD,
        ),
    )
    with caplog.at_level(logging.ERROR), unit_of_work(session) as writing:
        turned = rotate(writing, after=0, limit=10)
    assert (turned.done, turned.failed) == (1, 1)
    assert broken.public_id.hex in caplog.text
    assert CURP not in caplog.text
    assert count_by_key(session) == {"old": 1, "new": 1}


def test_without_its_key_nothing_opens(app: Flask, session: Session, make: Make, now: datetime) -> None:
    person = make.person()
    keep(session, now, person)
    reinstall(app, identity_keys=(f"old:{'x' * 40}",))  # the same name, another secret
    with pytest.raises(IdentityUnreadable):
        opened(session, now, person)
    reinstall(app, identity_keys=(NEW,))
    with pytest.raises(IdentityUnreadable):
        opened(session, now, person)
    assert session.scalars(select(Person.id).where(has_number(session, CURP))).all() == []


def test_the_commands_rotate_and_say_what_each_key_holds(app: Flask, session: Session, make: Make, now: datetime) -> None:
    for _ in range(3):
        keep(session, now, make.person())
    session.close()
    run = app.test_cli_runner().invoke
    reinstall(
        app,
        identity_keys=(
            NEW,
            OLD,
        ),
    )
    assert "old" in run(args=["keys", "check"]).output
    turned = run(args=["keys", "rotate", "--batch", "2"])
    assert turned.exit_code == 0, turned.output
    assert "2 of 3 rows" in turned.output
    assert "3 of 3 rows" in turned.output
    assert "nothing to do" in run(args=["keys", "rotate"]).output
    assert "may go" in run(args=["keys", "check"]).output
    reinstall(app, identity_keys=(OLD,))
    lost = run(args=["keys", "check"])
    assert lost.exit_code == 1
    assert "MISSING" in lost.output
    trail = session.execute(select(AuditRow.details).where(AuditRow.action == "keys.rotated").order_by(AuditRow.sequence)).scalars().all()
    assert trail == [{"key": "new", "rows": 2}, {"key": "new", "rows": 1}]
