"""Two requests at the same moment, on PostgreSQL, where a writer reads without waiting for others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Select, event, func, select
from sqlalchemy.orm import Session

from seminar_app.accounts.models import UserAccount
from seminar_app.audit.models import AuditRow
from seminar_app.core import clock, unit_of_work
from seminar_app.core.actor import RoleName
from seminar_app.core.links import SecretLink, token_hash
from seminar_app.people.models import PersonMerge
from seminar_app.seminars.models import Seminar
from seminar_app.web.database import db
from tests.support.checking_client import CheckingClient
from tests.support.factories import KEY, Make
from tests.web.conftest import SignIn

pytestmark = pytest.mark.postgresql_only
AT_ONCE = 2
SEMINAR = {
    "title_en": "Evidence",
    "city": "Mérida",
    "country": "MX",
    "time_zone": "America/Merida",
    "starts_on": "2031-05-05",
    "ends_on": "2031-05-06",
    "capacity": "20",
}
ACCOUNT = {"name": "Ana Roe", "email": "roe@office.example", "grant": "auditor:"}
INVITED = {"name": "Ana Roe", "email": "roe@office.example", "agency": "PGR"}
OFFICE = {"code": "MID", "name_es": "Mérida", "name_en": "Merida", "country": "MX"}


@contextmanager
def nobody_adds_before_all_have_looked(app: Flask, table: str) -> Iterator[None]:
    """Hold back the first row of each request until all are about to insert one."""
    barrier = Barrier(AT_ONCE)
    waited: set[int] = set()

    def wait(connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith(f"INSERT INTO {table} ") and len(waited) < AT_ONCE:
            waited.add(id(connection))
            barrier.wait(10)

    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", wait)
    try:
        yield
    finally:
        with app.app_context():
            event.remove(db.engine, "before_cursor_execute", wait)


def all_at_once(*sent: Callable[[], Any]) -> list[Any]:
    with ThreadPoolExecutor(len(sent)) as pool:
        return [one.result() for one in [pool.submit(send) for send in sent]]


def ready(client: CheckingClient, url: str, values: dict[str, str]) -> Callable[[], int]:
    """Return a function that sends the filled form of a page."""
    fields: dict[str, Any] = dict(client.get(url).fields("main form.form")) | values
    return lambda: client.flask.post(url, data=fields, headers={"Accept-Language": "en"}).status_code


@pytest.fixture
def administrators(app: Flask, make: Make, sign_in: SignIn) -> list[CheckingClient]:
    """Two browsers, each with an account that is administrator and organizer."""
    office = make.office()
    make.agency("PGR")
    return [
        sign_in(CheckingClient(app.test_client()), make.account((RoleName.ADMIN, {}), (RoleName.ORGANIZER, {"office_id": office.id})))
        for _ in range(AT_ONCE)
    ]


FORBIDDEN = "The database forbids"
CASES: dict[str, tuple[str, dict[str, str], str, list[int]]] = {
    "a seminar gets another address": ("/staff/seminars/new", SEMINAR, "seminar", [303, 303]),
    "an account is refused": ("/staff/accounts/new", ACCOUNT, "user_account", [303, 422]),
    "a person is invited once": ("/staff/invitations/liaison", INVITED, "user_account", [303, 303]),
    "an office is refused": ("/staff/offices/new", OFFICE, "office", [303, 422]),
}


@pytest.mark.parametrize("case", CASES)
def test_of_two_who_add_the_same_the_second_finds_the_firsts(
    app: Flask, administrators: list[CheckingClient], caplog: pytest.LogCaptureFixture, case: str
) -> None:
    url, values, table, expected = CASES[case]
    sendings = [ready(browser, url, values) for browser in administrators]
    with nobody_adds_before_all_have_looked(app, table):
        assert sorted(all_at_once(*sendings)) == expected
    assert FORBIDDEN not in caplog.text, "it is refused with its own sentence, before the database forbids it"


def test_without_looking_again_the_second_fails(
    app: Flask,
    administrators: list[CheckingClient],
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The broken twin: a conflict is not tried again."""
    monkeypatch.setattr(unit_of_work, "RETRIED", frozenset())
    sendings = [ready(browser, "/staff/seminars/new", SEMINAR) for browser in administrators]
    with nobody_adds_before_all_have_looked(app, "seminar"):
        assert sorted(all_at_once(*sendings)) == [303, 422]
    assert FORBIDDEN in caplog.text
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Seminar)) == 1


def spend(app: Flask, link: str, words: str) -> Callable[[], int]:
    return ready(CheckingClient(app.test_client()), link, {"password": words, "password_confirm": words})


def reset_link_of(session: Session, account: UserAccount) -> str:
    token = SecretLink("password-reset", account.public_id, 1).token(KEY)
    with unit_of_work.unit_of_work(session) as work:
        row = work.get_one(UserAccount, account.id)
        row.reset_hash, row.reset_version, row.reset_until = token_hash(token), 1, clock.now().replace(year=2099)
    return f"/reset/{token}"


def times_spent(app: Flask, session: Session, make: Make) -> int:
    """Return how many of two simultaneous uses of one link set a new password."""
    account = make.account((RoleName.ADMIN, {}))
    link = reset_link_of(session, account)
    all_at_once(*(spend(app, link, f"five new words to join {number}") for number in range(AT_ONCE)))
    session.rollback()
    of_it = (AuditRow.action == "account.password_reset", AuditRow.subject == f"user_account:{account.public_id.hex}")
    return session.scalars(select(func.count()).select_from(AuditRow).where(*of_it)).one()


def test_a_reset_link_is_spent_once(app: Flask, session: Session, make: Make) -> None:
    assert [times_spent(app, session, make) for _ in range(3)] == [1, 1, 1]


def test_without_the_accounts_lock_a_link_is_spent_twice(app: Flask, session: Session, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """The broken twin: the rows are read without a lock."""
    monkeypatch.setattr(Select, "with_for_update", lambda self, **_options: self)
    assert AT_ONCE in [times_spent(app, session, make) for _ in range(5)]


def test_two_who_merge_the_same_pair_merge_it_once(app: Flask, administrators: list[CheckingClient], session: Session, make: Make) -> None:
    for number in range(1, 4):
        one, other = (make.person(name, f"Prueba{number}") for name in ("Luz", "Luz María"))
        for person in (one, other):
            make.registration(make.seminar(), person)
        url = f"/staff/people/{one.public_id.hex}/merge/{other.public_id.hex}"
        sendings = [ready(browser, url, {"kept": kept.public_id.hex}) for browser, kept in zip(administrators, (one, other), strict=True)]
        assert all_at_once(*sendings) == [303, 303]
        session.rollback()
        assert session.scalar(select(func.count()).select_from(PersonMerge)) == number
        assert sorted(answer.status_code for answer in (browser.flask.get(url) for browser in administrators)) == [303, 303]
