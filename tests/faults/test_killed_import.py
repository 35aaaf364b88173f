"""A process is killed while it brings a list, after each of its statements: nothing is there, and the same list again lands once."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import event, func, select, true
from sqlalchemy.orm import Session

from seminar_app.core import clock
from seminar_app.core.write_mode import WRITING
from seminar_app.messages.models import Message
from seminar_app.nominations.checking import Standpoint
from seminar_app.nominations.models import Nomination, NominationList
from seminar_app.nominations.services import import_list, importing
from seminar_app.people.adding_many import add_people
from seminar_app.people.identity_models import PersonIdentity
from seminar_app.people.models import Person
from seminar_app.registration.models import Registration
from seminar_app.seminars.models import Seminar
from seminar_app.web.database import db, in_unit_of_work
from tests.conftest import TestDatabase
from tests.faults.lists_kept import keep
from tests.faults.serving import miscounted
from tests.support.context import context
from tests.support.factories import Make

CURP = "GUIS760414MTSMBF07"
PEOPLE = (("Alba", CURP), ("Berta", ""), ("Carla", ""))
QUOTA = 2
MOST_STATEMENTS = 60
DONE = 7
"""Exit code of a child that came to its end."""


def bring(seminar: Seminar, found: NominationList) -> None:
    """Bring the list in a unit of work."""
    in_unit_of_work(
        lambda work: import_list(
            work, context(clock.now()), seminar=seminar, public_id=found.public_id, standpoint=Standpoint(true(), None), language="es"
        )
    )


def in_a_child(app: Flask, work: Callable[[], None], *, die_after: int) -> bool:
    """Do the work in a process that is killed after so many statements of its writing transaction; return whether it came to its end."""
    pid = os.fork()
    if pid == 0:
        seen = 0

        def count(*_anything: object) -> None:
            nonlocal seen
            seen += WRITING.get()
            if seen == die_after:
                os.kill(os.getpid(), signal.SIGKILL)

        with app.app_context():
            db.engine.dispose(close=False)
            event.listen(db.engine, "after_cursor_execute", count)
            work()
        os._exit(DONE)
    _pid, status = os.waitpid(pid, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == DONE
    return os.WIFEXITED(status)


def rows(session: Session) -> dict[str, int]:
    """Count what an import writes."""
    session.rollback()
    models = (Person, PersonIdentity, Registration, Nomination, Message)
    return {model.__name__: session.scalar(select(func.count()).select_from(model)) or 0 for model in models}


def prepared(make: Make, session: Session) -> tuple[Seminar, NominationList]:
    """Keep a list of three for two seats; one of them is on file and brings a CURP, of another the CURP is on file."""
    seminar, agency = make.seminar(seats=0, asks_curp="optional"), make.agency("PGR")
    make.pool(seminar, agency, QUOTA)
    make.person("Alba", email="alba@pgr.example")
    found = keep(session, seminar, agency.id, PEOPLE, now=clock.now())
    session.rollback()
    session.close()
    db.session.remove()
    db.engine.dispose()
    return seminar, found


def test_a_killed_import_leaves_nothing_and_is_repeated_whole(app: Flask, database: TestDatabase, make: Make, session: Session) -> None:
    seminar, found = prepared(make, session)
    before, number = rows(session), 1
    session.close()
    while not in_a_child(app, lambda: bring(seminar, found), die_after=number):
        assert rows(session) == before, f"killed after statement {number}"
        session.close()
        number += 1
        assert number < MOST_STATEMENTS
    assert number > 10, "nothing was tried"
    bring(seminar, found)
    assert rows(session) == {"Person": 3, "PersonIdentity": 1, "Registration": 3, "Nomination": 3, "Message": 3}
    assert miscounted(session) == []
    session.close()


@pytest.mark.sqlite_first
def test_an_import_that_commits_half_way_is_found_out(
    app: Flask, database: TestDatabase, make: Make, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The broken twin: the people are committed before their places."""
    seminar, found = prepared(make, session)
    before, whole = rows(session), add_people
    session.close()

    def too_early(work: Session, *given: object, **values: object) -> object:
        people = whole(work, *given, **values)  # type: ignore[arg-type]
        work.connection().connection.driver_connection.commit()  # type: ignore[union-attr]
        return people

    monkeypatch.setattr(importing, "add_people", too_early)
    left = []
    for number in range(1, MOST_STATEMENTS):
        ended = in_a_child(app, lambda: bring(seminar, found), die_after=number)
        left.append(rows(session) != before and not ended)
        session.close()
        if ended or left[-1]:
            break
    assert left[-1], "half of it was left and nobody noticed"
