"""The outcome of each registration: kept in every transaction, frozen with the seminar, made again at any time."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from fractions import Fraction
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from seminar_app.agencies.models import AgencyVersion
from seminar_app.attendance import outcomes, queries, services
from seminar_app.attendance.errors import AttendanceIsShut
from seminar_app.attendance.models import Mark, Observation, Participation
from seminar_app.attendance.rules import MarkStatus
from seminar_app.attendance.services import Entry
from seminar_app.attendance.services.rebuilding import rebuild
from seminar_app.audit.models import AuditRow
from seminar_app.core.errors import Refusal
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.registration import services as registering
from seminar_app.registration.models import Registration
from seminar_app.registration.registration_hooks import registration_changed
from seminar_app.registration.rules import RegistrationState, RemovalReason
from seminar_app.registration.services.merging import merge, undo_merge
from seminar_app.seminars.models import Seminar, SeminarSession
from seminar_app.seminars.rules import Change, ExcusedRule, SeminarState
from seminar_app.seminars.services import SessionDetails, add_session, change_state, delete_session, edit_session
from seminar_app.seminars.services.events import SeminarEdit, edited
from tests.support.context import context
from tests.support.factories import Make

P, L, E, X, A = MarkStatus
LATER = datetime(2026, 6, 10, 12, tzinfo=UTC)
"""After the factories' seminars."""
REASON = "Faltaba una lista."


def change(session: Session, seminar: Seminar, to: Change, at: datetime = LATER) -> None:
    with unit_of_work(session):
        change_state(session, context(at), seminar_id=seminar.id, change=to, reason=REASON)


def mark(session: Session, registration: Registration, held: SeminarSession, status: MarkStatus, minutes: int | None = None) -> None:
    with unit_of_work(session):
        where = {"seminar_id": held.seminar_id, "session_id": held.public_id, "registration": registration.public_id}
        services.mark(session, context(LATER), status=status, minutes=minutes, **where)  # type: ignore[arg-type]


def current(session: Session, registration: Registration) -> Participation:
    session.rollback()
    row = session.scalars(select(Participation).where(Participation.registration_id == registration.id, Participation.current)).one()
    session.expunge_all()
    return row


