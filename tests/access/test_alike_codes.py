"""Every code of a certificate gets its answer in the same time: unknown, not well formed, valid, ended, erased or reserved."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from seminar_app.certificates import services
from seminar_app.certificates.models import Certificate
from seminar_app.certificates.printed import Printed
from seminar_app.certificates.queries import printed_of
from seminar_app.core.clock import now
from seminar_app.core.unit_of_work import unit_of_work
from tests.access.test_alike import CLOCKS, Clock, Send, told_apart
from tests.support.checking_client import FreshClient
from tests.support.context import context
from tests.support.factories import Make

UNKNOWN = {"unknown": "999999-BCDF-GHJK", "digits alone": "000001", "no code": "x", "long": "9" * 200}
Codes = dict[str, str]


@pytest.fixture
def codes(make: Make, session: Session) -> Codes:
    """Return codes by what they name."""
    seminar = make.seminar()
    pool = make.pool(seminar, make.agency("PGR"), 9)
    made: dict[str, Certificate] = {}
    for state in ("valid", "replaced", "revoked", "erased", "reserved"):
        person = make.person(reserved=state == "reserved")
        made[state] = make.certificate(make.registration(seminar, person, pool=pool), at=now() - timedelta(days=9))
    found = {state: str(printed.code) for state, row in made.items() if (printed := printed_of(session, row))}
    session.rollback()
    when = context(now())
    with unit_of_work(session) as work:
        services.reissue(work, when, seminar_id=seminar.id, public_id=made["replaced"].public_id)
        services.revoke(work, when, seminar_id=seminar.id, public_id=made["revoked"].public_id, reason="A wrong list")
        services.forget_certificates(work, when, [made["erased"].registration_id])
    return found | UNKNOWN


def looks(app: Flask, codes: Mapping[str, str]) -> dict[str, Send]:
    """Return a look at each code."""
    client = FreshClient(app, app.response_class, use_cookies=False)

    def way(code: str) -> Send:
        return lambda: client.get(f"/verify/{code}", headers={"Accept-Language": "es"})

    return {name: way(code) for name, code in codes.items()}


def guesses(app: Flask, codes: Mapping[str, str]) -> dict[str, Send]:
    """Return a surname typed for each certificate: wrong, or right where no name may be shown."""
    client = FreshClient(app, app.response_class, use_cookies=False)

    def way(state: str, code: str) -> Send:
        typed = "López" if state in ("reserved", "erased") else "Pérez"
        return lambda: client.post(f"/verify/{code}", data={"surname": typed}, headers={"Accept-Language": "es"})

    return {state: way(state, code) for state, code in codes.items() if state in ("valid", "erased", "reserved")}


@pytest.mark.sqlite_first
def test_every_code_is_answered_with_the_same_status_and_headers(app: Flask, codes: Codes) -> None:
    told = set()
    for send in looks(app, codes).values():
        response = send()
        told.add((response.status_code, response.headers["Cache-Control"], response.headers["Referrer-Policy"]))
    assert told == {(200, "no-store", "no-referrer")}


@pytest.mark.parametrize(("clock", "turns"), CLOCKS)
def test_every_code_is_answered_in_the_same_time(app: Flask, codes: Codes, clock: Clock, turns: int) -> None:
    assert told_apart(looks(app, codes), clock, turns) == {}


@pytest.mark.parametrize(("clock", "turns"), CLOCKS)
def test_every_surname_is_answered_in_the_same_time(
    app: Flask, codes: Codes, clock: Clock, turns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services.comparing, "SURNAME_TRIES", 10_000)  # compared each time, and not refused
    ways = guesses(app, codes)
    assert {send().status_code for send in ways.values()} == {422}
    assert told_apart(ways, clock, turns) == {}


def slowly(read: Callable[[bytes], Printed]) -> Callable[[bytes], Printed]:
    """Return a reader of what was printed that takes 10 ms more, as one that derives a key would."""

    def reading(kept: bytes) -> Printed:
        until = time.thread_time() + 0.01
        while time.thread_time() < until:
            pass
        return read(kept)

    return reading


@pytest.mark.sqlite_first
def test_a_print_that_is_read_slowly_is_told_apart(app: Flask, codes: Codes, monkeypatch: pytest.MonkeyPatch) -> None:
    """The broken twin: codes with a print take longer than those without."""
    monkeypatch.setattr(Printed, "from_bytes", slowly(Printed.from_bytes))
    wanted = {name: code for name, code in codes.items() if name in ("unknown", "valid")}
    assert set(told_apart(looks(app, wanted), time.thread_time, 5)) == {"valid"}
