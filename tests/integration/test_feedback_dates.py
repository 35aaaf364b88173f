"""Feedback opens and closes by date, and opening tells those asked, once."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from seminar_app.attendance.models import Mark
from seminar_app.attendance.rules import MarkStatus
from seminar_app.audit.models import AuditRow
from seminar_app.core import clock
from seminar_app.core import unit_of_work as unit_of_work_module
from seminar_app.core.change_context import rule_context
from seminar_app.core.errors import StaleEdit
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.core.values import replace
from seminar_app.feedback import dates, queries, services, wording
from seminar_app.feedback.dates import FOLLOW_DATES, follow_dates, seen_dates, set_dates
from seminar_app.feedback.errors import ClosesFirst, ClosesInThePast, OpensInThePast, OpensTooEarly, SeminarNotHeld
from seminar_app.feedback.models import FeedbackForm
from seminar_app.feedback.rules import Dates, FormStage
from seminar_app.jobs import run_job
from seminar_app.messages.models import Message
from seminar_app.people.models import Person
from seminar_app.seminars.announced import announced_now
from seminar_app.seminars.models import Seminar, SeminarSession, Speaker
from seminar_app.seminars.rules import SeminarState
from tests.conftest import TestDatabase
from tests.faults.steps import run_to_the_end
from tests.support.context import context
from tests.support.factories import Make
from tests.support.feedback import Held, actor, hold
from tests.support.two_transactions import Point, both_at_once

OPENS = datetime(2026, 3, 2, 22, 30, tzinfo=UTC)
"""17:30 in Cancún on the day of the seminar."""
CLOSES = OPENS + timedelta(days=14)
BOTH = Dates(OPENS, CLOSES)


@dataclass
class Stage:
    """A seminar, the application whose jobs run, and the clock they read."""

    app: Flask
    held: Held
    monkeypatch: pytest.MonkeyPatch

    def set(self, wanted: Dates, at: datetime, *, seen: str | None = None) -> None:
        with unit_of_work(self.held.session) as session:
            seen = seen or seen_dates(queries.standing_of(session, session.get_one(Seminar, self.held.seminar.id)))
            set_dates(session, context(at, actor()), seminar_id=self.held.seminar.id, dates=wanted, seen=seen)

    def run(self, at: datetime) -> FormStage:
        """Run the job at this time, and return the stage of the form after it."""
        self.held.session.rollback()
        self.monkeypatch.setattr(clock, "now", lambda: at)
        run_job(self.app, FOLLOW_DATES.name)
        return self.stage()

    def stage(self) -> FormStage:
        self.held.session.rollback()
        self.held.session.expire_all()
        seminar = self.held.session.get_one(Seminar, self.held.seminar.id)
        return queries.standing_of(self.held.session, seminar).stage

    def mails(self, kind: str = services.OPENED) -> list[Message]:
        self.held.session.rollback()
        return list(self.held.session.scalars(select(Message).where(Message.kind == kind).order_by(Message.id)))

    def change(self, **values: Any) -> None:
        with unit_of_work(self.held.session) as session:
            session.execute(update(Seminar).where(Seminar.id == self.held.seminar.id).values(values))


@pytest.fixture
def stage(app: Flask, make: Make, monkeypatch: pytest.MonkeyPatch) -> Stage:
    return Stage(app, hold(make, people=4), monkeypatch)


def test_opening_writes_once_to_those_asked_and_opening_again_to_nobody(stage: Stage, make: Make, now: datetime) -> None:
    held = stage.held
    seminar_session = held.session.scalars(select(SeminarSession).where(SeminarSession.seminar_id == held.seminar.id)).one()
    make.mark(held.people[0], seminar_session, MarkStatus.ABSENT)
    with unit_of_work(held.session) as session:
        session.get_one(Person, held.people[1].person_id).email = None
    assert queries.count_asked_by_mail(held.session, held.seminar.id) == (2, 1)
    held.open(now)
    told = stage.mails()
    assert [message.link_owner for message in told] == [person.public_id for person in held.people[2:]]
    assert {(message.link_endpoint, message.not_before) for message in told} == {("feedback.answer", now + timedelta(minutes=2))}
    with unit_of_work(held.session) as session:
        session.execute(update(Mark).values(status=MarkStatus.PRESENT))
    held.open(now)
    held.close(now)
    held.open(now + timedelta(days=1))
    assert (len(stage.mails()), stage.mails(services.REMINDER)) == (2, []), "the one who is asked since gets the reminder"
    assert held.session.scalars(select(AuditRow.details).where(AuditRow.action == "feedback.opened")).all() == [{"people": 2}]


def test_an_opening_undone_before_its_mails_leave_never_was(stage: Stage, now: datetime) -> None:
    def take_back(at: datetime) -> FormStage:
        with unit_of_work(stage.held.session) as session:
            services.close_form(session, context(at, actor()), seminar_id=stage.held.seminar.id, take_back=True)
        return stage.stage()

    stage.held.open(now)
    assert take_back(now + timedelta(minutes=1)) is FormStage.NOT_OPENED
    assert stage.mails() == []
    stage.held.open(now)
    assert len(stage.mails()) == 4, "so the next opening tells them"
    assert take_back(now + timedelta(minutes=2)) is FormStage.CLOSED, "they may have been told"
    stage.held.open(now)
    assert len(stage.mails()) == 4


def test_dates_open_and_close_and_each_is_told_once(stage: Stage, now: datetime) -> None:
    stage.set(BOTH, now)
    assert stage.run(OPENS - timedelta(minutes=1)) is FormStage.NOT_OPENED
    assert stage.mails() == []
    assert stage.run(OPENS) is FormStage.OPEN
    assert stage.run(OPENS + timedelta(minutes=1)) is FormStage.OPEN
    assert len(stage.mails()) == 4
    assert stage.run(CLOSES) is FormStage.CLOSED
    assert stage.run(CLOSES + timedelta(minutes=1)) is FormStage.CLOSED
    assert len(stage.mails()) == 4
    rows = stage.held.session.execute(select(AuditRow.action, AuditRow.actor, AuditRow.details).order_by(AuditRow.sequence)).all()
    assert [row.action for row in rows] == ["feedback.dates_changed", "feedback.made", "feedback.opened", "feedback.closed"]
    assert {row.actor for row in rows[1:]} == {rule_context().actor}
    assert rows[0].details == {"opens": "2026-03-02 17:30", "closes": "2026-03-16 17:30"}


def test_the_form_that_a_date_opens_asks_about_the_speakers_of_then(stage: Stage, now: datetime) -> None:
    session, seminar_id = stage.held.session, stage.held.seminar.id
    stage.set(BOTH, now)
    with unit_of_work(session) as work:
        held = work.scalars(select(SeminarSession.id).where(SeminarSession.seminar_id == seminar_id)).one()
        work.add(Speaker(public_id=uuid.uuid4(), session_id=held, position=2, name="Ana Núñez"))
    assert stage.run(OPENS) is FormStage.OPEN
    form = session.scalars(select(FeedbackForm)).one()
    assert [each.key for each in queries.get_version(session, form.id).questions if "Ana Núñez" in each.prompt_es]


@pytest.mark.parametrize("state", [SeminarState.DRAFT, SeminarState.CANCELLED, SeminarState.ARCHIVED])
def test_a_seminar_that_is_not_held_opens_nothing_and_tells_nobody(stage: Stage, now: datetime, state: SeminarState) -> None:
    stage.set(BOTH, now)
    stage.change(state=state)
    assert stage.run(OPENS) is FormStage.NOT_OPENED
    assert stage.mails() == []
    with pytest.raises(SeminarNotHeld):
        stage.set(Dates(OPENS + timedelta(days=1)), now)
    stage.change(state=SeminarState.COMPLETED)
    assert stage.run(CLOSES + timedelta(days=700)) is FormStage.NOT_OPENED, "nor years later, out of the archive"
    assert stage.mails() == []


def test_a_date_before_the_first_day_opens_nothing_and_the_overview_says_so(stage: Stage, now: datetime) -> None:
    stage.set(BOTH, now)
    stage.change(starts_on=date(2026, 3, 9), ends_on=date(2026, 3, 9))
    assert stage.run(OPENS) is FormStage.NOT_OPENED
    assert stage.run(datetime(2026, 3, 9, 15, tzinfo=UTC)) is FormStage.NOT_OPENED
    session, seminar = stage.held.session, stage.held.seminar
    with stage.app.test_request_context():
        assert len(wording.opens_in_vain(session, session.get_one(Seminar, seminar.id), OPENS)) == 1
        shown = wording.dates_to_come(session, [seminar])[seminar.id]
        assert shown == [(OPENS, "Abre la evaluación"), (CLOSES, "Cierra la evaluación")]


def test_dates_move_with_a_seminar_that_is_moved_as_a_whole_until_the_form_was_opened(stage: Stage, now: datetime) -> None:
    def move(days: int, zone: str = "America/Cancun") -> Dates:
        session, seminar = stage.held.session, stage.held.seminar
        with unit_of_work(session) as work:
            row = work.get_one(Seminar, seminar.id)
            before = announced_now(work, row)
            after = replace(before, starts_on=before.starts_on + timedelta(days), ends_on=before.ends_on + timedelta(days), time_zone=zone)
            dates.move_along(work, context(now, actor()), row, before, after)
        return queries.dates_of(session, seminar.id)

    stage.set(BOTH, now)
    assert move(0) == BOTH
    assert move(35) == Dates(OPENS + timedelta(35), CLOSES + timedelta(35))
    west = move(-35, "America/Tijuana")  # there the clocks move between these two days
    assert west == Dates(OPENS + timedelta(hours=3), CLOSES + timedelta(hours=2))
    stage.held.open(now)
    assert move(7) == west


def test_what_is_done_by_hand_stands_after_the_date_has_passed(stage: Stage, now: datetime) -> None:
    stage.set(BOTH, now)
    stage.held.open(now)
    assert stage.run(OPENS) is FormStage.OPEN
    stage.held.close(OPENS)
    assert stage.run(OPENS + timedelta(days=1)) is FormStage.CLOSED, "closed by hand does not open by date"
    stage.held.open(CLOSES + timedelta(days=1))
    assert stage.run(CLOSES + timedelta(days=1)) is FormStage.OPEN
    assert len(stage.mails()) == 4
    with unit_of_work(stage.held.session) as session:
        assert queries.dates_of(session, stage.held.seminar.id) == Dates()


def test_opened_by_hand_it_closes_by_date_all_the_same(stage: Stage, now: datetime) -> None:
    stage.held.open(now)
    stage.set(Dates(None, CLOSES), now)
    assert stage.run(CLOSES) is FormStage.CLOSED


def test_dates_that_cannot_be_are_refused(stage: Stage, now: datetime) -> None:
    for wanted, refusal in (
        (Dates(now), OpensInThePast),
        (Dates(None, now), ClosesInThePast),
        (Dates(CLOSES, OPENS), ClosesFirst),
        (Dates(datetime(2026, 3, 1, 23, tzinfo=UTC)), OpensTooEarly),
    ):
        with pytest.raises(refusal):
            stage.set(wanted, now if refusal is not OpensTooEarly else datetime(2026, 2, 1, tzinfo=UTC))
    stage.set(BOTH, now)
    for later in (Dates(OPENS), Dates()):
        with pytest.raises(StaleEdit):
            stage.set(later, now, seen="not_opened - -")
    stage.set(Dates(), now)
    actions = stage.held.session.scalars(select(AuditRow.details).order_by(AuditRow.sequence)).all()
    assert actions == [{"opens": "2026-03-02 17:30", "closes": "2026-03-16 17:30"}, {}]


def as_it_is(_monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave everything as it is."""


