"""The attendance of a big seminar is written by the worker: progress, cancel, and the same file as a small seminar's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.accounts.models import RoleGrant, UserAccount
from seminar_app.attendance import export_rows
from seminar_app.attendance.rules import exports
from seminar_app.audit.models import AuditRow
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.long_jobs import running
from seminar_app.long_jobs.models import LongJob
from seminar_app.long_jobs.rules import JobState
from seminar_app.long_jobs.running import Run, run_waiting
from seminar_app.seminars.models import SeatPool, Seminar
from tests.conftest import NOW
from tests.support.checking_client import CheckingClient, Page
from tests.support.factories import Make
from tests.support.long_work import nobody_works, work_at_once

pytestmark = pytest.mark.sqlite_first

SignIn = Callable[[CheckingClient, UserAccount], CheckingClient]
PEOPLE = 5
TIMETABLE = "/staff/seminars/s/attendance/"
EXPORT = f"{TIMETABLE}export"


@dataclass
class Desk:
    """A coordinator of a seminar that counts as big."""

    app: Flask
    session: Session
    client: CheckingClient
    coordinator: UserAccount
    seminar: Seminar

    def press(self, form: str = "xlsx", language: str = "en") -> Page:
        """Press the button, and return what follows."""
        return self.client.follow(self.client.submit(TIMETABLE, {"format": form, "lang": language}, form=f"form[action='{EXPORT}']"))

    def job(self) -> LongJob:
        """Return the newest job."""
        self.session.rollback()
        self.session.expire_all()
        return self.session.scalars(select(LongJob).order_by(LongJob.id.desc())).one()

    def page(self) -> Page:
        return self.client.get(f"/staff/jobs/{self.job().public_id.hex}")

    def exported(self) -> list[object]:
        """Return the details of the rows that the access log has of exports."""
        self.session.rollback()
        return list(self.session.scalars(select(AuditRow.details).where(AuditRow.action == "attendance.exported")))


@pytest.fixture
def desk(app: Flask, make: Make, session: Session, client: CheckingClient, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setattr(exports, "LONG_CELLS", 0)
    monkeypatch.setattr(running, "PAUSE_SECONDS", 0)
    monkeypatch.setattr(export_rows, "STEP", 1)
    seminar = make.seminar(seats=10, slug="s")
    pool = pool_of(session, seminar)
    held = make.seminar_session(seminar)
    for number in range(PEOPLE):
        make.mark(make.registration(seminar, make.person(f"Rosa{number}", "Canaria", None), pool=pool), held)
    coordinator = make.account((RoleName.COORDINATOR, {"seminar_id": seminar.id}))
    return Desk(app, session, sign_in(client, coordinator), coordinator, seminar)


def pool_of(session: Session, seminar: Seminar) -> SeatPool:
    return session.scalars(select(SeatPool).where(SeatPool.seminar_id == seminar.id)).one()


@pytest.mark.parametrize(("form", "language"), [("csv", "keys"), ("json", "keys"), ("csv", "es")])
def test_one_press_gives_the_same_file_as_of_a_small_seminar(desk: Desk, monkeypatch: pytest.MonkeyPatch, form: str, language: str) -> None:
    work_at_once(desk.app, monkeypatch)
    large = desk.press(form, language).response
    assert large.request.path.endswith("/file")
    monkeypatch.setattr(exports, "LONG_CELLS", 10_000)
    small = desk.client.flask.get(f"{EXPORT}?format={form}&lang={language}")
    assert large.data == small.data
    assert large.mimetype == small.mimetype
    assert large.headers["Content-Disposition"].partition("-s-")[0] == small.headers["Content-Disposition"].partition("-s-")[0]
    assert desk.exported() == [{"format": form, "language": language}] * 2


def test_the_address_of_the_file_leads_to_the_button(desk: Desk) -> None:
    page = desk.client.get(desk.client.flask.get(f"{EXPORT}?format=xlsx").headers["Location"])
    assert "This file is large." in page.text
    assert desk.exported() == []


def test_a_small_one_of_a_big_seminar_is_sent_at_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "LONG_CELLS", PEOPLE * 20)
    assert desk.press("csv").response.data.count(b"Canaria") == PEOPLE
    assert desk.session.scalar(select(LongJob.id)) is None


def test_a_press_begins_the_work_and_the_same_press_again_leads_to_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    nobody_works(desk.app, monkeypatch)
    assert "It begins within seconds." in desk.press().text
    assert desk.press().response.request.path.endswith(desk.job().public_id.hex)


def test_progress_is_shown_and_the_work_can_be_cancelled(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    nobody_works(desk.app, monkeypatch)
    desk.press()
    seen, step = [], Run.step

    def looking(run: Run, stage: str, done: int, total: int) -> None:
        step(run, stage, done, total)
        if done == 3 and stage == "writing":
            seen.append(desk.page().text)
            desk.client.submit(f"/staff/jobs/{run.taken.public_id.hex}", form="#job form")

    monkeypatch.setattr(Run, "step", looking)
    run_waiting(desk.app)
    assert f"3 of {PEOPLE} people" in seen[0]
    assert "The file is being written" in seen[0]
    assert desk.job().state is JobState.CANCELLED
    assert desk.page().select("a[href$='/file']") == []


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_coordinator_who_is_no_longer_assigned_gets_nothing(desk: Desk, make: Make, monkeypatch: pytest.MonkeyPatch, when: str) -> None:
    nobody_works(desk.app, monkeypatch)
    desk.press()
    if when == "after":
        run_waiting(desk.app)
    elsewhere = make.seminar().id
    desk.session.rollback()
    with unit_of_work(desk.session) as work:
        grant = work.scalars(select(RoleGrant).where(RoleGrant.user_account_id == desk.coordinator.id)).one()
        grant.seminar_id = elsewhere
    if when == "before":
        run_waiting(desk.app)
        assert "your account may no longer do it" in desk.page().text
    desk.client.get(f"/staff/jobs/{desk.job().public_id.hex}/file", status=404)
    assert desk.exported() == []
