"""DailyAccess of staff are counted by the day in the trail's own transaction; too many of them reach the administrators once."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import AccessLimits
from seminar_app.accounts.models import UserAccount
from seminar_app.audit import access_log, services
from seminar_app.audit.access_log import DailyAccess, daily_access_of, daily_access_on
from seminar_app.audit.models import AccessCount, AuditRow
from seminar_app.audit.verifying import verify
from seminar_app.core.actor import RoleName
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.messages.models import Message
from tests.support.context import context
from tests.support.factories import Make
from tests.support.installation import reinstall

Look = tuple[str, str, str | None]
"""Action, subject and seminar of one access."""
ZONE = "America/Mexico_City"


@pytest.fixture(autouse=True)
def the_limits_of_a_fresh_install(app: Flask) -> Iterator[None]:
    before = app.extensions["settings"]
    reinstall(app, access_limits=AccessLimits(), default_time_zone=ZONE)
    yield
    reinstall(app, access_limits=before.access_limits, default_time_zone=before.default_time_zone)


def look(session: Session, account: UserAccount, now: datetime, seen: Iterable[Look]) -> None:
    with unit_of_work(session) as writing:
        for action, subject, seminar in seen:
            services.record(writing, context(now, f"account:{account.public_id.hex}"), action=action, subject=subject, seminar=seminar)


def people(number: int) -> list[Look]:
    return [("registration.viewed", f"registration:{uuid.uuid4().hex}", "cancun-2014") for _ in range(number)]


def rosters(number: int) -> list[Look]:
    return [("roster.viewed", f"seminar:{n:032x}", f"seminar-{n}") for n in range(number)]


def record_then_fail(session: Session, account: UserAccount, now: datetime) -> None:
    with unit_of_work(session) as writing:
        services.record(writing, context(now, f"account:{account.public_id.hex}"), action="roster.viewed", subject="seminar:1")
        raise RuntimeError


def alerts(session: Session) -> list[Message]:
    return list(session.scalars(select(Message).where(Message.kind == "access_alert").order_by(Message.id)))


def test_looks_are_counted_by_account_day_and_kind(session: Session, make: Make, now: datetime) -> None:
    one, other = make.account(), make.account()
    sheet = ("attendance.viewed", "seminar_session:5", "seminar-0")
    person = ("attendance.viewed", "registration:5", "seminar-0")
    look(session, one, now, [*rosters(2), sheet, sheet, person, person, ("people.searched", "person:many", None)])
    look(session, one, now, [("attendance.exported", "seminar:0", "seminar-0"), ("attendance.marked", "registration:5", "seminar-0")])
    look(session, other, now, people(3))
    day = now.astimezone(ZoneInfo(ZONE)).date()
    assert daily_access_on(session, day=day) == {
        f"account:{one.public_id.hex}": DailyAccess(rosters=2, roster_views=4, people=1, searches=1, exports=1),
        f"account:{other.public_id.hex}": DailyAccess(people=3),
    }
    assert verify(session).intact


def test_the_day_begins_at_midnight_where_the_office_is(session: Session, make: Make) -> None:
    account = make.account()
    last_minute = datetime(2026, 3, 2, 23, 59, tzinfo=ZoneInfo(ZONE))
    look(session, account, last_minute, rosters(1))
    look(session, account, last_minute + timedelta(minutes=2), rosters(1))
    assert session.scalars(select(AccessCount.day).order_by(AccessCount.day)).all() == [date(2026, 3, 2), date(2026, 3, 3)]


def test_what_is_rolled_back_was_not_looked_at(session: Session, make: Make, now: datetime) -> None:
    account = make.account()
    with pytest.raises(RuntimeError):
        record_then_fail(session, account, now)
    assert session.scalars(select(AccessCount)).all() == []


def test_too_many_different_people_reach_every_administrator_once_a_day(app: Flask, session: Session, make: Make, now: datetime) -> None:
    admins = [make.account((RoleName.ADMIN, {})), make.account((RoleName.ADMIN, {}), language="es")]
    make.account((RoleName.ADMIN, {}), active=False)
    account = make.account(name="Rosa Valdés")
    reinstall(app, access_limits=AccessLimits(people=20))
    look(session, account, now, people(20))
    assert alerts(session) == []
    look(session, account, now, people(1))
    look(session, account, now, people(30))
    sent = alerts(session)
    assert [(message.to_address, message.language) for message in sent] == [(admin.email, admin.language) for admin in admins]
    assert sent[0].context["people"] == 21
    told = session.scalars(select(AuditRow).where(AuditRow.action == "access.alerted")).all()
    assert [(row.subject, row.details["people"]) for row in told] == [(f"user_account:{account.public_id.hex}", 21)]
    look(session, account, now + timedelta(days=1), people(21))
    assert len(alerts(session)) == 2 * len(admins)
    assert verify(session).intact


@pytest.mark.parametrize("limit", ["rosters", "roster_views", "searches", "exports"])
def test_each_limit_alerts_by_itself(app: Flask, session: Session, make: Make, now: datetime, limit: str) -> None:
    make.account((RoleName.ADMIN, {}))
    account = make.account()
    reinstall(app, access_limits=AccessLimits(**{limit: 9}))
    by_limit: dict[str, list[Look]] = {
        "rosters": rosters(10),
        "roster_views": rosters(1) * 10,
        "searches": [("people.searched", "person:many", None)] * 10,
        "exports": [("attendance.exported", f"seminar:{n}", "x") for n in range(10)],
    }
    seen = by_limit[limit]
    look(session, account, now, seen[:9])
    assert alerts(session) == []
    look(session, account, now, seen[9:])
    assert len(alerts(session)) == 1


def test_a_coordinators_working_day_alerts_nobody(session: Session, make: Make, now: datetime) -> None:
    """A day at the door: ninety people, three sessions marked by group, every person opened once, lists printed for each session."""
    make.account((RoleName.ADMIN, {}))
    coordinator = make.account((RoleName.COORDINATOR, {}))
    sheets = [("attendance.viewed", f"seminar_session:{n}", "cancun-2014") for n in range(3) for _ in range(40)]
    lists = [("roster.viewed", "seminar:1", "cancun-2014")] * 60 + [("attendance.viewed", "seminar:1", "cancun-2014")] * 30
    others = [("roster.viewed", f"seminar:{n}", f"next-{n}") for n in range(3)]
    exports = [("attendance.exported", "seminar:1", "cancun-2014")] * 6
    look(session, coordinator, now, [*people(90), *sheets, *lists, *others, *exports])
    found = daily_access_of(session, actor=f"account:{coordinator.public_id.hex}", day=access_log.day_of(session, now))
    assert found == DailyAccess(rosters=4, roster_views=213, people=90, exports=6)
    assert alerts(session) == []


def test_counts_go_after_three_months_and_the_trail_stays(session: Session, make: Make, now: datetime) -> None:
    account = make.account()
    look(session, account, now - timedelta(days=100), rosters(2))
    look(session, account, now, rosters(1))
    with unit_of_work(session) as writing:
        access_log.delete_old_counts(writing, now=now)
    assert len(session.scalars(select(AccessCount)).all()) == 1
    assert len(session.scalars(select(AuditRow)).all()) == 3
