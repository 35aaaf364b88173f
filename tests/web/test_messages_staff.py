from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import Mode
from seminar_app.audit.models import AuditRow
from seminar_app.core.actor import RoleName
from seminar_app.core.links import SecretLink
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.core.values import replace
from seminar_app.messages.headers import NOT_READABLE
from seminar_app.messages.models import Message
from seminar_app.messages.services import enqueue, lease_next, record_failure, record_sent
from tests.conftest import StatementCount
from tests.support.checking_client import CheckingClient
from tests.support.context import context
from tests.support.factories import Make
from tests.support.mail import add_test_kinds
from tests.web.conftest import SignIn

INDEX = "/staff/messages/"
LINK = SecretLink("password", uuid.UUID(int=7), 1)
TOKEN = LINK.token("test key of at least thirty-two characters")


@pytest.fixture
def admin(app: Flask, client: CheckingClient, make: Make, sign_in: SignIn) -> Iterator[CheckingClient]:
    add_test_kinds(app)
    before = app.extensions["settings"]
    yield sign_in(client, make.account((RoleName.ADMIN, {})))
    app.extensions["settings"] = before


def put(session: Session, now: datetime, **values: Any) -> Message:
    base: dict[str, Any] = {
        "kind": "test_pass",
        "language": "en",
        "to_address": "ana.nunez@pgr.example",
        "to_name": "Ana Núñez",
        "facts": {"title": "Trata <de> personas"},
        "link": LINK,
        "link_endpoint": "sign_in.reset_password",
    }
    with unit_of_work(session) as open_session:
        message = enqueue(open_session, context(now), **base | values)
    assert message is not None
    return message


def trail(session: Session) -> list[AuditRow]:
    session.rollback()
    return list(session.scalars(select(AuditRow).where(AuditRow.action.like("message%")).order_by(AuditRow.sequence)))


def test_the_list_finds_by_receiver_state_and_kind_and_each_look_is_in_the_trail(
    session: Session, now: datetime, admin: CheckingClient
) -> None:
    assert "No message yet" in admin.get(INDEX).text
    put(session, now)
    put(session, now, kind="test_plain", to_name="Luis Peña", to_address="luis@inm.example")
    page = admin.get(INDEX).text
    assert "Your seat in the seminar" in page
    assert "Luis Peña, luis@inm.example" in page
    assert "No mail server is set up" in page
    found = admin.submit(INDEX, {"q": "luis@inm"}, form=".filters", status=200).text
    assert "Luis Peña" in found
    assert "Your seat in the seminar" not in found
    assert "Luis" not in admin.submit(INDEX, {"q": "nunez"}, form=".filters", status=200).text
    narrowed = admin.submit(INDEX, {"q": "", "kind": "test_plain"}, form=".filters")
    assert narrowed.response.headers["Location"] == f"{INDEX}?kind=test_plain"
    assert "Ana" not in admin.get(f"{INDEX}?kind=test_plain").text
    assert "No message is like that" in admin.get(f"{INDEX}?state=sent").text
    for hostile in ("state=10", "kind=%F0%9F%98%80", "before=1", f"before={uuid.uuid4()}", "q=%25_%5C'", "q=" + "x" * 5000):
        admin.get(f"{INDEX}?{hostile}")
    rows = trail(session)
    assert len(rows) == 15
    assert {row.action for row in rows} == {"messages.viewed"}
    assert "nunez" not in repr([row.details for row in rows])


def test_the_list_is_paged_and_costs_the_same_however_long_it_is(
    session: Session, now: datetime, admin: CheckingClient, statements: StatementCount
) -> None:
    put(session, now)
    admin.get(INDEX)
    statements.statements.clear()
    admin.get(INDEX)
    few = len(statements)
    for n in range(60):
        put(session, now + timedelta(seconds=n), to_name=f"Person {n}")
    statements.statements.clear()
    page = admin.get(INDEX)
    assert len(statements) == few
    assert len(page.select("tbody tr")) == 50
    older = admin.get(page.one("a[rel=next]").attrs["href"])
    assert len(older.select("tbody tr")) == 11