def unlocked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take out the seminar's lock, and the repetition of what another transaction has overtaken."""
    monkeypatch.setattr(unit_of_work_module, "ATTEMPTS", 1)
    for module in (services, dates):
        monkeypatch.setattr(module, "locked_seminar", lambda session, seminar_id: session.get_one(Seminar, seminar_id))


@pytest.mark.postgresql_only
@pytest.mark.parametrize("twin", [as_it_is, unlocked])
@pytest.mark.parametrize("by_hand", [True, False], ids=["by hand", "by date"])
def test_two_who_open_it_at_once_open_it_once(
    stage: Stage, now: datetime, monkeypatch: pytest.MonkeyPatch, twin: Callable[[pytest.MonkeyPatch], None], by_hand: bool
) -> None:
    stage.set(BOTH, now)
    stage.held.session.close()
    twin(monkeypatch)
    point, seminar_id, at = Point(), stage.held.seminar.id, context(OPENS, actor())
    monkeypatch.setattr(services, "_write", point.before(services._write))

    def by_date(session: Session) -> FormStage | None:
        return follow_dates(session, at, seminar_id=seminar_id)

    def first(session: Session) -> object:
        return services.open_form(session, at, seminar_id=seminar_id).id if by_hand else by_date(session)

    ended = both_at_once(stage.app, point, first, by_date)
    if twin is unlocked:
        assert isinstance(ended.late, IntegrityError), "both make the form"
        return
    assert ended.waited
    assert ended.late is None
    assert (stage.stage(), len(stage.mails())) == (FormStage.OPEN, 4)


