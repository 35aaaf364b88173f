"""PostgreSQL's connection breaks between a commit and its answer: the page must say neither «saved» nor «not saved»."""

from __future__ import annotations

import html
import time
import uuid
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from seminar_app.messages.models import Message
from seminar_app.registration.models import FormSent
from tests.conftest import TestDatabase
from tests.faults.lossy_wire import Break, lossy_wire
from tests.faults.serving import seminars
from tests.support.factories import Make
from tests.support.form_sender import Answer, FormSender, entry_of, letters
from tests.support.server import LiveServer

pytestmark = pytest.mark.postgresql_only
NOT_KNOWN = {
    "en": (
        "The connection to our records was lost while saving, so we do not know whether it was saved.",
        "Send it again in a moment: if it has arrived already, it is not entered twice.",
    ),
    "es": (
        "Se perdió la conexión con los registros mientras se guardaba, así que no sabemos si quedó guardado.",
        "Envíelo de nuevo en un momento: si ya había llegado, no se anota dos veces.",
    ),
}
NOTHING_SAVED = {"en": "Nothing was saved", "es": "No se guardó nada"}
SETTLED_SECONDS = 10.0


def counted(session: Session) -> tuple[int, int]:
    """Count forms and messages."""
    session.rollback()
    one, other = (session.scalar(select(func.count()).select_from(table)) or 0 for table in (FormSent, Message))
    return one, other


def settle(session: Session, expected: tuple[int, int]) -> None:
    """Wait for the numbers: a database that lost its client finishes the commit in its own time."""
    deadline = time.monotonic() + SETTLED_SECONDS
    while counted(session) != expected and time.monotonic() < deadline:
        time.sleep(0.02)
    assert counted(session) == expected


def sender_in(live: LiveServer, slug: str, language: str) -> FormSender:
    """Return a client whose browser asks for this language."""
    sender = FormSender(live.port, "PGR")
    sender.open(slug)
    sender.cookie = sender.post("/language", {"language": language}).cookie
    return sender


def page_of(answer: Answer) -> str:
    """Return the text of the page."""
    return html.unescape(answer.body.decode())


def test_it_says_that_it_is_not_known_and_the_form_sent_again_lands_once(
    database: TestDatabase, make: Make, session: Session, tmp_path: Path
) -> None:
    make.agency("PGR")
    (seminar,) = seminars(make, 1, seats=500)
    cases = [(how, language) for how in Break for language in NOT_KNOWN]
    with lossy_wire(database.url) as wire, LiveServer(wire.url, tmp_path) as live:
        for number, (how, language) in enumerate(cases):
            before, name, submission = counted(session), letters(600 + number), uuid.uuid4()
            sender = sender_in(live, seminar.slug, language)
            wire.break_at_next_commit(how)
            answer = sender.send(seminar.slug, name, submission)
            page = page_of(answer)
            assert (answer.status, answer.retry_after) == (503, "5")
            assert [sentence for sentence in NOT_KNOWN[language] if sentence not in page] == []
            assert NOTHING_SAVED[language] not in page
            assert [kept for kept in entry_of(name, "PGR").values() if f'value="{kept}"' not in page] == []
            there = 1 if how is Break.NOT_ANSWERED else 0
            settle(session, (before[0] + there, before[1] + there))
            sent = sender.send(seminar.slug, name, submission)
            assert sent.status == 303
            settle(session, (before[0] + 1, before[1] + 1))
            wire.break_at_next_commit(how)
            assert sender.press(sent).status == 503
            assert sender.press(sent).location == sender.press(sent).location != "", "the button pressed again leads to the same page"
            settle(session, (before[0] + 1, before[1] + 2))
    assert wire.broken == [how for how, _language in cases for _form_and_button in range(2)]


def test_a_page_that_says_that_nothing_was_saved_lies_about_one_that_was(
    database: TestDatabase, make: Make, session: Session, tmp_path: Path
) -> None:
    make.agency("PGR")
    (seminar,) = seminars(make, 1, seats=500)
    with lossy_wire(database.url) as wire:
        through = LiveServer(wire.url, tmp_path, target="tests.faults.registration_app:app", environment={"BROKEN": "certain"})
        with through as live:
            sender = sender_in(live, seminar.slug, "en")
            wire.break_at_next_commit(Break.NOT_ANSWERED)
            answer = sender.send(seminar.slug, letters(600), uuid.uuid4())
    settle(session, (1, 1))
    assert answer.status == 503
    assert NOTHING_SAVED["en"] in page_of(answer)
