"""A frozen figure is equal as long as nothing changed; else each difference is named, with what changed and by whom."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.accounts.models import UserAccount
from seminar_app.agencies.models import Agency
from seminar_app.attendance import services as attendance
from seminar_app.attendance.rules import MarkStatus
from seminar_app.audit.services import record
from seminar_app.core.actor import Actor, Grant, RoleName
from seminar_app.core.errors import NotFound
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.core.values import replace
from seminar_app.history.rules import Numbers
from seminar_app.history.services import save_headcount
from seminar_app.people.models import Person, PersonMerge
from seminar_app.people.rules import ReservedReason, Sex
from seminar_app.people.services import edit_person, stored_data
from seminar_app.registration import services as registering
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RemovalReason
from seminar_app.registration.services.merging import merge, undo_merge
from seminar_app.reports import services
from seminar_app.reports.errors import CodeInUse, LaterVersion, TooManyCells
from seminar_app.reports.queries import EVERYTHING, Scope
from seminar_app.reports.queries.freezing import numbers_of
from seminar_app.reports.queries.indicators import indicators_on, versions_of
from seminar_app.reports.queries.since import changes_since
from seminar_app.reports.queries.snapshots import get_snapshot, snapshots
from seminar_app.reports.rules import Count, Definition, Differences, Dimension, Fate, Status, differences
from seminar_app.seminars.models import SeatPool, Seminar, SeminarSession
from seminar_app.seminars.rules import Change
from seminar_app.seminars.services import change_state
from tests.support.context import context
from tests.support.factories import Make

LATER = datetime(2026, 6, 10, 12, tzinfo=UTC)
TODAY = date(2026, 7, 1)
BY = Definition(by=(Dimension.GROUP, Dimension.SEX))
WHOLE = Actor(0, uuid.uuid4(), "Admin", "en", (Grant(RoleName.ADMIN),))


@dataclass
class Year:
    """Two seminars of one office, with four women and two men of one agency; one woman was in both under two records."""

    session: Session
    make: Make
    account: UserAccount
    agency: Agency
    seminars: list[Seminar]
    sessions: list[SeminarSession]
    people: dict[str, Registration]

    @property
    def who(self) -> str:
        return f"account:{self.account.public_id.hex}"

    def do(self, service: Any, **values: Any) -> Any:
        with unit_of_work(self.session) as session:
            return service(session, context(LATER, self.who), **values)

    def state(self, seminar: Seminar, change: Change) -> None:
        self.do(change_state, seminar_id=seminar.id, change=change, reason="Faltaba una lista.")

    def mark(self, name: str, status: MarkStatus) -> None:
        registration = self.people[name]
        held = next(each for each in self.sessions if each.seminar_id == registration.seminar_id)
        where: dict[str, Any] = {"seminar_id": held.seminar_id, "session_id": held.public_id, "registration": registration.public_id}
        self.do(attendance.mark, status=status, minutes=None, **where)

    def freeze(self, definition: Definition = BY, scope: Scope = EVERYTHING) -> Any:
        self.session.rollback()
        numbers = numbers_of(self.session, definition, scope, today=TODAY)
        made = self.do(services.freeze, title="Reported", numbers=numbers, scope=scope)
        return get_snapshot(self.session, WHOLE, made.public_id)

    def again(self, frozen: Any) -> Differences:
        self.session.rollback()
        snapshot, numbers = frozen
        return differences(numbers, numbers_of(self.session, snapshot.definition, snapshot.scope, today=TODAY).frozen)

    def since(self, frozen: Any, found: Differences) -> tuple[dict[str, set[tuple[str, str]]], set[tuple[str, str]]]:
        """Return who did what to each seminar that differs, and besides."""
        snapshot, _numbers = frozen
        slugs = [each.slug for each in found.seminars]
        since = changes_since(self.session, snapshot.definition, snapshot.scope, after=snapshot.audit_sequence, slugs=slugs)
        of = {slug: {(event.actor, event.action) for event in events.shown} for slug, events in since.of_seminars.items()}
        return of, {(event.actor, event.action) for event in since.others.shown}


@pytest.fixture
def year(session: Session, make: Make) -> Year:
    office, agency = make.office(), make.agency("PGR")
    account = make.account((RoleName.ORGANIZER, {"office_id": office.id}))
    seminars = [make.seminar(office=office, slug=f"seminar-{name}") for name in ("one", "two")]
    sessions = [make.seminar_session(each) for each in seminars]
    made = Year(session, make, account, agency, seminars, sessions, {})
    for name, sex, number in (
        *((f"ana{n}", Sex.FEMALE, 0) for n in range(3)),
        *((f"luis{n}", Sex.MALE, 0) for n in range(2)),
        ("ana-again", Sex.FEMALE, 1),
        ("rosa", Sex.FEMALE, 1),
    ):
        seminar = seminars[number]
        pool = session.scalars(select(SeatPool).where(SeatPool.seminar_id == seminar.id)).one()
        person = make.person(given_names=name, surname1="Ortega", sex=sex)
        made.people[name] = make.registration(seminar, person, agency=agency, pool=pool)
        made.mark(name, MarkStatus.PRESENT)
    for seminar in seminars:
        made.state(seminar, Change.COMPLETE)
    return made


def test_a_figure_is_equal_after_looks_files_and_changes_that_do_not_concern_it(year: Year) -> None:
    frozen = year.freeze()
    assert frozen[1].total.value(Count.PEOPLE, Status.COMPLETED) == 7
    assert frozen[0].definition == BY
    year.do(record, action="roster.viewed", subject="seminar:x", seminar="seminar-one")
    year.do(record, action="figure.exported", subject="figure:people")
    with unit_of_work(year.session) as session:
        person = session.get_one(Person, year.people["rosa"].person_id)
        edit_person(session, context(LATER, year.who), person=person, data=replace(stored_data(person), phone="+525550802000"))
    assert year.again(frozen).equal


def test_each_difference_names_its_seminar_what_changed_and_who_changed_it(year: Year) -> None:
    one, two = year.seminars
    frozen = year.freeze()

    year.state(one, Change.RESUME)
    year.mark("ana0", MarkStatus.ABSENT)
    year.do(registering.remove, seminar_id=one.id, registration_id=year.people["luis1"].id, reason=RemovalReason.ADMINISTRATIVE)
    year.state(one, Change.COMPLETE)
    found = year.again(frozen)
    assert [(each.slug, each.fate) for each in found.seminars] == [(one.slug, Fate.CHANGED)]
    (seminar,) = found.seminars
    assert {cell: (each.before.people.completed, each.now.people.completed) for cell, each in seminar.cells.items()} == {
        ("PGR", "F"): (3, 2),
        ("PGR", "M"): (2, 1),
    }
    of_seminar, others = year.since(frozen, found)
    assert of_seminar[one.slug] >= {
        (year.who, "attendance.marked"),
        (year.who, "registration.removed"),
        (year.who, "seminar.resumed"),
        (year.who, "seminar.completed"),
    }
    assert others == set()

    frozen = year.freeze()
    year.do(merge, kept=year.people["ana1"].person_id, gone=year.people["ana-again"].person_id)
    found = year.again(frozen)
    assert found.seminars == []
    change = found.totals["\0total", "\0total"]
    assert (change.before.people.completed, change.now.people.completed) == (5, 4)
    assert year.since(frozen, found) == ({}, {(year.who, "person.merged")})

    merge_id = year.session.scalars(select(PersonMerge.id)).one()
    year.do(undo_merge, merge_id=merge_id)
    assert year.again(frozen).seminars == []
    assert {action for _who, action in year.since(frozen, year.again(frozen))[1]} == {"person.merged", "person.separated"}

    frozen = year.freeze()
    with unit_of_work(year.session) as session:
        person = session.get_one(Person, year.people["rosa"].person_id)
        edit_person(session, context(LATER, year.who), person=person, data=replace(stored_data(person), sex=Sex.MALE))
    found = year.again(frozen)
    assert [each.slug for each in found.seminars] == [two.slug]
    assert set(found.cells) == {("PGR", "F"), ("PGR", "M")}
    assert year.since(frozen, found)[0] == {two.slug: {(year.who, "person.edited")}}

    frozen = year.freeze()
    year.do(registering.reserve, person_id=year.people["rosa"].person_id, reason=ReservedReason.OWN_REQUEST)
    found = year.again(frozen)
    assert set(found.cells) == {("PGR", "M"), ("PGR", "reserved")}
    assert year.since(frozen, found)[0] == {two.slug: {(year.who, "person.reserved")}}


def test_a_seminar_that_no_longer_counts_is_gone_and_people_elsewhere_are_not_spoken_of(year: Year) -> None:
    office = year.make.office()
    frozen = year.freeze(scope=Scope(offices=frozenset({year.seminars[0].office_id})))
    apart = year.freeze(scope=Scope(offices=frozenset({office.id})))
    with unit_of_work(year.session) as session:
        session.get_one(Seminar, year.seminars[1].id).office_id = office.id
    assert [(each.slug, each.fate) for each in year.again(frozen).seminars] == [("seminar-two", Fate.GONE)]
    found = year.again(apart)
    assert [(each.slug, each.fate) for each in found.seminars] == [("seminar-two", Fate.NEW)]

    where = {"seminar_id": year.seminars[1].id, "agency_id": year.make.agency("INM").id}
    year.do(save_headcount, **where, numbers={None: Numbers(3, 2, 2)}, source="Letter")
    found = year.again(apart)
    assert found.seminars[0].whole.now.without_names.completed == 2
    assert (year.who, "headcount.recorded") in year.since(apart, found)[0]["seminar-two"]

    elsewhere = [year.make.person(given_names=name) for name in ("Uno", "Dos")]
    year.do(merge, kept=elsewhere[0].id, gone=elsewhere[1].id)
    assert year.since(apart, found)[1] == set()


def test_an_organizer_finds_what_counts_nothing_but_their_offices(year: Year) -> None:
    own, other = year.seminars[0].office_id, year.make.office().id
    organizer = replace(WHOLE, grants=(Grant(RoleName.ORGANIZER, office_id=own),))
    of_own, of_both, of_all = (year.freeze(scope=Scope(offices=ids)) for ids in (frozenset({own}), frozenset({own, other}), None))
    rows, number = snapshots(year.session, organizer, page=1)
    assert ([row.public_id for row in rows], number) == ([of_own[0].public_id], 1)
    for hidden in (of_both, of_all):
        with pytest.raises(NotFound):
            get_snapshot(year.session, organizer, hidden[0].public_id)
    both = replace(WHOLE, grants=(*organizer.grants, Grant(RoleName.ORGANIZER, office_id=other)))
    assert get_snapshot(year.session, both, of_both[0].public_id)[0].scope == Scope(offices=frozenset({own, other}))


@pytest.mark.sqlite_only
def test_what_is_too_finely_broken_down_is_kept_by_seminar_or_refused(year: Year, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seminar_app.reports.queries.freezing.MOST_PIECES", 2)
    frozen = year.freeze()
    assert frozen[1].pieces is None
    year.state(year.seminars[0], Change.RESUME)
    year.mark("ana0", MarkStatus.ABSENT)
    (seminar,) = year.again(frozen).seminars
    assert (seminar.slug, dict(seminar.cells)) == ("seminar-one", {})
    monkeypatch.setattr("seminar_app.reports.services.freezing.MOST_CELLS", 1)
    with pytest.raises(TooManyCells):
        year.freeze()


def test_an_indicator_has_versions_and_a_day_has_one_of_them(session: Session, make: Make) -> None:
    facts = services.IndicatorFacts("Personas", "People", Definition(only={Dimension.TOPIC: "Trata|Otra"}, least_minutes=480))

    def do(service: Any, **values: Any) -> Any:
        with unit_of_work(session) as work:
            return service(work, context(LATER), **values)

    first = do(services.add_indicator, code="tip", facts=facts, valid_from=date(2014, 1, 1))
    with pytest.raises(CodeInUse):
        do(services.add_indicator, code="TIP", facts=facts, valid_from=date(2020, 1, 1))
    stricter = replace(facts, definition=Definition(least_minutes=600))
    second = do(services.change_indicator, public_id=first.public_id, version=1, facts=stricter, valid_from=date(2015, 1, 1))
    with pytest.raises(LaterVersion):
        do(services.change_indicator, public_id=first.public_id, version=2, facts=facts, valid_from=date(2016, 1, 1))
    assert [each.valid_to for each in versions_of(session, "TIP")] == [None, date(2014, 12, 31)]
    do(services.change_indicator, public_id=second.public_id, version=1, facts=facts, valid_from=date(2015, 1, 1))
    do(services.end_indicator, public_id=second.public_id, version=2, last=date(2016, 9, 30))
    found = {year: [each.valid_from.year for each in indicators_on(session, date(year, 9, 30))] for year in (2013, 2014, 2015, 2016, 2017)}
    assert found == {2013: [], 2014: [2014], 2015: [2015], 2016: [2015], 2017: []}
