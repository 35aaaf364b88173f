"""Raise a fault after each statement of each job that writes: steps stay whole, and the next run finishes the rest."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from seminar_app.audit.models import AccessCount
from seminar_app.audit.rules import AccessKind
from seminar_app.audit.services import record
from seminar_app.audit.verifying import verify
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.feedback.models import FeedbackDates
from seminar_app.feedback.rules import FormKind
from seminar_app.feedback.services import open_form
from seminar_app.jobs import run_job
from seminar_app.messages.models import Message
from seminar_app.people.models import Person
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState
from seminar_app.retention import applying
from tests.conftest import TestDatabase
from tests.faults.serving import miscounted
from tests.faults.steps import run_to_the_end
from tests.support.factories import Make

pytestmark = pytest.mark.sqlite_first
"""As the forms in `test_every_statement.py`: what is tried is where the program commits."""
DAY = date(2026, 3, 1)
"""First day after the quotas of these seminars have ended."""
FEWEST_STATEMENTS = 2
"""Statements of the shortest job: delete, commit."""


def quotas_whose_day_has_come(make: Make) -> None:
    agency, others = make.agency("PGR"), make.agency("INM")
    for _ in range(2):
        seminar = make.seminar(seats=1, starts_on=date(2026, 3, 20), ends_on=date(2026, 3, 21))
        make.pool(seminar, agency, 2, release_on=DAY)
        for place in range(1, 4):
            make.registration(seminar, agency=others, state=RegistrationState.WAITLISTED, queue_place=place)


def people_nobody_needs(make: Make) -> None:
    seminar = make.seminar(starts_on=date(2009, 3, 20), ends_on=date(2009, 3, 21))
    for number in range(2):
        make.registration(seminar, make.person(f"Rosa{number}", "Ortega", None, created_at=datetime(2009, 1, 1, tzinfo=clock.now().tzinfo)))


def changes_that_wait(make: Make) -> None:
    for _ in range(2):
        seminar = make.seminar()
        agency = make.agency()
        for place in range(1, 3):
            make.registration(seminar, agency=agency, state=RegistrationState.WAITLISTED, queue_place=place)
        make.account((RoleName.LIAISON, {"agency_id": agency.id}))
        make.change_notice(seminar)


def forms_to_open_and_close(make: Make) -> None:
    for closes in (False, True):
        seminar = make.seminar(starts_on=date(2026, 2, 27), ends_on=date(2026, 2, 28))
        pool = make.pool(seminar, make.agency(), 2)
        for _ in range(2):
            make.registration(seminar, pool=pool)
        with unit_of_work(make.session) as work:
            if closes:
                open_form(work, ChangeContext(clock.now() - timedelta(days=2), "rule"), seminar_id=seminar.id)
            at = clock.now() - timedelta(hours=1)
            work.add(FeedbackDates(seminar_id=seminar.id, kind=FormKind.REACTION, **{"closes_at" if closes else "opens_at": at}))


def mails(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Message)) or 0


def accesses_of_last_year(make: Make) -> None:
    actor = f"account:{make.account().public_id.hex}"
    with unit_of_work(make.session) as work:
        for days in (400, 401):
            day = (clock.now() - timedelta(days=days)).date()
            work.add(AccessCount(actor=actor, day=day, kind=AccessKind.PERSON, subject="person:1", times=3))


def seated(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Registration).where(Registration.state == RegistrationState.REGISTERED)) or 0


JOBS: dict[str, tuple[Callable[[Make], None], Callable[[Session], int], int]] = {
    "release-quotas": (quotas_whose_day_has_come, seated, 6),
    "feedback-dates": (forms_to_open_and_close, mails, 4),
    "tell-changes": (changes_that_wait, mails, 6),
    "retention": (people_nobody_needs, lambda session: session.scalar(select(func.count()).where(Person.erased_at.is_not(None))) or 0, 2),
    "delete-old-counts": (accesses_of_last_year, lambda session: session.scalar(select(func.count()).select_from(AccessCount)) or 0, 0),
}


@pytest.fixture(autouse=True)
def _runs_not_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The note of a run is no step of the job; where it fails, the job has not (tests/integration/test_job_runs.py)."""
    monkeypatch.setattr("seminar_app.jobs.note_run", lambda *_what, **_how: None)


@pytest.mark.parametrize("name", JOBS)
def test_a_job_that_fails_anywhere_leaves_whole_steps_and_is_ended_by_the_next_run(
    app: Flask, database: TestDatabase, make: Make, session: Session, name: str, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: now)
    prepare, count, at_the_end = JOBS[name]
    prepare(make)
    session.rollback()
    assert count(session) != at_the_end
    session.rollback()
    assert run_to_the_end(lambda: run_job(app, name), database) >= FEWEST_STATEMENTS, "nothing was tried"
    assert count(session) == at_the_end
    assert miscounted(session) == []
    assert verify(session).intact


def test_a_step_that_commits_half_way_is_found_out(
    app: Flask, database: TestDatabase, make: Make, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The broken twin: expired rows are gone before the audit log says so."""

    def too_late(work: Session, context: ChangeContext, **values: Any) -> None:
        work.flush()
        work.connection().connection.driver_connection.commit()  # type: ignore[union-attr]
        record(work, context, **values)

    people_nobody_needs(make)
    session.rollback()
    monkeypatch.setattr(applying, "record", too_late)
    with pytest.raises(AssertionError, match="left half of a step"):
        run_to_the_end(lambda: run_job(app, "retention"), database)
