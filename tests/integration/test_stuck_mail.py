"""Mail that waits for more than ten minutes is noticed, but not the one message that a server refuses while it takes others."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy.orm import Session

from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.core.values import replace
from seminar_app.messages import delivery
from seminar_app.messages.checks import mail_leaves, mail_was_taken, what_waiting_means
from seminar_app.messages.models import Message
from seminar_app.messages.queries import StuckMail, stuck_mail
from seminar_app.messages.services import enqueue, hold_undelivered, lease_next, record_failure, record_sent, release_held
from seminar_app.web.checks import State
from tests.support.context import context
from tests.support.installation import reinstall

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def put(session: Session, at: datetime) -> Message:
    with unit_of_work(session) as work:
        to = "ana@pgr.example"
        message = enqueue(work, context(at), kind="test_mail", language="es", to_address=to, to_name=to, facts={})
    assert message is not None
    return message


def send(session: Session, at: datetime) -> None:
    with unit_of_work(session) as work:
        lease = lease_next(work, now=at)
        assert lease is not None
        record_sent(work, lease, now=at)


def refuse(session: Session, at: datetime) -> None:
    with unit_of_work(session) as work:
        lease = lease_next(work, now=at)
        assert lease is not None
        record_failure(work, lease, now=at, error="450 full", refused_for_good=False)


def test_untried_mail_is_stuck_after_ten_minutes(session: Session, now: datetime) -> None:
    assert stuck_mail(session, now=now) is None
    put(session, now)
    put(session, now + 5 * MINUTE)
    assert stuck_mail(session, now=now + 9 * MINUTE) is None
    assert stuck_mail(session, now=now + 11 * MINUTE) == StuckMail(1, now)
    assert stuck_mail(session, now=now + 20 * MINUTE) == StuckMail(2, now)


def test_mail_that_no_server_takes_is_stuck_also_while_it_waits_for_its_next_attempt(session: Session, now: datetime) -> None:
    put(session, now - HOUR)
    send(session, now - HOUR)
    put(session, now)
    refuse(session, now)
    assert stuck_mail(session, now=now + 11 * MINUTE) == StuckMail(1, now)


def test_one_that_is_refused_while_later_ones_are_taken_waits_for_its_receiver_only(session: Session, now: datetime) -> None:
    put(session, now)
    refuse(session, now)
    put(session, now + MINUTE / 2)
    send(session, now + MINUTE / 2)
    assert stuck_mail(session, now=now + HOUR) is None


def test_mail_that_is_released_after_a_restore_waits_from_then_on(session: Session, now: datetime) -> None:
    put(session, now)
    with unit_of_work(session) as work:
        hold_undelivered(work, context(now))
    assert stuck_mail(session, now=now + HOUR) is None
    with unit_of_work(session) as work:
        release_held(work, context(now + HOUR))
    assert stuck_mail(session, now=now + HOUR + 5 * MINUTE) is None
    assert stuck_mail(session, now=now + HOUR + 11 * MINUTE) == StuckMail(1, now + HOUR)


@pytest.mark.sqlite_only
def test_the_checks_and_the_organizers_page_say_it_in_a_sentence(app: Flask, session: Session, now: datetime) -> None:
    with force_locale("en"):
        put(session, now)
        later = now + 11 * MINUTE
        assert mail_leaves(session, later).state is State.DONE, "without a mail server, messages are meant to stay"
        assert what_waiting_means(session, later) is None
        reinstall(app, smtp_url="smtp://127.0.0.1:9?tls=none")
        try:
            assert mail_leaves(session, later).state is State.WRONG
            assert "1 message has waited since March 2, 2026, 9:00" in mail_leaves(session, later).sentence
            assert "Mail has been waiting since March 2, 2026, 9:00" in (what_waiting_means(session, later) or "")
            assert mail_was_taken(session, later).state is State.LEFT
            session.rollback()
            send(session, later)
            assert mail_leaves(session, later).state is State.DONE
            assert mail_was_taken(session, later).state is State.DONE
            assert what_waiting_means(session, later) is None
        finally:
            reinstall(app, smtp_url=None)


@pytest.mark.sqlite_only
def test_the_job_writes_a_line_into_the_log_while_mail_is_stuck(
    app: Flask, session: Session, now: datetime, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    put(session, now)
    before = app.extensions["settings"]
    app.extensions["settings"] = replace(before, smtp_url="smtp://127.0.0.1:9?tls=none")
    monkeypatch.setattr(delivery, "deliver_for", lambda *_what, **_how: delivery.Delivery(0, 1, "550 no <ana@pgr.example>"))
    try:
        with caplog.at_level(logging.WARNING):
            monkeypatch.setattr("seminar_app.core.clock.now", lambda: now + 9 * MINUTE)
            delivery.deliver_and_watch(app, seconds=0)
            assert caplog.text == ""
            monkeypatch.setattr("seminar_app.core.clock.now", lambda: now + 11 * MINUTE)
            delivery.deliver_and_watch(app, seconds=0)
    finally:
        app.extensions["settings"] = before
    assert "Messages wait for too long: 1, the oldest since 2026-03-02T15:00+00:00." in caplog.text
    assert "ana@pgr.example" not in caplog.text, "a server's answer may name the receiver"