def test_a_message_reads_as_its_receiver_reads_it_and_its_link_shows_in_the_demonstration_only(
    session: Session, app: Flask, now: datetime, admin: CheckingClient
) -> None:
    message = put(session, now)
    url = f"{INDEX}{message.public_id}"
    page = admin.get(url)
    assert "Trata <de> personas expects you" in page.text
    assert TOKEN not in page.response.get_data(as_text=True)
    assert "••••" in page.text
    assert "hidden here" in page.text
    app.extensions["settings"] = replace(app.extensions["settings"], mode=Mode.DEMO)
    page = admin.get(url)
    assert page.one("article a").attrs["href"].endswith(TOKEN)
    assert page.one("article").attrs["lang"] == "en"
    assert [(row.action, row.subject) for row in trail(session)] == [("message.viewed", f"outbox:{message.public_id.hex}")] * 2
    for nobody in (uuid.uuid4(), "1", "x" * 300):
        admin.get(f"{INDEX}{nobody}", status=404)


def test_what_was_given_up_says_why_and_is_sent_again(session: Session, now: datetime, admin: CheckingClient) -> None:
    message = put(session, now)
    with unit_of_work(session) as open_session:
        lease = lease_next(open_session, now=now)
    assert lease is not None
    url = f"{INDEX}{message.public_id}"
    assert not admin.get(url).select("main form"), "a sender has it"
    token = {"csrf_token": admin.get(INDEX).select("form[action='/logout'] input")[0].attrs["value"]}
    assert "being sent right now" in admin.post(f"{url}/send-again", token, status=422).text
    lease.message.attempts = 99
    with unit_of_work(session) as open_session:
        record_failure(open_session, lease, now=now, error="550 No such person", refused_for_good=True)
    assert "1 message was given up" in admin.get(INDEX).text
    assert "550 No such person" in admin.get(url).text
    page = admin.follow(admin.submit(url))
    assert "on its way again" in page.text
    with unit_of_work(session) as open_session:
        again = lease_next(open_session, now=now + timedelta(days=9999))
        assert again is not None
        record_sent(open_session, again, now=now)
    copy = admin.submit(url).response.headers["Location"]
    assert str(message.public_id) not in copy
    assert [row.action for row in trail(session)].count("message.sent_again") == 2


@pytest.mark.parametrize(("error", "shown"), [(NOT_READABLE, "no llegarían como están escritos"), ("554 <b>100%</b>", "554 <b>100%</b>")])
def test_our_reason_is_said_in_the_readers_language_and_the_servers_as_it_came(
    session: Session, now: datetime, client: CheckingClient, make: Make, sign_in: SignIn, error: str, shown: str
) -> None:
    message = put(session, now, kind="password_reset", facts={"minutes": 60})
    with unit_of_work(session) as open_session:
        lease = lease_next(open_session, now=now)
    assert lease is not None
    with unit_of_work(session) as open_session:
        record_failure(open_session, lease, now=now, error=error, refused_for_good=True)
    admin = sign_in(client, make.account((RoleName.ADMIN, {}), language="es"))
    assert shown in admin.get(f"{INDEX}{message.public_id}").text


def test_a_message_that_cannot_be_written_says_so(session: Session, now: datetime, admin: CheckingClient) -> None:
    message = put(session, now, kind="test_gap")
    assert "Test gap" in admin.get(INDEX).text
    assert "cannot be written" in admin.get(f"{INDEX}{message.public_id}").text


def test_only_administrators_read_mail(session: Session, now: datetime, client: CheckingClient, make: Make, sign_in: SignIn) -> None:
    message = put(session, now)
    client.get(INDEX, status=303)
    sign_in(client, make.account((RoleName.AUDITOR, {}), (RoleName.ORGANIZER, {"office_id": make.office().id})))
    client.get(INDEX, status=403)
    client.get(f"{INDEX}{message.public_id}", status=403)
    assert trail(session) == []
