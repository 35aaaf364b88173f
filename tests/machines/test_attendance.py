"""Attendance in any order of steps, and the mutations that this test must notice."""

from __future__ import annotations

import random
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from seminar_app.attendance import rules, services
from seminar_app.attendance.rules import observations
from seminar_app.attendance.services import participations, recording, sheet
from seminar_app.seminars.rules import ExcusedRule
from tests.machines.attendance import BEGIN, Attendance, World
from tests.machines.attendance_model import KINDS, MarkModel, Seen, SessionModel, mark
from tests.support.machines import FULL, SHORT, notices, run
from tests.support.mutations import Mutation

MUTATIONS = (
    Mutation("conflicts are forgotten", observations.mark_of, "any(step.contested for step in steps)", "False"),
    Mutation(
        "something else under the same id is taken for the same",
        sheet.store,
        "(same.kind, same.minutes) != (one.kind, one.minutes)",
        "False",
    ),
    Mutation("the earlier of two stands", observations.mark_of, ".rank > steps", ".rank < steps"),
    Mutation("equal observations are a conflict", observations._tree, "(each.kind, each.minutes)", "each.id"),
    Mutation("the status alone makes observations equal", observations._tree, "(each.kind, each.minutes)", "each.kind"),
    Mutation(
        "of equal observations the latest is not the last",
        observations._tree,
        "sorted(equal, key=_in_time)",
        "sorted(equal, key=_in_time)[::-1]",
    ),
    Mutation("what follows something that never came is left out", observations._tree, "if follows not in known:", "if follows is None:"),
    Mutation("an old scan displaces a word", observations._displaces, "end.last.observed_at > step.last.observed_at", "True"),
    Mutation("no scan displaces a word", observations._displaces, "end.last.observed_at > step.last.observed_at", "False"),
    Mutation("a scan at the same time displaces a word", observations._displaces, "observed_at > step", "observed_at >= step"),
    Mutation("a self check-in is a person's word", observations._Step.said_by_person, "not in AUTOMATIC", "is not MarkMethod.SCAN"),
    Mutation(
        "a mark that was taken away leaves its times",
        observations._read,
        "status, minutes, stays = None, None, []",
        "status, minutes = None, None",
    ),
    Mutation("a word leaves the times", observations._read, "stays = [(None, None)] if status in ATTENDED else []", "stays = stays or []"),
    Mutation("a second arrival begins anew", observations._arrive, "if not stays:", "if not stays or stays[-1][1] is None:"),
    Mutation(
        "who leaves before they came breaks the table",
        observations._leave,
        "max(at, came or at)",
        "at",
    ),
    Mutation(
        "who comes back before they left counts twice",
        observations._arrive,
        "max(at, left)",
        "at",
    ),
    Mutation("who is still in is not said", observations._read, "still_in=seen and stays[-1][1] is None", "still_in=False"),
    Mutation("no minute of lateness is tolerated", observations._measured, "- there < tolerated", "- there < timedelta(0)"),
    Mutation(
        "times are worth more minutes than the session has",
        observations._measured,
        "min(there // timedelta(minutes=1), session.contact_minutes)",
        "there // timedelta(minutes=1)",
    ),
    Mutation("leaving can give minutes", observations._shortened, "min(worth, ", "max(worth, "),
    Mutation(
        "minutes before the session count",
        observations._within,
        "max(begin or session.starts_at, session.starts_at)",
        "begin or session.starts_at",
    ),
    Mutation("anybody is present long before a session", observations.may_observe, "at >= starts_at - EARLIEST", "True"),
    Mutation("a clock that is ahead is believed", observations.observed_time, "min(said, received_at)", "said"),
    Mutation("an id of another person is no reason to refuse", sheet.refuse_ids_of_others, "raise ObservationDiffers", "continue"),
    Mutation("a page follows the present mark whatever it showed", recording._observation, "elif entry.seen is not None:", "elif False:"),
    Mutation("entries whose answers never came are not followed", recording._observation, "if own:", "if False:"),
    Mutation("the first entry without an answer is followed", recording._observation, "own[-1]", "own[0]"),
    Mutation(
        "the same mark again is stored", recording._asks, "return entry.status is not (before.status if before else None)", "return True"
    ),
    Mutation("minutes that are the default are kept as said", rules.minutes_said, "None if asked ==", "None if asked is None and asked =="),
    Mutation("whose mark was replaced unseen is not said", sheet._outcome, "one.follows != kept.last", "one.follows == kept.last"),
    Mutation("who saw the mark and sends two overtakes somebody", sheet._outcome, " and one.follows not in sent", ""),
    Mutation("nothing is in the audit log", sheet._record_change, "if not changed:", "if True:"),
    Mutation(
        "of two words about one person both are written",
        recording.record,
        "list({entry.registration: entry for entry in entries if entry.registration in sheet.seated or not leave_out_gone}.values())",
        "list(entries)",
    ),
    Mutation("those without a seat are marked too", sheet.OpenSheet.check, "if registration not in self.seated:", "if False:"),
    Mutation("all agencies are marked for one", services.mark_all, "if agencies is not None:", "if False:"),
    Mutation(
        "a completed seminar takes marks", rules.takes_marks, "SeminarState.CANCELLED}", "SeminarState.CANCELLED, SeminarState.COMPLETED}"
    ),
    Mutation("lateness costs too much", rules.default_minutes, "max(contact_minutes", "min(contact_minutes"),
    Mutation("nobody late may be given the whole session", rules.may_credit, "<= contact_minutes", "< contact_minutes"),
    Mutation("more minutes than a shortened session has", rules.credited_minutes, "min(said, contact_minutes)", "said"),
    Mutation("sessions that do not count are counted", rules.completion, "if not seminar_session.counts:", "if False:"),
    Mutation("exactly enough is not enough", rules.Completion.reached, ">= self.threshold_percent", "> self.threshold_percent"),
    Mutation("an excuse is an absence", rules.completion, "mark.status is not MarkStatus.EXCUSED or ", "True or "),
    Mutation("a session that was moved takes the minutes", observations._time_there, "if there or len(whole) < len(stays):", "if True:"),
    Mutation("marks of times are not made again when a session changes", participations.refresh, "if marks:", "if False:"),
    Mutation("outcomes do not follow marks", participations.write_participations, "if rows:", "if False:"),
)
"""The first two are tried in `make test`."""


