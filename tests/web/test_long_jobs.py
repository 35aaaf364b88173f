"""A long list is brought by the worker: its page shows how far it is, to whoever began it, and leads to the list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config import DaysKept
from seminar_app.accounts.models import UserAccount
from seminar_app.agencies.models import Agency
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.long_jobs import running, services
from seminar_app.long_jobs.models import LongJob
from seminar_app.long_jobs.rules import JobState
from seminar_app.long_jobs.running import Run, run_waiting
from seminar_app.nominations import rules
from seminar_app.nominations.models import NominationList
from seminar_app.nominations.services import correct
from seminar_app.registration.models import Registration
from seminar_app.retention.applying import apply_all
from seminar_app.seminars.models import Seminar
from tests.conftest import NOW
from tests.support.checking_client import CheckingClient, Page
from tests.support.context import context
from tests.support.factories import Make
from tests.support.nominating import ROSA, cells, keep_cells

pytestmark = pytest.mark.sqlite_first
"""What only pages do; the tests about order, search and what two do at once say so."""

SignIn = Callable[[CheckingClient, UserAccount], CheckingClient]
PEOPLE = (ROSA, ("Luis", "Cruz", "Paz", "luis.cruz@pgr.example", "Perito"), ("Ana", "Sol", "Mar", "ana.sol@pgr.example", "Perita"))


@dataclass
class Desk:
    """An organizer with a list that counts as long, and a worker that runs when it is told to."""

    app: Flask
    session: Session
    make: Make
    client: CheckingClient
    organizer: UserAccount
    seminar: Seminar
    agency: Agency
    found: NominationList
    sign_in: SignIn
    told: list[int]

    @property
    def list_page(self) -> str:
        return f"/staff/seminars/{self.seminar.slug}/nominations/{self.found.public_id.hex}"

    def press(self, client: CheckingClient | None = None) -> Page:
        """Press the button that brings the people, and return the page that follows."""
        client = client or self.client
        token = client.get(self.list_page).select("[name=csrf_token]")[0].attrs["value"]
        return client.follow(client.post(f"{self.list_page}/import", {"version": self.version(), "csrf_token": token}))

    def cancel(self) -> Page:
        """Cancel the newest job, and return the page that follows."""
        address = f"/staff/jobs/{self.job().public_id.hex}"
        return self.client.follow(self.client.submit(address, form="#job form"))

    def another(self, role: RoleName, **scope: int) -> CheckingClient:
        """Return the browser of another account."""
        return self.sign_in(CheckingClient(self.app.test_client()), self.make.account((role, scope)))

    def version(self) -> int:
        self.session.rollback()
        return self.session.scalars(select(NominationList.version).where(NominationList.id == self.found.id)).one()

    def job(self) -> LongJob:
        """Return the newest job."""
        self.session.rollback()
        self.session.expire_all()
        return self.session.scalars(select(LongJob).order_by(LongJob.id.desc())).first()  # type: ignore[return-value]

    def page(self, client: CheckingClient | None = None, *, status: int = 200) -> Page:
        """Return the page of the newest job."""
        return (client or self.client).get(f"/staff/jobs/{self.job().public_id.hex}", status=status)

    def roster(self) -> int:
        self.session.rollback()
        return self.session.scalar(select(func.count()).where(Registration.seminar_id == self.seminar.id)) or 0


@pytest.fixture
def desk(app: Flask, make: Make, session: Session, client: CheckingClient, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setattr(rules, "LONG", 2)
    monkeypatch.setattr(running, "PAUSE_SECONDS", 0)
    told: list[int] = []
    monkeypatch.setitem(app.extensions, "long_jobs_task", lambda: told.append(1))
    seminar = make.seminar(office=make.office(), seats=10, slug="s", starts_on=date(2026, 6, 2), ends_on=date(2026, 6, 3))
    agency = make.agency("PGR")
    make.pool(seminar, agency, 2)
    found = keep_cells(session, seminar, agency, cells(*PEOPLE), at=NOW)
    organizer = make.account((RoleName.ORGANIZER, {"office_id": seminar.office_id}))
    return Desk(app, session, make, sign_in(client, organizer), organizer, seminar, agency, found, sign_in, told)


def path_of(page: Page) -> str:
    return str(page.response.request.path)


def test_the_button_of_a_long_list_leads_to_the_page_of_the_work_and_that_to_the_list(desk: Desk) -> None:
    page = desk.press()
    assert path_of(page) == f"/staff/jobs/{desk.job().public_id.hex}"
    assert "It begins within seconds." in page.text
    assert page.one("#job").attrs["hx-trigger"] == "every 1s"
    assert desk.told == [1]
    assert desk.roster() == 0
    run_waiting(desk.app)
    page = desk.page()
    assert "3 people were nominated: 2 seats, 1 alternate." in page.text
    assert "hx-trigger" not in page.one("#job").attrs
    assert page.one("#job a.usa-button").attrs["href"] == desk.list_page
    assert page.one(".back-link").attrs["href"] == desk.list_page
    assert "lista.csv" in page.text
    assert desk.roster() == 3


def test_a_list_that_is_not_long_is_brought_at_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "LONG", 4)
    assert "3 people were nominated" in desk.press().text
    assert desk.roster() == 3
    assert desk.job() is None


@pytest.mark.both_engines
def test_a_second_press_leads_to_the_same_work_and_the_list_says_that_it_is_under_way(desk: Desk) -> None:
    assert path_of(desk.press()) == path_of(desk.press())
    page = desk.client.get(desk.list_page)
    assert "The people of this list are being nominated just now." in page.text
    assert page.one(f"a[href='/staff/jobs/{desk.job().public_id.hex}']")
    other = desk.sign_in(
        CheckingClient(desk.app.test_client()), desk.make.account((RoleName.ORGANIZER, {"office_id": desk.seminar.office_id}))
    )
    page = desk.press(other)
    assert "Somebody is bringing this list onto the roster just now." in page.text
    assert path_of(page) == desk.list_page
    assert not page.select("a[href^='/staff/jobs/']")
    run_waiting(desk.app)
    assert "being brought" not in desk.client.get(desk.list_page).text
    assert (desk.roster(), desk.session.scalar(select(func.count()).select_from(LongJob))) == (3, 1)


def test_progress_is_shown_in_figures_and_words_in_both_languages(desk: Desk) -> None:
    desk.press()
    with unit_of_work(desk.session) as work:
        taken = services.take_job(work, now=NOW)
        assert taken is not None
        services.note_progress(work, taken, now=NOW, done=2_310, total=5_000, stage="people")
    page = desk.page()
    assert "2,310 of 5,000 rows" in page.text
    assert "Looking who is known already" in page.text
    bar = page.one("progress")
    assert (bar.attrs["value"], bar.attrs["max"]) == ("2310", "5000")
    assert page.one("#job a").attrs["href"] == path_of(page), "without a script"
    spanish = desk.make.account(language="es")
    with unit_of_work(desk.session) as work:
        work.get_one(LongJob, taken.id).owner = f"account:{spanish.public_id.hex}"
    assert "2,310 de 5,000 filas" in desk.page(desk.sign_in(CheckingClient(desk.app.test_client()), spanish)).text


def test_only_who_began_it_and_administrators_see_it(desk: Desk) -> None:
    desk.press()
    desk.page()
    desk.page(desk.another(RoleName.ORGANIZER, office_id=desk.seminar.office_id), status=404)
    desk.page(desk.another(RoleName.ADMIN))
    desk.client.get("/staff/jobs/nonsense", status=404)


@pytest.mark.both_engines
def test_the_work_is_cancelled_before_it_begins_and_while_it_goes_on(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.press()
    assert "It was cancelled. Nothing was changed." in desk.cancel().text
    assert run_waiting(desk.app) == 0
    desk.press()
    step = Run.step

    def cancelled(run: Run, stage: str, done: int, total: int) -> None:
        if stage == "roster":
            assert "It is being cancelled." in desk.cancel().text
        step(run, stage, done, total)

    monkeypatch.setattr(Run, "step", cancelled)
    run_waiting(desk.app)
    assert "It was cancelled." in desk.page().text
    assert desk.roster() == 0
    assert desk.job().state is JobState.CANCELLED


def corrected(desk: Desk) -> None:
    with unit_of_work(desk.session) as work:
        change: Any = lambda work: work.with_row("0.2", left_out=True)  # noqa: E731
        correct(work, context(NOW), seminar=desk.seminar, public_id=desk.found.public_id, change=change)


def disabled(desk: Desk) -> None:
    with unit_of_work(desk.session) as work:
        work.get_one(UserAccount, desk.organizer.id).active = False


@pytest.mark.parametrize(
    ("meanwhile", "sentence"),
    [
        (corrected, "The list was corrected after this page was opened"),
        (disabled, "This is no longer there, or your account may no longer do it."),
    ],
)
def test_what_changed_meanwhile_counts_and_nobody_comes(desk: Desk, meanwhile: Callable[[Desk], None], sentence: str) -> None:
    desk.press()
    desk.session.rollback()
    meanwhile(desk)
    run_waiting(desk.app)
    assert sentence in desk.page(desk.another(RoleName.ADMIN)).text
    assert desk.roster() == 0


def test_the_same_list_again_brings_nobody(desk: Desk) -> None:
    for _turn in range(2):
        desk.press()
        run_waiting(desk.app)
    assert "Nobody was added" in desk.page().text
    assert desk.roster() == 3


def test_a_job_goes_a_week_after_its_end(desk: Desk) -> None:
    desk.press()
    run_waiting(desk.app)
    for days, left in ((6, 1), (8, 0)):
        desk.session.rollback()
        with desk.app.app_context():
            apply_all(context(NOW + timedelta(days=days)), kept=DaysKept())
        assert desk.session.scalar(select(func.count()).select_from(LongJob)) == left
