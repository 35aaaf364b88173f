"""Certificates are issued as long work: in parts, each person one number, whatever interrupts it, and truthfully told."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from seminar_app.accounts.models import RoleGrant, UserAccount
from seminar_app.certificates import bulk, services
from seminar_app.certificates.issue_job import ISSUE, begin_issuing
from seminar_app.certificates.models import Certificate
from seminar_app.certificates.queries import pdf_of
from seminar_app.certificates.setting import SetPage, Setter
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.long_jobs import running
from seminar_app.long_jobs.files import find_file
from seminar_app.long_jobs.models import LongJob
from seminar_app.long_jobs.rules import JobState
from seminar_app.long_jobs.running import run_waiting
from seminar_app.long_jobs.services import ask_to_cancel
from seminar_app.long_jobs.staff_routes import _said
from seminar_app.messages.models import Message
from seminar_app.people.models import Person
from seminar_app.people.rules import ReservedReason
from tests.conftest import NOW, TestDatabase
from tests.support.commands import run
from tests.support.factories import Make
from tests.support.issuing import Finished, finished

NAMES = [(f"Rosa{number}", "Ortega", None) for number in range(5)]


@dataclass
class Desk:
    """An organizer of a completed seminar."""

    app: Flask
    session: Session
    done: Finished
    account: UserAccount

    @property
    def context(self) -> ChangeContext:
        return ChangeContext(NOW, f"account:{self.account.public_id.hex}", "b" * 32)

    def begin(self, *registrations: uuid.UUID, download: bool = False) -> LongJob:
        self.session.rollback()
        with unit_of_work(self.session) as work:
            chosen = registrations or None
            return begin_issuing(work, self.context, seminar=self.done.seminar, registrations=chosen, download=download)

    def ended(self, job: LongJob) -> LongJob:
        self.session.rollback()
        self.session.expire_all()
        return self.session.get_one(LongJob, job.id)

    def certificates(self) -> list[Certificate]:
        self.session.rollback()
        self.session.expire_all()
        return list(self.session.scalars(select(Certificate).order_by(Certificate.number)))

    def said(self, job: LongJob) -> str:
        """Return what the job's page says of its end."""
        with self.app.test_request_context(), force_locale("en"):
            return _said(ISSUE, self.ended(job)) or ""


