"""Attendance in any order of steps: the app's services on a real database are compared with the model after each step."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, ClassVar, cast
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import Table, bindparam, delete, func, select
from sqlalchemy.orm import Session

from seminar_app.attendance import history, queries, services
from seminar_app.attendance.models import Mark, Observation, Participation
from seminar_app.attendance.rules import MarkMethod, MarkStatus, ObservationKind
from seminar_app.attendance.services.participations import begin_participations
from seminar_app.attendance.services.rebuilding import rebuild
from seminar_app.audit.models import AuditRow
from seminar_app.core.errors import Refusal
from seminar_app.core.unit_of_work import in_unit_of_work, unit_of_work
from seminar_app.messages.models import Message
from seminar_app.people.models import Person
from seminar_app.registration.models import ChangeNotice, Registration, RegistrationHistory
from seminar_app.registration.rules import RegistrationState, RemovalReason, Source
from seminar_app.registration.services import remove, restore
from seminar_app.seminars.models import SeatPool, Seminar, SeminarSession
from seminar_app.seminars.rules import Approval, Change, ExcusedRule, RegistrationMode, SeminarState
from seminar_app.seminars.services import SessionDetails, change_state, delete_session, edit_session
from tests.machines.attendance_model import KINDS, STATUSES, AttendanceModel, Before, MarkModel, Said, Seen, SessionModel
from tests.machines.seats_model import Refused
from tests.support.context import context
from tests.support.factories import Make

EVE, NEW_YEAR = date(2026, 12, 31), date(2027, 1, 1)
CANCUN = ZoneInfo("America/Cancun")
REASON = "Faltaba una lista."
OUTCOMES = (
    select(
        Participation.registration_id,
        Participation.minutes_credited,
        Participation.contact_minutes,
        Participation.completed,
        Participation.frozen_at.is_not(None),
    )
    .where(Participation.current)
    .order_by(Participation.registration_id)
)
BEGIN = datetime(2026, 12, 31, 14, 0, tzinfo=UTC)
"""When the first session begins: at nine in Cancún."""
AGENCIES = ("PGR", "PGR", "PGJ", "PGJ-A", "PGJ-A")
LENGTHS = (120, 20, 90)
CONTACT_MINUTES = (60, 20, 90)
TIMES = tuple(((EVE, time(9 + 2 * n)), (NEW_YEAR, time(9 + 2 * n)), (EVE, time(18 + 2 * n))) for n in range(len(LENGTHS)))
"""Days and local times to which each session can be moved, two hours from any other. The last is over New Year in UTC."""
STARTS = (BEGIN - timedelta(minutes=70), BEGIN + timedelta(minutes=30), BEGIN + timedelta(days=2))

people = st.sampled_from((0, 0, 0, 1, 2, 3, 4))
those_who_leave = st.integers(3, len(AGENCIES) - 1)
seminar_sessions = st.sampled_from((0, 0, 0, 1, 2))
"""The first more often, so that there is more than one observation of somebody."""
statuses = st.sampled_from(STATUSES)
minutes = st.sampled_from((None, None, -1, 0, 7, 20, 45, 60, 61, 90))
methods = st.sampled_from(("list", "paper"))
coordinators = st.sampled_from(("account:ana", "account:beto"))
in_view = st.sampled_from(("as it is", "as it is", "not known", "nothing", "something older"))
DEVICES = ("account:door", "account:room")
devices = st.sampled_from(DEVICES)
views = st.sampled_from(("as it is", "as it is", "its own", "its own", "nothing", "never sent"))
"""What a device had in view."""
clocks = st.sampled_from((-45, -10, 0, 0, 0, 10, 200))
"""By how many minutes a device's clock is wrong."""
Sight = tuple[int, int, str, int | None, str, int, str]
"""Person, session, kind, minutes, what the device had in view, by how much its clock is wrong, method."""

_mark, _observation, _trail = (cast(Table, kind.__table__).c for kind in (Mark, Observation, AuditRow))
OBSERVED = (
    select(
        _observation.id.label("number"),
        _observation.public_id,
        _observation.registration_id,
        _observation.session_id,
        _observation.kind,
        _observation.minutes,
        _observation.follows,
        _observation.observed_at,
        _observation.received_at,
        _observation.method,
        _observation.recorded_by,
    )
    .where(_observation.id > bindparam("last"))
    .order_by(_observation.id)
)
TRAIL = select(_trail.sequence, _trail.action, _trail.details).where(_trail.sequence > bindparam("last")).order_by(_trail.sequence)
MARKS = select(
    _mark.registration_id,
    _mark.session_id,
    _mark.last,
    _mark.status,
    _mark.minutes,
    _mark.time_in,
    _mark.time_out,
    _mark.still_in,
    _mark.conflict,
)
"""Put together once, and read without objects: this is done after each of a hundred thousand steps."""