@pytest.fixture
def _runs_not_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The note of a run is no step of the job."""
    monkeypatch.setattr("seminar_app.jobs.note_run", lambda *_what, **_how: None)


@pytest.mark.usefixtures("_runs_not_noted")
@pytest.mark.parametrize("whole", [True, False], ids=["as it is", "commits half way"])
def test_a_job_that_dies_anywhere_opens_it_once_with_all_its_mails(
    stage: Stage, now: datetime, database: TestDatabase, monkeypatch: pytest.MonkeyPatch, whole: bool
) -> None:
    def too_early(session: Session, *values: Any, **named: Any) -> Any:
        session.flush()
        session.connection().connection.driver_connection.commit()  # type: ignore[union-attr]
        return write(session, *values, **named)

    write = services._write
    if not whole:
        monkeypatch.setattr(services, "_write", too_early)
    stage.set(BOTH, now)
    stage.held.session.rollback()
    monkeypatch.setattr(clock, "now", lambda: OPENS)

    def run() -> object:
        return run_job(stage.app, FOLLOW_DATES.name)

    if not whole:
        with pytest.raises(AssertionError, match="left half of a step"):
            run_to_the_end(run, database)
        return
    assert run_to_the_end(run, database) > len(stage.mails())
    assert (stage.stage(), len(stage.mails())) == (FormStage.OPEN, 4)
