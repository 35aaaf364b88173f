"""Certificates as a ZIP file: for the office and for a liaison, and never of reserved people."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from seminar_app.accounts.models import RoleGrant, UserAccount
from seminar_app.accounts.queries import find_actor
from seminar_app.agencies.models import Agency
from seminar_app.certificates import services, zipped
from seminar_app.certificates.models import Certificate
from seminar_app.certificates.queries import pdf_of
from seminar_app.certificates.setting import Setter, keep_set, missing
from seminar_app.certificates.zip_job import begin_agency_zip, begin_zip
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import NotFound
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.long_jobs.files import find_file
from seminar_app.long_jobs.kinds import kinds_of
from seminar_app.long_jobs.models import LongJob
from seminar_app.long_jobs.rules import JobState
from seminar_app.long_jobs.running import run_waiting
from seminar_app.nominations.agency_queries import agency_access
from seminar_app.people.models import Person
from seminar_app.people.rules import ReservedReason
from seminar_app.registration.models import Registration
from tests.conftest import NOW
from tests.support.context import context
from tests.support.factories import Make
from tests.support.issuing import Finished, finished

NAMES = [("Ana", "García", "López"), ("Ana", "García", "López"), ("Śiva", "O'Brien/../x", None), ("Reservada", "Secreta", None)]
Begin = Callable[[Session], LongJob]


@pytest.fixture
def four(app: Flask, make: Make, session: Session, monkeypatch: pytest.MonkeyPatch) -> Finished:
    """Four people of an agency each: two of one name, one with signs that no file name may have, one reserved."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    four = finished(make, session, *NAMES)
    four.issue()
    set_all(four)
    with unit_of_work(session) as work:
        person = work.get_one(Person, four.people[3].person_id)
        person.reserved, person.reserved_reason = True, ReservedReason.OWN_REQUEST
    return four


def set_all(done: Finished) -> None:
    done.session.rollback()
    setter = Setter(done.session)
    pages = [setter.set(done.session.get_one(Certificate, each)) for each in missing(done.session, done.seminar.id)]
    done.session.rollback()
    with unit_of_work(done.session) as work:
        keep_set(work, context(NOW), [each for each in pages if each is not None])
    done.session.rollback()


def by(account: UserAccount) -> ChangeContext:
    return ChangeContext(NOW, f"account:{account.public_id.hex}")


def made(app: Flask, session: Session, begin: Begin) -> LongJob:
    """Begin a job, let it be done, and return it."""
    session.rollback()
    with app.test_request_context(), unit_of_work(session) as work:
        job_id = begin(work).id
    run_waiting(app)
    session.rollback()
    session.expire_all()
    return session.get_one(LongJob, job_id)


def entries(session: Session, job: LongJob) -> dict[str, bytes]:
    file = find_file(session, job, now=NOW)
    assert file is not None
    with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_office_gets_all_that_stand_but_of_reserved_people(app: Flask, session: Session, make: Make, four: Finished) -> None:
    organizer = make.account((RoleName.ORGANIZER, {"office_id": four.office.id}))

    job = made(app, session, lambda work: begin_zip(work, by(organizer), seminar=four.seminar))

    files = entries(session, job)
    assert list(files) == ["García López, Ana - 000001.pdf", "García López, Ana - 000002.pdf", "O'Brien .. x, Śiva - 000003.pdf"]
    kept = {each.number: pdf_of(session, each) for each in session.scalars(select(Certificate))}
    assert list(files.values()) == [kept[1], kept[2], kept[3]]
    assert {name: job.outcome[name] for name in ("people", "reserved", "waiting")} == {"people": 3, "reserved": 1, "waiting": 0}
    assert b"Secreta" not in b"".join(name.encode() for name in files)


def test_a_group_is_asked_for_by_its_key(app: Flask, session: Session, make: Make, four: Finished) -> None:
    organizer = make.account((RoleName.ORGANIZER, {"office_id": four.office.id}))
    code = agency_code(session, four.people[1])

    job = made(app, session, lambda work: begin_zip(work, by(organizer), seminar=four.seminar, group=code))

    assert list(entries(session, job)) == ["García López, Ana - 000002.pdf"]
    assert job.outcome["file"]["name"] == f"constancias-cancun-2026-{code}.zip"


def test_a_liaison_gets_her_people_only_and_nothing_once_she_is_none(app: Flask, session: Session, make: Make, four: Finished) -> None:
    liaison = make.account((RoleName.LIAISON, {"agency_id": four.agency_of(0)}))
    session.rollback()
    actor = find_actor(session, by(liaison).actor)
    assert actor is not None

    def begin(work: Session) -> LongJob:
        return begin_agency_zip(work, by(liaison), access=agency_access(work, actor, "cancun-2026", now=NOW))

    job = made(app, session, begin)

    assert list(entries(session, job)) == ["García López, Ana - 000001.pdf"]
    gives = kinds_of(app)[job.kind].gives_file
    assert gives is not None
    gives.may_take(session, actor, job)
    with unit_of_work(session) as work:
        work.execute(delete(RoleGrant))
    make.grant(liaison, RoleName.LIAISON, agency_id=four.agency_of(1))
    session.rollback()
    now_of_another = find_actor(session, by(liaison).actor)
    assert now_of_another is not None
    with pytest.raises(NotFound):
        gives.may_take(session, now_of_another, job)


def test_revoked_ones_and_those_not_set_yet_are_left_out(app: Flask, session: Session, make: Make, four: Finished) -> None:
    organizer = make.account((RoleName.ORGANIZER, {"office_id": four.office.id}))
    session.rollback()
    with unit_of_work(session) as work:
        first, second = work.scalars(select(Certificate).order_by(Certificate.number).limit(2)).all()
        services.revoke(work, context(NOW), seminar_id=four.seminar.id, public_id=first.public_id, reason="Somebody else")
        services.reissue(work, context(NOW), seminar_id=four.seminar.id, public_id=second.public_id)

    job = made(app, session, lambda work: begin_zip(work, by(organizer), seminar=four.seminar))

    assert list(entries(session, job)) == ["O'Brien .. x, Śiva - 000003.pdf"]
    assert job.outcome["waiting"] == 1


def test_with_none_to_give_a_sentence_says_so(app: Flask, session: Session, make: Make, four: Finished) -> None:
    organizer = make.account((RoleName.ORGANIZER, {"office_id": four.office.id}))
    code = agency_code(session, four.people[3])

    job = made(app, session, lambda work: begin_zip(work, by(organizer), seminar=four.seminar, group=code))

    assert (job.state, job.file_id) == (JobState.FAILED, None)
    assert job.outcome["sentence"].startswith("There is no certificate to download")


def test_too_many_are_refused_before_they_are_read(
    app: Flask, session: Session, make: Make, four: Finished, monkeypatch: pytest.MonkeyPatch
) -> None:
    organizer = make.account((RoleName.ORGANIZER, {"office_id": four.office.id}))
    monkeypatch.setattr(zipped, "LARGEST_MADE", 40_000)

    job = made(app, session, lambda work: begin_zip(work, by(organizer), seminar=four.seminar))

    assert job.state is JobState.FAILED
    assert job.outcome["sentence"].startswith("The file is too large to be kept")


def agency_code(session: Session, registration: Registration) -> str:
    session.rollback()
    again = session.get_one(Registration, registration.id)
    return session.scalar(select(Agency.code).where(Agency.id == again.agency_id)) or ""
