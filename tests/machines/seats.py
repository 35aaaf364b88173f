"""Seats in any order of steps: the app's services on a real database are compared with the model after each step."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar, cast

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import Table, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session, joinedload

from seminar_app.agencies.models import Agency, AgencySuccession
from seminar_app.agencies.services import End, retire_agency, undo_retirement
from seminar_app.attendance.models import Participation
from seminar_app.core.errors import Refusal
from seminar_app.core.unit_of_work import in_unit_of_work, unit_of_work
from seminar_app.messages.models import Message
from seminar_app.people.models import Person
from seminar_app.people.services import PersonData
from seminar_app.registration import queries, services
from seminar_app.registration.hold_models import Hold
from seminar_app.registration.models import ChangeNotice, FormSent, NameRequest, PersonJoin, Registration, RegistrationHistory
from seminar_app.registration.rules import RemovalReason, Source, WishedPool
from seminar_app.registration.services.personal import edition
from seminar_app.seminars.models import SeatPool, Seminar
from seminar_app.seminars.rules import Approval, Change, RegistrationMode
from seminar_app.seminars.services import change_state
from tests.machines.seats_model import (
    BEGIN,
    LAST_DAY,
    NEW,
    NOT_LISTED,
    OLD,
    PARENT,
    STANDING,
    Entry,
    Happened,
    Human,
    Mail,
    Pool,
    Refused,
    SeminarModel,
)
from tests.support.context import context
from tests.support.factories import Make

ACTOR, OWNER = "account:somebody", "registration:somebody"
ZONES = {-5: "America/Cancun", 8: "Asia/Manila"}
NAMES = ("Ana", "Eva")

VERBS = ("approve", "approve", "decline", "remove", "restore", "restore", "open_seats", "open_seats", "close_seats", "withdraw_named")
kept_days = st.sampled_from(tuple(BEGIN.date() + timedelta(days=days) for days in (-1, 0, 0, 1, 1, 2, 3, 5, 8, 9)))
which = st.sampled_from((0, 0, 1))
numbers = st.integers(0, 99)
agencies = st.sampled_from(tuple(PARENT))
workplaces = st.sampled_from((*PARENT, NOT_LISTED))
release_days = st.sampled_from((None, None, *(LAST_DAY - timedelta(days=days) for days in (8, 7, 6, 3, 1))))
_messages, _histories, _registrations, _persons, _pools = (
    cast(Table, kind.__table__).c for kind in (Message, RegistrationHistory, Registration, Person, SeatPool)
)
MAILS = (
    select(_messages.kind, _messages.to_address, _messages.to_name, _messages.context)
    .where(_messages.kind != "form_sent")
    .order_by(_messages.id)
)
HISTORY = (
    select(_histories.id, _histories.at, _persons.email, _persons.given_names, _histories.from_state, _histories.to_state, _histories.actor)
    .join_from(
        cast(Table, RegistrationHistory.__table__), cast(Table, Registration.__table__), _registrations.id == _histories.registration_id
    )
    .join(cast(Table, Person.__table__), _persons.id == _registrations.person_id)
    .where(_histories.id > bindparam("last"))
    .order_by(_histories.id)
)
POOLS = select(_pools.id, _pools.seminar_id, _pools.agency_id, _pools.size, _pools.taken, _pools.held, _pools.release_on)
PEOPLE = select(
    _registrations.seminar_id,
    _persons.email,
    _persons.given_names,
    _registrations.agency_id,
    _registrations.state,
    _registrations.seat_pool_id,
    _registrations.queue_place,
    _registrations.agency_seats_only,
).join_from(cast(Table, Registration.__table__), cast(Table, Person.__table__), _persons.id == _registrations.person_id)
ONE_OF_THEM = (
    select(_registrations.id)
    .join_from(cast(Table, Registration.__table__), cast(Table, Person.__table__), _persons.id == _registrations.person_id)
    .where(
        _registrations.seminar_id == bindparam("seminar"), _persons.email == bindparam("email"), _persons.given_names == bindparam("name")
    )
)
"""Put together once, and read without objects: this is done after each of a hundred thousand steps."""

wishes = st.lists(st.tuples(agencies, st.integers(0, 3), release_days), max_size=3)


@dataclass
class World:
    """What all examples share: a session, an office, and the agencies by their codes."""

    session: Session
    office_id: int
    agency_ids: dict[str, int]

    @classmethod
    def made(cls, session: Session) -> World:
        make = Make(session)
        made: dict[str, Agency] = {}
        for code, parent in PARENT.items():
            made[code] = make.agency(code, parent=made[parent] if parent else None)
        return cls(session, make.office().id, {code: agency.id for code, agency in made.items()})


class Seats(RuleBasedStateMachine):
    """Two seminars in two time zones, seven people, five agencies three levels deep. `world` is set by whoever runs it."""

    world: ClassVar[World]

    @initialize(
        manual=st.tuples(st.booleans(), st.booleans()),
        by_code=st.booleans(),
        seats=st.tuples(st.integers(0, 3), st.integers(0, 3)),
        quotas=st.tuples(wishes, wishes),
    )
    def begin(
        self,
        manual: tuple[bool, bool],
        by_code: bool,
        seats: tuple[int, int],
        quotas: tuple[list[tuple[str, int, date | None]], list[tuple[str, int, date | None]]],
    ) -> None:
        self.now, self.last_history, self.shown = BEGIN, 0, 0
        self.mails: list[Mail] = []
        self.humans: list[Human] = []
        self.happened = Happened()
        self.models: list[SeminarModel] = []
        for number, zone in enumerate(ZONES):
            pools = {agency: Pool(size, day) for agency, size, day in quotas[number]} | {"": Pool(seats[number])}
            code = "Llave-7" if number and by_code else None
            self.models.append(SeminarModel(f"seminar-{number}", zone, LAST_DAY, manual[number], code, pools, happened=self.happened))
        self.ids: list[int] = []
        with unit_of_work(self.world.session) as session:
            first = (Participation, PersonJoin, NameRequest, FormSent, ChangeNotice)
            for table in (*first, Hold, RegistrationHistory, Registration, Message, SeatPool, Seminar, Person):
                session.execute(delete(table))
            session.execute(delete(AgencySuccession))
            session.execute(update(Agency).values(valid_to=None))
            for model in self.models:
                self.ids.append(self._write(session, model))

    def _write(self, session: Session, model: SeminarModel) -> int:
        seminar = Seminar(
            public_id=uuid.uuid4(),
            slug=model.slug,
            office_id=self.world.office_id,
            state=model.state,
            title_es="Seminario",
            city="Cancún",
            country="MX",
            time_zone=ZONES[model.hours_from_utc],
            starts_on=LAST_DAY - timedelta(days=2),
            ends_on=LAST_DAY,
            registration_mode=RegistrationMode.CODE if model.code else RegistrationMode.OPEN,
            registration_code=model.code,
            approval=Approval.MANUAL if model.manual else Approval.AUTOMATIC,
            excused_rule="absent",
            created_at=BEGIN,
        )
        session.add(seminar)
        session.flush()
        rows = [
            {
                "public_id": uuid.uuid4(),
                "seminar_id": seminar.id,
                "agency_id": self.world.agency_ids.get(agency),
                "size": pool.size,
                "taken": 0,
                "release_on": pool.release_on,
            }
            for agency, pool in model.pools.items()
        ]
        session.execute(insert(SeatPool), rows)
        return seminar.id

    # One step: what the model says, what the product does, and whether that is the same.

    def step(self, expected: Callable[[], object], done: Callable[[Session], object]) -> None:
        self.happened.clear()
        wanted = said = None
        undo = [model.snapshot() for model in self.models]
        try:
            expected()
        except Refused as refused:
            wanted = str(refused)
            self.happened.clear()
            for restore in undo:
                restore()
        try:
            in_unit_of_work(self.world.session, done)
        except Refusal as refusal:
            said = type(refusal).__name__
        assert said == wanted or (wanted == "BelowTaken" and said in ("QuotaBelowTaken", "OpenPoolBelowTaken")), (said, wanted)
        self.same_mails()
        self.same_history()

    def same_mails(self) -> None:
        for kind, entry in self.happened.unsaid:
            last = max(place for place, sent in enumerate(self.mails) if sent.kind == kind and sent.entry is entry)
            del self.mails[last]
        self.mails += self.happened.mails
        stored = self.world.session.connection().execute(MAILS)
        assert [(kind, email, name, context["slug"]) for kind, email, name, context in stored] == [
            (mail.kind, mail.email, f"{mail.name} López", mail.seminar) for mail in self.mails
        ]

    def same_history(self) -> None:
        stored = []
        for row_id, at, email, name, before, after, actor in self.world.session.connection().execute(HISTORY, {"last": self.last_history}):
            assert at == self.now
            stored.append((email, name, before and before.value, after.value, actor.partition(":")[0]))
            self.last_history = row_id
        assert stored == self.happened.history

    @invariant()
    def the_database_says_what_the_model_says(self) -> None:
        if not hasattr(self, "ids"):
            return
        connection = self.world.session.connection()
        agency_of: dict[int | None, str] = {agency_id: code for code, agency_id in self.world.agency_ids.items()} | {None: NOT_LISTED}
        pool_of, stored = {}, {}
        for pool_id, seminar_id, agency_id, size, taken, held, release_on in connection.execute(POOLS):
            pool_of[pool_id] = agency_of[agency_id] if agency_id else ""
            stored[seminar_id, pool_of[pool_id]] = (size, taken, held, release_on)
        assert stored == {
            (seminar_id, agency): (pool.size, model.held(agency), model.kept(agency), pool.release_on)
            for seminar_id, model in zip(self.ids, self.models, strict=True)
            for agency, pool in model.pools.items()
        }
        assert sorted(
            (seminar_id, email, name, agency_of[agency_id], state.value, "-" if pool_id is None else pool_of[pool_id], queue or 0, own)
            for seminar_id, email, name, agency_id, state, pool_id, queue, own in connection.execute(PEOPLE)
        ) == sorted(
            (seminar_id, *entry.who, entry.agency, entry.state, "-" if entry.pool is None else entry.pool, entry.queue or 0, entry.own_only)
            for seminar_id, model in zip(self.ids, self.models, strict=True)
            for entry in model.entries
        )

    @invariant()
    def no_seat_is_held_twice_and_nobody_waits_beside_a_free_one(self) -> None:
        for model in getattr(self, "models", ()):
            assert all(model.held(agency) <= pool.size for agency, pool in model.pools.items())
            if model.gives_seats(self.now):
                assert all(model.free_for(entry, self.now, served=True) is None for entry in model.waiting())

    @rule(seminar=which)
    def the_pages_count_the_same(self, seminar: int) -> None:
        model, session = self.models[seminar], self.world.session
        overview = queries.seats_overview(session, self.ids[seminar])
        states = [entry.state for entry in model.entries]
        assert (overview.capacity, overview.kept) == (sum(pool.size for pool in model.pools.values()), len(model.holds))
        assert overview.taken == states.count("registered") + len(model.holds)
        assert overview.waiting == states.count("waitlisted")
        assert (overview.open_pool.size, overview.open_pool.taken) == (model.pools[""].size, model.held(""))
        count = queries.head_count(session, self.ids[seminar])
        assert overview.alternates == sum(entry.own_only for entry in model.waiting())
        assert (count.registered, count.waitlisted, count.pending, count.nominated, count.concerned) == (
            states.count("registered"),
            states.count("waitlisted"),
            states.count("pending"),
            states.count("nominated"),
            len(model.standing()),
        )

    # What people do.

    @rule(
        seminar=which,
        who=st.integers(0, 6),
        name=st.sampled_from((*NAMES, "Ana")),
        agency=workplaces,
        knows=st.sampled_from((True, True, False)),
    )
    def register(self, seminar: int, who: int, name: str, agency: str, knows: bool) -> None:
        self.shown += 1
        self._send(seminar, (f"p{who}@pgr.example", name), agency, self.shown, code=" llave-7" if knows else None)

    @rule(seminar=which, who=st.integers(0, 6), agency=workplaces, form=numbers)
    def send_a_form_again(self, seminar: int, who: int, agency: str, form: int) -> None:
        """One of the last forms shown, by whoever sent it or by somebody else."""
        self._send(seminar, (f"p{who}@pgr.example", "Ana"), agency, max(self.shown - form % 4, 1), code="LLAVE-7")

    def _send(self, seminar: int, who: tuple[str, str], agency: str, shown: int, *, code: str | None) -> None:
        model, now = self.models[seminar], self.now
        human = self._human(who)
        right = model.code if code else None
        self.step(
            lambda: self._remember(human, lambda: model.register(human, agency, (shown, *who), code=right, typed=code, now=now)),
            lambda session: self._press(session, seminar, self._entry(who, agency), shown, code),
        )

    def _press(self, session: Session, seminar: int, entry: services.Entry, shown: int, code: str | None) -> None:
        """Send the form, and press the button of its mail."""
        typed = services.Typed(entry=entry, notice_version=1, notice_language="es", code=code)
        showing, by = uuid.uuid5(uuid.NAMESPACE_OID, str(shown)), context(self.now, "public")
        form = services.send_form(session, by, seminar_id=self.ids[seminar], typed=typed, showing=showing)
        services.confirm(session, by, form_id=form.id)

    @rule(seminar=which, who=st.integers(0, 6), agency=workplaces, again=st.sampled_from((0, 0, 0, 1)))
    def add_by_hand(self, seminar: int, who: int, agency: str, again: int) -> None:
        self._enter(seminar, who, agency, again)

    @rule(seminar=which, who=st.integers(0, 6), agency=agencies)
    def nominate(self, seminar: int, who: int, agency: str) -> None:
        self._enter(seminar, who, agency, 0, source=Source.NOMINATION)

    @rule(seminar=which, agency=agencies, seats=st.integers(1, 2), days=st.sampled_from((1, 1, 2)))
    def an_agency_names_more_than_its_quota(self, seminar: int, agency: str, seats: int, days: int) -> None:
        """Steps that seldom come together by chance: a small quota that is released soon, and alternates for it beside free open seats."""
        release_on = self.models[seminar].today(self.now) + timedelta(days=days)
        self.share_the_seats_out_anew(seminar, seats + 1, [(agency, seats, release_on)])
        for who in range(seats + 2):
            self.nominate(seminar, who, agency)

    @rule(seminar=which, agency=agencies, who=st.integers(3, 6), days=st.integers(0, 3))
    def the_last_seat_is_kept_for_an_invitation(self, seminar: int, agency: str, who: int, days: int) -> None:
        """The same: one open seat, somebody invited to it, and people who wait."""
        self.share_the_seats_out_anew(seminar, 1, [])
        self.invite(seminar, who, agency, self.models[seminar].today(self.now) + timedelta(days=days))
        for other in (0, 1):
            self.add_by_hand(seminar, other, agency, 0)

    @rule(seminar=which, who=st.integers(0, 6), agency=workplaces, day=kept_days)
    def invite(self, seminar: int, who: int, agency: str, day: date) -> None:
        self.shown += 1
        shown, typed, model, now = self.shown, (f"p{who}@pgr.example", "Ana"), self.models[seminar], self.now
        human = self._human(typed)
        self.step(
            lambda: self._remember(human, lambda: model.invite(human, agency, (shown, *typed), day, now=now)),
            lambda session: services.invite(
                session,
                context(now, ACTOR),
                seminar_id=self.ids[seminar],
                entry=self._entry(typed, agency),
                last_day=day,
                submission_id=uuid.uuid5(uuid.NAMESPACE_OID, str(shown)),
            ),
        )

    @rule(seminar=which, agency=agencies, seats=st.integers(1, 2), day=kept_days, quota_only=st.booleans())
    def keep_seats(self, seminar: int, agency: str, seats: int, day: date, quota_only: bool) -> None:
        self.shown += 1
        model, now = self.models[seminar], self.now
        self.step(
            lambda: model.keep_seats(agency, seats, day, quota_only=quota_only, now=now),
            lambda session: services.keep_seats(
                session,
                context(now, ACTOR),
                seminar_id=self.ids[seminar],
                agency_id=self.world.agency_ids[agency],
                submission_id=uuid.uuid5(uuid.NAMESPACE_OID, f"keep {self.shown}"),
                seats=seats,
                last_day=day,
                quota_only=quota_only,
            ),
        )

    @precondition(lambda self: any(hold.agency for model in getattr(self, "models", ()) for hold in model.holds))
    @rule(seminar=which, agency=agencies)
    def give_up(self, seminar: int, agency: str) -> None:
        model, now, agency_id = self.models[seminar], self.now, self.world.agency_ids[agency]
        kept = select(Hold.public_id).where(Hold.seminar_id == self.ids[seminar], Hold.agency_id == agency_id, Hold.ended_at.is_(None))
        seminar_id = self.ids[seminar]
        self.step(
            lambda: model.give_up(agency, now=now),
            lambda session: services.give_up(
                session, context(now, ACTOR), seminar_id=seminar_id, public_ids=session.scalars(kept).all(), agencies={agency_id}
            ),
        )

    @rule(seminar=which, day=release_days)
    def the_list_is_to_be_frozen(self, seminar: int, day: date | None) -> None:
        self.models[seminar].freezes_on = day
        with unit_of_work(self.world.session) as session:
            session.execute(update(Seminar).where(Seminar.id == self.ids[seminar]).values(list_freezes_on=day))

    def _enter(self, seminar: int, who: int, agency: str, again: int, *, source: Source = Source.STAFF) -> None:
        nominates = source is Source.NOMINATION
        self.shown += 1 - again
        shown, typed, model, now = max(self.shown, 1), (f"p{who}@pgr.example", "Ana"), self.models[seminar], self.now
        human = self._human(typed)
        self.step(
            lambda: self._remember(human, lambda: model.add_by_hand(human, agency, (shown, *typed), now=now, nominates=nominates)),
            lambda session: services.add_by_hand(
                session,
                context(now, ACTOR),
                seminar_id=self.ids[seminar],
                entry=self._entry(typed, agency),
                submission_id=uuid.uuid5(uuid.NAMESPACE_OID, str(shown)),
                source=source,
            ),
        )

    def _human(self, who: tuple[str, str]) -> Human:
        return next((human for human in self.humans if (human.email, human.name) == who), Human(*who))

    def _remember(self, human: Human, then: Callable[[], None]) -> None:
        """Whoever registered is known from then on, in both seminars and under the name they have now."""
        then()
        if human not in self.humans and any(model.entry_of(human) for model in self.models):
            self.humans.append(human)

    def _entry(self, who: tuple[str, str], agency: str) -> services.Entry:
        text = "Cruz Roja" if agency == NOT_LISTED else None
        agency_id = self.world.agency_ids.get(agency)
        return services.Entry(person=_person(*who), agency_id=agency_id, agency_text=text, unit="Unidad 1", position="Fiscal")

    # What is done with one registration.

    def _one(self, seminar: int, number: int) -> tuple[SeminarModel, Entry, Callable[[Session], int]]:
        model = self.models[seminar] if self.models[seminar].entries else next(model for model in self.models if model.entries)
        entry = model.entries[number % len(model.entries)]
        seminar_id, who = self.ids[self.models.index(model)], entry.who

        def its_id(session: Session) -> int:
            found: int = session.connection().execute(ONE_OF_THEM, {"seminar": seminar_id, "email": who[0], "name": who[1]}).scalar_one()
            return found

        return model, entry, its_id

    def has_anybody(self) -> bool:
        return any(model.entries for model in getattr(self, "models", ()))

    @precondition(has_anybody)
    @rule(seminar=which, number=numbers)
    def withdraw(self, seminar: int, number: int) -> None:
        model, entry, its_id = self._one(seminar, number)
        now = self.now
        self.step(
            lambda: model.withdraw(entry, now=now),
            lambda session: services.withdraw(session, context(now, OWNER), registration_id=its_id(session)),
        )

    @precondition(lambda self: any(entry.state == "invited" for model in getattr(self, "models", ()) for entry in model.entries))
    @rule(seminar=which, number=numbers, accepts=st.booleans())
    def answer_an_invitation(self, seminar: int, number: int, accepts: bool) -> None:
        there = [(at, each) for at, model in enumerate(self.models) for each in model.entries if each.state == "invited"]
        at, wanted = there[number % len(there)]
        model, entry, its_id = self._one(at, self.models[at].entries.index(wanted))
        name, now = "accept" if accepts else "decline_invitation", self.now
        self.step(
            lambda: getattr(model, name)(entry, now=now),
            lambda session: getattr(services, name)(session, context(now, OWNER), registration_id=its_id(session)),
        )

    @precondition(lambda self: any(model.waiting() for model in getattr(self, "models", ())))
    @rule(seminar=which, number=numbers, other=numbers)
    def exchange(self, seminar: int, number: int, other: int) -> None:
        """Of somebody who waits, mostly with somebody who may have the place."""
        at = seminar if self.models[seminar].waiting() else 1 - seminar
        model, waiting = self.models[at], self.models[at].waiting()
        two = waiting[other % len(waiting)]
        fit = [each for each in model.entries if each.state in ("registered", "waitlisted")]
        one = (fit if number % 4 else model.entries)[number % len(fit if number % 4 else model.entries)]
        _model, _one, its_id = self._one(at, model.entries.index(one))
        _model, _two, other_id = self._one(at, model.entries.index(two))
        seminar_id, now = self.ids[self.models.index(model)], self.now
        self.step(
            lambda: model.exchange(one, two, now=now),
            lambda session: services.exchange(
                session, context(now, ACTOR), seminar_id=seminar_id, one_id=its_id(session), other_id=other_id(session)
            ),
        )

    @precondition(has_anybody)
    @rule(seminar=which, number=numbers, agency=workplaces)
    def correct_the_agency(self, seminar: int, number: int, agency: str) -> None:
        model, entry, its_id = self._one(seminar, number)
        now = self.now
        self.step(
            lambda: model.correct_agency(entry, agency, now=now),
            lambda session: self._edit(session, its_id(session), entry.human.name, agency=agency),
        )

    @precondition(has_anybody)
    @rule(seminar=which, number=numbers, name=st.sampled_from(NAMES))
    def correct_the_name(self, seminar: int, number: int, name: str) -> None:
        _model, entry, its_id = self._one(seminar, number)
        human = entry.human

        def expected() -> None:
            if entry.state not in STANDING:
                raise Refused("NotInThisState")
            here = [found for model in self.models if (found := model.entry_of(human)) is not None]
            if any(found.state == "registered" for found in here):
                return  # another name waits for staff: one name stands on all lists
            if any((other.email, other.name) == (human.email, name) for other in self.humans if other is not human):
                raise Refused("NameTaken")

        self.step(expected, lambda session: self._edit(session, its_id(session), name))
        stored = self.world.session.scalar(select(Person.given_names).where(Person.email == human.email, Person.given_names == name))
        if (
            entry.state in ("pending", "nominated", "invited", "waitlisted")
            and stored
            and self._human((human.email, name)) not in self.humans
        ):
            human.name = name

    def _edit(self, session: Session, registration_id: int, name: str, *, agency: str | None = None) -> None:
        found = session.scalars(
            select(Registration).where(Registration.id == registration_id).options(joinedload(Registration.person))
        ).one()
        correction = services.Correction(
            person=_person(found.person.email or "", name),
            agency_id=self.world.agency_ids.get(agency) if agency else found.agency_id,
            agency_text="Cruz Roja" if agency == NOT_LISTED else found.agency_text,
            unit="Unidad 1",
            position="Fiscal",
        )
        services.edit(session, context(self.now, OWNER), registration_id=registration_id, correction=correction, opened=edition(found))

    @precondition(has_anybody)
    @rule(seminar=which, number=numbers, verb=st.sampled_from(VERBS))
    def decide(self, seminar: int, number: int, verb: str) -> None:
        model, entry, its_id = self._one(seminar, number)
        seminar_id, now = self.ids[self.models.index(model)], self.now
        more: dict[str, Any] = {"reason": RemovalReason.OTHER} if verb == "remove" else {}
        self.step(
            lambda: getattr(model, verb)(entry, now=now),
            lambda session: getattr(services, verb)(
                session, context(now, ACTOR), seminar_id=seminar_id, registration_id=its_id(session), **more
            ),
        )

    # What is done with a seminar, and what the clock does.

    @rule(seminar=which, capacity=st.integers(0, 5), wished=wishes)
    def share_the_seats_out_anew(self, seminar: int, capacity: int, wished: list[tuple[str, int, date | None]]) -> None:
        model, now = self.models[seminar], self.now
        self.step(
            lambda: model.resize(capacity, wished, now=now),
            lambda session: services.resize(
                session,
                context(now, ACTOR),
                seminar_id=self.ids[seminar],
                capacity=capacity,
                wished=[WishedPool(self.world.agency_ids[agency], size, day) for agency, size, day in wished],
            ),
        )

    @precondition(has_anybody)
    @rule(
        seminar=which,
        change=st.sampled_from(
            ("close", "reopen", "reopen", *["cancel"] * 2, "complete", "resume", "cancel", "archive", "unarchive", "unpublish")
        ),
    )
    def change_the_seminar(self, seminar: int, change: str) -> None:
        model, now = self.models[seminar], self.now
        if change == "unpublish" and not model.entries:
            return
        self.step(
            lambda: model.change(change, now=now),
            lambda session: change_state(
                session, context(now, ACTOR), seminar_id=self.ids[seminar], change=Change(change), reason="La sede se cerró."
            ),
        )

    @rule()
    def a_succession_is_recorded_or_undone(self) -> None:
        old, new, now = self.world.agency_ids[OLD], self.world.agency_ids[NEW], self.now
        undo = self.happened.succeeded

        def expected() -> None:
            self.happened.succeeded = not undo
            for model in self.models:
                model.settle(now)

        def done(session: Session) -> object:
            if undo:
                return undo_retirement(session, context(now, ACTOR), agency_id=old)
            return retire_agency(session, context(now, ACTOR), agency_id=old, end=End(year=2025), successor_ids=[new])

        self.step(expected, done)

    @rule(hours=st.sampled_from((0.02, 0.02, 1, 9, 24, 24, 72)))
    def time_passes(self, hours: float) -> None:
        self.now += timedelta(hours=hours)

    @rule()
    def the_hourly_job_runs(self) -> None:
        def expected() -> None:
            for model in self.models:
                if model.state in ("draft", "published", "closed"):
                    model.end_holds(self.now)
                model.settle(self.now) if model.due(self.now) else None

        self.step(expected, lambda session: services.release_due_quotas(session, context(self.now)))


def _person(email: str, name: str) -> PersonData:
    return PersonData(given_names=name, surname1="López", certificate_name=f"{name} López", email=email)
