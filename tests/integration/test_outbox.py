from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.policy import SMTP
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.audit.models import AuditRow
from seminar_app.core.errors import NotFound
from seminar_app.core.links import SecretLink
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.core.values import replace
from seminar_app.messages import rendering
from seminar_app.messages.delivery import deliver_due
from seminar_app.messages.errors import BeingSent
from seminar_app.messages.headers import NOT_READABLE
from seminar_app.messages.models import Message
from seminar_app.messages.rendering import HIDDEN, write
from seminar_app.messages.rules import LEASE, MessageState
from seminar_app.messages.services import enqueue, lease_next, record_failure, record_sent, send_again
from tests.support.context import context
from tests.support.mail import DIE_AFTER_DATA, HANG, LATER, NEVER, TAKE, ScriptedServer, add_test_kinds

OWNER = uuid.UUID(int=7)
ENDPOINT = "healthz"


def put(session: Session, now: datetime, **values: Any) -> Message:
    base: dict[str, Any] = {
        "kind": "test_pass",
        "language": "en",
        "to_address": "ana.nunez@pgr.example",
        "to_name": "Ana Núñez",
        "facts": {"title": "Trata de personas"},
    }
    with unit_of_work(session) as open_session:
        message = enqueue(open_session, context(now), **base | values)
    assert message is not None
    return message


@pytest.fixture
def mailing(app: Flask) -> Iterator[Callable[[ScriptedServer], Flask]]:
    """Let the app send its mail to a server of the test."""
    before = app.extensions["settings"]
    add_test_kinds(app)

    def to(server: ScriptedServer) -> Flask:
        app.extensions["settings"] = replace(before, smtp_url=server.url)
        return app

    yield to
    app.extensions["settings"] = before


def states(session: Session) -> list[MessageState]:
    session.rollback()
    session.expire_all()
    return [row.state for row in session.scalars(select(Message).order_by(Message.id))]


def test_a_key_is_used_once_and_a_message_dies_with_its_transaction(session: Session, now: datetime) -> None:
    put(session, now, dedupe_key="pass:1")
    with unit_of_work(session) as open_session:
        again = enqueue(
            open_session, context(now), kind="k", language="es", to_address="a@b.example", to_name="A", facts={}, dedupe_key="pass:1"
        )
    assert again is None

    def fails() -> None:
        with unit_of_work(session) as open_session:
            enqueue(open_session, context(now), kind="k", language="es", to_address="a@b.example", to_name="A", facts={})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    assert len(states(session)) == 1


def test_a_letter_is_sent_whole_and_noted(session: Session, now: datetime, mailing: Callable[[ScriptedServer], Flask]) -> None:
    message = put(session, now)
    with ScriptedServer() as server:
        done = deliver_due(mailing(server), now=lambda: now)
    assert (done.sent, done.failed) == (1, 0)
    assert states(session) == [MessageState.SENT]
    (mail,) = server.taken
    assert mail["Message-ID"] == message.message_id
    assert mail["To"] == "Ana Núñez <ana.nunez@pgr.example>"
    assert mail["Subject"] == "Your seat in the seminar"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "en"
    assert mail["Date"].datetime == now.replace(microsecond=0)
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert "Trata de personas expects you" in plain.get_content()
    assert "<ul><li>bring a paper</li>" in html.get_content()
    with ScriptedServer() as server:
        assert deliver_due(mailing(server), now=lambda: now + timedelta(days=9)).sent == 0


