"""Indicators: their figures of a year, and how an administrator keeps them."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from seminar_app.core.actor import RoleName
from seminar_app.reports.models import Indicator, ReportSnapshot
from seminar_app.seminars.models import SeatPool
from seminar_app.seminars.rules import SeminarState
from tests.support.checking_client import CheckingClient
from tests.support.factories import Make
from tests.web.conftest import SignIn

pytestmark = pytest.mark.sqlite_first
ADDRESS = "/staff/reports/indicators"


@pytest.fixture
def trained(make: Make) -> None:
    """Six people who completed a seminar of three hours on trafficking in fiscal year 2026, and six one of nine hours on money."""
    for topic, minutes in (("Trata", 180), ("Dinero", 540)):
        seminar = make.seminar(topic_es=topic)
        held = make.seminar_session(seminar, minutes=minutes)
        pool = make.session.scalars(select(SeatPool).where(SeatPool.seminar_id == seminar.id)).one()
        for _ in range(6):
            make.mark(make.registration(seminar, pool=pool), held)


def values(client: CheckingClient, year: str = "FY2026") -> list[str]:
    return [each.to_text() for each in client.get(f"{ADDRESS}?year={year}").select(".indicators .figure-value")]


@pytest.mark.usefixtures("trained")
def test_an_administrator_adds_changes_and_ends_an_indicator(client: CheckingClient, make: Make, sign_in: SignIn) -> None:
    sign_in(client, make.account((RoleName.ADMIN, {})))
    assert "No indicator holds in this year" in client.get(f"{ADDRESS}?year=FY2026").text
    typed = {"code": "tip-1", "name_es": "Personas", "name_en": "People trained", "topics": "Trata", "valid_from": "2013-10-01"}
    client.submit(f"{ADDRESS}/new", typed | {"valid_from": ""}, status=422)
    client.submit(f"{ADDRESS}/new", typed)
    assert values(client) == ["6"]

    row = make.session.scalars(select(Indicator)).one()
    client.submit(f"{ADDRESS}/{row.public_id.hex}", {"valid_from": "2012-01-01"}, status=422)
    client.submit(f"{ADDRESS}/{row.public_id.hex}", {"least_hours": "8", "topics": "Dinero", "valid_from": "2026-09-30"})
    assert values(client) == ["6"]
    make.session.rollback()
    old, new = make.session.scalars(select(Indicator).order_by(Indicator.valid_from)).all()
    assert (old.valid_to, old.definition, new.definition) == (date(2026, 9, 29), "topic=Trata", "least_minutes=480&topic=Dinero")

    client.submit(f"{ADDRESS}/{new.public_id.hex}/end", {"last": "2026-01-01"}, status=422)
    client.submit(f"{ADDRESS}/{new.public_id.hex}/end", {"last": "2026-10-15"})
    assert values(client) == ["6"]
    assert values(client, "2026") == []


@pytest.mark.usefixtures("trained")
def test_a_year_s_figure_of_an_indicator_is_frozen_with_its_version(client: CheckingClient, make: Make, sign_in: SignIn) -> None:
    indicator = make.indicator()
    sign_in(client, make.account((RoleName.ADMIN, {})))
    client.submit(client.get(f"{ADDRESS}?year=FY2026").one("main a[href*='/snapshots/new']").attrs["href"])
    kept = make.session.scalars(select(ReportSnapshot)).one()
    assert (kept.indicator_id, kept.definition) == (indicator.id, "from=2025-10-01&to=2026-09-30")
    assert kept.title == f"{indicator.name_en}, Fiscal year 2026 (US)"


def test_an_auditor_reads_indicators_with_small_numbers_hidden(client: CheckingClient, make: Make, sign_in: SignIn) -> None:
    seminar = make.seminar(state=SeminarState.PUBLISHED)
    pool = make.session.scalars(select(SeatPool).where(SeatPool.seminar_id == seminar.id)).one()
    make.mark(make.registration(seminar, pool=pool), make.seminar_session(seminar))
    make.indicator()
    sign_in(client, make.account((RoleName.AUDITOR, {})))
    page = client.get(f"{ADDRESS}?year=FY2026")
    assert page.one(".indicators .figure-value").to_text() == "–"
    assert page.select("main a[href*='/snapshots/new']") == []
