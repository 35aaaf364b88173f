"""Attendance in any order of steps, and the mutations that this test must notice."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from seminar_app.attendance import rules, services
from tests.machines.attendance import Attendance, World
from tests.support.machines import FULL, SHORT, notices, run
from tests.support.mutations import Mutation

MUTATIONS = (
    Mutation(
        "what a correction replaces is not kept", services._write, "if row is not None:", "if row is not None and outcome.after is None:"
    ),
    Mutation("everybody is marked, whatever they were marked before", services.mark_all, ", Mark.id.is_(None))", ")"),
    Mutation("a mark taken away leaves no history", services._write, "if row is not None:", "if row is not None and outcome.after:"),
    Mutation("history names the wrong person", services._write, '"replaced_by": call.context.actor', '"replaced_by": row.recorded_by'),
    Mutation("a corrected mark keeps its version", services._write, "row.version + 1", "row.version"),
    Mutation("those without a seat are marked too", services.mark_all, "Registration.state == RegistrationState.REGISTERED, ", ""),
    Mutation("all agencies are marked for one", services.mark_all, "if agencies is not None:", "if False:"),
    Mutation("the archive takes marks", rules.takes_marks, "(SeminarState.DRAFT, SeminarState.ARCHIVED)", "(SeminarState.DRAFT,)"),
    Mutation("lateness costs too much", rules.default_minutes, "max(contact_minutes", "min(contact_minutes"),
    Mutation("nobody late may be given the whole session", rules.may_credit, "<= contact_minutes", "< contact_minutes"),
    Mutation("the same mark again is a change", services._wanted, "return before", "return SheetMark(before.status, before.minutes + 1)"),
    Mutation("whose mark was replaced unseen is not said", services._outcome, "not _is_what_was_seen", "_is_what_was_seen"),
    Mutation("nothing leaves a trace", services._record_change, "if not changed:", "if True:"),
    Mutation("more minutes than a shortened session has", rules.credited_minutes, "min(stored, contact_minutes)", "stored"),
    Mutation("sessions that do not count are counted", rules.completion, "if not seminar_session.counts:", "if False:"),
    Mutation("exactly enough is not enough", rules.Completion.reached, ">= self.threshold_percent", "> self.threshold_percent"),
    Mutation("an excuse is an absence", rules.completion, "mark.status is not MarkStatus.EXCUSED or ", "True or "),
    Mutation(
        "of two words about one person both are written",
        services.record,
        "list({entry.registration: entry for entry in entries}.values())",
        "entries",
    ),
)
"""The first two are tried in `make test`."""


@pytest.fixture
def machine(nobody_waits_for_the_disk: None, session: Session) -> type[Attendance]:
    """The machine on this test's database."""
    return type("AttendanceHere", (Attendance,), {"world": World.made(session)})


@pytest.mark.sqlite_first
def test_attendance_is_what_the_model_says_after_each_step(machine: type[Attendance]) -> None:
    run(machine, *SHORT)


@pytest.mark.full
def test_attendance_is_what_the_model_says_after_each_of_many_steps(machine: type[Attendance]) -> None:
    run(machine, *FULL)


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
    assert notices(machine, mutation) is not None
