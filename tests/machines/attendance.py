"""Attendance in any order of steps: the app's services on a real database are compared with the model after each step."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, ClassVar, cast

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import Table, bindparam, delete, func, select
from sqlalchemy.orm import Session

from seminar_app.agencies.queries import agencies_then
from seminar_app.attendance import history, queries, services
from seminar_app.attendance.models import Mark, MarkHistory
from seminar_app.attendance.rules import MarkMethod, MarkStatus
from seminar_app.audit.models import AuditRow
from seminar_app.core.errors import Refusal
from seminar_app.core.unit_of_work import in_unit_of_work, unit_of_work
from seminar_app.messages.models import Message
from seminar_app.people.models import Person
from seminar_app.registration.models import Registration, RegistrationHistory
from seminar_app.registration.rules import RegistrationState, RemovalReason, Source
from seminar_app.registration.services import remove, restore
from seminar_app.seminars.models import SeatPool, Seminar, SeminarSession
from seminar_app.seminars.rules import Approval, Change, ExcusedRule, RegistrationMode, SeminarState
from seminar_app.seminars.services import SessionDetails, change_state, delete_session, edit_session
from tests.machines.attendance_model import STATUSES, AttendanceModel, Before, MarkModel, Said, SessionModel
from tests.machines.seats_model import Refused
from tests.support.context import context
from tests.support.factories import Make

DAY = date(2026, 6, 3)
BEGIN = datetime(2026, 6, 5, 15, 0, tzinfo=UTC)
AGENCIES = ("PGR", "PGR", "PGJ", "PGJ-A", "PGJ-A")
LENGTHS = (60, 20, 90)

people = st.integers(0, len(AGENCIES) - 1)
seminar_sessions = st.integers(0, len(LENGTHS) - 1)
statuses = st.sampled_from(STATUSES)
minutes = st.sampled_from((None, None, -1, 0, 7, 20, 45, 60, 61, 90))
methods = st.sampled_from(("list", "paper"))
coordinators = st.sampled_from(("account:ana", "account:beto"))
seen = st.sampled_from(("as it is", "not known", "nothing", "something else"))

_mark, _history, _trail = (cast(Table, kind.__table__).c for kind in (Mark, MarkHistory, AuditRow))
HISTORY = (
    select(
        _history.id,
        _history.registration_id,
        _history.session_id,
        _history.status,
        _history.minutes_credited,
        _history.method,
        _history.recorded_by,
        _history.recorded_at,
        _history.replaced_by,
        _history.replaced_at,
    )
    .where(_history.id > bindparam("last"))
    .order_by(_history.id)
)
TRAIL = select(_trail.sequence, _trail.action, _trail.details).where(_trail.sequence > bindparam("last")).order_by(_trail.sequence)
MARKS = select(
    _mark.registration_id,
    _mark.session_id,
    _mark.status,
    _mark.minutes_credited,
    _mark.method,
    _mark.recorded_by,
    _mark.recorded_at,
    _mark.version,
)
"""Put together once, and read without objects: this is done after each of a hundred thousand steps."""


@dataclass
class World:
    """What all examples share: a session, an office, and the agencies by their codes."""

    session: Session
    office_id: int
    agency_ids: dict[str, int]
    version_ids: dict[str, int]

    @classmethod
    def made(cls, session: Session) -> World:
        make = Make(session)
        pgr, pgj = make.agency("PGR"), make.agency("PGJ")
        below = make.agency("PGJ-A", parent=pgj)
        agencies = (pgr, pgj, below)
        ids, versions = {each.code: each.id for each in agencies}, {each.code: make.version_of(each) for each in agencies}
        return cls(session, make.office().id, ids, versions)


class Attendance(RuleBasedStateMachine):
    """One seminar that is just over: three sessions, five people of two agency groups. `world` is set by whoever runs it."""

    world: ClassVar[World]

    @initialize(
        excused=st.sampled_from(("not_counted", "credited", "absent")),
        threshold=st.sampled_from((0, 50, 80, 100)),
        counts=st.tuples(st.booleans(), st.booleans(), st.booleans()),
    )
    def begin(self, excused: str, threshold: int, counts: tuple[bool, bool, bool]) -> None:
        places = [SessionModel(length, count) for length, count in zip(LENGTHS, counts, strict=True)]
        self.model = AttendanceModel(excused, threshold, places, list(AGENCIES), [True] * len(AGENCIES))
        self.now, self.last_history = BEGIN, 0
        self.last: tuple[Callable[[], object], Callable[[Session], list[services.Outcome]]] | None = None
        with unit_of_work(self.world.session) as session:
            for table in (MarkHistory, Mark, RegistrationHistory, Registration, Message, SeatPool, SeminarSession, Seminar, Person):
                session.execute(delete(table))
            self._write(session)
            self.last_trail = session.scalar(select(func.max(AuditRow.sequence))) or 0

    def _write(self, session: Session) -> None:
        seminar = Seminar(
            public_id=uuid.uuid4(),
            slug="cancun",
            office_id=self.world.office_id,
            state=SeminarState.PUBLISHED,
            title_es="Seminario",
            city="Cancún",
            country="MX",
            time_zone="UTC",
            starts_on=DAY,
            ends_on=DAY,
            registration_mode=RegistrationMode.OPEN,
            approval=Approval.AUTOMATIC,
            threshold_percent=self.model.threshold,
            excused_rule=ExcusedRule(self.model.excused),
            created_at=BEGIN,
        )
        session.add(seminar)
        session.flush()
        pool = SeatPool(public_id=uuid.uuid4(), seminar_id=seminar.id, size=10, taken=0)
        rows = [
            SeminarSession(
                public_id=uuid.uuid4(),
                seminar_id=seminar.id,
                title_es="Sesión",
                starts_at=datetime.combine(DAY, time(9 + 2 * number), UTC),
                ends_at=datetime.combine(DAY, time(9 + 2 * number), UTC) + timedelta(minutes=length),
                contact_minutes=length,
                counts_for_completion=self.model.seminar_sessions[number].counts,
            )
            for number, length in enumerate(LENGTHS)
        ]
        persons = [
            Person(
                public_id=uuid.uuid4(),
                given_names="Ana",
                surname1=f"P{number}",
                email=f"p{number}@pgr.example",
                language="es",
                created_at=BEGIN,
                certificate_name="Ana",
                search_key=f"ana p{number}",
                sort_key=f"p{number}",
            )
            for number in range(len(AGENCIES))
        ]
        session.add_all((pool, *rows, *persons))
        session.flush()
        registrations = [
            Registration(
                public_id=uuid.uuid4(),
                seminar_id=seminar.id,
                person_id=person.id,
                agency_id=self.world.agency_ids[agency],
                agency_version_id=self.world.version_ids[agency],
                state=RegistrationState.REGISTERED,
                seat_pool_id=pool.id,
                source=Source.FORM,
                language="es",
                link_hash=uuid.uuid4().bytes * 2,
                registered_at=BEGIN,
            )
            for person, agency in zip(persons, AGENCIES, strict=True)
        ]
        session.add_all(registrations)
        session.flush()
        self.seminar_id = seminar.id
        self.session_ids = [(row.id, row.public_id) for row in rows]
        self.person_ids = [(row.id, row.public_id) for row in registrations]

    # One step: what the model says, what the product does, and whether that is the same.

    def step(self, expected: Callable[[], object], done: Callable[[Session], Any]) -> None:
        self.model.replaced, self.model.told = [], []
        wanted = said = None
        outcomes: Any = None
        try:
            expected()
        except Refused as refused:
            wanted = str(refused)
        try:
            outcomes = in_unit_of_work(self.world.session, done)
        except Refusal as refusal:
            said = type(refusal).__name__
        assert said == wanted, (said, wanted)
        if isinstance(outcomes, list):
            self._same_answer(outcomes)
        self._same_history()
        self._same_audit_log()

    def _same_answer(self, outcomes: list[services.Outcome]) -> None:
        number = {public_id: place for place, (_id, public_id) in enumerate(self.person_ids)}
        told = [(number[one.registration], _pair(one.before), _pair(one.after), one.overtaken) for one in outcomes]
        assert sorted(told, key=str) == sorted(self.model.told, key=str)

    def _same_history(self) -> None:
        """What was replaced is kept as it was, with who replaced it; nothing else is."""
        rows = self.world.session.connection().execute(HISTORY, {"last": self.last_history}).all()
        stored = [(row.registration_id, row.session_id, _columns(row), row.replaced_by, row.replaced_at) for row in rows]
        wanted = [
            (self.person_ids[person][0], self.session_ids[seminar_session][0], _fields(mark), by, self.now)
            for person, seminar_session, mark, by in self.model.replaced
        ]
        assert sorted(stored) == sorted(wanted)
        self.last_history = max((row.id for row in rows), default=self.last_history)

    def _same_audit_log(self) -> None:
        """One row for what changed, however many marks; none where nothing did."""
        rows = self.world.session.connection().execute(TRAIL, {"last": self.last_trail}).all()
        changed = [after for _person, before, after, _unseen in self.model.told if before != after]
        wanted = [] if not changed else ["attendance.marked" if any(changed) else "attendance.cleared"]
        assert [row.action for row in rows if row.action.startswith("attendance.")] == wanted
        if len(changed) > 1:
            assert rows[-1].details["changed"] == len(changed)
        self.last_trail = rows[-1].sequence if rows else self.last_trail

    @invariant()
    def the_database_says_what_the_model_says(self) -> None:
        if not hasattr(self, "seminar_id"):
            return
        rows = self.world.session.connection().execute(MARKS)
        assert {(row[0], row[1]): (row[2].value, row[3], row[4].value, *row[5:]) for row in rows} == {
            (self.person_ids[person][0], self.session_ids[seminar_session][0]): (*_fields(mark), mark.version)
            for (person, seminar_session), mark in self.model.marks.items()
        }

    @rule(seminar_session=seminar_sessions)
    def the_sheet_counts_the_same(self, seminar_session: int) -> None:
        session, model = self.world.session, self.model
        counted = {
            agency.code: counts
            for agency, counts in queries.counts_by_group(
                session, self.seminar_id, self.session_ids[seminar_session][0], agencies=agencies_then(session)
            )
        }
        for group, agencies in (("PGR", ("PGR",)), ("PGJ", ("PGJ", "PGJ-A"))):
            here = [person for person, agency in enumerate(AGENCIES) if agency in agencies and model.seated[person]]
            assert (group in counted) == bool(here)
            if here:
                marked = Counter(model.marks[person, seminar_session].status for person in here if (person, seminar_session) in model.marks)
                assert {status.value: number for status, number in counted[group].by_status.items() if number} == dict(marked)
                assert (counted[group].people, counted[group].unmarked) == (len(here), len(here) - marked.total())

    @rule()
    def the_timetable_says_who_completed(self) -> None:
        session, model = self.world.session, self.model
        attendance = queries.attendance_of(session, session.get_one(Seminar, self.seminar_id), former=True)
        number = {row_id: place for place, (row_id, _public_id) in enumerate(self.person_ids)}
        listed = {number[person.registration_id]: person for group in attendance.groups for person in group.people}
        assert set(listed) == {place for place, sits in enumerate(model.seated) if sits or any(key[0] == place for key in model.marks)}
        for place, person in listed.items():
            done = attendance.completion_of(person)
            assert (done.minutes_credited, done.contact_minutes, done.reached) == model.completion(place)
        session.expunge_all()

    @rule(person=people)
    def a_past_is_whole(self, person: int) -> None:
        """As many marks as there are now, and a row for each that was."""
        past = history.history_of(self.world.session, self.person_ids[person][0])
        now = [(mark.status.value, mark.minutes) for mark in past if mark.replaced_at is None]
        marks = [mark for key, mark in self.model.marks.items() if key[0] == person]
        assert sorted(now) == sorted((mark.status, mark.minutes) for mark in marks)
        assert all(mark.replaced_at >= mark.recorded_at for mark in past if mark.replaced_at)
        self.world.session.expunge_all()

    # What coordinators do.

    def _say(self, seminar_session: int, said: list[Said], method: str, by: str) -> None:
        entries = [
            services.Entry(
                self.person_ids[one.person][1],
                MarkStatus(one.status) if one.status else None,
                one.minutes,
                services.Seen(MarkStatus(one.seen[0]) if one.seen[0] else None, one.seen[1]) if one.seen else None,
            )
            for one in said
        ]
        self.last = (
            lambda: self.model.say(seminar_session, said, method=method, by=by, at=self.now),
            lambda session: services.record(
                session,
                context(self.now, by),
                seminar_id=self.seminar_id,
                session_id=self.session_ids[seminar_session][1],
                entries=entries,
                method=MarkMethod(method),
            ),
        )
        self.step(*self.last)

    @rule(person=people, seminar_session=seminar_sessions, status=statuses, asked=minutes, method=methods, by=coordinators)
    def mark(self, person: int, seminar_session: int, status: str, asked: int | None, method: str, by: str) -> None:
        self.step(
            lambda: self.model.say(seminar_session, [Said(person, status, asked)], method=method, by=by, at=self.now),
            lambda session: [
                services.mark(
                    session,
                    context(self.now, by),
                    seminar_id=self.seminar_id,
                    session_id=self.session_ids[seminar_session][1],
                    registration=self.person_ids[person][1],
                    status=MarkStatus(status),
                    minutes=asked,
                    method=MarkMethod(method),
                )
            ],
        )

    @rule(
        seminar_session=seminar_sessions,
        lines=st.lists(st.tuples(people, st.sampled_from((*STATUSES, None)), minutes, seen), min_size=1, max_size=6),
        method=methods,
        by=coordinators,
    )
    def send_the_sheet(self, seminar_session: int, lines: list[tuple[int, str | None, int | None, str]], method: str, by: str) -> None:
        self._say(
            seminar_session,
            [Said(person, status, asked, self._seen(person, seminar_session, what)) for person, status, asked, what in lines],
            method,
            by,
        )

    def _seen(self, person: int, seminar_session: int, what: str) -> tuple[str | None, int | None] | None:
        mark = self.model.marks.get((person, seminar_session))
        if what == "as it is":
            return (mark.status, mark.minutes) if mark else (None, None)
        return {"not known": None, "nothing": (None, None), "something else": ("late", 3)}[what]

    @precondition(lambda self: getattr(self, "last", None) is not None)
    @rule()
    def send_the_same_again(self) -> None:
        assert self.last is not None
        self.step(*self.last)

    @rule(seminar_session=seminar_sessions, status=statuses, group=st.sampled_from((None, "PGR", "PGJ")), method=methods, by=coordinators)
    def mark_all(self, seminar_session: int, status: str, group: str | None, method: str, by: str) -> None:
        def done(session: Session) -> list[services.Outcome]:
            return services.mark_all(
                session,
                context(self.now, by),
                seminar_id=self.seminar_id,
                session_id=self.session_ids[seminar_session][1],
                status=MarkStatus(status),
                agencies=queries.agencies_of_group(session, group) if group else None,
                method=MarkMethod(method),
            )

        self.last = (lambda: self.model.say_of_all(seminar_session, status, group, method=method, by=by, at=self.now), done)
        self.step(*self.last)

    @rule(person=people, seminar_session=seminar_sessions, by=coordinators)
    def take_a_mark_away(self, person: int, seminar_session: int, by: str) -> None:
        self.step(
            lambda: self.model.say(seminar_session, [Said(person, None)], method="list", by=by, at=self.now),
            lambda session: [
                services.clear(
                    session,
                    context(self.now, by),
                    seminar_id=self.seminar_id,
                    session_id=self.session_ids[seminar_session][1],
                    registration=self.person_ids[person][1],
                )
            ],
        )

    # What others do meanwhile.

    @rule(person=people)
    def lose_or_get_back_a_seat(self, person: int) -> None:
        seated = self.model.seated[person]
        where: dict[str, Any] = {
            "seminar_id": self.seminar_id,
            "registration_id": self.person_ids[person][0],
        }

        def done(session: Session) -> None:
            change = context(self.now, "account:ana")
            remove(session, change, reason=RemovalReason.OTHER, **where) if seated else restore(session, change, **where)

        def expected() -> None:
            if self.model.state in ("completed", "archived"):
                raise Refused(f"Seminar{self.model.state.capitalize()}")
            self.model.seated[person] = not seated

        self.step(expected, done)

    @rule(change=st.sampled_from(("close", "reopen", "complete", "resume", "archive", "unarchive", "unarchive")))
    def change_the_seminar(self, change: str) -> None:
        self.step(
            lambda: self.model.change(change),
            lambda session: (
                change_state(
                    session,
                    context(self.now, "account:ana"),
                    seminar_id=self.seminar_id,
                    change=Change(change),
                    reason="Faltaba una lista.",
                ).id
            ),
        )

    @rule(seminar_session=seminar_sessions, length=st.sampled_from((10, 20, 45, 60, 90)), counts=st.booleans())
    def correct_a_session(self, seminar_session: int, length: int, counts: bool) -> None:
        """Minutes that were stored stay; what they are worth follows."""

        def expected() -> None:
            if self.model.state not in ("published", "closed"):
                raise Refused("SessionsFixed")
            if length > LENGTHS[seminar_session]:
                raise Refused("MinutesOutOfReach")
            self.model.seminar_sessions[seminar_session].minutes, self.model.seminar_sessions[seminar_session].counts = length, counts

        def done(session: Session) -> None:
            row_id, public_id = self.session_ids[seminar_session]
            begins = datetime.combine(DAY, time(9 + 2 * seminar_session))
            details = SessionDetails(
                day=DAY,
                starts=begins.time(),
                ends=(begins + timedelta(minutes=LENGTHS[seminar_session])).time(),
                contact_minutes=length,
                title_es="Sesión",
                counts_for_completion=counts,
            )
            version = session.scalars(select(SeminarSession.version).where(SeminarSession.id == row_id)).one()
            edit_session(
                session, context(self.now, "account:ana"), seminar_id=self.seminar_id, public_id=public_id, version=version, details=details
            )

        self.step(expected, done)

    @precondition(lambda self: hasattr(self, "model") and any(place.touched for place in self.model.seminar_sessions))
    @rule(number=st.integers(0, 2))
    def a_session_with_a_past_stays(self, number: int) -> None:
        touched = [place for place, seminar_session in enumerate(self.model.seminar_sessions) if seminar_session.touched]
        public_id = self.session_ids[touched[number % len(touched)]][1]

        def expected() -> None:
            raise Refused("SessionHasMarks" if self.model.state in ("published", "closed") else "SessionsFixed")

        self.step(
            expected,
            lambda session: delete_session(session, context(self.now, "account:ana"), seminar_id=self.seminar_id, public_id=public_id),
        )

    @rule(passed=st.integers(1, 90))
    def time_passes(self, passed: int) -> None:
        self.now += timedelta(minutes=passed)


def _pair(mark: queries.SheetMark | None) -> Before:
    return (mark.status.value, mark.minutes) if mark else None


def _columns(row: Any) -> tuple[str, int, str, str, datetime]:
    return row.status.value, row.minutes_credited, row.method.value, row.recorded_by, row.recorded_at


def _fields(mark: MarkModel) -> tuple[str, int, str, str, datetime]:
    return mark.status, mark.minutes, mark.method, mark.by, mark.at
