"""Signed sheets that are keyed: what becomes an observation, what differs from the screen, and how that is settled."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.attendance import queries, services
from seminar_app.attendance.errors import AttendanceIsShut, MinutesOutOfRange, NotOnTheSheet, TooEarly
from seminar_app.attendance.models import Observation
from seminar_app.attendance.rules import MarkMethod, MarkStatus, ObservationKind
from seminar_app.attendance.services import NewObservation
from seminar_app.attendance.services.rebuilding import rebuild, seminars_with_people
from seminar_app.audit.models import AuditRow
from seminar_app.core.errors import NotFound
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.paper.keyed_errors import NothingToUndo
from seminar_app.paper.keyed_queries import KeyedSheet, SheetLine, Side, read_sheet
from seminar_app.paper.keyed_services import RowEntry, RowOutcome, key_rows
from seminar_app.paper.models import PrintedSheet, SheetRow
from seminar_app.paper.registration_events import on_unmaking
from seminar_app.paper.rules import Keyed, Verdict
from seminar_app.paper.settling import Decision, Settled, settle, undo
from seminar_app.people.models import Person
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState, RemovalReason
from seminar_app.registration.services import merging
from seminar_app.retention.erasing import erase_person
from seminar_app.seminars.models import Seminar, SeminarSession
from seminar_app.seminars.rules import ExcusedRule, SeminarState
from tests.conftest import StatementCount
from tests.support.context import context
from tests.support.factories import Make

P, L, E, X, A = MarkStatus
ANA, BETO = "account:" + "a" * 32, "account:" + "b" * 32


@dataclass
class Desk:
    """A seminar of two sessions with four people on a printed sheet of the first, and a fifth who is not on it."""

    session: Session
    now: datetime
    seminar: Seminar
    places: list[SeminarSession]
    people: list[Registration]
    printed: PrintedSheet

    def sheet(self) -> KeyedSheet:
        found = read_sheet(self.session, self.session.merge(self.seminar, load=False), self.printed.public_id)
        self.session.rollback()
        return found

    def line(self, person: int) -> SheetLine:
        found = self.sheet().find(self.people[person].public_id)
        assert found is not None
        return found

    def key(self, *rows: tuple[int, Keyed | None], seen: Any = None, **values: Any) -> list[RowOutcome]:
        """Key rows as a page does that shows what they say now, or what `seen` says."""
        entries = [
            RowEntry(
                self.people[person].public_id, keyed, [self.line(person).keyed] if seen is None else seen, values.pop("id", uuid.uuid4())
            )
            for person, keyed in rows
        ]
        change = context(values.pop("now", self.now), values.pop("actor", ANA))
        where: dict[str, Any] = {"seminar_id": self.seminar.id, "sheet_id": self.printed.public_id} | values
        with unit_of_work(self.session) as writing:
            return key_rows(writing, change, entries=entries, **where)

    def decide(self, side: Side, *people: int, lines: list[SheetLine] | None = None, actor: str = ANA) -> Settled:
        lines = [self.line(person) for person in people] if lines is None else lines
        decisions = [Decision(line.registration, side, line.keyed, line.last) for line in lines]
        with unit_of_work(self.session) as writing:
            where: dict[str, Any] = {"seminar_id": self.seminar.id, "sheet_id": self.printed.public_id}
            return settle(writing, context(self.now + timedelta(minutes=5), actor), decisions=decisions, **where)

    def undo(self, person: int) -> None:
        with unit_of_work(self.session) as writing:
            where: dict[str, Any] = {"seminar_id": self.seminar.id, "sheet_id": self.printed.public_id}
            undo(writing, context(self.now + timedelta(minutes=9), ANA), registration=self.people[person].public_id, **where)

    def screen(self, person: int, status: MarkStatus, minutes: int | None = None, *, later: int = 1) -> None:
        """Mark on the screen, as another coordinator does."""
        with unit_of_work(self.session) as writing:
            services.mark(
                writing,
                context(self.now + timedelta(minutes=later), BETO),
                seminar_id=self.seminar.id,
                session_id=self.places[0].public_id,
                registration=self.people[person].public_id,
                status=status,
                minutes=minutes,
            )

    def clear_on_screen(self, person: int) -> None:
        with unit_of_work(self.session) as writing:
            where: dict[str, Any] = {"seminar_id": self.seminar.id, "session_id": self.places[0].public_id}
            services.clear(writing, context(self.now + timedelta(minutes=2), BETO), registration=self.people[person].public_id, **where)

    def marks(self) -> dict[int, tuple[MarkStatus, int]]:
        found = queries.marks_of_session(self.session, self.places[0].id).marks
        places = {person.id: number for number, person in enumerate(self.people)}
        self.session.rollback()
        return {places[key]: (mark.status, mark.worth(180, ExcusedRule.NOT_COUNTED)) for key, mark in found.items()}

    def conflicts(self) -> int:
        found = queries.marks_of_session(self.session, self.places[0].id).marks
        self.session.rollback()
        return sum(mark.conflict for mark in found.values())

    def observed(self, person: int) -> list[tuple[str, str]]:
        rows = self.session.execute(
            select(Observation.kind, Observation.method)
            .where(Observation.registration_id == self.people[person].id)
            .order_by(Observation.id)
        ).all()
        self.session.rollback()
        return [(row.kind.value, row.method.value) for row in rows]

    def trail(self) -> list[tuple[str, dict[str, Any]]]:
        rows = self.session.execute(select(AuditRow.action, AuditRow.details).order_by(AuditRow.sequence)).all()
        self.session.rollback()
        return [(row.action, row.details) for row in rows]

    def change(self, row: Any, **values: Any) -> None:
        with unit_of_work(self.session) as writing:
            found = writing.get_one(type(row), row.id)
            for name, value in values.items():
                setattr(found, name, value)

    def loses_seat(self, person: int) -> None:
        gone = {"state": RegistrationState.REMOVED, "seat_pool_id": None, "removal_reason": RemovalReason.NO_SHOW}
        self.change(self.people[person], **gone)


@pytest.fixture(autouse=True)
def marks_and_outcomes_are_what_the_observations_make(session: Session) -> Iterator[None]:
    yield
    session.rollback()
    for seminar_id, _public_id, slug in seminars_with_people(session):
        found = rebuild(session, seminar_id, check=True)
        assert (slug, list(found.marks), list(found.participations)) == (slug, [], [])
    session.rollback()


@pytest.fixture
def desk(session: Session, make: Make) -> Desk:
    seminar = make.seminar(seats=50)
    places = [make.seminar_session(seminar), make.seminar_session(seminar, day=1)]
    pgr, pgj = make.agency("PGR"), make.agency("PGJ")
    pool = make.pool(seminar, pgr, 20)
    names = (("Álvarez", pgr), ("Zamora", pgr), ("Núñez", pgj), ("Ortiz", pgj), ("Tarde", pgr))
    people = [make.registration(seminar, make.person(surname1=name), agency=agency, pool=pool) for name, agency in names]
    printed = make.printed_sheet(places[0], leave_out=people[4:])
    return Desk(session, places[0].starts_at + timedelta(hours=4), seminar, places, people, printed)


def test_the_sheet_is_read_in_the_order_in_which_it_was_printed(desk: Desk) -> None:
    sheet = desk.sheet()
    assert [(line.number, line.registration) for line in sheet.lines] == [
        (number, desk.people[person].public_id) for number, person in ((1, 2), (2, 3), (3, 0), (4, 1))
    ]
    assert [(group.agency.code if group.agency else None, len(group.lines)) for group in sheet.groups] == [("PGJ", 2), ("PGR", 2)]
    assert [line.registration for line in sheet.unlisted] == [desk.people[4].public_id]
    assert (sheet.keyed, sheet.first_unkeyed and sheet.first_unkeyed.number) == (0, 1)
    assert sheet.lines[0].code.startswith("4-1-")


def test_it_stays_in_that_order_whoever_comes_to_the_roster(desk: Desk, make: Make) -> None:
    pool = make.pool(desk.seminar, make.agency("AAA"), 2)
    make.registration(desk.seminar, make.person(surname1="Aaron"), pool=pool)
    assert [line.registration for line in desk.sheet().lines] == [desk.people[person].public_id for person in (2, 3, 0, 1)]


def test_it_takes_five_statements_however_many_rows_there_are(desk: Desk, statements: StatementCount) -> None:
    seminar = desk.session.merge(desk.seminar, load=False)
    statements.statements.clear()
    read_sheet(desk.session, seminar, desk.printed.public_id)
    assert len(statements) == 5, statements.statements


def test_what_is_keyed_becomes_an_observation_of_paper(desk: Desk) -> None:
    done = desk.key((0, Keyed(P)), (1, Keyed(L, 90)), (2, Keyed(A)), (3, Keyed(E)))
    assert [one.changed for one in done] == [True] * 4
    assert desk.marks() == {0: (P, 180), 1: (L, 90), 2: (A, 0), 3: (E, 165)}
    assert desk.observed(1) == [("late", "paper")]
    assert {line.verdict for line in desk.sheet().lines} == {Verdict.SAME}
    assert desk.sheet().keyed == 4
    keyed = [details for action, details in desk.trail() if action == "paper.keyed"]
    assert [(each["rows_keyed"], each["rows_recorded"], each["rows_differ"]) for each in keyed] == [(4, 4, 0)]
    assert [action for action, _details in desk.trail()].count("attendance.marked") == 1


def test_the_same_form_twice_changes_nothing(desk: Desk) -> None:
    desk.key((0, Keyed(P)), (1, Keyed(L, 90)))
    before = len(desk.trail())
    again = desk.key((0, Keyed(P)), (1, Keyed(L, 90)), seen=[None])
    assert [(one.changed, one.keyed_by) for one in again] == [(False, None)] * 2
    assert (desk.observed(0), len(desk.trail())) == ([("present", "paper")], before)


def test_an_old_form_that_arrives_again_does_not_bring_back_what_was_cleared(desk: Desk) -> None:
    form = uuid.uuid4()
    desk.key((0, Keyed(P)), id=form)
    desk.key((0, None))
    desk.key((0, Keyed(P)), seen=[None], id=form)
    assert (desk.marks(), desk.line(0).keyed) == ({}, None)


def test_what_the_screen_says_too_is_remembered_and_not_recorded_again(desk: Desk) -> None:
    desk.screen(0, P)
    desk.screen(1, L, 100)
    desk.key((0, Keyed(P)), (1, Keyed(L)))
    assert (desk.observed(0), desk.observed(1)) == ([("present", "list")], [("late", "list")])
    assert [desk.line(person).verdict for person in (0, 1)] == [Verdict.SAME] * 2
    assert desk.marks()[1] == (L, 100), "the paper says no minutes"


def test_what_the_screen_says_otherwise_is_left_to_be_settled(desk: Desk) -> None:
    desk.screen(0, A)
    desk.screen(1, L, 100)
    desk.key((0, Keyed(P)), (1, Keyed(L, 60)))
    assert desk.marks() == {0: (A, 0), 1: (L, 100)}
    assert [line.registration for line in desk.sheet().differences] == [desk.people[0].public_id, desk.people[1].public_id]


def test_a_scan_is_not_overwritten_either(desk: Desk) -> None:
    with unit_of_work(desk.session) as writing:
        scan = NewObservation(
            id=uuid.uuid4(),
            registration=desk.people[0].public_id,
            kind=ObservationKind.IN,
            observed_at=desk.places[0].starts_at,
            method=MarkMethod.SCAN,
        )
        services.observe(
            writing, context(desk.now, BETO), seminar_id=desk.seminar.id, session_id=desk.places[0].public_id, observations=[scan]
        )
    desk.key((0, Keyed(A)))
    assert desk.marks()[0] == (P, 180)
    assert desk.line(0).differs
    desk.decide(Side.PAPER, 0)
    assert desk.marks()[0] == (A, 0)
    desk.undo(0)
    assert desk.marks()[0] == (P, 180)


def test_keying_a_row_anew_corrects_the_mark_that_it_made(desk: Desk) -> None:
    for keyed, worth in ((Keyed(P), 180), (Keyed(L), 165), (Keyed(L, 90), 90), (Keyed(L), 165), (Keyed(A), 0)):
        desk.key((0, keyed))
        assert desk.marks()[0] == (keyed.status, worth)
    assert len(desk.observed(0)) == 5
    assert (desk.conflicts(), desk.sheet().differences) == (0, [])


def test_minutes_equal_to_the_default_are_the_default(desk: Desk) -> None:
    desk.key((0, Keyed(L, 165)))
    assert desk.line(0).keyed == Keyed(L)
    assert not desk.key((0, Keyed(L)), seen=[Keyed(L, 165)])[0].changed


def test_clearing_a_row_takes_its_own_mark_away_and_no_other(desk: Desk) -> None:
    desk.screen(1, A)
    desk.key((0, Keyed(P)), (1, Keyed(P)))
    desk.key((0, None), (1, None))
    assert desk.marks() == {1: (A, 0)}
    assert desk.observed(0) == [("present", "paper"), ("cleared", "paper")]
    assert [desk.line(person).verdict for person in (0, 1)] == [Verdict.UNKEYED] * 2


def test_a_mark_that_changed_meanwhile_becomes_a_difference(desk: Desk) -> None:
    desk.key((0, Keyed(P)))
    desk.screen(0, A)
    assert desk.line(0).differs
    desk.key((0, Keyed(L)))
    assert (desk.marks()[0], desk.line(0).keyed) == ((A, 0), Keyed(L))
    desk.key((0, None))
    assert desk.marks()[0] == (A, 0), "it is not the row's own any more"


def test_a_mark_that_was_taken_away_on_the_screen_differs_too(desk: Desk) -> None:
    desk.key((0, Keyed(P)))
    desk.clear_on_screen(0)
    assert desk.line(0).differs
    desk.decide(Side.SCREEN, 0)
    assert (desk.marks(), desk.line(0).settled) == ({}, True)
    desk.undo(0)
    desk.decide(Side.PAPER, 0)
    assert desk.marks() == {0: (P, 180)}
    desk.undo(0)
    assert (desk.marks(), desk.line(0).differs) == ({}, True)


def test_the_second_of_two_is_told_what_the_first_keyed(desk: Desk) -> None:
    desk.key((0, Keyed(P)), (1, Keyed(P)), actor=ANA)
    done = desk.key((0, Keyed(A)), (1, Keyed(P)), (2, Keyed(A)), seen=[None], actor=BETO)
    assert [(one.changed, one.keyed_by) for one in done] == [(False, ANA), (False, None), (True, None)]
    assert desk.marks() == {0: (P, 180), 1: (P, 180), 2: (A, 0)}
    assert desk.key((0, Keyed(A)), seen=[Keyed(P)], actor=BETO)[0].changed, "now it was seen"


def test_what_was_sent_before_without_an_answer_was_seen(desk: Desk) -> None:
    desk.key((0, Keyed(P)))
    assert desk.key((0, Keyed(A)), seen=[None, Keyed(P)])[0].changed
    assert desk.marks()[0] == (A, 0)


def test_the_paper_is_right(desk: Desk) -> None:
    desk.screen(0, A)
    desk.key((0, Keyed(L, 60)))
    assert desk.decide(Side.PAPER, 0).done == [desk.people[0].public_id]
    assert (desk.marks()[0], desk.observed(0)) == ((L, 60), [("absent", "list"), ("late", "paper")])
    line = desk.line(0)
    assert (line.differs, line.settled, line.decided, line.decided_by, desk.conflicts()) == (False, True, Side.PAPER, ANA, 0)
    assert desk.trail()[-1][0] == "paper.settled"
    desk.key((0, Keyed(L, 70)))
    assert (desk.marks()[0], desk.line(0).settled) == ((L, 70), True), "a correction of the row's own mark"
    desk.undo(0)
    assert (desk.marks()[0], desk.line(0).differs, desk.conflicts()) == ((A, 0), True, 0)
    assert desk.observed(0)[-1] == ("absent", "list")


def test_clearing_a_row_that_was_preferred_brings_the_screens_word_back(desk: Desk) -> None:
    desk.screen(0, L, 50)
    desk.key((0, Keyed(P)))
    desk.decide(Side.PAPER, 0)
    desk.key((0, None))
    assert (desk.marks()[0], desk.line(0).verdict, desk.line(0).decided) == ((L, 50), Verdict.UNKEYED, None)


def test_the_screen_is_right_until_it_says_something_else(desk: Desk) -> None:
    desk.screen(0, A)
    desk.key((0, Keyed(P)))
    desk.decide(Side.SCREEN, 0)
    line = desk.line(0)
    assert (line.verdict, line.settled, desk.marks()[0], desk.observed(0)) == (Verdict.SCREEN, True, (A, 0), [("absent", "list")])
    desk.screen(0, L, later=7)
    assert (desk.line(0).differs, desk.line(0).settled) == (True, False)
    desk.decide(Side.SCREEN, 0)
    desk.undo(0)
    assert desk.line(0).differs
    desk.screen(0, P, later=9)
    assert desk.line(0).verdict is Verdict.SAME


def test_all_are_settled_at_once_but_for_what_changed_since(desk: Desk) -> None:
    for person in (0, 1, 2):
        desk.screen(person, A)
    desk.key((0, Keyed(P)), (1, Keyed(P)), (2, Keyed(P)))
    lines = desk.sheet().differences
    desk.screen(1, X, later=3)
    done = desk.decide(Side.PAPER, lines=lines)
    assert (len(done.done), done.left) == (2, [desk.people[1].public_id])
    assert desk.marks() == {0: (P, 180), 1: (X, 0), 2: (P, 180)}
    before = len(desk.trail())
    assert desk.decide(Side.PAPER, lines=[line for line in lines if line.registration != desk.people[1].public_id]).left == []
    assert (desk.observed(0), len(desk.trail())) == ([("absent", "list"), ("present", "paper")], before), "twice the same form"


def test_a_decision_is_undone_once_and_only_while_it_holds(desk: Desk) -> None:
    desk.screen(0, A)
    desk.key((0, Keyed(P)))
    desk.decide(Side.PAPER, 0)
    desk.screen(0, X, later=7)
    with pytest.raises(NothingToUndo):
        desk.undo(0)
    with pytest.raises(NothingToUndo):
        desk.undo(1)


def test_a_person_who_is_not_on_the_sheet_gets_the_next_number(desk: Desk) -> None:
    desk.key((4, Keyed(P)))
    assert (desk.line(4).number, desk.line(4).written_in, desk.marks()) == (5, True, {4: (P, 180)})
    assert (desk.sheet().groups[-1].agency, desk.sheet().unlisted) == (None, [])
    desk.key((4, None), seen=[Keyed(P)])
    assert desk.line(4).number == 5, "it is written there"


def test_nothing_is_keyed_of_a_person_who_lost_the_seat(desk: Desk) -> None:
    desk.loses_seat(0)
    with pytest.raises(NotOnTheSheet):
        desk.key((0, Keyed(P)), (1, Keyed(P)))
    assert desk.marks() == {}
    done = desk.key((0, Keyed(P)), (1, Keyed(P)), leave_out_gone=True)
    assert [one.registration for one in done] == [desk.people[1].public_id]
    assert (desk.line(0).seated, desk.line(0).number, len(desk.sheet().to_key)) == (False, 3, 3)


def test_what_cannot_be_is_refused_and_nothing_is_written(desk: Desk) -> None:
    with pytest.raises(MinutesOutOfRange):
        desk.key((0, Keyed(P)), (1, Keyed(L, 181)))
    early = desk.places[0].starts_at - timedelta(minutes=61)
    with pytest.raises(TooEarly):
        desk.key((0, Keyed(P)), now=early)
    desk.screen(1, A)
    with pytest.raises(TooEarly):
        desk.key((1, Keyed(P)), now=early)
    desk.key((2, Keyed(X)), now=early)
    assert {line.registration for line in desk.sheet().lines if line.keyed} == {desk.people[2].public_id}
    for state in (SeminarState.DRAFT, SeminarState.COMPLETED, SeminarState.ARCHIVED):
        desk.change(desk.seminar, state=state)
        with pytest.raises(AttendanceIsShut):
            desk.key((0, Keyed(P)))
        with pytest.raises(AttendanceIsShut):
            desk.undo(0)
    desk.change(desk.seminar, state=SeminarState.PUBLISHED)


def test_a_sheet_or_a_person_of_another_seminar_is_nobodys(desk: Desk, make: Make) -> None:
    other = make.seminar()
    place = make.seminar_session(other)
    stranger = make.registration(other, pool=make.pool(other, make.agency(), 1))
    theirs = make.printed_sheet(place)
    with pytest.raises(NotFound):
        desk.key((0, Keyed(P)), sheet_id=theirs.public_id)
    with pytest.raises(NotFound):
        desk.key((0, Keyed(P)), sheet_id=uuid.uuid4())
    desk.people.append(stranger)
    with pytest.raises(NotOnTheSheet):
        desk.key((5, Keyed(P)), seen=[None])


def test_a_merge_leaves_the_rows_where_they_are(desk: Desk) -> None:
    """Both rows then show the record that was kept, and the one that lost its seat takes no key."""
    desk.key((0, Keyed(P)))
    with unit_of_work(desk.session) as writing:
        merging.merge(writing, context(desk.now, BETO), kept=desk.people[0].person_id, gone=desk.people[1].person_id)
    lines = {line.registration: line for line in desk.sheet().lines}
    kept, left = lines[desk.people[0].public_id], lines[desk.people[1].public_id]
    assert (kept.seated, left.seated, left.number) == (True, False, 4)
    assert kept.person.name == left.person.name


def test_nothing_is_left_of_a_person_who_is_erased(desk: Desk) -> None:
    desk.key((0, Keyed(P)))
    public_id = desk.session.get_one(Person, desk.people[0].person_id).public_id
    desk.session.rollback()
    with unit_of_work(desk.session) as writing:
        erase_person(writing, context(desk.places[1].ends_at + timedelta(days=3)), public_id=public_id)
    line = desk.line(0)
    assert (line.person.hidden, line.number, line.keyed) == (True, 3, Keyed(P))


def test_rows_go_with_registrations_that_are_taken_back(desk: Desk) -> None:
    with unit_of_work(desk.session) as writing:
        on_unmaking(writing, [desk.people[0].id])
        assert set(writing.scalars(select(SheetRow.number))) == {1, 2, 4}


def test_the_broken_twin_of_the_decision(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the check that both sides are as the page showed them, a mark that came since would be overwritten unseen."""
    desk.screen(0, A)
    desk.key((0, Keyed(P)))
    line = desk.line(0)
    desk.screen(0, X, later=3)
    monkeypatch.setattr("seminar_app.paper.settling._stands", lambda *_: True)
    desk.decide(Side.PAPER, lines=[line])
    assert desk.marks()[0] == (P, 180)
