"""A row is keyed by two people at once, or while a scan arrives: nothing is overwritten that nobody had seen.

Each broken twin takes the lock of the registrations out.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.attendance import services
from seminar_app.attendance.models import Mark, Observation
from seminar_app.attendance.rules import MarkMethod, MarkStatus, ObservationKind
from seminar_app.attendance.services import NewObservation, sheet
from seminar_app.attendance.services.sheet import store
from seminar_app.core import unit_of_work
from seminar_app.core.inserts import insert_rows
from seminar_app.paper import keyed_services
from seminar_app.paper.keyed_services import RowEntry, key_rows
from seminar_app.paper.models import SheetRow
from seminar_app.paper.rules import Keyed
from tests.support.context import context
from tests.support.factories import Make
from tests.support.marks import wrong_marks
from tests.support.two_transactions import Ended, Point, Work, both_at_once

ANA, BETO = "account:" + "a" * 32, "account:" + "b" * 32
TWINS = pytest.mark.parametrize("locked", [True, pytest.param(False, marks=pytest.mark.postgresql_only)], ids=["as it is", "broken"])


@dataclass
class Desk:
    """A printed sheet with one person, and two who are not on it. The first transaction is held before it writes an observation."""

    app: Flask
    session: Session
    monkeypatch: pytest.MonkeyPatch
    seminar_id: int
    session_id: uuid.UUID
    sheet_id: uuid.UUID
    people: list[uuid.UUID]
    now: datetime

    @property
    def began(self) -> datetime:
        """When the session began."""
        return self.now - timedelta(hours=1)

    def at_once(self, first: Work, second: Work, *, locked: bool) -> Ended:
        point = Point()
        self.monkeypatch.setattr(sheet, "insert_rows", point.before(insert_rows))
        if not locked:
            self.monkeypatch.setattr(sheet, "_LOCK", _without_lock(sheet._LOCK))
            self.monkeypatch.setattr(unit_of_work, "ATTEMPTS", 1)
        return both_at_once(self.app, point, first, second)

    def keys(self, status: MarkStatus, by: str, *, person: int = 0) -> Work:
        entries = [RowEntry(self.people[person], Keyed(status))]
        where: dict[str, Any] = {"seminar_id": self.seminar_id, "sheet_id": self.sheet_id}
        return lambda session: key_rows(session, context(self.now, by), entries=entries, **where)

    def scan(self, session: Session) -> object:
        one = NewObservation(
            id=uuid.uuid4(), registration=self.people[0], kind=ObservationKind.IN, observed_at=self.began, method=MarkMethod.SCAN
        )
        where: dict[str, Any] = {"seminar_id": self.seminar_id, "session_id": self.session_id}
        return services.observe(session, context(self.now), observations=[one], **where)

    def says(self, session: Session) -> object:
        """Another coordinator marks the person absent on the screen."""
        where: dict[str, Any] = {"seminar_id": self.seminar_id, "session_id": self.session_id}
        return services.mark(session, context(self.now, BETO), registration=self.people[0], status=MarkStatus.ABSENT, **where)

    def rows(self) -> list[tuple[int, MarkStatus | None]]:
        found = self.session.execute(select(SheetRow.number, SheetRow.said).order_by(SheetRow.number)).all()
        self.session.rollback()
        return [(row.number, row.said) for row in found]

    def marks(self) -> list[tuple[MarkStatus | None, bool]]:
        found = self.session.execute(select(Mark.status, Mark.conflict)).all()
        self.session.rollback()
        return [(row.status, row.conflict) for row in found]

    def stored(self) -> list[str]:
        found = list(self.session.scalars(select(Observation.method).order_by(Observation.id)))
        self.session.rollback()
        return [method.value for method in found]


def _without_lock(statement: Any) -> object:
    broken = statement.with_for_update()
    broken._for_update_arg = None
    return broken


@pytest.fixture
def desk(app: Flask, make: Make, session: Session, monkeypatch: pytest.MonkeyPatch) -> Desk:
    seminar = make.seminar()
    place = make.seminar_session(seminar)
    pool = make.pool(seminar, make.agency("PGR"), 5)
    people = [make.registration(seminar, make.person(surname1=name), pool=pool) for name in ("Álvarez", "Tarde", "Zamora")]
    printed = make.printed_sheet(place, leave_out=people[1:])
    now = place.starts_at + timedelta(hours=1)
    ids = seminar.id, place.public_id, printed.public_id, [each.public_id for each in people]
    session.close()
    return Desk(app, session, monkeypatch, *ids, now)


@TWINS
def test_two_people_who_key_the_same_row_at_once(desk: Desk, *, locked: bool) -> None:
    ended = desk.at_once(desk.keys(MarkStatus.PRESENT, ANA), desk.keys(MarkStatus.ABSENT, BETO), locked=locked)
    assert ended.waited is locked
    if locked:
        assert [(one.changed, one.keyed_by) for one in ended.late] == [(False, ANA)]
        assert (desk.rows(), desk.marks()) == ([(1, MarkStatus.PRESENT)], [(MarkStatus.PRESENT, False)])
        assert (desk.stored(), wrong_marks(desk.session)) == (["paper"], [])
    else:
        assert [one.keyed_by for one in ended.late] == [None], "the second was not told of the first"
        assert len(desk.stored()) == 2


@TWINS
def test_a_scan_arrives_while_a_row_is_keyed(desk: Desk, *, locked: bool) -> None:
    ended = desk.at_once(desk.scan, desk.keys(MarkStatus.ABSENT, ANA), locked=locked)
    assert ended.waited is locked
    if locked:
        assert (desk.rows(), desk.marks()) == ([(1, MarkStatus.ABSENT)], [(MarkStatus.PRESENT, False)])
        assert desk.stored() == ["scan"], "the two differ, and somebody decides"
    else:
        assert sorted(desk.stored()) == ["paper", "scan"], "the paper was recorded over a scan that nobody had seen"


@TWINS
def test_a_mark_is_taken_on_the_screen_while_a_row_is_keyed(desk: Desk, *, locked: bool) -> None:
    ended = desk.at_once(desk.keys(MarkStatus.PRESENT, ANA), desk.says, locked=locked)
    assert ended.waited is locked
    if locked:
        assert desk.marks() == [(MarkStatus.ABSENT, False)]
    assert (wrong_marks(desk.session) == []) is locked


@TWINS
def test_two_people_write_different_people_in_at_once(desk: Desk, *, locked: bool) -> None:
    """Both rows get numbers of their own, because the sheet is locked before its last number is read."""
    point = Point()
    desk.monkeypatch.setattr(sheet, "store", point.before(store))
    desk.monkeypatch.setattr("seminar_app.attendance.services.recording.store", point.before(store))
    if not locked:
        desk.monkeypatch.setattr(keyed_services, "_LOCK", _without_lock(keyed_services._LOCK))
        desk.monkeypatch.setattr(unit_of_work, "ATTEMPTS", 1)
    ended = both_at_once(desk.app, point, desk.keys(MarkStatus.PRESENT, ANA, person=1), desk.keys(MarkStatus.PRESENT, BETO, person=2))
    if locked:
        assert desk.rows() == [(1, None), (2, MarkStatus.PRESENT), (3, MarkStatus.PRESENT)]
    else:
        assert any(isinstance(each, Exception) for each in (ended.early, ended.late))
