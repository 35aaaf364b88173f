"""Many wrong surnames typed at once for one link, against the real server: as many as are sent, five are compared."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from seminar_app.audit.models import AuditRow
from seminar_app.registration.first_opening_rules import MOST_WRONG_SURNAMES
from seminar_app.registration.links import personal_token
from seminar_app.registration.models import Registration
from tests.conftest import TestDatabase
from tests.faults.serving import seminars, serving
from tests.support.factories import Make
from tests.support.form_sender import Answer, at_once, send
from tests.support.server import LiveServer

GUESSES, ROUNDS = 12, 4
WRONG, RIGHT = "Ortega", "López"


def links(make: Make, session: Session) -> list[tuple[int, str]]:
    """Return a registration's id and its link for each round."""
    (seminar,) = seminars(make, 1, seats=9)
    made = [make.registration(seminar, make.person(email_proven_at=None), notice_at=None).id for _ in range(ROUNDS)]
    found = [(each, f"/registrations/{personal_token(session, session.get_one(Registration, each))}/open") for each in made]
    session.rollback()
    return found


def guess_at_once(live: LiveServer, session: Session, wanted: list[tuple[int, str]]) -> list[str]:
    """Guess at once for each link, and then type the right surname. Return the violations."""
    faults: list[str] = []
    with ThreadPoolExecutor(GUESSES) as pool:
        for registration_id, link in wanted:

            def one(_turn: int, link: str = link) -> Answer:
                return send(live.port, "POST", link, fields={"surname": WRONG})

            answers = Counter(answer.status for answer in at_once(pool, one, range(GUESSES)))
            late = send(live.port, "POST", link, fields={"surname": RIGHT}).status
            session.rollback()
            counted = session.get_one(Registration, registration_id).wrong_surnames
            if answers != {422: MOST_WRONG_SURNAMES - 1, 410: GUESSES - MOST_WRONG_SURNAMES + 1} or late != 410 or counted != 5:
                faults.append(f"{dict(answers)}, {counted} counted, then {late}")
    session.rollback()
    ended = session.scalar(select(func.count()).select_from(AuditRow).where(AuditRow.action == "registration.link_ended"))
    return faults + ([f"{ended} links ended"] if ended != ROUNDS else [])


def test_as_many_as_guess_at_once_five_surnames_are_compared(database: TestDatabase, make: Make, session: Session, tmp_path: Path) -> None:
    wanted = links(make, session)
    with serving(database, tmp_path) as live:
        assert guess_at_once(live, session, wanted) == []


def test_guesses_that_are_counted_after_they_were_read_are_more_than_five(
    database: TestDatabase, make: Make, session: Session, tmp_path: Path
) -> None:
    wanted = links(make, session)
    with serving(database, tmp_path, broken="surnames") as live:
        assert guess_at_once(live, session, wanted)
