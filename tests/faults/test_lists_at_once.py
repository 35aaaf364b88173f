"""Two liaisons of one agency bring overlapping lists at once, each twice, while somebody registers by the form: against the real server.

In the end each person is there once, every seat is taken by one, and all others wait.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.agencies.models import Agency
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.nominations.models import NominationList
from seminar_app.people.models import Person
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState
from seminar_app.seminars.models import Seminar
from tests.conftest import TestDatabase
from tests.faults.fault_probe import probing
from tests.faults.lists_kept import keep
from tests.faults.serving import miscounted, seminars, serving
from tests.faults.test_last_seat import drop_the_check
from tests.support.factories import Make
from tests.support.form_sender import FormSender, address_of, at_once, letters
from tests.support.installation import reinstall
from tests.support.staff import signed_in_sender

QUOTA = 3
"""Seats of the agency: four people are on two lists, and one more sends the form. The open pool has none."""
LISTED = (("Alba", ""), ("Berta", ""), ("Carla", "")), (("Carla", ""), ("Berta", ""), ("Dora", ""))
KEY = f"lists:{'k' * 40}"
SEATED, WAITING = RegistrationState.REGISTERED, RegistrationState.WAITLISTED


@pytest.fixture(autouse=True)
def _one_key(app: Flask) -> Iterator[None]:
    """Seal the lists with a key that the server has too."""
    before = app.extensions["settings"].identity_keys
    reinstall(app, identity_keys=(KEY,))
    yield
    reinstall(app, identity_keys=before)


@dataclass
class Round:
    """A seminar, and two lists for it."""

    seminar: Seminar
    lists: list[NominationList]


def prepare(make: Make, session: Session, agency: Agency, number: int) -> list[Round]:
    """Keep two lists for each of so many seminars."""
    rounds = []
    for seminar in seminars(make, number, seats=0):
        make.pool(seminar, agency, QUOTA)
        rounds.append(Round(seminar, [keep(session, seminar, agency.id, people, now=clock.now()) for people in LISTED]))
    session.rollback()
    return rounds


def crowd(session: Session, liaisons: list[FormSender], form: FormSender, rounds: list[Round]) -> list[str]:
    """Bring all lists of a round at once, twice, beside the form. Return the violations."""
    faults: list[str] = []
    with ThreadPoolExecutor(5) as pool:
        for number, round_ in enumerate(rounds):
            slug, by_form = round_.seminar.slug, letters(7000 + number)
            sent = form.send(slug, by_form, uuid.uuid4())
            presses: list[Callable[[], int]] = [lambda sent=sent: form.press(sent).status]  # type: ignore[misc]
            for liaison, kept in zip(liaisons, round_.lists, strict=True):
                path, version = f"/staff/seminars/{slug}/nominations/{kept.public_id.hex}/import", {"version": str(kept.version)}
                presses += [lambda who=liaison, path=path, version=version: who.post(path, version).status] * 2  # type: ignore[misc]
            answers = Counter(at_once(pool, lambda press: press(), presses))
            session.rollback()
            rows = session.execute(
                select(Registration.state, Person.email)
                .join(Person, Person.id == Registration.person_id)
                .where(Registration.seminar_id == round_.seminar.id)
            ).all()
            states = Counter(row.state for row in rows)
            people = Counter(row.email for row in rows)
            wanted = {address_of(name) for name in ("Alba", "Berta", "Carla", "Dora", by_form)}
            if answers != {303: len(presses)}:
                faults.append(f"{slug}: answers {dict(answers)}")
            if people != dict.fromkeys(wanted, 1):
                faults.append(f"{slug}: people {dict(people)}")
            if states[SEATED] > QUOTA:
                faults.append(f"{slug}: oversold, {states[SEATED]} in {QUOTA} seats")
            if states != {SEATED: QUOTA, WAITING: len(wanted) - QUOTA}:
                faults.append(f"{slug}: states {dict(states)}")
    return faults + miscounted(session)


def run(database: TestDatabase, make: Make, session: Session, folder: Path, *, number: int, broken: str = "") -> tuple[list[str], int]:
    """Run so many rounds; return the violations, and how often somebody waited for a lock."""
    agency = make.agency("PGR")
    accounts = [make.account((RoleName.LIAISON, {"agency_id": agency.id})) for _ in LISTED]
    rounds = prepare(make, session, agency, number)
    if broken:
        drop_the_check(session)
    with (
        serving(database, folder, broken=broken, FAULT_PROBE=str(folder), IDENTITY_KEYS=KEY) as live,
        probing(database, folder) as fault_probe,
    ):
        form = FormSender(live.port, "PGR")
        form.open(rounds[0].seminar.slug)
        liaisons = [signed_in_sender(database.app, account, live.port) for account in accounts]
        return crowd(session, liaisons, form, rounds), fault_probe.waits


@pytest.mark.parametrize("rounds", [20, pytest.param(200, marks=pytest.mark.full)])
def test_overlapping_lists_bring_each_person_once_and_fill_the_seats(
    database: TestDatabase, make: Make, session: Session, tmp_path: Path, rounds: int
) -> None:
    faults, waits = run(database, make, session, tmp_path, number=rounds)
    assert faults == []
    assert waits >= rounds // 4, "nobody waited for a lock, so nothing was tried"


def test_without_lock_and_check_the_lists_oversell(database: TestDatabase, make: Make, session: Session, tmp_path: Path) -> None:
    faults, _waits = run(database, make, session, tmp_path, number=2, broken="lock,check")
    assert faults, "the lock was off and nobody noticed"