def as_it_should_be(session: Session, seminar: Seminar) -> dict[int, dict[str, Any]]:
    """Work each outcome out from the observations again, in another way than the product: the last word about each session counts."""
    session.rollback()
    seminar = session.get_one(Seminar, seminar.id)
    of_record = seminar.archived_from or seminar.state
    held = session.scalars(select(SeminarSession).where(SeminarSession.seminar_id == seminar.id)).all()
    found: dict[int, dict[str, Any]] = {}
    for person in session.scalars(select(Registration).where(Registration.seminar_id == seminar.id)):
        credit, possible, there, anywhere = Fraction(0), 0, 0, False
        for each in held:
            seen = session.scalars(
                select(Observation)
                .where(Observation.registration_id == person.id, Observation.session_id == each.id)
                .order_by(Observation.id)
            ).all()
            word, length = (seen[-1].kind.value if seen else "cleared"), each.contact_minutes
            share = {
                "present": Fraction(1),
                "excused": Fraction(int(seminar.excused_rule is ExcusedRule.CREDITED)),
            }.get(word, Fraction(0))
            if word in {"late", "left_early"}:
                said = seen[-1].minutes
                share = Fraction(min(said, length) if said is not None else max(length - 15, length // 2), length)
            was_there = word in {"present", "late", "left_early"}
            anywhere = anywhere or was_there
            if each.counts_for_completion and not (word == "excused" and seminar.excused_rule is ExcusedRule.NOT_COUNTED):
                possible += length
                credit += share * length
            there += was_there and each.counts_for_completion
        reached = possible > 0 and credit / possible >= Fraction(seminar.threshold_percent, 100)
        found[person.id] = {
            "minutes_credited": int(credit),
            "contact_minutes": possible,
            "attended": anywhere,
            "sessions_attended": there,
            "sessions_counted": sum(each.counts_for_completion for each in held),
            "completed": reached and person.state is RegistrationState.REGISTERED and of_record is not SeminarState.CANCELLED,
            "threshold_percent": seminar.threshold_percent,
            "excused_rule": seminar.excused_rule,
            "agency_version_id": person.agency_version_id,
        }
    return found


def stored(session: Session, seminar: Seminar) -> dict[int, dict[str, Any]]:
    session.rollback()
    rows = session.scalars(select(Participation).where(Participation.seminar_id == seminar.id, Participation.current)).all()
    names = (
        *("minutes_credited", "contact_minutes", "attended", "sessions_attended", "sessions_counted", "completed"),
        *("threshold_percent", "excused_rule", "agency_version_id"),
    )
    return {row.registration_id: {name: getattr(row, name) for name in names} for row in rows}


def some_seminar(make: Make, chance: random.Random, people: int, sessions: int) -> tuple[Seminar, list[SeminarSession], list[Registration]]:
    seminar = make.seminar(
        seats=people + 5,
        threshold_percent=chance.choice([0, 50, 79, 80, 100]),
        excused_rule=chance.choice(list(ExcusedRule)),
        starts_on=datetime(2026, 6, 1, tzinfo=UTC).date(),
        ends_on=datetime(2026, 6, 5, tzinfo=UTC).date(),
    )
    held = [
        make.seminar_session(
            seminar,
            day=number % 5,
            hour=9 + 4 * (number // 5),
            minutes=chance.choice([1, 20, 45, 90, 180]),
            counts_for_completion=chance.random() < 0.8,
        )
        for number in range(sessions)
    ]
    agency = make.agency()
    pool = make.pool(seminar, agency, people)
    return seminar, held, [make.registration(seminar, agency=agency, pool=pool) for _ in range(people)]


def entries(chance: random.Random, people: list[Registration], length: int) -> Iterator[Entry]:
    for person in people:
        status = chance.choice([P, P, P, L, E, X, A, None])
        minutes = chance.choice([None, 0, length // 3, length]) if status in (L, E) else None
        yield Entry(person.public_id, status, minutes)


@pytest.mark.parametrize("seminars", [12, pytest.param(200, marks=pytest.mark.full)])
def test_completion_of_random_seminars_equals_an_independent_calculation(make: Make, session: Session, seminars: int) -> None:
    chance = random.Random(7)
    completed = 0
    for _ in range(seminars):
        seminar, held, people = some_seminar(make, chance, 5, chance.randint(1, 6))
        for each in held:
            with unit_of_work(session):
                taken = list(entries(chance, people, each.contact_minutes))
                services.record(session, context(LATER), seminar_id=seminar.id, session_id=each.public_id, entries=taken)
        should = as_it_should_be(session, seminar)
        assert stored(session, seminar) == should
        completed += sum(one["completed"] for one in should.values())
    assert 0 < completed < 5 * seminars


class Life:
    """One seminar, and what can happen to it, in random order."""

    def __init__(self, make: Make, session: Session, chance: random.Random) -> None:
        self.make, self.session, self.chance = make, session, chance
        self.seminar, self.held, self.people = some_seminar(make, chance, 4, 3)
        self.agency = make.agency()

    def step(self) -> None:
        steps = [self.marks, self.marks, self.marks, self.edit_session, self.add_or_delete, self.rule, self.seat, self.state, self.agencies]
        try:
            with unit_of_work(self.session):
                self.chance.choice(steps)(self.session)
        except Refusal:
            self.session.rollback()

    def marks(self, session: Session) -> None:
        held = self.chance.choice(self.held)
        seated = session.scalars(
            select(Registration).where(Registration.seminar_id == self.seminar.id, Registration.state == RegistrationState.REGISTERED)
        ).all()
        some = self.chance.sample(seated, self.chance.randint(0, len(seated)))
        length = session.get_one(SeminarSession, held.id).contact_minutes
        taken = list(entries(self.chance, some, length))
        services.record(session, context(LATER), seminar_id=self.seminar.id, session_id=held.public_id, entries=taken)

    def edit_session(self, session: Session) -> None:
        row = session.get_one(SeminarSession, self.chance.choice(self.held).id)
        minutes = self.chance.choice([10, 30, 60])
        begins = datetime.combine(row.starts_at.date(), time(self.chance.choice([9, 10])))
        details = SessionDetails(
            day=begins.date(),
            starts=begins.time(),
            ends=(begins + timedelta(minutes=minutes + 5)).time(),
            contact_minutes=minutes,
            title_es="Sesión",
            counts_for_completion=self.chance.random() < 0.7,
        )
        edit_session(session, context(LATER), seminar_id=self.seminar.id, public_id=row.public_id, version=row.version, details=details)

    def add_or_delete(self, session: Session) -> None:
        if self.chance.random() < 0.5:
            day = self.seminar.starts_on + timedelta(days=self.chance.randint(3, 4))
            details = SessionDetails(day=day, starts=time(15), ends=time(16), title_es="Otra")
            self.held.append(add_session(session, context(LATER), seminar_id=self.seminar.id, details=details))
        else:
            gone = self.chance.choice(self.held)
            delete_session(session, context(LATER), seminar_id=self.seminar.id, public_id=gone.public_id)
            self.held.remove(gone)

    def rule(self, session: Session) -> None:
        """As `edit_seminar` does after its checks."""
        row = session.get_one(Seminar, self.seminar.id)
        if row.state in (SeminarState.COMPLETED, SeminarState.ARCHIVED):
            return
        row.threshold_percent, row.excused_rule = self.chance.choice([0, 50, 80, 100]), self.chance.choice(list(ExcusedRule))
        session.flush()
        edited(session, context(LATER), row, SeminarEdit(fields=frozenset({"threshold_percent", "excused_rule"})))

    def seat(self, session: Session) -> None:
        person = session.get_one(Registration, self.chance.choice(self.people).id)
        where: dict[str, Any] = {"seminar_id": self.seminar.id, "registration_id": person.id}
        if person.state is RegistrationState.REGISTERED:
            registering.remove(session, context(LATER), reason=RemovalReason.OTHER, **where)
        else:
            registering.restore(session, context(LATER), **where)

    def state(self, session: Session) -> None:
        step = self.chance.choice([Change.COMPLETE, Change.RESUME, Change.RESUME, Change.RESUME, Change.ARCHIVE, Change.UNARCHIVE])
        change_state(session, context(LATER), seminar_id=self.seminar.id, change=step, reason=REASON)

    def agencies(self, session: Session) -> None:
        """As a correction of the agency does after its checks."""
        person = session.get_one(Registration, self.chance.choice(self.people).id)
        person.agency_id, person.agency_version_id = self.agency.id, self.make.version_of(self.agency)
        registration_changed(session, context(LATER), session.get_one(Seminar, self.seminar.id), [person])


SEEDS = [
    *range(2),
    *(pytest.param(seed, marks=pytest.mark.sqlite_first) for seed in range(2, 4)),
    *(pytest.param(seed, marks=pytest.mark.full) for seed in range(4, 60)),
]


@pytest.mark.parametrize("seed", SEEDS)
def test_outcomes_equal_the_computation_from_observations_whatever_happens(make: Make, session: Session, seed: int) -> None:
    """Marks, edits, seats lost and given back, completions, reopenings: after each step all is as if computed now."""
    life = Life(make, session, random.Random(seed))
    for _ in range(40):
        life.step()
        assert stored(session, life.seminar) == as_it_should_be(session, life.seminar)
        found = rebuild(session, life.seminar.id, check=True)
        assert (list(found.marks), list(found.participations)) == ([], [])
        frozen = session.scalars(select(Participation.frozen_at).where(Participation.seminar_id == life.seminar.id, Participation.current))
        completed = life.session.get_one(Seminar, life.seminar.id).archived_from or session.get_one(Seminar, life.seminar.id).state
        assert all((at is not None) == (completed is SeminarState.COMPLETED) for at in frozen)
        session.rollback()


def test_the_outcome_of_a_new_registration_is_what_the_rule_says(make: Make, session: Session) -> None:
    for threshold, pool_size in ((0, 2), (80, 2)):
        seminar = make.seminar(threshold_percent=threshold)
        make.seminar_session(seminar)
        make.seminar_session(seminar, day=1, counts_for_completion=False)
        agency = make.agency()
        seated = make.registration(seminar, agency=agency, pool=make.pool(seminar, agency, pool_size))
        waiting = make.registration(seminar, agency=agency, state=RegistrationState.WAITLISTED, queue_place=1)
        without = make.registration(make.seminar(threshold_percent=threshold), agency=agency)
        assert stored(session, seminar) == as_it_should_be(session, seminar)
        assert (current(session, seated).completed, current(session, waiting).completed) == (threshold == 0, False)
        assert (current(session, seated).percent, current(session, without).percent) == (0.0, None)


def test_completing_freezes_reopening_thaws_and_completing_again_names_what_changed(make: Make, session: Session) -> None:
    seminar, agency = make.seminar(), make.agency("PGR", name_es="Procuraduría")
    held = make.seminar_session(seminar)
    pool = make.pool(seminar, agency, 3)
    ana, beto, carla = (make.registration(seminar, make.person(name), agency=agency, pool=pool) for name in ("Ana", "Beto", "Carla"))
    for person in (ana, beto):
        mark(session, person, held, P)
    assert outcomes.count_changed(session, seminar.id) is None
    change(session, seminar, Change.COMPLETE)
    assert current(session, ana).frozen_at == LATER
    with pytest.raises(AttendanceIsShut):
        mark(session, ana, held, A)
    session.rollback()
    change(session, seminar, Change.RESUME)
    assert (current(session, ana).version, current(session, ana).frozen_at) == (2, None)
    assert outcomes.count_changed(session, seminar.id) == 0
    mark(session, beto, held, A)
    mark(session, carla, held, L)
    change(session, seminar, Change.COMPLETE, LATER + timedelta(days=1))
    changed = {one.person.public_id: one for one in outcomes.changed_outcomes(session, seminar.id)}
    assert {key: (one.before and one.before.completed, one.now.completed) for key, one in changed.items()} == {
        beto.public_id: (True, False),
        carla.public_id: (False, True),
    }
    assert outcomes.completed_before(session, seminar.id) == LATER
    versions = session.execute(
        select(Participation.version, Participation.completed, Participation.current).where(Participation.registration_id == beto.id)
    )
    assert sorted(tuple(row) for row in versions) == [(1, True, False), (2, False, True)]
    session.rollback()
    assert session.scalars(select(AuditRow.details).where(AuditRow.action == "seminar.resumed")).one()["reason"] == REASON


def test_a_cancelled_seminar_completes_nobody_also_from_the_archive(make: Make, session: Session) -> None:
    seminar, agency = make.seminar(), make.agency()
    held = make.seminar_session(seminar)
    person = make.registration(seminar, agency=agency, pool=make.pool(seminar, agency, 1))
    mark(session, person, held, P)
    assert current(session, person).completed
    change(session, seminar, Change.CANCEL)
    assert not current(session, person).completed
    change(session, seminar, Change.ARCHIVE)
    with unit_of_work(session):
        row = session.get_one(Registration, person.id)
        registration_changed(session, context(LATER), session.get_one(Seminar, seminar.id), [row])
    assert not rebuild(session, seminar.id, check=True).participations
    assert not current(session, person).completed
    attendance = queries.attendance_of(session, session.get_one(Seminar, seminar.id), former=False)
    assert not any(attendance.completes(each) for group in attendance.groups for each in group.people)


def test_what_left_in_a_merge_is_not_counted_and_what_was_frozen_stays(make: Make, session: Session) -> None:
    seminar, agency = make.seminar(seats=2), make.agency()
    first, second = make.seminar_session(seminar), make.seminar_session(seminar, day=1)
    pool = make.pool(seminar, agency, 2)
    kept, gone = (make.registration(seminar, agency=agency, pool=pool) for _ in range(2))
    mark(session, kept, first, P)
    mark(session, gone, second, L)
    change(session, seminar, Change.COMPLETE)
    with unit_of_work(session):
        merge_id = merge(session, context(LATER), kept=kept.person_id, gone=gone.person_id).id
    assert (current(session, kept).superseded, current(session, gone).superseded) == (False, True)
    assert current(session, gone).frozen_at is not None
    assert (current(session, kept).minutes_credited, current(session, kept).completed) == (180, False), "though the mark was copied"
    attendance = queries.attendance_of(session, session.get_one(Seminar, seminar.id), former=True)
    assert not any(attendance.completes(each) for group in attendance.groups for each in group.people), "page and file say the same"
    session.rollback()
    with unit_of_work(session):
        undo_merge(session, context(LATER), merge_id=merge_id)
    assert not current(session, gone).superseded


def make_session_beside(session: Session, held: SeminarSession) -> SeminarSession:
    """Add a session that counts for nothing."""
    begins = held.starts_at + timedelta(hours=6)
    times = {"starts_at": begins, "ends_at": begins + timedelta(minutes=30), "contact_minutes": 30}
    row = SeminarSession(public_id=uuid.uuid4(), seminar_id=held.seminar_id, title_es="Más", counts_for_completion=False, **times)
    session.add(row)
    session.flush()
    return row


def test_rebuilding_mends_what_differs_and_leaves_frozen_outcomes_alone(app: Flask, make: Make, session: Session) -> None:
    frozen, seminar, agency = make.seminar(slug="frozen"), make.seminar(slug="open"), make.agency()
    people = []
    for each in (frozen, seminar):
        held = make.seminar_session(each)
        person = make.registration(each, agency=agency, pool=make.pool(each, agency, 1))
        mark(session, person, held, P)
        people.append(person)
    change(session, frozen, Change.COMPLETE)
    run = app.test_cli_runner().invoke
    assert run(args=["participations", "rebuild", "--check"]).exit_code == 0
    with unit_of_work(session):
        session.execute(update(Participation).values(completed=False))
        session.execute(update(Mark).values(status=A).where(Mark.registration_id == people[1].id))
        more = session.scalars(select(SeminarSession).where(SeminarSession.seminar_id == seminar.id)).one()
        extra = make_session_beside(session, more)
        session.add(Mark(registration_id=people[1].id, session_id=extra.id, last=uuid.uuid4(), status=P))
    answer = run(args=["participations", "rebuild", "--check"])
    assert (answer.exit_code, "open: 2 marks and 1 outcomes differ" in answer.stdout) == (1, True)
    assert not current(session, people[1]).completed
    assert run(args=["participations", "rebuild"]).exit_code == 0
    assert current(session, people[1]).completed
    assert not current(session, people[0]).completed, "what was decided stays, even if it was decided wrongly"
    with unit_of_work(session):
        session.execute(delete(Participation).where(Participation.registration_id == people[0].id))
    assert run(args=["participations", "rebuild"]).exit_code == 0
    assert (current(session, people[0]).completed, current(session, people[0]).frozen_at) == (True, LATER)
    assert run(args=["participations", "rebuild", "--check"]).exit_code == 0
    session.rollback()
    assert session.scalar(select(func.count()).where(AuditRow.action == "attendance.rebuilt")) == 2


def test_an_agency_corrected_in_a_completed_seminar_is_a_new_version_of_the_outcome(make: Make, session: Session) -> None:
    seminar, agency, other = make.seminar(), make.agency("PGR"), make.agency("FGR")
    held = make.seminar_session(seminar)
    pool = make.pool(seminar, agency, 2)
    person, _another = (make.registration(seminar, agency=agency, pool=pool) for _ in range(2))
    mark(session, person, held, P)
    change(session, seminar, Change.COMPLETE)
    with unit_of_work(session):
        row = session.get_one(Registration, person.id)
        row.agency_id, row.agency_version_id = other.id, make.version_of(other)
        registration_changed(session, context(LATER), session.get_one(Seminar, seminar.id), [row])
    now = current(session, person)
    assert (now.version, now.frozen_at, now.completed) == (2, LATER, True)
    assert session.get_one(AgencyVersion, now.agency_version_id).code == "FGR"
    session.rollback()
    assert outcomes.count_changed(session, seminar.id) is None, "it was never reopened"
    session.rollback()
    change(session, seminar, Change.RESUME)
    mark(session, person, held, A)
    (changed,) = outcomes.changed_outcomes(session, seminar.id)
    assert (changed.before and changed.before.completed, changed.now.completed, changed.moved) == (True, False, False)
