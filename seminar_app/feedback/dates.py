"""Set when a form opens and closes by itself, and follow the dates when they have come.

Source: docs/decisions/0036-an-evaluation-opens-by-date.md.
"""

from __future__ import annotations

import logging
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from seminar_app.audit.services import record
from seminar_app.core.change_context import ChangeContext, rule_context
from seminar_app.core.errors import StaleEdit
from seminar_app.feedback import queries, rules
from seminar_app.feedback.errors import ClosesFirst, ClosesInThePast, OpensInThePast, OpensTooEarly, SeminarNotHeld
from seminar_app.feedback.models import FeedbackDates
from seminar_app.feedback.rules import DateFault, Dates, FormKind, FormStage, WhyNotOpen
from seminar_app.feedback.services import close_form, locked_seminar, open_form
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.rules import Announced, local_of, moved, moved_as_a_whole
from seminar_app.seminars.services.events import when_announced_changes
from seminar_app.web.database import db, in_unit_of_work
from seminar_app.web.database import session as reading
from seminar_app.web.schedule import EVERY_MINUTE, Job

log = logging.getLogger(__name__)
FAULTS = {
    DateFault.OPENS_IN_THE_PAST: OpensInThePast,
    DateFault.CLOSES_IN_THE_PAST: ClosesInThePast,
    DateFault.CLOSES_FIRST: ClosesFirst,
}


def set_dates(session: Session, context: ChangeContext, *, seminar_id: int, dates: Dates, seen: str) -> None:
    """Set when the seminar's form opens and closes by itself; both None: only by hand.

    Args:
        session: to write with.
        context: of the change.
        seminar_id: of the form's seminar.
        dates: without a date to open once the form was opened.
        seen: `seen_dates` of the page that the dates were typed on.

    Raises:
        StaleEdit: the form was opened or closed meanwhile, or another account changed the dates.
        SeminarNotHeld, OpensTooEarly, OpensInThePast, ClosesInThePast, ClosesFirst: these dates cannot be set.
    """
    seminar = locked_seminar(session, seminar_id)
    standing = queries.standing_of(session, seminar)
    if seen_dates(standing) != seen:
        raise StaleEdit
    _refuse(seminar, dates, now=context.now)
    if dates != standing.dates:
        _keep(session, context, seminar, dates)


def seen_dates(standing: queries.Standing) -> str:
    """Return what a page shows of stage and dates, so that two editors do not overwrite each other unseen."""
    dates = (standing.dates.opens_at, standing.dates.closes_at)
    return " ".join([standing.stage, *(at.isoformat() if at else "-" for at in dates)])


def _refuse(seminar: Seminar, dates: Dates, *, now: datetime) -> None:
    day = local_of(dates.opens_at, seminar.time_zone).date() if dates.opens_at else seminar.starts_on
    match rules.why_not_open(seminar_state=seminar.state, starts_on=seminar.starts_on, today=day):
        case WhyNotOpen.SEMINAR_STATE:
            raise SeminarNotHeld
        case WhyNotOpen.TOO_EARLY:
            raise OpensTooEarly(day=seminar.starts_on)
    fault = rules.fault_of_dates(dates, now=now)
    if fault is not None:
        raise FAULTS[fault]


@when_announced_changes
def move_along(session: Session, context: ChangeContext, seminar: Seminar, before: Announced, after: Announced) -> None:
    """Move the dates of a form that was not opened with a seminar that is moved as a whole, as its sessions move. Its row is locked."""
    days, standing = moved_as_a_whole(before, after), queries.standing_of(session, seminar)
    if not days or standing.stage is not FormStage.NOT_OPENED or standing.dates == Dates():
        return

    def along(at: datetime | None) -> datetime | None:
        return moved(at, before.time_zone, days=days, to_zone=after.time_zone) if at is not None else None

    _keep(session, context, seminar, Dates(along(standing.dates.opens_at), along(standing.dates.closes_at)))


def _keep(session: Session, context: ChangeContext, seminar: Seminar, dates: Dates) -> None:
    session.merge(FeedbackDates(seminar_id=seminar.id, kind=FormKind.REACTION, opens_at=dates.opens_at, closes_at=dates.closes_at))
    told = {"opens": dates.opens_at, "closes": dates.closes_at}
    details = {name: local_of(at, seminar.time_zone).isoformat(" ", "minutes") for name, at in told.items() if at is not None}
    subject = f"seminar:{seminar.public_id.hex}"
    record(session, context, action="feedback.dates_changed", subject=subject, seminar=seminar.slug, details=details)


def follow_dates(session: Session, context: ChangeContext, *, seminar_id: int) -> FormStage | None:
    """Open or close the seminar's form if its date has come and nobody did meanwhile. Return its new stage, or None."""
    seminar = locked_seminar(session, seminar_id)
    standing = queries.standing_of(session, seminar)
    stage = standing.by_dates(context.now)
    if stage is standing.stage:
        return None
    change = open_form if stage is FormStage.OPEN else close_form
    change(session, context, seminar_id=seminar_id)
    return stage


def follow_all() -> None:
    """Open and close the forms whose dates have come. Each seminar is a transaction of its own, with the mails that tell of it."""
    context = rule_context()
    seminar_ids = queries.due_by_dates(reading(), context.now)
    db.session.remove()
    stages = [in_unit_of_work(partial(follow_dates, context=context, seminar_id=seminar_id)) for seminar_id in seminar_ids]
    if any(stages):
        log.info("Forms of feedback: %d opened, %d closed.", stages.count(FormStage.OPEN), stages.count(FormStage.CLOSED))


FOLLOW_DATES = Job(name="feedback-dates", run=follow_all, every=EVERY_MINUTE)
