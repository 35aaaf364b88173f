"""A file that a job made goes when somebody in it may no longer be shown as there, also one that is being made just then."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from seminar_app.core.change_context import ChangeContext
from seminar_app.core.sealed_files import SealedFile, content_of
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.core.values import replace
from seminar_app.long_jobs import files, running
from seminar_app.long_jobs.files import MadeFile
from seminar_app.long_jobs.kinds import kinds_of
from seminar_app.long_jobs.models import LongJob
from seminar_app.long_jobs.rules import JobState
from seminar_app.long_jobs.running import Run, run_waiting
from seminar_app.long_jobs.services import begin_job
from seminar_app.people.models import Person
from seminar_app.people.rules import ReservedReason
from seminar_app.people.services import PersonData
from seminar_app.registration.models import PersonJoin, Registration
from seminar_app.registration.services.merging import merge, split, undo_merge
from seminar_app.registration.services.reserving import end_reserve, reserve
from seminar_app.retention.erasing import erase_person
from seminar_app.seminars.models import Seminar
from seminar_app.web.database import session as own_session
from tests.support.context import context
from tests.support.factories import Make
from tests.support.long_work import KIND, add_counting


class World(NamedTuple):
    person: Person
    other: Person
    registration: int
    seminar: Seminar


@pytest.fixture
def world(app: Flask, make: Make, monkeypatch: pytest.MonkeyPatch) -> World:
    add_counting(app)
    monkeypatch.setattr(running, "PAUSE_SECONDS", 0)
    seminar, person = make.seminar(slug="s"), make.person("Rosa", "Canaria", None)
    return World(person, make.person("Rosa", "Canario", None), make.registration(seminar, person).id, seminar)


def ask(session: Session, now: datetime, seminar: str = "s") -> LongJob:
    session.rollback()
    when = ChangeContext(now, "account:" + "a" * 32, "b" * 32)
    with unit_of_work(session) as work:
        return begin_job(work, when, kind=KIND, subject=f"seminar:{'5' * 32}", seminar=seminar, given={"format": seminar}, own=True)


def files_kept(session: Session) -> int:
    session.rollback()
    session.expire_all()
    return session.scalar(select(func.count()).select_from(SealedFile)) or 0


def change(session: Session, now: datetime, how: Callable[[Session, ChangeContext], object]) -> None:
    session.rollback()
    with unit_of_work(session) as work:
        how(work, context(now))


def test_the_files_of_a_seminar_go_with_each_change_of_what_may_be_shown(app: Flask, world: World, session: Session, now: datetime) -> None:
    person, other = world.person, world.other
    data = PersonData(given_names="Rosa", surname1="Sola", certificate_name="Rosa Sola", email="rosa@other.example")
    merges: list[int] = []

    def join(work: Session, when: ChangeContext) -> None:
        merges.append(merge(work, when, kept=person.id, gone=other.id).id)

    changes: dict[str, Callable[[Session, ChangeContext], object]] = {
        "reserved": lambda work, when: reserve(work, when, person_id=person.id, reason=ReservedReason.OWN_REQUEST),
        "shown again": lambda work, when: end_reserve(work, when, person_id=person.id, reason=ReservedReason.MISTAKE),
        "merged": join,
        "separated": lambda work, when: undo_merge(work, when, merge_id=merges[0]),
        "split": lambda work, when: split(work, when, registration_id=world.registration, data=data),
        "erased": lambda work, when: erase_person(work, when, public_id=new_owner(work, world.registration)),
    }
    with unit_of_work(session) as work:
        work.add(PersonJoin(registration_id=world.registration, person_id=person.id, joined_at=now, joined_by="public"))
    ask(session, now, "elsewhere")
    for what, how in changes.items():
        job = ask(session, now)
        run_waiting(app)
        assert files_kept(session) == 2, what
        change(session, now, how)
        assert files_kept(session) == 1, f"{what}: the file of another seminar stays, and this one goes"
        assert session.get_one(LongJob, job.id).state is JobState.DONE


def new_owner(session: Session, registration: int) -> uuid.UUID:
    owner = session.get_one(Registration, registration).person_id
    return session.get_one(Person, owner).public_id


@pytest.mark.parametrize("twin", [False, True])
def test_a_file_that_is_being_made_is_made_anew(
    app: Flask, world: World, session: Session, now: datetime, monkeypatch: pytest.MonkeyPatch, *, twin: bool
) -> None:
    """The broken twin forgets only the files that are there: it keeps one with the name that was read before."""
    read = []

    def make(run: Run) -> None:
        run.step("counting", 1, 3)
        person = own_session().get_one(Person, world.person.id)
        read.append("code" if person.reserved else person.surname1)
        own_session().rollback()
        if len(read) == 1:
            change(session, now, lambda work, when: reserve(work, when, person_id=world.person.id, reason=ReservedReason.OWN_REQUEST))
        run.finish(lambda _session, _context: {"rows": 1}, file=MadeFile(str(read[-1]).encode(), "a.csv", "text/csv"))

    kind = kinds_of(app)[KIND]
    monkeypatch.setitem(kinds_of(app), KIND, replace(kind, run=make))
    if twin:
        monkeypatch.setattr(files, "OPEN", ())
    job = ask(session, now)
    run_waiting(app)
    files_kept(session)
    job = session.get_one(LongJob, job.id)
    assert job.state is JobState.DONE
    assert content_of(session, session.get_one(SealedFile, job.file_id)) == (b"Canaria" if twin else b"code")
    assert read == (["Canaria"] if twin else ["Canaria", "code"])
