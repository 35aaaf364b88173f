"""What an administrator is to know of mail: whether the server took some, whether a worker runs, whether mail waits."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy.orm import Session

from seminar_app.core.installation import installation_of
from seminar_app.messages.queries import last_sent_at, stuck_mail
from seminar_app.web.checks import Check, Finding, State, add_check
from seminar_app.web.filters import local_instant
from seminar_app.web.job_runs import WORKER, last_runs

DELIVER_MAIL = "deliver-mail"
WORKER_RUNS_WITHIN = timedelta(minutes=3)
"""The worker leaves a sign of life each minute."""


def init_app(app: Flask) -> None:
    """Register the checks."""
    page, action = "messages_staff.index", _l("Look at the messages")
    add_check(app, Check("test-mail", _l("Mail sent"), mail_was_taken, 40, page, action))
    add_check(app, Check("worker", _l("Worker"), worker_runs, 60))
    add_check(app, Check("waiting-mail", _l("Waiting messages"), mail_leaves, 70, page, action, in_readyz=True))


def mail_was_taken(session: Session, now: datetime) -> Finding:
    """Say when the mail server last took a message."""
    if not sends_mail(session):
        return Finding(State.LEFT, _no_mail_server())
    sent_at = last_sent_at(session)
    if sent_at is None:
        return Finding(State.LEFT, _("No message has been sent yet. The command «constancia messages test --now» sends one."))
    return Finding(State.DONE, _("The mail server last took one on %(when)s.", when=_in_words(session, sent_at)))


def worker_runs(session: Session, now: datetime) -> Finding:
    """Say whether a worker runs, which sends mail and does the nightly work."""
    runs = last_runs(session)
    signs = [runs[name].ended_at for name in (WORKER, DELIVER_MAIL) if name in runs]
    if not signs:
        never = _("No worker has run yet, so no mail leaves and nothing is deleted in time. Start «constancia worker».")
        return Finding(State.LEFT, never)
    if now - max(signs) > WORKER_RUNS_WITHIN:
        return Finding(
            State.WRONG,
            _(
                "No worker has run since %(when)s, so no mail leaves and nothing is deleted in time. Start «constancia worker».",
                when=_in_words(session, max(signs)),
            ),
        )
    return Finding(State.DONE, _("It runs, and looks for mail every two seconds."))


def mail_leaves(session: Session, now: datetime) -> Finding:
    """Say whether messages wait longer than they should; without a mail server they are meant to wait."""
    if not sends_mail(session):
        return Finding(State.DONE, _no_mail_server())
    stuck = stuck_mail(session, now=now)
    if stuck is None:
        return Finding(State.DONE, _("No message has waited longer than ten minutes."))
    sentence = ngettext(
        "%(num)d message has waited since %(when)s. It leaves once a worker runs and the mail server takes mail.",
        "%(num)d messages have waited, the oldest since %(when)s. They leave once a worker runs and the mail server takes mail.",
        stuck.number,
        when=_in_words(session, stuck.since),
    )
    return Finding(State.WRONG, sentence)


def what_waiting_means(session: Session, now: datetime) -> str | None:
    """Return what it means for officials that mail is stuck, for an organizer's page; None where it is not."""
    stuck = stuck_mail(session, now=now) if sends_mail(session) else None
    if stuck is None:
        return None
    return str(
        _(
            "Mail has been waiting since %(when)s. Officials who register keep their seat, but get their confirmation and their link "
            "later, once an administrator has mended it.",
            when=_in_words(session, stuck.since),
        )
    )


def sends_mail(session: Session) -> bool:
    """Whether a mail server is set up; without one, messages are kept to be read."""
    return installation_of(session).settings.smtp_url is not None


def _no_mail_server() -> str:
    return str(_("No mail server is set up here, so messages are kept and not sent."))


def _in_words(session: Session, instant: datetime) -> str:
    return local_instant(instant, str(installation_of(session).zone))
