"""Kept seats and invitations at the same moment. The broken twins take the lock of the seats out."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from seminar_app.agencies.models import Agency
from seminar_app.core import unit_of_work
from seminar_app.registration import rules, services
from seminar_app.registration.errors import InvitationEnded
from seminar_app.registration.hold_models import Hold
from seminar_app.registration.hold_rules import HoldEnd
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState, Source
from seminar_app.registration.services import holding, holds, invitations, locked_seats, seats
from seminar_app.seminars.models import Seminar
from tests.conftest import NOW
from tests.integration.registration.conftest import entry, pool_of
from tests.support.context import context
from tests.support.factories import Make
from tests.support.two_transactions import Point, both_at_once

AS_IT_IS = ["as it is", "broken"]
ON_POSTGRESQL = [True, pytest.param(False, marks=pytest.mark.postgresql_only)]
"""SQLite has one writer at a time, so nothing shows there what the lock prevents."""
R = RegistrationState


def take_the_lock_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody wait for the seats."""
    broken = locked_seats._LOCK.with_for_update()
    broken._for_update_arg = None
    monkeypatch.setattr(locked_seats, "_LOCK", broken)
    monkeypatch.setattr(unit_of_work, "ATTEMPTS", 1)


def nominate(session: Session, seminar: Seminar, agency: Agency, name: str) -> RegistrationState:
    """Name a person, as a liaison does by hand."""
    wanted: dict[str, Any] = {"seminar_id": seminar.id, "entry": entry(agency, name), "submission_id": uuid.uuid4()}
    return services.add_by_hand(session, context(NOW, "account:liaison"), **wanted, source=Source.NOMINATION).state


def keep(session: Session, seminar: Seminar, agency: Agency, number: int = 1) -> list[Hold]:
    with unit_of_work.unit_of_work(session) as work:
        wanted: dict[str, Any] = {"seats": number, "last_day": seminar.starts_on, "quota_only": True, "submission_id": uuid.uuid4()}
        return services.keep_seats(work, context(NOW), seminar_id=seminar.id, agency_id=agency.id, **wanted)


def invited(session: Session, seminar: Seminar, agency: Agency) -> Registration:
    with unit_of_work.unit_of_work(session) as work:
        wanted: dict[str, Any] = {"entry": entry(agency, "Ana"), "last_day": NOW.date(), "submission_id": uuid.uuid4()}
        return services.invite(work, context(NOW), seminar_id=seminar.id, **wanted)


@pytest.fixture
def seminar(make: Make) -> Seminar:
    day = NOW.date() + timedelta(days=10)
    return make.seminar(seats=0, starts_on=day, ends_on=day)


@pytest.fixture
def agency(make: Make, seminar: Seminar) -> Agency:
    made = make.agency("PGR")
    make.pool(seminar, made, 1)
    return made


@pytest.mark.parametrize("locked", ON_POSTGRESQL, ids=AS_IT_IS)
def test_of_two_liaisons_one_names_for_the_last_kept_seat(
    app: Flask, session: Session, seminar: Seminar, agency: Agency, monkeypatch: pytest.MonkeyPatch, *, locked: bool
) -> None:
    keep(session, seminar, agency)
    point = Point()
    monkeypatch.setattr(holding, "end_hold", point.before(holding.end_hold))
    if not locked:
        take_the_lock_out(monkeypatch)
    ended = both_at_once(
        app, point, lambda work: nominate(work, seminar, agency, "Eva"), lambda work: nominate(work, seminar, agency, "Iris")
    )
    if not locked:
        assert any(isinstance(each, Exception) for each in (ended.early, ended.late)), "both were given the seat"
        return
    assert (ended.early, ended.late, ended.waited) == (R.REGISTERED, R.WAITLISTED, True)
    assert (pool_of(session, seminar, agency).taken, pool_of(session, seminar, agency).held) == (1, 0)


