"""How many people of an agency came to earlier seminars of an office, by frozen participations."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from seminar_app.agencies.models import Agency
from seminar_app.attendance.rules import MarkStatus
from seminar_app.attendance.services.participations import freeze
from seminar_app.attendance.turnout import turnout_before
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.offices.models import Office
from seminar_app.registration.advice_rules import Turnout
from seminar_app.registration.rules import RegistrationState
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.rules import SeminarState
from tests.conftest import NOW
from tests.support.context import context
from tests.support.factories import Make


class Past:
    """An office's earlier seminars."""

    def __init__(self, session: Session, make: Make) -> None:
        self.session, self.make = session, make
        self.office = make.office()
        self.number = 0

    def seminar(self, people: dict[Agency, tuple[int, int]], *, frozen: bool = True, office: Office | None = None) -> Seminar:
        """Hold a seminar: of each agency so many held a seat, and so many of them came."""
        self.number += 1
        day = date(2025, self.number, 3)
        held = self.make.seminar(office=office or self.office, seats=99, starts_on=day, ends_on=day, state=SeminarState.COMPLETED)
        session = self.make.seminar_session(held)
        pool = self.make.pool(held, self.make.agency(), 99)
        for agency, (named, came) in people.items():
            for number in range(named):
                registration = self.make.registration(held, agency=agency, pool=pool)
                if number < came:
                    self.make.mark(registration, session, MarkStatus.PRESENT)
            self.make.registration(held, agency=agency, state=RegistrationState.WITHDRAWN)
        if frozen:
            with unit_of_work(self.session) as work:
                freeze(work, context(NOW), held.id)
        return held


@pytest.fixture
def past(session: Session, make: Make) -> Past:
    return Past(session, make)


def next_one(past: Past) -> Seminar:
    return past.make.seminar(office=past.office, starts_on=date(2026, 3, 3), ends_on=date(2026, 3, 4))


def test_the_last_three_completed_seminars_of_the_office_are_counted(past: Past, make: Make, session: Session) -> None:
    inm, pgr, cns = make.agency("INM"), make.agency("PGR"), make.agency("CNS")
    past.seminar({inm: (9, 0)})
    for named, came in ((4, 3), (3, 2), (3, 3)):
        past.seminar({inm: (named, came), pgr: (1, 1)})
    past.seminar({inm: (5, 5)}, frozen=False)
    past.seminar({inm: (5, 5)}, office=make.office())
    found = turnout_before(session, next_one(past), [inm.id, pgr.id, cns.id])
    assert found == {inm.id: Turnout(3, 10, 8), pgr.id: Turnout(3, 3, 3)}


def test_people_below_an_agency_and_of_what_it_took_over_count_as_its_own(past: Past, make: Make, session: Session) -> None:
    pgj = make.agency("PGJ")
    roo = make.agency("PGJ-ROO", parent=pgj)
    past.seminar({roo: (2, 1)})
    assert turnout_before(session, next_one(past), [pgj.id]) == {pgj.id: Turnout(1, 2, 1)}


def test_the_seminar_itself_and_later_ones_do_not_count(past: Past, make: Make, session: Session) -> None:
    inm = make.agency("INM")
    held = past.seminar({inm: (2, 2)})
    assert turnout_before(session, held, [inm.id]) == {}
    before = make.seminar(office=past.office, starts_on=held.starts_on - timedelta(days=40), ends_on=held.starts_on - timedelta(days=39))
    assert turnout_before(session, before, [inm.id]) == {}


def test_two_statements_whatever_there_is(past: Past, make: Make, session: Session) -> None:
    agencies = [make.agency(code) for code in ("INM", "PGR", "CNS")]
    for _ in range(3):
        past.seminar(dict.fromkeys(agencies, (2, 1)))
    seminar = next_one(past)
    session.rollback()
    statements: list[str] = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda _c, _u, statement, *_: statements.append(statement))
    turnout_before(session, seminar, [each.id for each in agencies])
    assert len([each for each in statements if each.startswith("SELECT")]) == 2