@pytest.fixture
def desk(app: Flask, make: Make, session: Session, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setattr(running, "PAUSE_SECONDS", 0)
    monkeypatch.setattr(bulk, "AT_ONCE", 2)
    done = finished(make, session, *NAMES)
    account = make.account((RoleName.ORGANIZER, {"office_id": done.office.id}))
    return Desk(app, session, done, account)


def test_everybody_who_earns_one_gets_a_number_a_mail_and_a_pdf(desk: Desk) -> None:
    job = desk.begin()
    assert run_waiting(desk.app) == 1

    made = desk.certificates()
    assert [each.number for each in made] == [1, 2, 3, 4, 5]
    assert {each.registration_id for each in made} == {each.id for each in desk.done.people}
    assert all(pdf_of(desk.session, each) for each in made)
    assert desk.session.scalar(select(func.count()).select_from(Message)) == 5
    assert {each.issued_by for each in made} == {desk.context.actor}
    assert (desk.ended(job).state, desk.ended(job).total) == (JobState.DONE, 5)
    assert desk.said(job) == "5 certificates were issued."

    again = desk.begin()
    run_waiting(desk.app)
    assert len(desk.certificates()) == 5
    assert desk.said(again) == "Nobody earns a certificate that is not out yet."


def test_work_that_broke_off_is_taken_up_and_counts_what_was_done_before(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    job = desk.begin()
    monkeypatch.setattr(Setter, "set", breaking(after=3))
    with pytest.raises(Killed):
        run_waiting(desk.app)
    assert len(desk.certificates()) == 4
    monkeypatch.undo()
    as_lost(desk, job)

    run_waiting(desk.app)

    assert [each.number for each in desk.certificates()] == [1, 2, 3, 4, 5]
    assert all(each.file_id for each in desk.certificates())
    assert desk.said(job) == "5 certificates were issued."


def test_it_is_cancelled_between_two_parts_and_says_what_was_done(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    job = desk.begin()
    monkeypatch.setattr(Setter, "set", breaking(after=3, by=lambda: cancel(desk, job)))

    run_waiting(desk.app)

    assert desk.ended(job).state is JobState.CANCELLED
    assert len(desk.certificates()) == 4
    said = "It was cancelled. 4 certificates were issued before and stand. Issue certificates again to go on: nobody gets a second one."
    assert desk.said(job) == said


def test_cancelled_before_it_began_it_says_that_nothing_was_issued(desk: Desk) -> None:
    job = desk.begin()
    cancel(desk, job)
    assert desk.said(job) == "It was cancelled. No certificate was issued."


def test_one_that_cannot_be_set_stops_no_other(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Setter.set

    def refuses_second(setter: Setter, one: Certificate) -> SetPage | None:
        if one.number == 2:
            raise RuntimeError
        return whole(setter, one)

    monkeypatch.setattr(Setter, "set", refuses_second)
    job = desk.begin()
    run_waiting(desk.app)

    assert [each.number for each in desk.certificates() if each.file_id is None] == [2]
    said = "5 certificates were issued. The PDF of 1 certificate could not be made. Issue certificates again to try once more."
    assert desk.said(job) == said

    monkeypatch.undo()
    desk.begin()
    run_waiting(desk.app)
    assert all(each.file_id for each in desk.certificates())


def test_a_name_with_letters_of_no_typeface_is_set_and_told(desk: Desk, make: Make) -> None:
    with unit_of_work(desk.session) as work:
        work.get_one(Person, desk.done.people[0].person_id).certificate_name = "李小龍"
    job = desk.begin()
    run_waiting(desk.app)

    assert all(each.file_id for each in desk.certificates())
    assert "In 1 name a letter is in none of our typefaces" in desk.said(job)


def test_one_person_gets_one_and_it_is_the_file_of_the_job(desk: Desk) -> None:
    job = desk.begin(desk.done.people[2].public_id, download=True)
    run_waiting(desk.app)

    (made,) = desk.certificates()
    assert made.registration_id == desk.done.people[2].id
    file = find_file(desk.session, desk.ended(job), now=NOW)
    assert file is not None
    assert (file.name, file.content) == ("Ortega, Rosa2 - 000001.pdf", pdf_of(desk.session, made))


def test_of_a_reserved_identity_the_job_makes_no_file(desk: Desk) -> None:
    with unit_of_work(desk.session) as work:
        person = work.get_one(Person, desk.done.people[2].person_id)
        person.reserved, person.reserved_reason = True, ReservedReason.OWN_REQUEST
        desk.done.people[2].reserved_code = None
    job = desk.begin(desk.done.people[2].public_id, download=True)
    run_waiting(desk.app)

    assert [each.file_id is None for each in desk.certificates()] == [False]
    assert desk.ended(job).file_id is None


def test_a_reissued_one_is_only_set_and_not_issued_again(desk: Desk) -> None:
    (first,) = desk.done.issue(desk.done.people[0])
    with unit_of_work(desk.session) as work:
        new = services.reissue(work, desk.context, seminar_id=desk.done.seminar.id, public_id=first.public_id)
        begin_issuing(work, desk.context, seminar=desk.done.seminar, registrations=[desk.done.people[0].public_id])

    run_waiting(desk.app)

    assert [(each.number, each.file_id is None) for each in desk.certificates()] == [(1, True), (new.number, False)]


def test_what_was_revoked_after_it_was_asked_for_is_not_issued_again(desk: Desk) -> None:
    chosen = desk.done.people[0]
    desk.done.issue(chosen)
    job = desk.begin(chosen.public_id)
    with unit_of_work(desk.session) as work:
        made = work.scalars(select(Certificate)).one()
        services.revoke(work, desk.context, seminar_id=desk.done.seminar.id, public_id=made.public_id, reason="Somebody else")

    run_waiting(desk.app)

    assert len(desk.certificates()) == 1
    assert desk.ended(job).state is JobState.FAILED
    assert desk.said(job) == "Nobody of those chosen earns a certificate that is not out yet. No certificate was issued."


def test_whoever_no_longer_organizes_issues_nothing(desk: Desk) -> None:
    job = desk.begin()
    with unit_of_work(desk.session) as work:
        work.execute(delete(RoleGrant))
    run_waiting(desk.app)

    assert desk.certificates() == []
    assert desk.said(job) == "This is no longer there, or your account may no longer do it. No certificate was issued."


@pytest.mark.sqlite_first
def test_the_command_issues_the_same(desk: Desk, database: TestDatabase) -> None:
    settings = desk.app.extensions["settings"]
    desk.session.close()

    first, again = (run(settings, "certificates", "issue", "cancun-2026") for _time in range(2))
    nothing = run(settings, "certificates", "issue", "toluca")

    assert (first.exit_code, first.output) == (0, "Issued: 5. PDFs made: 5.\n")
    assert (again.exit_code, again.output) == (0, "Issued: 0. PDFs made: 0.\n")
    assert nothing.exit_code == 1
    assert [each.issued_by for each in desk.certificates()] == ["command"] * 5


class Killed(BaseException):
    """Stands for the end of a process."""


def breaking(*, after: int, by: Callable[[], None] | None = None) -> Callable[[Setter, Certificate], SetPage | None]:
    """Return a setter that is killed after so many, or that does something before it goes on."""
    whole, seen = Setter.set, 0

    def breaks(setter: Setter, one: Certificate) -> SetPage | None:
        nonlocal seen
        seen += 1
        if seen > after and by is None:
            raise Killed
        if seen > after and by is not None:
            by()
        return whole(setter, one)

    return breaks


def cancel(desk: Desk, job: LongJob) -> None:
    with Session(desk.session.get_bind()) as apart, unit_of_work(apart) as work:
        ask_to_cancel(work, desk.context, public_id=job.public_id)


def as_lost(desk: Desk, job: LongJob) -> None:
    """Let the job's last sign of life be long ago."""
    with unit_of_work(desk.session) as work:
        work.get_one(LongJob, job.id).beat_at = datetime(2020, 1, 1, tzinfo=NOW.tzinfo)