@pytest.fixture
def machine(nobody_waits_for_the_disk: None, session: Session) -> type[Attendance]:
    """The machine on this test's database."""
    return type("AttendanceHere", (Attendance,), {"world": World.made(session)})


def test_who_went_out_and_came_back_is_measured_again_when_the_session_moves(machine: type[Attendance]) -> None:
    state = machine()
    state.begin(now=datetime(2026, 12, 31, 12, 50, tzinfo=UTC), counts=(False, True, True), threshold=80, excused="absent")
    state.time_passes(passed=700)
    moves = [("out", -1), ("in", 6)]
    state.correct_or_move_a_session(seminar_session=0, where=1, length=60, contact=90, counts=True)
    state.somebody_comes_and_goes(person=4, seminar_session=0, moves=moves, by="self", device="account:room", what="nothing")
    before = state.model.marks[4, 0]
    state.correct_or_move_a_session(seminar_session=0, where=2, length=60, contact=45, counts=True)
    assert (before.status, state.model.marks[4, 0].status) == ("left_early", "present")
    state.the_database_says_what_the_model_says()
    state.teardown()


@pytest.mark.sqlite_first
def test_attendance_is_what_the_model_says_after_each_step(machine: type[Attendance]) -> None:
    run(machine, *SHORT)


@pytest.mark.full
def test_attendance_is_what_the_model_says_after_each_of_many_steps(machine: type[Attendance]) -> None:
    run(machine, *FULL)


def test_the_rule_says_of_any_observations_what_the_model_says() -> None:
    """More of them, and in more ways, than anybody records: also circles, and equal ones that follow equal ones."""
    chance = random.Random(7)
    ids = [uuid.UUID(int=number) for number in range(1, 10)]
    minutes = (-30, -5, 0, 5, 10, 14, 15, 20, 30, 45, 60, 90, 120, 200)
    for _ in range(5000):
        place = SessionModel(BEGIN, chance.choice((60, 90, 180)), 60, counts=True)
        seen = [
            Seen(
                one,
                0,
                0,
                chance.choice(KINDS),
                chance.choice((None, None, 5, 30)),
                chance.choice((None, None, *ids)),
                BEGIN + timedelta(minutes=chance.choice(minutes)),
                chance.choice(("scan", "list", "self", "paper")),
            )
            for one in chance.sample(ids, chance.randint(1, 7))
        ]
        made = rules.mark_of(
            [
                rules.Observed(one.id, rules.ObservationKind(one.kind), one.minutes, one.follows, one.at, rules.MarkMethod(one.method))
                for one in seen
            ],
            rules.Times(place.starts, place.ends, place.minutes, ExcusedRule.NOT_COUNTED),
        )
        assert made is not None
        status = made.status.value if made.status else None
        told = MarkModel(made.last, status, made.minutes, made.time_in, made.time_out, made.still_in, made.conflict)
        assert told == mark(seen, place), seen


def test_each_mutation_changes_what_stands_there() -> None:
    for mutation in MUTATIONS:
        with mutation.in_place():
            pass


@pytest.mark.sqlite_only
@pytest.mark.parametrize("mutation", MUTATIONS[:2], ids=lambda mutation: mutation.words)
def test_broken_attendance_is_noticed(machine: type[Attendance], mutation: Mutation) -> None:
    assert notices(machine, mutation) is not None


@pytest.mark.full
@pytest.mark.parametrize("mutation", MUTATIONS[2:], ids=lambda mutation: mutation.words)
def test_every_broken_attendance_is_noticed(machine: type[Attendance], mutation: Mutation) -> None:
    assert notices(machine, mutation, examples=800) is not None
