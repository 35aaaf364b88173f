"""The file that a job makes: one press gives it, to the account that asked for it, for a day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from seminar_app.accounts.models import UserAccount
from seminar_app.audit.models import AuditRow
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.sealed_files import SealedFile
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.long_jobs import telling
from seminar_app.long_jobs.files import forget_files_of
from seminar_app.long_jobs.models import LongJob
from seminar_app.long_jobs.running import run_waiting
from seminar_app.long_jobs.services import begin_job
from seminar_app.retention.applying import apply_to_job_files
from seminar_app.web.database import session as session_of_request
from tests.conftest import NOW
from tests.support.checking_client import CheckingClient
from tests.support.context import context
from tests.support.factories import Make
from tests.support.long_work import ACTION, FILE, KIND, add_counting, nobody_works, work_at_once

pytestmark = pytest.mark.sqlite_first

SignIn = Callable[[CheckingClient, UserAccount], CheckingClient]
SUBJECT = f"seminar:{'5' * 32}"


@dataclass
class Desk:
    """An account that asks for a file."""

    app: Flask
    session: Session
    client: CheckingClient
    account: UserAccount

    def ask(self, account: UserAccount | None = None, form: str = "csv") -> LongJob:
        """Begin the job as a route does."""
        self.session.rollback()
        when = ChangeContext(clock.now(), f"account:{(account or self.account).public_id.hex}", "b" * 32)
        with unit_of_work(self.session) as work:
            return begin_job(work, when, kind=KIND, subject=SUBJECT, seminar="s", given={"format": form}, own=True)

    def made(self) -> LongJob:
        job = self.ask()
        run_waiting(self.app)
        return job

    def page(self, job: LongJob) -> str:
        return f"/staff/jobs/{job.public_id.hex}"

    def looks(self) -> list[tuple[str, str, str | None, object]]:
        """Return what the access log says of files."""
        self.session.rollback()
        rows = self.session.scalars(select(AuditRow).where(AuditRow.action == ACTION).order_by(AuditRow.sequence))
        return [(row.actor, row.subject, row.seminar, row.details) for row in rows]


@pytest.fixture
def desk(app: Flask, make: Make, session: Session, client: CheckingClient, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    add_counting(app)
    account = make.account((RoleName.ORGANIZER, {"office_id": make.office().id}))
    return Desk(app, session, sign_in(client, account), account)


def test_the_page_offers_the_file_and_the_access_log_notes_who_took_it(desk: Desk) -> None:
    job = desk.made()
    page = desk.client.get(desk.page(job))
    assert [each.to_text() for each in page.select("#job .usa-button")] == ["Download"]
    assert FILE.name in page.text
    assert page.one("#job .usa-button").attrs["href"] == f"{desk.page(job)}/file"
    assert desk.looks() == []
    answer = desk.client.flask.get(f"{desk.page(job)}/file")
    assert (answer.data, answer.mimetype, answer.status_code) == (FILE.content, "text/csv", 200)
    assert answer.headers["Content-Disposition"].startswith("attachment; filename")
    assert answer.headers["Cache-Control"] == "no-store"
    assert desk.looks() == [(f"account:{desk.account.public_id.hex}", SUBJECT, "s", {"format": "csv"})]


def test_nobody_else_gets_it_nor_who_may_no_longer(desk: Desk, make: Make, sign_in: SignIn) -> None:
    job = desk.made()
    admin = sign_in(CheckingClient(desk.app.test_client()), make.account((RoleName.ADMIN, {})))
    assert "Only the account that asked for the file can take it." in admin.get(desk.page(job)).text
    admin.get(f"{desk.page(job)}/file", status=404)
    with unit_of_work(desk.session) as work:
        work.get_one(UserAccount, desk.account.id).name = "No longer"
    desk.client.get(f"{desk.page(job)}/file", status=404)
    assert desk.looks() == []


@pytest.mark.parametrize("how", ["old", "forgotten"])
def test_a_file_that_is_kept_no_longer_leads_to_making_it_anew(desk: Desk, how: str) -> None:
    job = desk.made()
    desk.session.rollback()
    with unit_of_work(desk.session) as work:
        if how == "old":
            work.get_one(LongJob, job.id).ended_at = NOW - timedelta(hours=24)
        else:
            forget_files_of(work, ["s"])
    answer = desk.client.flask.get(f"{desk.page(job)}/file")
    assert (answer.status_code, answer.headers["Location"]) == (303, desk.page(job))
    page = desk.client.get(desk.page(job))
    assert "This file is kept no longer" in page.text
    assert [(each.to_text(), each.attrs["href"]) for each in page.select("#job .usa-button")] == [("Make it anew", "/staff/")]
    assert desk.looks() == []


def test_one_press_leads_to_the_file_and_a_long_one_to_the_page(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def press(form: str) -> str:
        job = desk.ask(form=form)
        with desk.app.test_request_context():
            answer = telling.follow(job)
            assert not session_of_request().in_transaction()
        assert answer.status_code == 303
        return answer.headers["Location"].removeprefix(desk.page(job))

    work_at_once(desk.app, monkeypatch)
    assert press("csv") == "/file"
    nobody_works(desk.app, monkeypatch)
    assert press("xlsx") == ""
    work_at_once(desk.app, monkeypatch)
    with telling._waiting, telling._waiting:
        assert press("json") == "", "all who may wait at once do"


def test_each_account_has_its_own_job_and_a_second_press_is_the_same(desk: Desk, make: Make) -> None:
    first = desk.ask()
    assert desk.ask().id == first.id
    assert desk.ask(form="xlsx").id != first.id
    assert desk.ask(make.account((RoleName.ADMIN, {}))).id != first.id


def test_a_form_that_a_script_sends_is_told_that_a_file_comes(desk: Desk) -> None:
    job = desk.made()
    with desk.app.test_request_context("/", method="POST", headers={"X-In-Place": "1"}):
        answer = desk.app.process_response(desk.app.make_response(("", 303, {"Location": f"{desk.page(job)}/file"})))
    assert (answer.status_code, answer.headers["X-Leads-To"], answer.headers["X-Gives-File"]) == (204, f"{desk.page(job)}/file", "1")
    with desk.app.test_request_context("/", method="POST", headers={"X-In-Place": "1"}):
        answer = desk.app.process_response(desk.app.make_response(("", 303, {"Location": desk.page(job)})))
    assert "X-Gives-File" not in answer.headers


def test_the_file_goes_after_a_day_and_what_came_of_the_work_after_a_week(desk: Desk) -> None:
    job = desk.made()
    for hours, left in ((23, 1), (25, 0)):
        desk.session.rollback()
        with desk.app.app_context():
            apply_to_job_files(context(NOW + timedelta(hours=hours)))
        assert desk.session.scalar(select(func.count()).select_from(SealedFile)) == left
    assert desk.session.get(LongJob, job.id) is not None
    assert "This file is kept no longer" in desk.client.get(desk.page(job)).text
