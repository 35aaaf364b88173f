"""A mail server that refuses, hangs and dies after DATA, and senders that are killed: all mail arrives, copies share a Message-ID."""

from __future__ import annotations

import random
import signal
from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from seminar_app.core import clock
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.messages.models import Message
from seminar_app.messages.queries import counts_by_state
from seminar_app.messages.rules import MessageState
from seminar_app.messages.services import enqueue
from tests.conftest import TestDatabase
from tests.faults.outbox_sender import NOTES_FIRST, NOTES_LATE, deliver
from tests.support.context import context
from tests.support.mail import DIE_AFTER_DATA, HANG, LATER, NEVER, TAKE, ScriptedServer
from tests.support.server import FORKS

SHORT, FULL = 200, 5_000
LONGEST_SECONDS = 1_800
"""Seconds for one sender: one mail in a hundred hangs for more than a second, and there may be thousands."""


def fill(session: Session, mails: int) -> set[str]:
    with unit_of_work(session) as open_session:
        rows = [
            enqueue(
                open_session,
                context(clock.now()),
                kind="test_pass",
                language="en",
                to_address=f"official{n}@pgr.example",
                to_name=f"Official {n}",
                facts={"title": f"Seminar {n}"},
            )
            for n in range(mails)
        ]
    return {row.message_id for row in rows if row is not None}


def run_sender(database: TestDatabase, server: ScriptedServer, dies_at: int = 0, *, twin: str | None = None) -> bool:
    """Run a sender in its own process. Return whether it was killed."""
    settings = {
        "SEMINAR_MODE": "test",
        "SECRET_KEY": "test key of at least thirty-two characters",
        "SEMINAR_DATA_DIR": str(database.folder),
        "DATABASE_URL": database.url,
        "SMTP_URL": server.url,
    }
    sender = FORKS.Process(target=deliver, args=(settings, dies_at, twin))
    sender.start()
    sender.join(LONGEST_SECONDS)
    if sender.is_alive():
        sender.kill()
        raise AssertionError("a sender did not come to an end")
    assert sender.exitcode in (0, -signal.SIGKILL)
    return sender.exitcode != 0


def time_passes(session: Session) -> None:
    """Let leases and pauses end."""
    with unit_of_work(session) as open_session:
        unfinished = Message.state.in_((MessageState.WAITING, MessageState.SENDING))
        open_session.execute(update(Message).where(unfinished).values(not_before=clock.now() - timedelta(seconds=1)))


def storm(database: TestDatabase, session: Session, *, mails: int, kills: int, seed: int) -> None:
    chance = random.Random(seed)
    names = fill(session, mails)

    def behave(tries: int) -> str:
        if tries > 2:
            return TAKE
        return chance.choices([TAKE, LATER, NEVER, HANG, DIE_AFTER_DATA], weights=[90, 4, 4, 1, 3])[0]

    killed = 0
    with ScriptedServer(behave, hang_seconds=1.5) as server:
        for _ in range(3 * kills):  # after three failures in a row a sender ends before it is killed
            if killed == kills:
                break
            killed += run_sender(database, server, dies_at=chance.randint(1, max(1, mails // (2 * kills))))
            time_passes(session)
        for _ in range(mails):
            session.rollback()
            counts = counts_by_state(session)
            if not counts[MessageState.WAITING] and not counts[MessageState.SENDING]:
                break
            run_sender(database, server)
            time_passes(session)
    assert counts == {state: mails if state is MessageState.SENT else 0 for state in MessageState}
    assert server.copies.keys() == names, "every mail arrived"
    extra = sum(server.copies.values()) - mails
    assert killed == kills
    assert extra <= killed + server.deaths, "no more copies than deaths"


def test_everything_arrives_whatever_dies(database: TestDatabase, session: Session) -> None:
    storm(database, session, mails=SHORT, kills=3, seed=1)


@pytest.mark.full
def test_everything_arrives_whatever_dies_in_full(database: TestDatabase, session: Session) -> None:
    storm(database, session, mails=FULL, kills=40, seed=2)


def test_the_broken_twin_that_notes_before_it_sends_loses_mail(database: TestDatabase, session: Session) -> None:
    names = fill(session, 5)
    with ScriptedServer() as server:
        assert run_sender(database, server, dies_at=3, twin=NOTES_FIRST)
        time_passes(session)
        run_sender(database, server)
    assert names - server.copies.keys(), "a mail that was noted as sent never left"


def test_the_broken_twin_that_notes_many_together_makes_more_copies_than_deaths(database: TestDatabase, session: Session) -> None:
    fill(session, 5)
    with ScriptedServer() as server:
        assert run_sender(database, server, dies_at=3, twin=NOTES_LATE)
        time_passes(session)
        run_sender(database, server)
        assert sum(server.copies.values()) - 5 > 1, "one was killed"
