"""Many surnames typed at once for one certificate, against the real server with two processes: five an hour are compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.certificates.models import Certificate
from seminar_app.certificates.queries import printed_of
from seminar_app.certificates.rules import SURNAME_TRIES
from seminar_app.core.installation import install, installation_of
from seminar_app.core.values import replace
from seminar_app.seminars.models import SeatPool
from seminar_app.web.database import db
from tests.conftest import TestDatabase
from tests.faults.serving import seminars, serving
from tests.support.factories import Make
from tests.support.form_sender import Answer, at_once, send
from tests.support.server import LiveServer

GUESSES, ROUNDS = 12, 4
WRONG, RIGHT = "Ortega", "López"
KEY = f"tries:{'k' * 40}"


@pytest.fixture(autouse=True)
def same_key(session: Session) -> Iterator[None]:
    """Seal what is printed with the server's key: the tests' own cannot stand in a setting."""
    engine = db.engine
    settings = installation_of(engine).settings
    install(engine, replace(settings, identity_keys=(KEY,)))
    session.close()
    yield
    install(engine, settings)


def issued(make: Make, session: Session) -> list[tuple[int, str]]:
    """Return a certificate's id and its address for each round."""
    (seminar,) = seminars(make, 1, seats=9)
    pool = session.scalars(select(SeatPool).where(SeatPool.seminar_id == seminar.id)).one()
    made = [make.certificate(make.registration(seminar, pool=pool)) for _ in range(ROUNDS)]
    printed = [printed_of(session, each) for each in made]
    session.rollback()
    return [(row.id, f"/verify/{each.code}") for row, each in zip(made, printed, strict=True) if each]


def guess_at_once(live: LiveServer, session: Session, wanted: list[tuple[int, str]]) -> list[str]:
    """Type surnames at once for each certificate, and then the right one. Return the violations."""
    faults: list[str] = []
    with ThreadPoolExecutor(GUESSES) as pool:
        for certificate_id, url in wanted:

            def one(_turn: int, url: str = url) -> Answer:
                return send(live.port, "POST", url, fields={"surname": WRONG})

            answers = Counter(answer.status for answer in at_once(pool, one, range(GUESSES)))
            late = send(live.port, "POST", url, fields={"surname": RIGHT}).status
            session.rollback()
            counted = session.get_one(Certificate, certificate_id).surname_tries
            if answers != {422: SURNAME_TRIES, 429: GUESSES - SURNAME_TRIES} or (late, counted) != (429, SURNAME_TRIES):
                faults.append(f"{dict(answers)}, {counted} counted, then {late}")
    session.rollback()
    return faults


def test_as_many_as_are_typed_at_once_five_are_compared(database: TestDatabase, make: Make, session: Session, tmp_path: Path) -> None:
    wanted = issued(make, session)
    with serving(database, tmp_path, workers=2, IDENTITY_KEYS=KEY) as live:
        assert guess_at_once(live, session, wanted) == []


def test_tries_that_are_counted_after_they_were_read_are_more_than_five(
    database: TestDatabase, make: Make, session: Session, tmp_path: Path
) -> None:
    """The broken twin."""
    wanted = issued(make, session)
    with serving(database, tmp_path, workers=2, broken="tries", IDENTITY_KEYS=KEY) as live:
        assert guess_at_once(live, session, wanted)
