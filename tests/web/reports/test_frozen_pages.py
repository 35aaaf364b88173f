"""Freeze a figure, count it again, and read what changed, as an organizer and as an auditor."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.attendance import services as attendance
from seminar_app.attendance.rules import MarkStatus
from seminar_app.audit.models import AuditRow
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.people.rules import Sex
from seminar_app.registration.models import Registration
from seminar_app.reports.models import ReportSnapshot
from seminar_app.reports.rules import Definition, Dimension
from seminar_app.seminars.models import SeatPool, Seminar, SeminarSession
from tests.support.checking_client import CheckingClient
from tests.support.context import context
from tests.support.factories import Make
from tests.web.conftest import SignIn

pytestmark = pytest.mark.sqlite_first
BY_SEX = Definition(by=(Dimension.SEX,))


@pytest.fixture
def seminar(make: Make, session: Session) -> Seminar:
    """A seminar of six women and six men who completed it."""
    made = make.seminar(seats=20, title_en="Interviewing victims")
    held = make.seminar_session(made)
    pool = session.scalars(select(SeatPool).where(SeatPool.seminar_id == made.id)).one()
    for sex in (Sex.FEMALE, Sex.MALE) * 6:
        make.mark(make.registration(made, make.person(surname1="Zyxwv", sex=sex), pool=pool), held)
    return made


def clear_one(make: Make, seminar: Seminar, actor: str) -> None:
    """Mark one woman absent."""
    session = make.session
    held = session.scalars(select(SeminarSession).where(SeminarSession.seminar_id == seminar.id)).one()
    registration = session.scalars(select(Registration).where(Registration.seminar_id == seminar.id).order_by(Registration.id)).first()
    assert registration is not None
    where: dict[str, Any] = {"seminar_id": seminar.id, "session_id": held.public_id, "registration": registration.public_id}
    with unit_of_work(session):
        attendance.mark(session, context(clock.now(), actor), status=MarkStatus.ABSENT, minutes=None, **where)


def test_a_figure_is_frozen_and_counted_again(client: CheckingClient, make: Make, sign_in: SignIn, seminar: Seminar) -> None:
    account = make.account((RoleName.ORGANIZER, {"office_id": seminar.office_id}), name="Olga Ruiz")
    sign_in(client, account)
    new = client.get("/staff/reports/?by=sex").one("main a[href*='/snapshots/new']").attrs["href"]
    assert client.get(new).one(".figure-value").to_text() == "12"
    client.submit(new, {"title": ""}, status=422)
    shown = client.follow(client.submit(new, {"title": "Annual report"}))
    assert "Frozen on" in shown.text
    assert "Olga Ruiz" in shown.text
    again = shown.one("main a[href$='/again']").attrs["href"]
    assert "Equal" in client.get(again).one(".outcome").to_text()
    kept = make.session.scalars(select(ReportSnapshot.figures)).one()
    assert "Zyxwv" not in kept

    clear_one(make, seminar, f"account:{account.public_id.hex}")
    outcome = client.get(again).one(".outcome").to_text()
    for said in ("The figure is different", "−1", "Interviewing victims", "Olga Ruiz", "Female"):
        assert said in outcome
    assert "Zyxwv" not in outcome
    assert "Annual report" in client.get("/staff/reports/snapshots").text
    assert make.session.scalars(select(AuditRow.action).where(AuditRow.action == "figure.frozen")).all() == ["figure.frozen"]


def test_an_auditor_reads_fixed_tables_without_seminars_and_rows(
    client: CheckingClient, make: Make, sign_in: SignIn, seminar: Seminar
) -> None:
    fixed, fine = make.snapshot(definition=BY_SEX), make.snapshot(definition=Definition(by=(Dimension.AGENCY,)))
    clear_one(make, seminar, "command")
    sign_in(client, make.account((RoleName.AUDITOR, {})))
    listed = client.get("/staff/reports/snapshots")
    assert [each.attrs["href"].rsplit("/", 1)[1] for each in listed.select("main table a")] == [fixed.public_id.hex]
    outcome = client.get(f"/staff/reports/snapshots/{fixed.public_id.hex}/again").one(".outcome").to_text()
    assert "The figure is different" in outcome
    assert "Interviewing victims" not in outcome
    client.get(f"/staff/reports/snapshots/{fine.public_id.hex}", status=404)


def test_counting_again_takes_as_many_statements_for_many_seminars(
    client: CheckingClient, make: Make, sign_in: SignIn, seminar: Seminar, statements: Any
) -> None:
    snapshot = make.snapshot(definition=BY_SEX)
    sign_in(client, make.account((RoleName.ADMIN, {})))
    clear_one(make, seminar, "command")

    def number() -> int:
        statements.statements.clear()
        client.get(f"/staff/reports/snapshots/{snapshot.public_id.hex}/again")
        return len(statements)

    one = number()
    for _ in range(4):
        other = make.seminar()
        pool = make.session.scalars(select(SeatPool).where(SeatPool.seminar_id == other.id)).one()
        make.mark(make.registration(other, pool=pool), make.seminar_session(other))
    assert number() == one
