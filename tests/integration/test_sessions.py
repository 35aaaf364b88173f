"""Sessions in the table: what a cookie opens, and when it no longer does."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from seminar_app.accounts.models import UserAccount
from seminar_app.core import clock
from seminar_app.core.actor import Actor, RoleName
from seminar_app.core.links import token_hash
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.sign_in import session_store
from seminar_app.sign_in.models import WebSession
from seminar_app.sign_in.sessions import load_actor
from tests.conftest import StatementCount
from tests.support.factories import Make


def begin(session: Session, account: UserAccount, now: datetime) -> str:
    with unit_of_work(session) as open_session:
        return session_store.start(open_session, account=account, values={}, now=now)


def actor_with(app: Flask, cookie: str) -> Actor | None:
    with app.test_request_context("/", headers={"Cookie": f"session={cookie}"}):
        return load_actor()


def test_the_actor_comes_with_all_grants_in_one_statement(app: Flask, session: Session, make: Make, statements: StatementCount) -> None:
    office, other = make.office(), make.office()
    seminar = make.seminar(office=other)
    account = make.account(
        (RoleName.ORGANIZER, {"office_id": office.id}),
        (RoleName.COORDINATOR, {"seminar_id": seminar.id}),
        (RoleName.LIAISON, {"agency_id": make.agency("PGR").id}),
    )
    cookie = begin(session, account, clock.now())
    statements.statements.clear()
    actor = actor_with(app, cookie)
    assert len([s for s in statements.statements if s.startswith("SELECT")]) == 1
    assert actor is not None
    assert (actor.user_id, actor.public_id, actor.name) == (account.id, account.public_id, account.name)
    assert actor.roles == {"organizer", "coordinator", "liaison"}
    assert actor.office_ids == frozenset({office.id})
    assert actor.seminar_ids == frozenset({seminar.id})
    assert len(actor.agency_ids) == 1


def test_an_account_without_roles_is_somebody_who_may_nothing(app: Flask, session: Session, make: Make) -> None:
    actor = actor_with(app, begin(session, make.account(), clock.now()))
    assert actor is not None
    assert actor.roles == frozenset()


def test_the_table_does_not_hold_what_the_cookie_holds(session: Session, make: Make) -> None:
    cookie = begin(session, make.account(), clock.now())
    row = session.scalars(select(WebSession)).one()
    assert cookie.encode() not in row.id_hash
    assert len(row.id_hash) == 32
    assert cookie not in str(row.values)


@pytest.mark.parametrize("cookie", ["", "x" * 43, "x" * 5000, "\u00e9", "a.b.c", "eyJ1IjoxfQ.x.y"])
def test_a_cookie_that_is_nobodys_opens_nothing(app: Flask, cookie: str) -> None:
    assert actor_with(app, cookie) is None


def test_a_session_ends_when_idle_too_long_or_old_whatever_it_does(app: Flask, session: Session, make: Make) -> None:
    now = clock.now()
    account = make.account()
    cookie = begin(session, account, now)
    for created, seen, opens in (
        (timedelta(hours=11, minutes=59), timedelta(minutes=29), True),
        (timedelta(hours=1), timedelta(minutes=30, seconds=1), False),
        (timedelta(hours=12, seconds=1), timedelta(0), False),
    ):
        with unit_of_work(session) as open_session:
            open_session.execute(update(WebSession).values(created_at=now - created, seen_at=now - seen))
        assert (actor_with(app, cookie) is not None) == opens


def test_a_session_ends_with_the_account_and_with_its_password(app: Flask, session: Session, make: Make) -> None:
    for change in ({"active": False}, {"fs_uniquifier": "changed"}):
        account = make.account()
        cookie = begin(session, account, clock.now())
        assert actor_with(app, cookie) is not None
        with unit_of_work(session) as open_session:
            open_session.execute(update(UserAccount).where(UserAccount.id == account.id).values(change))
        assert actor_with(app, cookie) is None


def test_an_ended_session_stays_ended(app: Flask, session: Session, make: Make) -> None:
    account, now = make.account(), clock.now()
    first, second = begin(session, account, now), begin(session, account, now)
    with unit_of_work(session) as open_session:
        session_store.end(open_session, token_hash(first))
    assert actor_with(app, first) is None
    assert actor_with(app, second) is not None
    with unit_of_work(session) as open_session:
        assert session_store.end_all_of(open_session, account.id) == 1
        session_store.keep(open_session, token_hash(second), values={"a": 1}, now=now)
    assert actor_with(app, second) is None


def test_signing_in_sweeps_away_what_has_timed_out(session: Session, make: Make) -> None:
    account, now = make.account(), clock.now()
    begin(session, account, now - timedelta(hours=1))
    begin(session, account, now)
    assert len(session.scalars(select(WebSession.id_hash)).all()) == 1
