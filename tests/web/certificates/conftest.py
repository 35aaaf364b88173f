"""Fixtures: a completed seminar whose certificates are verified."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from seminar_app.agencies.models import Agency
from seminar_app.certificates import services
from seminar_app.certificates.models import Certificate
from seminar_app.certificates.queries import printed_of
from seminar_app.core import clock
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.seminars.models import SeatPool, Seminar
from tests.conftest import NOW
from tests.support.checking_client import CheckingClient, Page
from tests.support.context import context
from tests.support.factories import Make


@dataclass
class Issued:
    """A certificate and its code."""

    row: Certificate
    code: str

    @property
    def url(self) -> str:
        return f"/verify/{self.code}"


@dataclass
class World:
    """A completed seminar, and who issues its certificates."""

    make: Make
    session: Session
    seminar: Seminar
    pool: SeatPool
    agency: Agency

    def issue(self, given: str = "Luz María", surname1: str = "López", surname2: str | None = "Ibáñez", **person: object) -> Issued:
        made = self.make.registration(
            self.seminar,
            self.make.person(given, surname1, surname2, **person),
            agency=self.agency,
            pool=self.pool,
            unit="Unidad Pajarera",
            position="Canaricultora",
        )
        row = self.make.certificate(made, at=NOW - timedelta(days=9))
        printed = printed_of(self.session, row)
        self.session.rollback()
        assert printed is not None
        return Issued(row, str(printed.code))

    def reissue(self, issued: Issued) -> str:
        """Replace it, and return the newer one's code."""
        with unit_of_work(self.session) as session:
            made = services.reissue(session, context(NOW), seminar_id=self.seminar.id, public_id=issued.row.public_id)
            printed = printed_of(session, made)
            assert printed is not None
            return str(printed.code)

    def revoke(self, issued: Issued) -> None:
        with unit_of_work(self.session) as session:
            public_id = issued.row.public_id
            services.revoke(session, context(NOW), seminar_id=self.seminar.id, public_id=public_id, reason="SECRETREASON")

    def erase(self, issued: Issued) -> None:
        with unit_of_work(self.session) as session:
            services.forget_certificates(session, context(NOW), [issued.row.registration_id])


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The time, which a test may move on."""
    times = [NOW]
    monkeypatch.setattr(clock, "now", lambda: times[-1])
    return times


@pytest.fixture
def world(make: Make, session: Session, now: list[datetime]) -> World:
    office = make.office(email="hsi@office.example", name_en="Homeland Security")
    seminar = make.seminar(office=office, title_es="Trata de personas", title_en="Trafficking in persons")
    pool = make.pool(seminar, make.agency("PGR"), 20)
    made = World(make, session, seminar, pool, make.agency("JILG"))
    make.registration(seminar, make.person("Ana", "Ruiz"), pool=pool)
    return made


@pytest.fixture
def spanish(app: Flask) -> CheckingClient:
    return CheckingClient(app.test_client(use_cookies=False), language="es")


def word(page: Page) -> str:
    return str(page.one("h1").to_text()).strip()