Ids = dict[int, uuid.UUID]
"""Ids that the product gave to the observations of a step, by person."""


def instant(day: date, local: time) -> datetime:
    return datetime.combine(day, local, CANCUN).astimezone(UTC)


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
    """One seminar: three sessions, five people of two agency groups, two coordinators and two devices. `world` is set by the caller."""

    world: ClassVar[World]

    @initialize(
        excused=st.sampled_from(("not_counted", "credited", "absent")),
        threshold=st.sampled_from((0, 50, 80, 100)),
        counts=st.tuples(st.booleans(), st.booleans(), st.booleans()),
        now=st.sampled_from(STARTS),
    )
    def begin(self, excused: str, threshold: int, counts: tuple[bool, bool, bool], now: datetime) -> None:
        places = [
            SessionModel(instant(*TIMES[number][0]), LENGTHS[number], CONTACT_MINUTES[number], count) for number, count in enumerate(counts)
        ]
        self.model = AttendanceModel(excused, threshold, places, list(AGENCIES), [True] * len(AGENCIES))
        self.now, self.last_observation = now, 0
        self.last: tuple[Callable[[Ids], object], Callable[[Session], list[services.Outcome]]] | None = None
        self.entered: dict[tuple[int, int], list[uuid.UUID]] = {}
        """Ids of the entries of pages by line, whether they were stored or not."""
        self.kept_on: dict[str, list[Seen]] = {}
        """What each device ever saw. It keeps everything, and sends any of it at any time."""
        with unit_of_work(self.world.session) as session:
            for table in (
                Observation,
                Mark,
                Participation,
                ChangeNotice,
                RegistrationHistory,
                Registration,
                Message,
                SeatPool,
                SeminarSession,
                Seminar,
                Person,
            ):
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
            time_zone=CANCUN.key,
            starts_on=EVE,
            ends_on=NEW_YEAR,
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
                starts_at=place.starts,
                ends_at=place.ends,
                contact_minutes=place.minutes,
                counts_for_completion=place.counts,
            )
            for place in self.model.places
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
        begin_participations(session, seminar, [registration.id for registration in registrations])
        self.seminar_id = seminar.id
        self.session_ids = [(row.id, row.public_id) for row in rows]
        self.person_ids = [(row.id, row.public_id) for row in registrations]
        self._place = {row.id: number for number, row in enumerate(rows)}
        self._person = {row.id: number for number, row in enumerate(registrations)}

    # One step: what the product does, what the model says, and whether that is the same.

    def step(self, expected: Callable[[Ids], object], done: Callable[[Session], Any]) -> None:
        self.model.stored, self.model.told = [], []
        wanted = said = None
        outcomes: Any = None
        try:
            outcomes = in_unit_of_work(self.world.session, done)
        except Refusal as refusal:
            said = type(refusal).__name__
        rows = self.world.session.connection().execute(OBSERVED, {"last": self.last_observation}).all()
        try:
            expected({self._person[row.registration_id]: row.public_id for row in rows})
        except Refused as refused:
            wanted = str(refused)
        assert said == wanted, (said, wanted)
        self.last_observation = rows[-1].number if rows else self.last_observation
        assert [self._seen(row) for row in rows] == self.model.stored
        if isinstance(outcomes, list):
            self._same_answer(outcomes)
        self._same_audit_log()

    def _seen(self, row: Any) -> Seen:
        return Seen(
            row.public_id,
            self._person[row.registration_id],
            self._place[row.session_id],
            row.kind.value,
            row.minutes,
            row.follows,
            row.observed_at,
            row.method.value,
            row.recorded_by,
            row.received_at,
        )

    def _same_answer(self, outcomes: list[services.Outcome]) -> None:
        number = {public_id: place for place, (_id, public_id) in enumerate(self.person_ids)}
        told = [(number[one.registration], _shown(one.before), _shown(one.after), one.stored, one.last, one.overtaken) for one in outcomes]
        assert sorted(told, key=str) == sorted(self.model.told, key=str)

    def _same_audit_log(self) -> None:
        """One row for what was stored, however much; none where nothing was."""
        rows = self.world.session.connection().execute(TRAIL, {"last": self.last_trail}).all()
        stored = [(before, after) for _person, before, after, stored, _last, _whose in self.model.told if stored]
        wanted = [] if not stored else ["attendance.marked" if any(after for _before, after in stored) else "attendance.cleared"]
        assert [row.action for row in rows if row.action.startswith("attendance.")] == wanted
        if len(stored) > 1:
            assert rows[-1].details["changed"] == len(stored)
            assert rows[-1].details["to"] == Counter(after[0] if after else "cleared" for _before, after in stored)
        elif stored:
            (before, after) = stored[0]
            was, now = before[0] if before else None, after[0] if after else None
            assert rows[-1].details == {
                "session": rows[-1].details["session"],
                "from": was,
                "to": now,
                "minutes": after[1] if after else None,
            }
        self.last_trail = rows[-1].sequence if rows else self.last_trail

    @invariant()
    def the_database_says_what_the_model_says(self) -> None:
        if not hasattr(self, "seminar_id"):
            return
        rows = self.world.session.connection().execute(MARKS)
        found = {(self._person[row[0]], self._place[row[1]]): MarkModel(row[2], row[3].value if row[3] else None, *row[4:]) for row in rows}
        assert found == self.model.marks

    @rule(seminar_session=seminar_sessions)
    def the_sheet_counts_the_same(self, seminar_session: int) -> None:
        session, model = self.world.session, self.model
        head = queries.sheet_head(session, self.seminar_id, self.session_ids[seminar_session][1])
        counted = {agency.code: counts for agency, counts in head.counts}
        for group, agencies in (("PGR", ("PGR",)), ("PGJ", ("PGJ", "PGJ-A"))):
            here = [person for person, agency in enumerate(AGENCIES) if agency in agencies and model.seated[person]]
            assert (group in counted) == bool(here)
            if here:
                marked = Counter(shown[0] for person in here if (shown := model.shown(person, seminar_session)))
                assert {status.value: number for status, number in counted[group].by_status.items() if number} == dict(marked)
                assert (counted[group].people, counted[group].unmarked) == (len(here), len(here) - marked.total())

    @rule()
    def the_timetable_says_who_completed(self) -> None:
        session, model = self.world.session, self.model
        attendance = queries.attendance_of(session, session.get_one(Seminar, self.seminar_id), former=True)
        number = {row_id: place for place, (row_id, _public_id) in enumerate(self.person_ids)}
        listed = {number[person.registration_id]: person for group in attendance.groups for person in group.people}
        assert set(listed) == {
            place
            for place, sits in enumerate(model.seated)
            if sits or any(model.shown(place, number) for number in range(len(model.places)))
        }
        for place, person in listed.items():
            done = attendance.completion_of(person)
            assert (done.minutes_credited, done.contact_minutes, done.reached) == model.completion(place)
        session.expunge_all()

    @rule()
    def the_outcomes_are_kept(self) -> None:
        session, model = self.world.session, self.model
        rows = session.execute(OUTCOMES).all()
        assert [tuple(row) for row in rows] == [
            (row_id, minutes, contact, reached and model.seated[place], model.state == "completed" or model.before_archive == "completed")
            for place, (row_id, _public_id) in enumerate(self.person_ids)
            for minutes, contact, reached in [model.completion(place)]
        ]
        found = rebuild(session, self.seminar_id, check=True)
        assert not found.marks
        assert not found.participations
        session.expunge_all()

    @rule(person=people)
    def a_past_is_whole(self, person: int) -> None:
        """All that was ever stored of a person, newest first."""
        past = history.observations_of(self.world.session, self.person_ids[person][0])
        wanted = [(one, number) for of, seen in self.model.seen.items() if of[0] == person for number, one in enumerate(seen.values())]
        told = [(self._place[one.session_id], one.public_id, one.kind.value, one.minutes, one.observed_at, one.recorded_by) for one in past]
        assert sorted(told) == sorted((one.place, one.id, one.kind, one.minutes, one.at, one.by) for one, _number in wanted)
        assert [one.observed_at for one in past] == sorted((one.at for one, _number in wanted), reverse=True)
        self.world.session.expunge_all()

    # What coordinators do.

    def _where(self, seminar_session: int) -> dict[str, Any]:
        return {"seminar_id": self.seminar_id, "session_id": self.session_ids[seminar_session][1]}

    def _record(self, seminar_session: int, said: list[Said], method: str, by: str) -> None:
        entries = [
            services.Entry(
                self.person_ids[one.person][1],
                MarkStatus(one.status) if one.status else None,
                one.minutes,
                services.Seen(one.last) if one.knows else None,
                one.id,
                one.after,
            )
            for one in said
        ]
        self.last = (
            lambda _ids: self.model.say(seminar_session, said, method=method, by=by, now=self.now),
            lambda session: services.record(
                session, context(self.now, by), entries=entries, method=MarkMethod(method), **self._where(seminar_session)
            ),
        )
        self.step(*self.last)

    @rule(
        seminar_session=seminar_sessions,
        lines=st.lists(st.tuples(people, st.sampled_from((*STATUSES, None)), minutes, in_view, st.booleans()), min_size=1, max_size=6),
        method=methods,
        by=coordinators,
    )
    def send_the_sheet(
        self, seminar_session: int, lines: list[tuple[int, str | None, int | None, str, bool]], method: str, by: str
    ) -> None:
        said = []
        for person, status, asked, what, unanswered in lines:
            earlier = self.entered.setdefault((person, seminar_session), [])
            after = tuple(earlier[-3:]) if unanswered else ()
            said.append(Said(uuid.uuid4(), person, status, asked, self._in_view(person, seminar_session, what), what != "not known", after))
            earlier.append(said[-1].id)
        self._record(seminar_session, said, method, by)

    def _in_view(self, person: int, seminar_session: int, what: str) -> uuid.UUID | None:
        if what == "as it is":
            return self.model.last(person, seminar_session)
        return next(iter(self.model.seen.get((person, seminar_session), {})), None) if what == "something older" else None

    @rule(person=people, seminar_session=seminar_sessions, status=statuses, asked=minutes, method=methods, by=coordinators)
    def mark(self, person: int, seminar_session: int, status: str, asked: int | None, method: str, by: str) -> None:
        def expected(ids: Ids) -> None:
            said = Said(ids.get(person, uuid.UUID(int=0)), person, status, asked)
            self.model.say(seminar_session, [said], method=method, by=by, now=self.now)

        def done(session: Session) -> list[services.Outcome]:
            mark, who, where = MarkStatus(status), self.person_ids[person][1], self._where(seminar_session)
            return [
                services.mark(
                    session, context(self.now, by), registration=who, status=mark, minutes=asked, method=MarkMethod(method), **where
                )
            ]

        self.step(expected, done)

    @precondition(lambda self: getattr(self, "last", None) is not None)
    @rule()
    def send_the_same_again(self) -> None:
        assert self.last is not None
        self.step(*self.last)

    @precondition(lambda self: hasattr(self, "model") and self.model.seen)
    @rule(number=st.integers(0, 99), status=statuses, by=coordinators)
    def send_another_word_under_the_same_id(self, number: int, status: str, by: str) -> None:
        everything = [one for seen in self.model.seen.values() for one in seen.values()]
        one = everything[number % len(everything)]
        self._record(one.place, [Said(one.id, one.person, status)], "list", by)

    @rule(seminar_session=seminar_sessions, status=statuses, group=st.sampled_from((None, "PGR", "PGJ")), method=methods, by=coordinators)
    def mark_all(self, seminar_session: int, status: str, group: str | None, method: str, by: str) -> None:
        def done(session: Session) -> list[services.Outcome]:
            return services.mark_all(
                session,
                context(self.now, by),
                status=MarkStatus(status),
                agencies=queries.agencies_of_group(session, group) if group else None,
                method=MarkMethod(method),
                **self._where(seminar_session),
            )

        def expected(ids: Ids) -> None:
            self.model.say_of_all(seminar_session, status, group, ids=ids, method=method, by=by, now=self.now)

        self.last = expected, done
        self.step(*self.last)

    @precondition(lambda self: hasattr(self, "model") and any(mark.status for mark in self.model.marks.values()))
    @rule(person=people, seminar_session=seminar_sessions, by=coordinators)
    def take_a_mark_away(self, person: int, seminar_session: int, by: str) -> None:
        def expected(ids: Ids) -> None:
            said = Said(ids.get(person, uuid.UUID(int=0)), person, None)
            self.model.say(seminar_session, [said], method="list", by=by, now=self.now)

        def done(session: Session) -> list[services.Outcome]:
            who, where = self.person_ids[person][1], self._where(seminar_session)
            return [services.clear(session, context(self.now, by), registration=who, **where)]

        self.step(expected, done)

    # What devices see, and send later.

    @rule(
        device=devices,
        person=people,
        seminar_session=seminar_sessions,
        kind=st.sampled_from(("in", "out", "out", "present", "absent", "late", "late", "late")),
        said=st.sampled_from((None, 20)),
        what=views,
        wrong=clocks,
        method=st.sampled_from(("scan", "scan", "self", "list")),
    )
    def somebody_is_scanned(
        self, device: str, person: int, seminar_session: int, kind: str, said: int | None, what: str, wrong: int, method: str
    ) -> None:
        """One observation, sent at once. The device's clock is wrong by some minutes."""
        self._sees(device, (person, seminar_session, kind, said, what, wrong, method))
        self._observe(seminar_session, self.kept_on[device][-1:], device)

    @rule(
        device=devices,
        seen=st.lists(
            st.tuples(
                people,
                seminar_sessions,
                st.sampled_from((*KINDS, "in", "in", "in", "out", "out", "late", "late", "late", "late")),
                st.sampled_from((None, None, 0, 20, 20, 61)),
                views,
                clocks,
                st.sampled_from(("scan", "scan", "self", "list")),
            ),
            min_size=1,
            max_size=3,
        ),
        by_both=st.booleans(),
        picked=st.lists(st.integers(0, 7), max_size=6),
        passed=st.sampled_from((0, 5, 30)),
    )
    def devices_see_and_send(self, device: str, seen: list[Sight], *, by_both: bool, picked: list[int], passed: int) -> None:
        """They keep all, and send observations of one session at any time, in any order, and some of them again.

        `by_both`: the other device sees the same a little later; it may not know the minutes. It sends all it has just seen.
        """
        others = []
        for number, sight in enumerate(seen):
            one = self._sees(device, sight)
            if by_both:
                knows = one.minutes if number % 2 else None
                others.append(replace(one, id=uuid.uuid4(), minutes=knows, at=one.at + timedelta(minutes=number % 3)))
        self.now += timedelta(minutes=passed)
        kept = self.kept_on[device]
        chosen = [kept[-1 - place % len(kept)] for place in picked]
        for sent, by in ((chosen, device), (others, DEVICES[1 - DEVICES.index(device)])):
            self.kept_on.setdefault(by, []).extend(one for one in sent if one in others)
            if sent:
                self._observe(sent[0].place, [one for one in sent if one.place == sent[0].place], by)

    @rule(
        device=devices,
        person=people,
        seminar_session=seminar_sessions,
        what=views,
        moves=st.lists(st.tuples(st.sampled_from(("in", "in", "out", "out", "present")), st.integers(-3, 9)), min_size=2, max_size=4),
        by=st.sampled_from(("list", "self")),
    )
    def somebody_comes_and_goes(
        self, device: str, person: int, seminar_session: int, what: str, moves: list[tuple[str, int]], by: str
    ) -> None:
        """Each move follows the one before, at tens of minutes from the session's beginning, also by clocks that go backwards."""
        kept = self.kept_on.setdefault(device, [])
        sent: list[Seen] = []
        for number, (kind, tens) in enumerate(moves):
            method = by if kind == "present" else "scan"
            one = self._sees(device, (person, seminar_session, kind, None, what if number == 0 else "its own", 0, method))
            kept[-1] = replace(one, at=self.model.places[seminar_session].starts + timedelta(minutes=10 * tens))
            sent.append(kept[-1])
        self._observe(seminar_session, sent, device)

    def _sees(self, device: str, sight: Sight) -> Seen:
        person, place, kind, said, what, wrong, method = sight
        kept = self.kept_on.setdefault(device, [])
        follows = self.model.last(person, place) if what == "as it is" else uuid.uuid4() if what == "never sent" else None
        if what == "its own":
            follows = next((one.id for one in reversed(kept) if (one.person, one.place) == (person, place)), None)
        minutes = said if kind in ("late", "left_early") else None
        kept.append(Seen(uuid.uuid4(), person, place, kind, minutes, follows, self.now + timedelta(minutes=wrong), method))
        return kept[-1]

    def _observe(self, seminar_session: int, sent: list[Seen], by: str) -> None:
        observations = [
            services.NewObservation(
                id=one.id,
                registration=self.person_ids[one.person][1],
                kind=ObservationKind(one.kind),
                observed_at=one.at,
                minutes=one.minutes,
                follows=one.follows,
                method=MarkMethod(one.method),
            )
            for one in sent
        ]
        self.last = (
            lambda _ids: self.model.observe(seminar_session, sent, by=by, now=self.now),
            lambda session: services.observe(session, context(self.now, by), observations=observations, **self._where(seminar_session)),
        )
        self.step(*self.last)

    @precondition(lambda self: hasattr(self, "model") and self.model.seen)
    @rule(number=st.integers(0, 99), what=st.sampled_from(("kind", "minutes", "person", "place")), device=devices)
    def a_device_sends_something_else_under_the_same_id(self, number: int, what: str, device: str) -> None:
        everything = [one for seen in self.model.seen.values() for one in seen.values()]
        one = everything[number % len(everything)]
        other = {
            "kind": replace(one, kind="absent" if one.kind == "present" else "present"),
            "minutes": replace(one, minutes=5 if one.minutes is None else None),
            "person": replace(one, person=(one.person + 1) % len(AGENCIES)),
            "place": replace(one, place=(one.place + 1) % len(LENGTHS)),
        }[what]
        self._observe(other.place, [other], device)

    # What others do meanwhile.

    @rule(change=st.sampled_from(("close", "reopen", "complete", "resume", "resume", "resume", "archive", "unarchive", "unarchive")))
    def change_the_seminar(self, change: str) -> None:
        self.step(
            lambda _ids: self.model.change(change, now=self.now),
            lambda session: (
                change_state(session, context(self.now, "account:ana"), seminar_id=self.seminar_id, change=Change(change), reason=REASON).id
            ),
        )

    @rule(
        seminar_session=seminar_sessions,
        where=st.integers(0, 2),
        length=st.sampled_from((20, 45, 60, 90, 120)),
        contact=st.sampled_from((10, 20, 45, 60, 90)),
        counts=st.booleans(),
    )
    def correct_or_move_a_session(self, seminar_session: int, where: int, length: int, contact: int, counts: bool) -> None:
        """Marks are made again of their observations; minutes that somebody said stay."""
        row_id, public_id = self.session_ids[seminar_session]
        day, starts = TIMES[seminar_session][where]
        begins = instant(day, starts)

        def done(session: Session) -> None:
            details = SessionDetails(
                day=day,
                starts=starts,
                ends=(begins + timedelta(minutes=length)).astimezone(CANCUN).time(),
                contact_minutes=contact,
                title_es="Sesión",
                counts_for_completion=counts,
            )
            version = session.scalars(select(SeminarSession.version).where(SeminarSession.id == row_id)).one()
            edit_session(
                session, context(self.now, "account:ana"), seminar_id=self.seminar_id, public_id=public_id, version=version, details=details
            )

        self.step(
            lambda _ids: self.model.correct_session(seminar_session, starts=begins, length=length, minutes=contact, counts=counts), done
        )

    @precondition(lambda self: hasattr(self, "model") and self.model.seen)
    @rule(person=those_who_leave, place=seminar_sessions, deletes=st.booleans())
    def lose_or_get_back_a_seat_or_delete_a_session(self, person: int, place: int, *, deletes: bool) -> None:
        if deletes and self.model.touched(place):
            self._delete_a_session_with_a_past(place)
        else:
            self._lose_or_get_back_a_seat(person)

    def _delete_a_session_with_a_past(self, place: int) -> None:
        public_id = self.session_ids[place][1]
        self.step(
            lambda _ids: self.model.delete_session(),
            lambda session: delete_session(session, context(self.now, "account:ana"), seminar_id=self.seminar_id, public_id=public_id),
        )

    def _lose_or_get_back_a_seat(self, person: int) -> None:
        seated = self.model.seated[person]
        where: dict[str, Any] = {"seminar_id": self.seminar_id, "registration_id": self.person_ids[person][0]}

        def done(session: Session) -> None:
            change = context(self.now, "account:ana")
            remove(session, change, reason=RemovalReason.OTHER, **where) if seated else restore(session, change, **where)

        self.step(lambda _ids: self.model.lose_or_get_back_a_seat(person), done)

    @rule(passed=st.sampled_from((1, 5, 15, 30, 60, 90, 700)))
    def time_passes(self, passed: int) -> None:
        self.now += timedelta(minutes=passed)


def _shown(mark: queries.SheetMark | None) -> Before:
    return (mark.status.value, mark.minutes, mark.time_in, mark.time_out, mark.still_in, mark.conflict) if mark else None