def test_the_link_is_made_when_the_letter_is_written_and_hidden_from_staff(
    session: Session, app: Flask, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_test_kinds(app)
    adapter = app.url_map.bind("localhost")
    monkeypatch.setattr(type(adapter), "build", lambda _self, endpoint, values: f"/{endpoint}/{values['token']}")
    message = put(session, now, link=SecretLink("test", OWNER, 2), link_endpoint="personal")
    token = SecretLink("test", OWNER, 2).token("test key of at least thirty-two characters")
    letter = write(app, message)
    assert f"\nhttp://localhost/personal/{token}\n" in letter.text
    assert f'<a href="http://localhost/personal/{token}">' in letter.html
    hidden = write(app, message, show_link=False)
    assert token not in hidden.text + hidden.html
    assert HIDDEN in hidden.text
    stored = session.execute(select(Message)).scalar_one()
    assert token not in repr([getattr(stored, column.name) for column in Message.__table__.columns])


def test_each_letter_is_in_its_own_language(session: Session, app: Flask, now: datetime) -> None:
    add_test_kinds(app)
    letter = write(app, put(session, now, language="es"))
    assert letter.subject == "Su lugar en el seminario"
    assert "Constancia envió este mensaje" in letter.text
    assert '<html lang="es">' in letter.html


def test_a_letter_that_cannot_be_written_or_addressed_is_kept_with_its_reason(
    session: Session, now: datetime, mailing: Callable[[ScriptedServer], Flask]
) -> None:
    put(session, now, kind="test_gap")
    put(session, now, kind="no_such_kind")
    put(session, now, to_address="not an address")
    with ScriptedServer() as server:
        assert deliver_due(mailing(server), now=lambda: now).failed == 3
    session.expire_all()
    rows = session.scalars(select(Message).order_by(Message.id)).all()
    assert [row.state for row in rows] == [MessageState.WAITING] * 3
    assert "not_there" in str(rows[0].last_error)
    assert all(row.not_before == now + timedelta(minutes=1) for row in rows)
    assert server.taken == []


@pytest.mark.parametrize(("answer", "attempts"), [(LATER, 9), (NEVER, 3)])
def test_a_refused_letter_is_tried_again_until_a_person_is_needed(
    session: Session,
    now: datetime,
    mailing: Callable[[ScriptedServer], Flask],
    answer: str,
    attempts: int,
) -> None:
    message = put(session, now)
    with ScriptedServer(lambda _n: answer) as server:
        app = mailing(server)
        for hour in range(96):
            deliver_due(app, now=lambda hour=hour: now + timedelta(hours=hour))  # type: ignore[misc]
        assert server.tries[message.message_id] == attempts
        assert states(session) == [MessageState.FAILED]
        server.behave = lambda _n: TAKE
        with unit_of_work(session) as open_session:
            again = send_again(open_session, context(now, "account:0"), public_id=message.public_id)
        assert again.message_id == message.message_id
        assert deliver_due(app, now=lambda: now).sent == 1
    assert states(session) == [MessageState.SENT]


def test_a_sent_letter_is_sent_again_under_a_new_name_and_the_trail_says_so(session: Session, now: datetime) -> None:
    message = put(session, now)
    with unit_of_work(session) as open_session:
        lease = lease_next(open_session, now=now)
    assert lease is not None
    with pytest.raises(BeingSent), unit_of_work(session) as open_session:
        send_again(open_session, context(now, "account:0"), public_id=message.public_id)
    with unit_of_work(session) as open_session:
        assert record_sent(open_session, lease, now=now)
    with unit_of_work(session) as open_session:
        again = send_again(open_session, context(now, "account:0"), public_id=message.public_id)
    assert again.message_id != message.message_id
    assert states(session) == [MessageState.SENT, MessageState.WAITING]
    assert session.scalar(select(AuditRow.action)) == "message.sent_again"
    with pytest.raises(NotFound), unit_of_work(session) as open_session:
        send_again(open_session, context(now, "account:0"), public_id=uuid.uuid4())


def test_a_lease_that_was_lost_acknowledges_nothing(session: Session, now: datetime) -> None:
    put(session, now)
    with unit_of_work(session) as open_session:
        first = lease_next(open_session, now=now)
    assert first is not None
    with unit_of_work(session) as open_session:
        assert lease_next(open_session, now=now + LEASE - timedelta(seconds=1)) is None, "it is in somebody's hands"
    with unit_of_work(session) as open_session:
        second = lease_next(open_session, now=now + LEASE)
    assert second is not None
    with unit_of_work(session) as open_session:
        assert not record_failure(open_session, first, now=now, error="late", refused_for_good=False)
        assert not record_sent(open_session, first, now=now)
        assert record_sent(open_session, second, now=now)


def test_a_server_that_hangs_or_dies_after_taking_it_gets_the_same_letter_again(
    session: Session, now: datetime, mailing: Callable[[ScriptedServer], Flask]
) -> None:
    message = put(session, now)
    script = {1: HANG, 2: DIE_AFTER_DATA}
    with ScriptedServer(lambda n: script.get(n, TAKE), hang_seconds=1.0) as server:
        app = mailing(server)
        for minutes in (0, 2, 10):
            deliver_due(app, now=lambda minutes=minutes: now + timedelta(minutes=minutes), timeout=0.3)  # type: ignore[misc]
    assert server.copies == {message.message_id: 2}
    assert states(session) == [MessageState.SENT]


def test_an_ill_server_ends_the_pass_and_spares_the_rest(
    session: Session, now: datetime, mailing: Callable[[ScriptedServer], Flask]
) -> None:
    for _ in range(5):
        put(session, now)
    with ScriptedServer() as server:
        app = mailing(server)
    assert deliver_due(app, now=lambda: now).failed == 3
    session.expire_all()
    assert sorted(row.attempts for row in session.scalars(select(Message))) == [0, 0, 1, 1, 1]


def test_nothing_is_sent_in_the_clear_unless_asked_for(session: Session, now: datetime, mailing: Callable[[ScriptedServer], Flask]) -> None:
    put(session, now)
    with ScriptedServer() as server:
        app = mailing(server)
        app.extensions["settings"] = replace(app.extensions["settings"], smtp_url=f"smtp://127.0.0.1:{server.port}")
        assert deliver_due(app, now=lambda: now).failed == 1
    assert server.taken == []


def test_without_a_mail_server_everything_stays_to_be_read(session: Session, app: Flask, now: datetime) -> None:
    put(session, now)
    assert deliver_due(app, now=lambda: now).sent == 0
    assert states(session) == [MessageState.WAITING]
    assert datetime.now(UTC) > now


def test_letters_that_would_not_arrive_as_written_fail_alone_and_say_why(
    session: Session, now: datetime, mailing: Callable[[ScriptedServer], Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rendering, "POLICY", SMTP)
    for _ in range(4):
        put(session, now, to_name=f"Ana {'a' * 99} {'b' * 99}")
    put(session, now)
    with ScriptedServer() as server:
        app = mailing(server)
        assert deliver_due(app, now=lambda: now).sent == 1, "the queue is not blocked"
        for minutes in (2, 8):
            deliver_due(app, now=lambda minutes=minutes: now + timedelta(minutes=minutes))  # type: ignore[misc]
    assert states(session) == [MessageState.FAILED] * 4 + [MessageState.SENT]
    assert {row.last_error for row in session.scalars(select(Message).where(Message.state == MessageState.FAILED))} == {NOT_READABLE}


def test_a_name_that_python_folds_wrongly_arrives_whole(
    session: Session, now: datetime, mailing: Callable[[ScriptedServer], Flask]
) -> None:
    name = f"Ana {'a' * 99} {'b' * 99}, MDH"
    put(session, now, to_name=name)
    with ScriptedServer() as server:
        assert deliver_due(mailing(server), now=lambda: now).sent == 1
    (mail,) = server.taken
    assert [(to.display_name, to.addr_spec) for to in mail["To"].addresses] == [(name, "ana.nunez@pgr.example")]
    assert len(list(mail.walk())) == 3
