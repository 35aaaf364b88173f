"""The calendar of an office's year."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from seminar_app.accounts.models import UserAccount
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.offices.models import Office
from seminar_app.seminars.rules import SeminarState
from tests.conftest import NOW, StatementCount
from tests.support.checking_client import CheckingClient
from tests.support.factories import Make

SignIn = Callable[[CheckingClient, UserAccount], CheckingClient]


@pytest.fixture
def office(make: Make) -> Office:
    return make.office(code="HSI")


@pytest.fixture
def organizer(client: CheckingClient, make: Make, office: Office, sign_in: SignIn) -> CheckingClient:
    return sign_in(client, make.account((RoleName.ORGANIZER, {"office_id": office.id})))


def days(month: int, day: int, year: int = 2026) -> dict[str, Any]:
    return {"starts_on": date(year, month, day), "ends_on": date(year, month, day)}


def test_each_seminar_of_the_office_stands_in_its_month_with_its_seats(organizer: CheckingClient, make: Make, office: Office) -> None:
    make.seminar(office=office, title_en="Later", seats=30, **days(6, 20))
    first = make.seminar(office=office, title_en="First", seats=20, city="Toluca, Estado de México", **days(6, 3))
    make.pool(first, make.agency("PGR"), 5)
    make.seminar(office=office, title_en="Drafted", state=SeminarState.DRAFT, seats=100, **days(12, 31))
    make.seminar(office=office, title_en="Gone", state=SeminarState.CANCELLED, seats=100, **days(1, 1))
    make.seminar(office=office, title_en="Last year", **days(12, 31, 2025))
    make.seminar(title_en="Foreign", **days(6, 3))
    page = organizer.get("/staff/calendar/2026")
    rows = [" ".join(row.to_text().split()) for row in page.select("tbody tr")]
    assert rows[0] == "January 1 seminar"
    assert rows[1].startswith("Gone January 1, 2026")
    assert rows[2] == "February None"
    june = rows.index("June 2 seminars")
    assert rows[june + 1] == "First June 3, 2026 Toluca Published 0 of 25"
    assert rows[june + 2].startswith("Later")
    assert len(rows) == 12 + 4
    assert [figure.to_text() for figure in page.select(".figures-row dd")] == ["2", "0", "55"], "drafts and cancelled ones are not counted"
    assert [link.attrs["href"] for link in page.select("nav.years a")] == ["/staff/calendar/2025", "/staff/calendar/2027"]
    assert "Last year" in organizer.get("/staff/calendar/2025").text


def test_who_sees_several_offices_reads_whose_each_seminar_is(client: CheckingClient, make: Make, office: Office, sign_in: SignIn) -> None:
    make.seminar(office=office, **days(6, 3))
    make.seminar(office=make.office(code="INL"), **days(6, 4))
    sign_in(client, make.account((RoleName.ADMIN, {})))
    page = client.get("/staff/calendar/2026")
    assert "Office" in [head.to_text() for head in page.select("thead th")]
    assert "INL" in page.text


def test_a_coordinator_finds_the_seminars_assigned_and_no_others(
    client: CheckingClient, make: Make, office: Office, sign_in: SignIn
) -> None:
    mine, _other = make.seminar(office=office, **days(6, 3)), make.seminar(office=office, **days(6, 4))
    agency = make.agency("PGR")
    sign_in(client, make.account((RoleName.COORDINATOR, {"seminar_id": mine.id}), (RoleName.LIAISON, {"agency_id": agency.id})))
    assert [link.attrs["href"] for link in client.get("/staff/calendar/2026").select("tbody th a")] == [f"/staff/seminars/{mine.slug}/"]


def test_the_list_leads_to_this_year_and_strange_years_are_not_found(
    organizer: CheckingClient, make: Make, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    make.seminar(office=office)
    link = organizer.get("/staff/seminars/").one("a[href$='/calendar/']").attrs["href"]
    assert organizer.get(link, status=303).response.headers["Location"] == f"/staff/calendar/{NOW.year}"
    for year in ("1999", "2100", "99999999999999999999", "x"):
        organizer.get(f"/staff/calendar/{year}", status=404)


@pytest.mark.sqlite_first
def test_a_full_year_takes_as_many_statements(organizer: CheckingClient, make: Make, office: Office, statements: StatementCount) -> None:
    make.seminar(office=office, **days(6, 3))
    statements.statements.clear()
    organizer.get("/staff/calendar/2026")
    few = len(statements)
    for month in range(1, 13):
        make.seminar(office=office, **days(month, 5))
    statements.statements.clear()
    organizer.get("/staff/calendar/2026")
    assert len(statements) == few
