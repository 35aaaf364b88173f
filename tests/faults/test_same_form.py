"""The same form sent ten times at once is one form and one message; its button pressed ten times at once is one registration.

Against the real server.
"""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from seminar_app.messages.models import Message
from seminar_app.registration.models import Registration
from seminar_app.seminars.models import Seminar
from tests.conftest import TestDatabase
from tests.faults.fault_probe import probing
from tests.faults.serving import seminars, serving
from tests.support.factories import Make
from tests.support.form_sender import Answer, FormSender, address_of, at_once, letters
from tests.support.server import LiveServer

SAME_FORM = 10


def press_many_times(live: LiveServer, session: Session, wanted: list[Seminar]) -> list[str]:
    """In each round send the same form ten times at once, then press its button ten times at once. Return the violations."""
    faults: list[str] = []
    sender = FormSender(live.port, "PGR")
    sender.open(wanted[0].slug)
    with ThreadPoolExecutor(SAME_FORM) as pool:
        for number, seminar in enumerate(wanted):
            slug, name, submission = seminar.slug, letters(5000 + number), uuid.uuid4()

            def one(_turn: int, slug: str = slug, name: str = name, submission: uuid.UUID = submission) -> Answer:
                return sender.send(slug, name, submission)

            sent = at_once(pool, one, range(SAME_FORM))
            pressed = at_once(pool, sender.press, sent)
            session.rollback()
            registrations = session.scalar(select(func.count()).select_from(Registration).where(Registration.seminar_id == seminar.id))
            messages = sorted(session.scalars(select(Message.kind).where(Message.to_address == address_of(name))))
            if registrations != 1 or messages != ["form_sent", "registered"]:
                faults.append(f"{slug}: {registrations} registrations, messages {messages}")
            for answers in (set(sent), set(pressed)):
                if len(answers) != 1 or next(iter(answers)).status != 303:
                    faults.append(f"{slug}: answers {answers}")
    return faults


@pytest.mark.parametrize("rounds", [50, pytest.param(1000, marks=pytest.mark.full)])
def test_the_same_form_ten_times_at_once_is_one_registration_and_one_message(
    database: TestDatabase, make: Make, session: Session, tmp_path: Path, rounds: int
) -> None:
    make.agency("PGR")
    wanted = seminars(make, rounds, seats=5)
    with serving(database, tmp_path, FAULT_PROBE=str(tmp_path)) as live, probing(database, tmp_path) as fault_probe:
        assert press_many_times(live, session, wanted) == []
    assert fault_probe.waits >= rounds // 5, "nobody waited for a lock, so nothing was tried"


def test_a_form_that_does_not_know_itself_sends_more_than_one_message(
    database: TestDatabase, make: Make, session: Session, tmp_path: Path
) -> None:
    make.agency("PGR")
    with serving(database, tmp_path, broken="submission") as live:
        assert press_many_times(live, session, seminars(make, 2, seats=5))
