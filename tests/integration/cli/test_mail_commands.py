"""`messages test` and `messages deliver` tell what became of the mail, and fail where it was not sent."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import Settings
from seminar_app.core import clock
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.core.values import replace
from seminar_app.messages.models import Message
from seminar_app.messages.rules import MessageState
from seminar_app.messages.services import enqueue
from seminar_app.web.job_runs import WORKER, note_run
from tests.conftest import TestDatabase, settings_for
from tests.support.commands import run
from tests.support.context import context
from tests.support.mail import LATER, NEVER, TAKE, ScriptedServer
from tests.support.server import free_port

pytestmark = pytest.mark.sqlite_only
ANA = "ana@office.example"


def settings(database: TestDatabase, url: str | None) -> Settings:
    return replace(settings_for(database.url, database.folder), smtp_url=url)


def outbox(session: Session) -> list[MessageState]:
    session.rollback()
    return list(session.scalars(select(Message.state)))


def test_a_test_message_is_sent_at_once_and_the_server_is_named(database: TestDatabase, session: Session) -> None:
    with ScriptedServer() as server:
        done = run(settings(database, server.url), "messages", "test", "--now", ANA, "--language", "en")
    assert done.exit_code == 0, done.output
    assert f"Sent: 127.0.0.1:{server.port} took the message to {ANA}." in done.output
    (mail,) = server.taken
    assert mail["To"] == f'"{ANA}" <{ANA}>'
    assert str(mail["Message-ID"]).endswith("@localhost>"), "the host of PUBLIC_URL"
    assert outbox(session) == [MessageState.SENT]


@pytest.mark.parametrize(("how", "said"), [(NEVER, "did not take the mail (it said: 554 5.7.1 No)"), (LATER, "451 4.3.0 Try again later")])
def test_one_that_is_not_taken_says_why_and_does_not_come_later(database: TestDatabase, session: Session, how: str, said: str) -> None:
    with ScriptedServer(lambda _times: how) as server:
        done = run(settings(database, server.url), "messages", "test", "--now", ANA)
    assert done.exit_code == 1
    assert "Not sent. 127.0.0.1 did not take the mail" in done.output
    assert said in done.output
    assert outbox(session) == []


def test_a_server_that_hangs_does_not_hold_the_command(database: TestDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seminar_app.cli.messages.TIMEOUT_SECONDS", 0.3)
    with ScriptedServer(lambda _times: "hang", hang_seconds=1.0) as server:
        done = run(settings(database, server.url), "messages", "test", "--now", ANA)
    assert done.exit_code == 1
    assert "does not answer within 0.3 seconds" in done.output


def test_delivering_fails_with_the_reason_where_something_was_not_sent(database: TestDatabase, session: Session) -> None:
    with unit_of_work(session) as work:
        enqueue(work, context(clock.now()), kind="test_mail", language="es", to_address=ANA, to_name=ANA, facts={})
    port = free_port()
    done = run(settings(database, f"smtp://127.0.0.1:{port}?tls=none"), "messages", "deliver")
    assert done.exit_code == 1
    assert "0 sent, 1 not sent." in done.output
    assert f"127.0.0.1 refuses connections at port {port}" in done.output
    assert outbox(session) == [MessageState.WAITING]
    with ScriptedServer(lambda _times: TAKE) as server:
        done = run(settings(database, server.url), "messages", "deliver")
    assert (done.exit_code, done.output) == (0, "0 sent, 0 not sent.\n"), "it is tried again a minute later"


def test_without_now_it_says_who_will_send_it(database: TestDatabase, session: Session) -> None:
    here = settings(database, "smtp://127.0.0.1:9?tls=none")
    assert "No worker runs now" in run(here, "messages", "test", ANA).output
    with unit_of_work(session) as work:
        note_run(work, WORKER, now=clock.now())
    assert "The worker sends it within seconds." in run(here, "messages", "test", ANA).output
    assert "nothing sends it" in run(settings(database, None), "messages", "test", ANA).output
    refused = run(settings(database, None), "messages", "test", "--now", ANA)
    assert (refused.exit_code, "SMTP_URL is not set" in refused.output) == (1, True)


def test_what_is_no_address_gets_no_mail(database: TestDatabase, session: Session) -> None:
    done = run(settings(database, None), "messages", "test", "ana")
    assert (done.exit_code, "«ana» is not a whole e-mail address" in done.output) == (1, True)
    assert outbox(session) == []
