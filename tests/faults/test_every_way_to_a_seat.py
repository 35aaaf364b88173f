"""One seat is left, and people ask for it in every possible way at the same instant.

By the form, added by staff, approved, restored, promoted by a withdrawal or a removal, by a new distribution of seats, by an
invitation for which a seat is kept, and by the release of quotas on their day. In the end every seat is taken, no seat is taken
twice, whoever was invited sits, and all others wait.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from seminar_app.agencies.models import Agency
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.links import SecretLink
from seminar_app.registration.jobs import release_quotas
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState, edition_of_seats
from seminar_app.seminars.models import SeatPool, Seminar
from seminar_app.web.database import db
from tests.conftest import TestDatabase
from tests.faults.serving import miscounted, seminars, serving
from tests.faults.test_last_seat import drop_the_check
from tests.support.factories import KEY, Make
from tests.support.form_sender import FormSender, at_once, entry_of, letters
from tests.support.server import LiveServer
from tests.support.staff import signed_in_sender

OPEN, QUOTA, INVITED = 4, 3, 2
"""Seats of the open pool, of the quota, and open ones that are kept for who was invited; all but one together are taken."""
SEATED, WAITING, PENDING = RegistrationState.REGISTERED, RegistrationState.WAITLISTED, RegistrationState.PENDING
BY_FORM, BY_HAND, APPROVED, RESTORED, WITHDRAWN, REMOVED, RESIZED = 6, 3, 3, 3, 2, 1, 3


@dataclass
class Round:
    """A seminar with one seat left, and the people on its list."""

    seminar: Seminar
    seated: list[Registration]
    pending: list[Registration]
    off: list[Registration]
    invited: list[Registration]
    opened: str
    """Edition of the seats when the forms that change the seats were opened."""


def prepare(make: Make, session: Session, seminar: Seminar, agency: Agency, *, due: bool) -> Round:
    """Seat people in all seats but one; add people who wait for approval and people to restore; `due`: the quota's day has come."""
    yesterday = clock.now().date() - timedelta(days=2)
    quota = make.pool(seminar, agency, QUOTA, release_on=yesterday if due else seminar.starts_on)
    free = session.scalars(select(SeatPool).where(SeatPool.seminar_id == seminar.id, SeatPool.agency_id.is_(None))).one()
    opened = edition_of_seats((pool.agency_id, pool.size, pool.release_on) for pool in (free, quota))
    pools = [free] * OPEN + [quota] * (QUOTA - 1)

    def register(**values: object) -> Registration:
        return make.registration(seminar, agency=agency, **values)  # type: ignore[arg-type]

    def invite() -> Registration:
        made = register(state=RegistrationState.INVITED)
        make.hold(made, free, last_day=seminar.starts_on)
        return made

    return Round(
        seminar,
        [register(pool=pool) for pool in pools],
        [register(state=PENDING) for _ in range(APPROVED)],
        [register() for _ in range(RESTORED)],
        [invite() for _ in range(INVITED)],
        opened,
    )


def ways(round_: Round, form: FormSender, staff: FormSender, app: Flask) -> list[Callable[[], int]]:
    """Return the requests that are sent at once; each returns the status of its answer."""
    slug, agency = round_.seminar.slug, form.agency
    roster = f"/staff/seminars/{slug}/roster"
    everything: list[Callable[[], int]] = []

    def post(sender: FormSender, path: str, **fields: str) -> None:
        everything.append(lambda: sender.post(path, fields).status)

    for number in range(BY_FORM):
        everything.append(lambda number=number: form.register(slug, letters(2000 + number), uuid.uuid4()).status)  # type: ignore[misc]
    for number in range(BY_HAND):
        post(staff, f"{roster}/add/new", another="1", submission_id=uuid.uuid4().hex, **entry_of(letters(3000 + number), agency))
    for registration in round_.pending:
        post(staff, f"{roster}/{registration.public_id.hex}/approve")
    for registration in round_.off:
        post(staff, f"{roster}/{registration.public_id.hex}/restore")
    for registration in round_.seated[:WITHDRAWN]:
        post(form, f"/registrations/{SecretLink('registration', registration.public_id, 1).token(KEY)}/withdraw")
    for registration in round_.invited:
        token = SecretLink("registration", registration.public_id, 1).token(KEY)
        post(form, f"/registrations/{token}/invitation", answer="accept")
    for registration in round_.seated[-REMOVED:]:
        post(staff, f"{roster}/{registration.public_id.hex}/remove", reason="administrative")
    for change in range(RESIZED):
        share = {"opened": round_.opened, "quotas-0-agency": agency, "quotas-0-size": str(QUOTA + change % 2)}
        post(staff, f"/staff/seminars/{slug}/seats", capacity=str(OPEN + QUOTA + INVITED + change), **share)

    def job() -> int:
        with app.app_context():
            release_quotas()
            db.session.remove()
        return 303

    return [*everything, job]


