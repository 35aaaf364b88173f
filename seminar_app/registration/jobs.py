"""Scheduled jobs for seats."""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import partial

from seminar_app.core.change_context import rule_context
from seminar_app.registration import services
from seminar_app.registration.services import change_notices, release_notices, reminding
from seminar_app.web.database import db, in_unit_of_work, session
from seminar_app.web.schedule import EVERY_MINUTE, Job

log = logging.getLogger(__name__)


def release_quotas() -> None:
    """Move the unused seats of quotas whose release date has come to the open pool, and seat people from the waiting list."""
    moved = in_unit_of_work(lambda session: services.release_due_quotas(session, rule_context()))
    if moved:
        log.info("%d seats went to open pools.", moved)


def tell_releases() -> None:
    """Tell liaisons of quotas that are released in three days, or tomorrow."""
    told = in_unit_of_work(lambda session: release_notices.tell_releases(session, rule_context()))
    if told:
        log.info("%d liaisons are told of a release that is near.", told)


def remind_invited() -> None:
    """Send invitations again whose last day is near and that nobody has answered. Each seminar is a transaction of its own."""
    context = rule_context()
    seminar_ids = reminding.seminars_to_remind(session(), context)
    db.session.remove()
    sent = sum(in_unit_of_work(partial(reminding.remind_due, context=context, seminar_id=seminar_id)) for seminar_id in seminar_ids)
    if sent:
        log.info("%d people get their invitation again.", sent)


def empty_forms() -> None:
    """Empty the forms of erased people, once the page after the form shows of no form of that hour what was typed."""
    in_unit_of_work(lambda session: services.empty_erased_forms(session, rule_context()))


def tell_changes() -> None:
    """Tell people what has changed of their seminars, some minutes after the last change. Each seminar is a transaction of its own."""
    context = rule_context()
    seminar_ids = change_notices.due(session(), context.now)
    db.session.remove()
    told = sum(in_unit_of_work(partial(change_notices.tell_due, context=context, seminar_id=seminar_id)) for seminar_id in seminar_ids)
    if told:
        log.info("%d people are told of changes.", told)


EMPTY_FORMS = Job(name="empty-forms", run=empty_forms, every=timedelta(minutes=10))
RELEASE_QUOTAS = Job(name="release-quotas", run=release_quotas, every=timedelta(hours=1))
"""Runs each hour, because the day begins at a different hour in each time zone."""
TELL_RELEASES = Job(name="tell-releases", run=tell_releases, every=timedelta(hours=1))
REMIND_INVITED = Job(name="remind-invited", run=remind_invited, every=timedelta(hours=1))
TELL_CHANGES = Job(name="tell-changes", run=tell_changes, every=EVERY_MINUTE)
