"""The demonstration is loaded through the services: its content, and that it is loaded once."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from seminar_app.accounts.models import UserAccount
from seminar_app.agencies.models import Agency
from seminar_app.attendance import outcomes
from seminar_app.attendance.models import Mark, Observation
from seminar_app.attendance.rules import MarkStatus
from seminar_app.attendance.services.rebuilding import rebuild, seminars_with_people
from seminar_app.audit.verifying import verify
from seminar_app.demo.load import load_demo
from seminar_app.demo.state import ACCOUNTS
from seminar_app.feedback.answer_models import Response
from seminar_app.history.models import Headcount, OutsideTraining
from seminar_app.history.rules import TrainingState
from seminar_app.offices.models import Office
from seminar_app.people.models import Person
from seminar_app.people.rules import MAY_RESERVE
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState
from seminar_app.seminars.models import SeatPool, Seminar, SeminarHost, SeminarSession
from seminar_app.seminars.queries import find_seminar
from seminar_app.seminars.rules import SeminarState
from seminar_app.sign_in.hashing import verify_password

TODAY = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


def counts(session: Session) -> list[int]:
    tables = (Seminar, Person, Registration, Mark, Observation, Response, UserAccount, Agency)
    return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


@pytest.mark.sqlite_first
def test_the_demonstration_is_the_model_seminar_and_is_loaded_once(app: Flask, session: Session) -> None:
    assert load_demo(now=TODAY)

    cancun = find_seminar(session, "cancun-2014")
    assert cancun is not None
    assert cancun.demo
    assert cancun.state is SeminarState.COMPLETED
    assert (str(cancun.starts_on), str(cancun.ends_on), cancun.time_zone) == ("2014-06-03", "2014-06-05", "America/Cancun")

    hosts = session.scalars(
        select(Office.code)
        .join(SeminarHost, SeminarHost.office_id == Office.id)
        .where(SeminarHost.seminar_id == cancun.id)
        .order_by(SeminarHost.position)
    )
    assert list(hosts) == ["HSI", "OPDAT", "INL"]

    seminar_sessions = session.scalars(select(SeminarSession.starts_at).where(SeminarSession.seminar_id == cancun.id)).all()
    assert sorted(start.astimezone(ZoneInfo("America/Cancun")).day for start in seminar_sessions) == [3, 3, 4, 4, 5, 5]

    pools = session.execute(
        select(Agency.code, SeatPool.size, SeatPool.taken)
        .outerjoin(Agency, Agency.id == SeatPool.agency_id)
        .where(SeatPool.seminar_id == cancun.id)
    )
    assert {row.code: (row.size, row.taken) for row in pools} == {
        "PGR": (28, 28),
        "PGJ": (31, 31),
        "CNS": (18, 18),
        "INM": (15, 15),
        None: (1, 1),
    }

    states = session.execute(
        select(Registration.state, func.count()).where(Registration.seminar_id == cancun.id).group_by(Registration.state)
    )
    assert {row[0]: row[1] for row in states} == {RegistrationState.REGISTERED: 93, RegistrationState.WAITLISTED: 1}

    marks = select(Mark.status).join(SeminarSession, SeminarSession.id == Mark.session_id).where(SeminarSession.seminar_id == cancun.id)
    assert set(session.scalars(marks)) == set(MarkStatus)
    assert counts(session)[3] == 93 * 6 + 55 * 5 + 11 * 3 + 3, "and of Mérida eleven who completed and three who only came"
    assert counts(session)[5] >= 80

    assert len(session.scalars(select(Mark.id).where(Mark.conflict)).all()) == 2, "one in each seminar that was held"
    toluca = session.scalars(select(Seminar.id).where(Seminar.slug == "toluca-2015")).one()
    assert (outcomes.count_changed(session, cancun.id), outcomes.completed_before(session, cancun.id)) == (None, None)
    assert 0 < (outcomes.count_changed(session, toluca) or 0) < 10
    assert outcomes.completed_before(session, toluca) is not None
    for seminar_id, _public_id, _slug in seminars_with_people(session):
        found = rebuild(session, seminar_id, check=True)
        assert not found.marks
        assert not found.participations

    people = session.scalars(select(Person.certificate_name)).all()
    assert len(people) == 94 + 2, "one person has two records, and one is of no list"
    assert {"Citlali Güemes Dzul", "Héctor Mac Gregor Ordóñez", "Leticia Muñoz de la O", "José Luis San Martín"} <= set(people)

    written = session.execute(select(Registration.agency_text, Registration.state).where(Registration.agency_id.is_(None))).all()
    assert [tuple(row) for row in written] == [("Sistema DIF Municipal de Benito Juárez", RegistrationState.REGISTERED)]

    assert session.scalar(select(func.sum(Headcount.registered))) == 56
    assert set(session.scalars(select(OutsideTraining.state))) == {TrainingState.APPROVED, TrainingState.REPORTED}

    reserved = session.execute(select(Person.id, Person.reserved_reason).where(Person.reserved)).all()
    assert {row.reserved_reason for row in reserved} == set(MAY_RESERVE)
    coded = session.execute(select(Registration.reserved_code).where(Registration.person_id.in_([row.id for row in reserved]))).all()
    assert len(coded) >= 6
    assert (None,) not in {tuple(row) for row in coded}

    for shown in ACCOUNTS:
        account = session.scalars(select(UserAccount).where(UserAccount.email == shown.email)).one()
        assert account.password is not None
        with app.test_request_context():
            assert verify_password("Cancun-2014-demo", account.password)

    upcoming, copy = session.scalars(select(Seminar).where(Seminar.state == SeminarState.PUBLISHED).order_by(Seminar.starts_on))
    assert copy.slug == "cancun-2027"
    heirs = session.execute(
        select(Agency.code, SeatPool.size, SeatPool.taken)
        .outerjoin(Agency, Agency.id == SeatPool.agency_id)
        .where(SeatPool.seminar_id == copy.id)
    )
    assert {row.code: (row.size, row.taken) for row in heirs} == {
        "FGR": (28, 9),
        "FGE": (31, 8),
        "GN": (12, 5),
        "SSPC": (6, 0),
        "INM": (15, 5),
        None: (1, 0),
    }
    assert upcoming.starts_on > TODAY.date()
    assert upcoming.registration_opens_at is not None
    assert upcoming.registration_closes_at is not None
    assert upcoming.registration_opens_at < TODAY < upcoming.registration_closes_at
    assert verify(session).intact

    before = counts(session)
    session.rollback()
    assert not load_demo(now=TODAY)
    assert counts(session) == before


@pytest.mark.parametrize("day", [datetime(2026, 12, 31, 23, 30, tzinfo=UTC), datetime(2028, 2, 29, 1, 0, tzinfo=UTC)])
def test_the_coming_seminar_is_open_whichever_day_the_demonstration_is_loaded(session: Session, day: datetime) -> None:
    from seminar_app.demo.content import next_seminar
    from seminar_app.demo.making import WINDOW_CLOSES_DAYS, WINDOW_OPENS_DAYS

    ahead = (next_seminar(day.date()).starts_on - day.date()).days
    assert WINDOW_CLOSES_DAYS + 14 < ahead < WINDOW_OPENS_DAYS