def crowd(live: LiveServer, database: TestDatabase, session: Session, staff: FormSender, rounds: list[Round]) -> list[str]:
    """Send all requests at once in each round. Return the violations."""
    faults: list[str] = []
    form = FormSender(live.port, "PGR")
    form.open(rounds[0].seminar.slug)
    with ThreadPoolExecutor(64) as pool:
        for round_ in rounds:
            work = ways(round_, form, staff, database.app)
            answers = Counter(at_once(pool, lambda one: one(), work))
            slug = round_.seminar.slug
            session.rollback()
            mine = Registration.seminar_id == round_.seminar.id
            states = Counter(session.scalars(select(Registration.state).where(mine)))
            capacity = session.scalar(select(func.sum(SeatPool.size)).where(SeatPool.seminar_id == round_.seminar.id)) or 0
            everybody = len(round_.seated) + len(round_.pending) + len(round_.off) + len(round_.invited) + BY_FORM + BY_HAND
            if set(answers) - {303, 422} or answers[422] > RESIZED:  # 422: too few seats, or the seats were changed meanwhile
                faults.append(f"{slug}: answers {dict(answers)}")
            if states[SEATED] > capacity:
                faults.append(f"{slug}: oversold, {states[SEATED]} in {capacity} seats")
            if states[SEATED] != capacity or states[WAITING] != everybody - capacity - WITHDRAWN - REMOVED:
                faults.append(f"{slug}: {capacity} seats, {dict(states)}")
            session.expire_all()
            if {session.get_one(Registration, each.id).state for each in round_.invited} != {SEATED}:
                faults.append(f"{slug}: whoever was invited has no seat")
    return faults + miscounted(session)


@pytest.mark.parametrize("number", [10, pytest.param(200, marks=pytest.mark.full)])
def test_as_many_sit_as_there_are_seats_in_whatever_way_they_come(
    database: TestDatabase, make: Make, session: Session, tmp_path: Path, number: int
) -> None:
    agency, admin = make.agency("PGR"), make.account((RoleName.ADMIN, {}))
    rounds = [
        prepare(make, session, seminar, agency, due=turn % 2 == 0)
        for turn, seminar in enumerate(seminars(make, number, seats=OPEN + INVITED))
    ]
    with serving(database, tmp_path) as live:
        staff = signed_in_sender(database.app, admin, live.port)
        assert crowd(live, database, session, staff, rounds) == []


def test_without_lock_and_check_more_sit_than_there_are_seats(database: TestDatabase, make: Make, session: Session, tmp_path: Path) -> None:
    agency, admin = make.agency("PGR"), make.account((RoleName.ADMIN, {}))
    rounds = [prepare(make, session, seminar, agency, due=False) for seminar in seminars(make, 4, seats=OPEN + INVITED)]
    drop_the_check(session)
    with serving(database, tmp_path, broken="lock,check") as live:
        staff = signed_in_sender(database.app, admin, live.port)
        assert [fault for fault in crowd(live, database, session, staff, rounds) if "oversold" in fault]
