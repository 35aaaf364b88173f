"""What the overview of a seminar says about attendance that nobody has taken."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from babel.lists import format_list
from flask import url_for
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from seminar_app.attendance.models import Mark
from seminar_app.attendance.outcomes import count_changed
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState
from seminar_app.seminars.models import Seminar, SeminarSession
from seminar_app.seminars.overview import Concern
from seminar_app.seminars.rules import SeminarState, is_frozen

TAKEN_IN = (SeminarState.PUBLISHED, SeminarState.CLOSED, SeminarState.COMPLETED)


class SessionCount(Struct, frozen=True):
    """A session's number from 1, and how many of the people who hold a seat have a mark in it."""

    number: int
    public_id: uuid.UUID
    ends_at: datetime
    people: int
    marked: int


def sessions_without_marks(session: Session, seminar: Seminar, now: datetime) -> Sequence[Concern]:
    """Return what to say of sessions that are over: those without any attendance, and those marked in part."""
    if seminar.state not in TAKEN_IN:
        return []
    over = [row for row in _sessions_with_counts(session, seminar.id) if row.ends_at <= now and row.marked < row.people]
    untaken, gaps = [row for row in over if not row.marked], [row for row in over if row.marked]
    found = []
    if untaken:
        which = _numbers(untaken)
        sentence = ngettext("Session %(which)s has no attendance.", "Sessions %(which)s have no attendance.", len(untaken), which=which)
        found.append(_concern(seminar, sentence, untaken[0]))
    if gaps:
        which = _numbers(gaps)
        sentence = ngettext("Session %(which)s is marked in part.", "Sessions %(which)s are marked in part.", len(gaps), which=which)
        found.append(_concern(seminar, sentence, gaps[0]))
    return found


def changed_since_completion(session: Session, seminar: Seminar, now: datetime) -> Sequence[Concern]:
    """Say of a seminar that was completed before how many outcomes differ from those of then."""
    number = count_changed(session, seminar.id)
    if not number:
        return []
    sentence = ngettext(
        "%(num)d outcome differs from the completion before.", "%(num)d outcomes differ from the completion before.", number
    )
    return [Concern(sentence, url_for("attendance_staff.changes", slug=seminar.slug), _("See what changed"))]


def _concern(seminar: Seminar, sentence: str, first: SessionCount) -> Concern:
    if is_frozen(seminar.state):
        return Concern(sentence)  # organizers reopen it on the same page
    url = url_for("attendance_staff.marking", slug=seminar.slug, session_id=first.public_id)
    return Concern(sentence, url, _("Take attendance"), _("Who is not marked earns no minutes for that session."))


def _numbers(rows: Sequence[SessionCount]) -> str:
    return format_list([str(row.number) for row in rows], locale=get_locale())


def _sessions_with_counts(session: Session, seminar_id: int) -> list[SessionCount]:
    """Return the sessions in order of time, in one statement; `people` is 0 where nobody holds a seat."""
    seated = (Registration.seminar_id == SeminarSession.seminar_id) & (Registration.state == RegistrationState.REGISTERED)
    rows = session.execute(
        select(SeminarSession.public_id, SeminarSession.ends_at, func.count(Registration.id), func.count(Mark.status))
        .outerjoin(Registration, seated)
        .outerjoin(Mark, (Mark.registration_id == Registration.id) & (Mark.session_id == SeminarSession.id))
        .where(SeminarSession.seminar_id == seminar_id)
        .group_by(SeminarSession.id)
        .order_by(SeminarSession.starts_at, SeminarSession.id)
    )
    return [SessionCount(number, *row) for number, row in enumerate(rows, start=1)]