@pytest.mark.parametrize("locked", ON_POSTGRESQL, ids=AS_IT_IS)
def test_a_seat_is_kept_or_given_and_never_both(
    app: Flask, session: Session, seminar: Seminar, agency: Agency, monkeypatch: pytest.MonkeyPatch, *, locked: bool
) -> None:
    point = Point()
    monkeypatch.setattr(holds, "add_hold", point.before(holds.add_hold))
    if not locked:
        take_the_lock_out(monkeypatch)
    wanted: dict[str, Any] = {"seats": 1, "last_day": seminar.starts_on, "quota_only": True, "submission_id": uuid.uuid4()}
    ended = both_at_once(
        app,
        point,
        lambda work: len(services.keep_seats(work, context(NOW), seminar_id=seminar.id, agency_id=agency.id, **wanted)),
        lambda work: (
            services.register(
                work,
                context(NOW),
                seminar_id=seminar.id,
                entry=entry(agency, "Rosa"),
                submission_id=uuid.uuid4(),
                notice_version=1,
                notice_language="es",
            ).state
        ),
    )
    if not locked:
        assert isinstance(ended.early, IntegrityError), "only the database refused the second"
        return
    assert (ended.early, ended.late, ended.waited) == (1, R.WAITLISTED, True)


@pytest.mark.parametrize("locked", ON_POSTGRESQL, ids=AS_IT_IS)
def test_a_release_and_a_liaison_who_names_do_not_give_one_seat_twice(
    app: Flask, make: Make, session: Session, agency: Agency, seminar: Seminar, monkeypatch: pytest.MonkeyPatch, *, locked: bool
) -> None:
    """The day has come while she types: her nominee has the open seat if it is free still, and is its first alternate else."""
    with unit_of_work.unit_of_work(session) as work:
        quota = pool_of(work, seminar, agency)
        quota.release_on = NOW.date()
    other = make.agency("CNS")
    make.registration(seminar, agency=other, state=R.WAITLISTED, queue_place=1)
    point = Point()
    monkeypatch.setattr(seats, "decide_promotions", point.before(rules.decide_promotions))
    if not locked:
        take_the_lock_out(monkeypatch)
    ended = both_at_once(
        app,
        point,
        lambda work: services.release_due_quotas(work, context(NOW)),
        lambda work: nominate(work, seminar, agency, "Eva"),
    )
    if not locked:
        assert any(isinstance(each, Exception) for each in (ended.early, ended.late)), "the seat was moved twice"
        return
    assert (ended.early, ended.late, ended.waited) == (1, R.WAITLISTED, True)
    states = dict(session.execute(select(Registration.agency_id, Registration.state).where(Registration.seminar_id == seminar.id)).all())
    assert states == {other.id: R.REGISTERED, agency.id: R.WAITLISTED}


@pytest.mark.parametrize("locked", ON_POSTGRESQL, ids=AS_IT_IS)
def test_an_invitation_answered_yes_and_no_at_once_is_answered_once(
    app: Flask, session: Session, seminar: Seminar, agency: Agency, monkeypatch: pytest.MonkeyPatch, *, locked: bool
) -> None:
    found = invited(session, seminar, agency)
    point = Point()
    monkeypatch.setattr(invitations, "seat_or_queue", point.before(seats.seat_or_queue))
    if not locked:
        take_the_lock_out(monkeypatch)
    ended = both_at_once(
        app,
        point,
        lambda work: services.accept(work, context(NOW), registration_id=found.id).state,
        lambda work: services.decline_invitation(work, context(NOW), registration_id=found.id).state,
    )
    if not locked:
        assert isinstance(ended.early, Exception), "only the row's version refused the second answer"
        return
    assert (ended.early, type(ended.late).__name__, ended.waited) == (R.REGISTERED, "NotInThisState", True)
    assert session.scalars(select(Hold.ending)).all() == [HoldEnd.USED]


def test_an_invitation_that_ends_while_it_is_answered_is_one_of_both(
    app: Flask, session: Session, seminar: Seminar, agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = invited(session, seminar, agency)
    tomorrow = NOW + timedelta(days=2)
    point = Point()
    monkeypatch.setattr(holding, "end_hold", point.before(holding.end_hold))
    ended = both_at_once(
        app,
        point,
        lambda work: services.release_due_quotas(work, context(tomorrow)),
        lambda work: services.accept(work, context(NOW), registration_id=found.id).state,
    )
    assert (ended.early, type(ended.late), ended.waited) == (0, InvitationEnded, True)
    session.expire_all()
    assert session.get_one(Registration, found.id).state is R.INVITED
    assert pool_of(session, seminar, agency).taken == 0
