"""Send the mail that is due. The exchange with the mail server happens outside any transaction, between lease and acknowledgement.

The acknowledgement comes last, and its transaction leases the next message. If a sender dies after the server took a mail, the
mail is sent again when its lease ends, with the same Message-ID. So a copy may arrive twice; none is lost.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime
from email.errors import MessageError
from smtplib import SMTPException
from typing import TypeVar

from flask import Flask
from jinja2 import TemplateError
from msgspec import Struct
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from werkzeug.routing import BuildError

from config import Settings
from seminar_app.core import clock
from seminar_app.core.change_context import ChangeContext
from seminar_app.messages import rendering
from seminar_app.messages.diagnosis import NoMail, explain
from seminar_app.messages.queries import anything_due, stuck_mail
from seminar_app.messages.services import Lease, enqueue, forget, lease_new, lease_next, record_failure, record_sent
from seminar_app.messages.smtp import Mailer, MailServer, refused_for_good, what_happened
from seminar_app.web.database import db, session, unit_of_work
from seminar_app.web.schedule import ending

log = logging.getLogger(__name__)

T = TypeVar("T")

MOST_IN_A_PASS = 500
FAILURES_IN_A_ROW = 3
"""After this many failures of the server the pass ends, because it is probably down. What a mail itself lacks does not count."""
ACKNOWLEDGE_TRIES = 5
ACKNOWLEDGE_PAUSE_SECONDS = 2.0

NOT_SENT = (SMTPException, OSError, TemplateError, BuildError, MessageError, ValueError, LookupError, AttributeError)
"""How the failure of one message may look: from the server, the network, or a mail that cannot be rendered. Others stop the sender."""


class Delivery(Struct):
    """Counts of one pass, and why the last message that was not sent was not."""

    sent: int = 0
    failed: int = 0
    why: str | None = None


def deliver_due(
    app: Flask, *, most: int = MOST_IN_A_PASS, now: Callable[[], datetime] = clock.now, timeout: float | None = None
) -> Delivery:
    """Send the messages that are due, oldest first. Without `SMTP_URL` they stay in the outbox and can be read there.

    Args:
        app: the application.
        most: messages in this pass.
        now: the clock.
        timeout: seconds for each answer of the mail server, instead of the default.
    """
    settings: Settings = app.extensions["settings"]
    done = Delivery()
    if settings.smtp_url is None:
        return done
    server = MailServer.from_url(settings.smtp_url)
    with app.app_context(), Mailer(server, **({} if timeout is None else {"timeout": timeout})) as mailer:
        in_a_row = 0
        lease = None if ending.is_set() else _take(now())
        while lease is not None:
            finish: Finish = _acknowledge
            try:
                _send(app, mailer, lease, now=now())
            except rendering.NotToBeSent:
                finish = _forget
            except NOT_SENT as error:
                finish = _failure(error)
                done.failed += 1
                done.why = explain(error, server)
                in_a_row += isinstance(error, OSError) and not isinstance(error, TemplateError)
            else:
                done.sent += 1
                in_a_row = 0
            goes_on = done.sent + done.failed < most and in_a_row < FAILURES_IN_A_ROW and not ending.is_set()
            lease = _finish_and_take(lease, finish, goes_on=goes_on, now=now)
    return done


def _send(app: Flask, mailer: Mailer, lease: Lease, *, now: datetime) -> None:
    settings: Settings = app.extensions["settings"]
    letter = rendering.write(app, lease.message)
    attached = rendering.attached_to(app, lease.message, letter)
    mailer.send(rendering.mail_of(letter, lease.message, sender=settings.mail_from, now=now, attached=attached))


def send_test(app: Flask, context: ChangeContext, server: MailServer, *, address: str, language: str, timeout: float) -> None:
    """Send a test message at once. A message that is not sent is not kept either, so that it does not come later unasked.

    Args:
        timeout: seconds for each answer of the mail server.

    Raises:
        NoMail: it was not sent; the text says why.
    """
    with unit_of_work() as work:
        message = enqueue(work, context, kind="test_mail", language=language, to_address=address, to_name=address, facts={})
        assert message is not None  # noqa: S101  for the type checker: it has no key
        lease = lease_new(work, message, now=context.now)
    try:
        with Mailer(server, timeout=timeout) as mailer:
            _send(app, mailer, lease, now=context.now)
    except NOT_SENT as error:
        with unit_of_work() as work:
            forget(work, lease)
        raise NoMail(explain(error, server, seconds=timeout)) from error
    _write(lambda open_session: _acknowledge(open_session, lease, clock.now()))


def deliver_for(app: Flask, *, seconds: float, pause: float = 2.0) -> Delivery:
    """Send every `pause` seconds, for `seconds` in all.

    A job that starts each minute runs this, so that a mail waits two seconds and not sixty.
    """
    end, done = time.monotonic() + seconds, Delivery()
    while True:
        part = deliver_due(app)
        done.sent, done.failed, done.why = done.sent + part.sent, done.failed + part.failed, part.why or done.why
        if time.monotonic() + pause >= end or ending.wait(pause):
            return done


def deliver_and_watch(app: Flask, *, seconds: float) -> Delivery:
    """Send for `seconds`, then write a line into the log if mail still waits too long."""
    done = deliver_for(app, seconds=seconds)
    settings: Settings = app.extensions["settings"]
    if settings.smtp_url is not None and (stuck := stuck_mail(session(), now=clock.now())) is not None:
        # why is not said here: a server's answer may name the receiver
        log.warning("Messages wait for too long: %d, the oldest since %s.", stuck.number, stuck.since.isoformat(timespec="minutes"))
    return done


def _take(now: datetime) -> Lease | None:
    if not anything_due(session(), now):  # this query takes no lock, and most of them find nothing
        db.session.remove()
        return None
    with unit_of_work() as open_session:
        return lease_next(open_session, now=now)


Finish = Callable[[Session, Lease, datetime], object]
"""Records what became of a leased message, at this time."""


def _finish_and_take(lease: Lease, finish: Finish, *, goes_on: bool, now: Callable[[], datetime]) -> Lease | None:
    """Record what became of a message, and lease the next one in the same transaction, so that a mail costs one and not two.

    Never is more than one message sent and not acknowledged, so a sender that dies makes one copy at most.
    """

    def work(open_session: Session) -> Lease | None:
        finish(open_session, lease, now())
        return lease_next(open_session, now=now()) if goes_on else None

    return _write(work)


def _failure(error: Exception) -> Finish:
    def note(open_session: Session, lease: Lease, now: datetime) -> None:
        message = lease.message
        log.warning(
            "Message %s (%s) was not sent, attempt %d: %s", message.public_id.hex, message.kind, message.attempts, type(error).__name__
        )
        record_failure(open_session, lease, now=now, error=what_happened(error), refused_for_good=refused_for_good(error))

    return note


def _forget(open_session: Session, lease: Lease, _now: datetime) -> None:
    forget(open_session, lease)


def _acknowledge(open_session: Session, lease: Lease, now: datetime) -> None:
    if not record_sent(open_session, lease, now=now):
        log.warning("Message %s took longer than its lease, so another sender may have sent it too.", lease.message.public_id.hex)


def _write(work: Callable[[Session], T]) -> T:
    """Store the result, with retries: a database that is busy for a moment must not make us send a mail twice."""
    for attempt in range(1, ACKNOWLEDGE_TRIES + 1):
        try:
            with unit_of_work() as open_session:
                return work(open_session)
        except OperationalError:
            if attempt == ACKNOWLEDGE_TRIES:
                raise
            time.sleep(ACKNOWLEDGE_PAUSE_SECONDS)
    raise AssertionError("unreachable")
