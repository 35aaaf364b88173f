"""Two doors at the same moment, and a substitution while the waiting list moves up.

The first transaction is held after it has read; the second one ends or waits. Each broken twin takes the lock of the seats out.
"""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from seminar_app.core import unit_of_work
from seminar_app.registration import services
from seminar_app.registration.rules import RegistrationState, RemovalReason, decide_promotions
from seminar_app.registration.services import Way, locked_seats, seats
from seminar_app.registration.services import door as door_services
from tests.conftest import NOW
from tests.integration.registration.test_door import COORDINATOR, REPLACED, SEATED, Door
from tests.support.context import context
from tests.support.factories import Make
from tests.support.two_transactions import Point, Work, both_at_once

TWINS = pytest.mark.parametrize("locked", [True, pytest.param(False, marks=pytest.mark.postgresql_only)], ids=["as it is", "broken"])


@pytest.fixture
def door(session: Session, make: Make) -> Door:
    return Door(session, make, NOW)


def unlock(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = locked_seats._LOCK.with_for_update()
    broken._for_update_arg = None
    monkeypatch.setattr(locked_seats, "_LOCK", broken)
    monkeypatch.setattr(unit_of_work, "ATTEMPTS", 1)


def walk_in(door: Door, name: str) -> Work:
    sent: dict[str, Any] = {"seminar_id": door.seminar.id, "entry": door.entry(name, "PGR"), "submission_id": uuid.uuid4()}
    return lambda session: services.enter_walk_in(session, context(door.now, COORDINATOR), **sent).way


@TWINS
def test_of_two_doors_one_gets_the_only_extra_seat(app: Flask, door: Door, monkeypatch: pytest.MonkeyPatch, *, locked: bool) -> None:
    door.allow(1)
    first, second = walk_in(door, "Nora"), walk_in(door, "Olga")
    point = Point()
    monkeypatch.setattr(door_services, "grow_open_pool", point.before(seats.grow_open_pool))
    if not locked:
        unlock(monkeypatch)
    ended = both_at_once(app, point, first, second)
    if not locked:
        assert isinstance(ended.early, IntegrityError), "both have grown the pool, and only the database refused the extra person"
        return
    assert (ended.early, ended.late, ended.waited) == (Way.EXTRA, Way.WAITS, True)
    assert door.sizes()["open"] == (2, 2)
    assert services.extra_seats_used(door.session, door.seminar.id) == 1


@TWINS
def test_a_substitution_and_a_freed_seat_move_two_people_up_and_nobody_twice(
    app: Flask, door: Door, monkeypatch: pytest.MonkeyPatch, *, locked: bool
) -> None:
    waiting = [door.waits("PGR", 1), door.waits("PGR", 2)]
    sent: dict[str, Any] = {"seminar_id": door.seminar.id, "entry": door.entry("Nora", "CNS"), "submission_id": uuid.uuid4()}
    replaced, gone = door.seated[0], door.seated[2]

    def substitute(session: Session) -> object:
        return services.substitute(session, context(door.now, COORDINATOR), replaced_id=replaced.id, **sent).way

    def remove(session: Session) -> RegistrationState:
        removal: dict[str, Any] = {"seminar_id": door.seminar.id, "registration_id": gone.id, "reason": RemovalReason.NO_SHOW}
        return services.remove(session, context(door.now), **removal).state

    point = Point()
    monkeypatch.setattr(seats, "decide_promotions", point.before(decide_promotions))
    if not locked:
        unlock(monkeypatch)
    ended = both_at_once(app, point, substitute, remove)
    if not locked:
        assert isinstance(ended.early, StaleDataError), "both gave a seat to the first in the queue"
        return
    assert (ended.early, ended.late, ended.waited) == (Way.WAITS, RegistrationState.REMOVED, True)
    assert [door.state(each) for each in waiting] == [(SEATED, door.quota.id), (SEATED, door.open_pool.id)]
    assert door.state(replaced) == (REPLACED, None)
