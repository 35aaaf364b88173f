"""One person's attendance, on the page of the registration: marks to set, credited minutes, and every former mark."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from flask import render_template, request
from markupsafe import Markup
from msgspec import Struct, field
from sqlalchemy.orm import Session

from seminar_app.accounts.rules import may_coordinate
from seminar_app.attendance import queries
from seminar_app.attendance.forms import Typed, as_sent, typed_in
from seminar_app.attendance.history import PastObservation, account_names, observations_of
from seminar_app.attendance.queries import SheetMark, SheetSession
from seminar_app.attendance.rules import Completion, CompletionRule, CountedSession, Progress, completion, progress_of, takes_marks
from seminar_app.core.actor import Actor
from seminar_app.core.errors import Refusal
from seminar_app.oversight.wording import actor_words
from seminar_app.registration.queries import StaffRegistration
from seminar_app.registration.rules import RegistrationState
from seminar_app.seminars.models import Seminar
from seminar_app.web.access import current_actor
from seminar_app.web.database import session
from seminar_app.web.errors import sentence_of


class SessionLine(Struct, frozen=True):
    """One session: the mark, the minutes it is worth, all that was observed (newest first), and the fields of the form."""

    session: SheetSession
    mark: SheetMark | None
    minutes: int
    past: Sequence[PastObservation]
    typed: Typed
    was: str
    """Value of the hidden field that says what the page showed."""


class PersonAttendance(Struct, frozen=True):
    """All that the section shows."""

    seminar: Seminar
    state: RegistrationState
    lines: Sequence[SessionLine]
    total: Completion
    names: Mapping[str, str]
    may_open_sheets: bool
    may_mark: bool
    id: uuid.UUID = field(default_factory=uuid.uuid4)
    """Of this showing of the page; it makes the ids of the observations that are sent from it."""

    @property
    def progress(self) -> Progress | None:
        """Whether the marks so far are enough, or can still become so; None without a seat."""
        return progress_of(
            self.state,
            [CountedSession(each.session.contact_minutes, each.session.counts) for each in self.lines],
            [each.mark for each in self.lines],
            rule=CompletionRule(self.seminar.threshold_percent, self.seminar.excused_rule),
            seminar=self.seminar.outcome_state,
        )

    def who(self, audit_name: str) -> str:
        """Return the author of a mark in words."""
        return actor_words(audit_name, self.names)


def person_attendance(
    session: Session,
    actor: Actor,
    seminar: Seminar,
    registration_id: int,
    state: RegistrationState,
    *,
    sent: Mapping[str, str] | None = None,
) -> PersonAttendance:
    """Read one person's attendance, in five statements.

    Args:
        session: to read with.
        actor: who looks.
        seminar: of the registration.
        registration_id: internal id.
        state: of the registration.
        sent: a form that was refused; its lines are shown as they were typed.
    """
    sessions = queries.sessions_of(session, seminar.id)
    past = observations_of(session, registration_id)
    marks = queries.marks_of_person(session, registration_id)
    rule = seminar.excused_rule

    def line(each: SheetSession) -> SessionLine:
        mark, last = marks.marks.get(each.id), marks.last.get(each.id)
        worth = mark.worth(each.contact_minutes, rule) if mark else 0
        typed = typed_in(sent, each.public_id.hex, mark, worth)
        return SessionLine(each, mark, worth, [one for one in past if one.session_id == each.id], typed, as_sent(mark, worth, last))

    lines = [line(each) for each in sessions]
    total = completion(
        [CountedSession(each.contact_minutes, each.counts) for each in sessions],
        [one.mark for one in lines],
        threshold_percent=seminar.threshold_percent,
        excused_rule=rule,
    )
    names = account_names(session, {one.recorded_by for one in past})
    at_the_door = may_coordinate(actor, office_id=seminar.office_id, seminar_id=seminar.id)
    may_mark = at_the_door and takes_marks(seminar.state) and state is RegistrationState.REGISTERED
    return PersonAttendance(seminar, state, lines, total, names, at_the_door, may_mark)


def section(found: StaffRegistration, refused: Refusal | None = None) -> Markup:
    """Return the section; empty for people who hold no seat and have no marks, unless it says why marks were refused."""
    seminar, registration = found.access.seminar, found.registration
    page = person_attendance(
        session(), current_actor(), seminar, registration.id, registration.state, sent=request.form if refused else None
    )
    if registration.state is not RegistrationState.REGISTERED and not any(line.past for line in page.lines) and refused is None:
        return Markup()
    row_id, error = registration.public_id, sentence_of(refused) if refused else None
    return Markup(render_template("attendance/staff/_person.html", page=page, seminar=seminar, registration_id=row_id, error=error))  # noqa: S704  # nosec B704  our own template
