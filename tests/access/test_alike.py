"""Known and unknown addresses get the same answer: the same bytes, and in the same time as far as a stranger can measure."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from statistics import median
from typing import Any

import pytest
from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from config import Mode
from seminar_app import create_app
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.clock import now
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.core.values import replace
from seminar_app.people.models import Person
from seminar_app.registration import services
from seminar_app.registration.models import FormSent, Registration
from seminar_app.registration.rules import RegistrationState, RemovalReason
from seminar_app.seminars.models import SeatPool, Seminar
from seminar_app.seminars.rules import FEW_SEATS, Asked
from seminar_app.sign_in import password_routes
from seminar_app.sign_in.hashing import hash_password
from seminar_app.web.database import db
from tests.access.world import CSRF, PASSWORD
from tests.conftest import TestDatabase, settings_for
from tests.support.checking_client import FreshClient
from tests.support.factories import Make
from tests.support.mailbox import button_of

MOST_APART = 0.005
"""Greatest difference between two medians, in seconds."""
CLOCKS = [pytest.param(time.thread_time, 9, id="short"), pytest.param(time.perf_counter, 300, id="full", marks=pytest.mark.full)]
"""Clocks. The short run measures CPU time, which other load does not change; the full run measures time as a stranger would."""
RETRIES = 4
"""Number of measurements. Other load disturbs one of them; a real difference appears in each."""

Send = Callable[[], TestResponse]
Clock = Callable[[], float]


@dataclass
class Stranger:
    """A browser that is not signed in, at an app that hashes passwords as in production."""

    app: Flask
    token: str

    def post(self, url: str, body: Mapping[str, Any]) -> TestResponse:
        client = FreshClient(self.app, self.app.response_class, use_cookies=True)
        with self.app.test_request_context():
            serializer = self.app.session_interface.get_signing_serializer(self.app)  # type: ignore[attr-defined]
            client.set_cookie(self.app.config["SESSION_COOKIE_NAME"], str(serializer.dumps({"csrf_token": CSRF})))
        return client.post(url, data={"csrf_token": self.token, **body}, headers={"Accept-Language": "es"})


@pytest.fixture
def stranger(database: TestDatabase, app: Flask) -> Iterator[Stranger]:
    settings = replace(settings_for(database.url, database.folder), mode=Mode.DEMO, limits_enabled=False)
    real = create_app(settings)
    yield Stranger(real, str(URLSafeTimedSerializer(real.secret_key or "", salt="wtf-csrf-token").dumps(CSRF)))
    with real.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def accounts(stranger: Stranger, make: Make) -> dict[str, str]:
    """Return e-mail addresses by the state of their account."""
    with stranger.app.app_context():
        password = hash_password(PASSWORD)
    make.account(email="known@office.example", password=password)
    make.account(email="disabled@office.example", password=password, active=False)
    make.account(email="invited@office.example", password=None)
    return {
        "known": "known@office.example",
        "unknown": "unknwn@office.example",
        "disabled": "disabled@office.example",
        "invited": "invited@office.example",
        "typed otherwise": " KNOWN@Office.Example ",
    }


def apart(ways: Mapping[str, Send], clock: Clock, turns: int) -> dict[str, float]:
    """Return median seconds of each way above the quickest way. The ways alternate, so that other load hits all of them alike."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(turns + 2):
        for name, send in ways.items():
            began = clock()
            send()
            if turn > 1:  # the first fill caches
                taken[name].append(clock() - began)
    medians = {name: median(seconds) for name, seconds in taken.items()}

    return {name: seconds - min(medians.values()) for name, seconds in medians.items()}


def told_apart(ways: Mapping[str, Send], clock: Clock, turns: int) -> dict[str, float]:
    """Return the ways that differ from the quickest one in every measurement."""
    found: dict[str, float] = {}
    for _try in range(RETRIES):
        found = {name: seconds for name, seconds in apart(ways, clock, turns).items() if seconds >= MOST_APART}
        if not found:
            break
    return found


def as_read(response: TestResponse) -> tuple[int, dict[str, str], str]:
    """Return status, headers and body, without what is new in each answer and without what was typed."""
    headers = {k: v for k, v in response.headers.items() if k not in ("X-Request-ID", "Set-Cookie", "Content-Length")}
    nonce = re.search(r"nonce-([\w-]+)", headers["Content-Security-Policy"])
    assert nonce is not None
    headers["Content-Security-Policy"] = headers["Content-Security-Policy"].replace(nonce[1], "")
    body = response.get_data(as_text=True).replace(nonce[1], "")
    body = re.sub(r'name="csrf_token"[^>]*value="[^"]*"|value="[^"]*@[^"]*"', "", body)
    return response.status_code, headers, body


def sign_in_ways(stranger: Stranger, accounts: Mapping[str, str]) -> dict[str, Send]:
    def way(email: str) -> Send:
        return lambda: stranger.post("/login", {"email": email, "password": "not the password"})

    return {name: way(email) for name, email in accounts.items()}


def test_a_refused_sign_in_reads_the_same_for_all(stranger: Stranger, accounts: dict[str, str]) -> None:
    answers = {name: as_read(send()) for name, send in sign_in_ways(stranger, accounts).items()}
    answers["disabled, right password"] = as_read(stranger.post("/login", {"email": accounts["disabled"], "password": PASSWORD}))
    assert answers["known"][0] == 422
    assert {name for name, answer in answers.items() if answer != answers["known"]} == set()


@pytest.mark.sqlite_first  # what takes time is the hash
@pytest.mark.parametrize(("clock", "turns"), CLOCKS)
def test_a_refused_sign_in_takes_the_same_time_for_all(stranger: Stranger, accounts: dict[str, str], clock: Clock, turns: int) -> None:
    assert told_apart(sign_in_ways(stranger, accounts), clock, turns) == {}


@pytest.mark.sqlite_first
def test_an_address_without_a_hash_is_told_apart(stranger: Stranger, accounts: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The broken twin: for an address without an account no password hash is computed."""
    monkeypatch.setattr(password_routes, "dummy_hash", lambda: "")
    assert {"known", "typed otherwise"} <= set(told_apart(sign_in_ways(stranger, accounts), time.thread_time, 5))


def reset_ways(stranger: Stranger, accounts: Mapping[str, str]) -> dict[str, Send]:
    def way(email: str) -> Send:
        return lambda: stranger.post("/reset", {"email": email})

    return {name: way(email) for name, email in accounts.items()}


def test_asking_for_a_new_password_reads_the_same_for_all(stranger: Stranger, accounts: dict[str, str]) -> None:
    answers = {name: as_read(send()) for name, send in reset_ways(stranger, accounts).items()}
    assert answers["known"][0] == 303
    assert {name for name, answer in answers.items() if answer != answers["known"]} == set()


@pytest.mark.parametrize(("clock", "turns"), CLOCKS)
def test_asking_for_a_new_password_takes_the_same_time_for_all(
    stranger: Stranger, accounts: dict[str, str], clock: Clock, turns: int
) -> None:
    assert told_apart(reset_ways(stranger, accounts), clock, turns) == {}


@pytest.fixture
def forms(stranger: Stranger, make: Make, session: Session) -> dict[str, Send]:
    """Return the registration form filled in by known and new people, for a seminar with seats, a full one and one that asks for a CURP."""
    day, numbers = now().date() + timedelta(days=30), count(1)
    agency = make.agency("PGR")
    dates: dict[str, Any] = {"starts_on": day, "ends_on": day}
    make.seminar(slug="roomy", seats=100_000, **dates)
    make.seminar(slug="full0", seats=1, **dates)
    make.seminar(slug="asked", seats=100_000, asks_curp=Asked.REQUIRED, **dates)
    known: dict[RegistrationState, dict[str, Any]] = {
        RegistrationState.PENDING: {},
        RegistrationState.DECLINED: {},
        RegistrationState.WAITLISTED: {"queue_place": 1_000_000},
        RegistrationState.REMOVED: {"removal_reason": RemovalReason.ADMINISTRATIVE},
    }
    for seminar in session.scalars(select(Seminar)):
        pool = session.scalars(select(SeatPool).where(SeatPool.seminar_id == seminar.id)).one()
        make.registration(seminar, make.person(email=f"registered@{seminar.slug}.example"), agency=agency, pool=pool)
    full = session.scalars(select(Seminar).where(Seminar.slug == "full0")).one()
    for state, values in known.items():
        make.registration(full, make.person(email=f"{state.value}@full0.example"), agency=agency, state=state, **values)

    def way(slug: str, email: Callable[[], str], **more: str) -> Send:
        body = {"notice": "1.es", "given_names": "Luz María", "surname1": "López", "surname2": "Ibáñez", "agency": "PGR"}
        body |= {"sex": "-", "position": "Fiscal", "language": "es", "notice_read": "y"} | more
        return lambda: stranger.post(f"/seminars/{slug}/register", body | {"submission_id": uuid.uuid4().hex, "email": email()})

    def somebody_new() -> str:
        return f"new{next(numbers):05}@pgr.example"

    curp = {"curp": "HEMN841101MSPRRR02"}
    return {
        "new": way("roomy", somebody_new),
        "registered": way("roomy", lambda: "registered@roomy.example"),
        "new, full": way("full0", somebody_new),
        "registered, full": way("full0", lambda: "registered@full0.example"),
        "new, asked": way("asked", somebody_new, **curp),
        "registered, asked": way("asked", lambda: "registered@asked.example", **curp),
    } | {f"{state.value}, full": way("full0", lambda state=state: f"{state.value}@full0.example") for state in known}  # type: ignore[misc]


SENT = re.compile(r"/sent/[0-9a-f-]{36}/[\w-]+")
"""The page after a form has an address of its own, drawn at random."""


def test_registering_reads_the_same_for_all(forms: dict[str, Send]) -> None:
    answers = {name: as_read(send()) for name, send in forms.items()}
    for status, headers, _body in answers.values():
        headers["Location"] = SENT.sub("", headers["Location"].replace("full0", "roomy").replace("asked", "roomy"))
        assert status == 303
    assert {name for name, answer in answers.items() if (answer[0], answer[1]) != answers["new"][:2]} == set()
    bodies = {SENT.sub("", body.replace("full0", "roomy").replace("asked", "roomy")) for _status, _headers, body in answers.values()}
    assert bodies == {SENT.sub("", answers["new"][2])}


@pytest.mark.parametrize(("clock", "turns"), CLOCKS)
def test_registering_takes_the_same_time_for_all(forms: dict[str, Send], clock: Clock, turns: int) -> None:
    """Compare within one kind of form: it is no secret that one form asks for more than another."""
    asked = {name: send for name, send in forms.items() if name.endswith("asked")}
    others = {name: send for name, send in forms.items() if name not in asked}
    assert told_apart(others, clock, turns) | told_apart(asked, clock, turns) == {}


@pytest.mark.sqlite_first
def test_a_form_that_looks_the_person_up_is_told_apart(forms: dict[str, Send], monkeypatch: pytest.MonkeyPatch) -> None:
    """The broken twin: the form registers at once, so somebody known takes less work than somebody new."""
    monkeypatch.setattr(services, "send_form", registering_at_once(services.send_form, extra=0.02))
    assert set(told_apart({name: forms[name] for name in ("new", "registered")}, time.thread_time, 5)) == {"new"}


def registering_at_once(send_form: Callable[..., FormSent], *, extra: float = 0.0) -> Callable[..., FormSent]:
    """Return a form that does what forms did before mailboxes were proven. `extra`: CPU seconds that a new registration takes more."""

    def send(session: Session, context: ChangeContext, **values: Any) -> FormSent:
        form = send_form(session, context, **values)
        made = services.confirm(session, context, form_id=form.id)
        until = time.thread_time() + (extra if made.registered_at == context.now else 0.0)
        while time.thread_time() < until:
            pass
        return form

    return send


# What the seminar's page says of places must not depend on whether somebody in particular is registered.

SEATS = 20
VICTIM = "registered@here.example"


@dataclass
class Oracle:
    """Two seminars of twenty seats: in one the victim is registered, in the other somebody else. Can a stranger tell which?"""

    stranger: Stranger

    def page(self, slug: str) -> str:
        client = FreshClient(self.stranger.app, self.stranger.app.response_class)
        said = client.get(f"/seminars/{slug}", headers={"Accept-Language": "en"}).get_data(as_text=True)
        nonce = re.search(r'nonce="([^"]+)"', said)
        return said.replace(nonce[1] if nonce else "", "").replace(slug, "")

    def send(self, slug: str, email: str) -> None:
        body = {"notice": "1.es", "given_names": "Luz María", "surname1": "López", "surname2": "Ibáñez", "agency": "PGR"}
        body |= {"sex": "-", "position": "Fiscal", "language": "es", "notice_read": "y", "submission_id": uuid.uuid4().hex, "email": email}
        assert self.stranger.post(f"/seminars/{slug}/register", body).status_code == 303

    def differ(self) -> bool:
        """Fill both seminars with invented people until one more would change the wording, then send the victim's form to both."""
        for number in range(SEATS - 1 - (FEW_SEATS + 1)):
            for slug in ("oracle-one", "oracle-two"):
                self.send(slug, f"invented{number}@nobody.example")
        for slug in ("oracle-one", "oracle-two"):
            self.send(slug, VICTIM)
        return self.page("oracle-one") != self.page("oracle-two")


@pytest.fixture
def oracle(stranger: Stranger, make: Make, session: Session) -> Oracle:
    day, agency = now().date() + timedelta(days=30), make.agency("PGR")
    office = make.office()
    for slug, email in (("oracle-one", VICTIM), ("oracle-two", "other@here.example")):
        values: dict[str, Any] = {"title_es": "T", "title_en": "T", "starts_on": day, "ends_on": day}
        seminar = make.seminar(slug=slug, office=office, seats=SEATS, **values)
        pool = session.scalars(select(SeatPool).where(SeatPool.seminar_id == seminar.id)).one()
        person = make.person("Luz María", email=email)
        make.registration(seminar, person, agency=agency, pool=pool)
    session.close()
    return Oracle(stranger)


def test_a_stranger_learns_from_the_wording_of_places_whether_nobody_is_registered(oracle: Oracle) -> None:
    assert not oracle.differ()


def test_where_a_form_takes_a_seat_the_wording_tells(oracle: Oracle, monkeypatch: pytest.MonkeyPatch) -> None:
    """The broken twin: in one seminar the victim's form takes the seat that changes the wording, in the other it takes none."""
    monkeypatch.setattr(services, "send_form", registering_at_once(services.send_form))
    assert oracle.differ()


def test_what_a_stranger_s_own_form_becomes_does_not_depend_on_the_victim_s(
    oracle: Oracle, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The count of seats as an oracle: the stranger leaves one seat, sends the victim's form, then presses a button of their own."""
    assert last_seat_of_two(oracle, session) == {"oracle-one": "registered", "oracle-two": "registered"}


def test_where_a_form_takes_a_seat_the_stranger_s_own_outcome_tells(
    oracle: Oracle, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "send_form", registering_at_once(services.send_form))
    assert last_seat_of_two(oracle, session) == {"oracle-one": "registered", "oracle-two": "waitlisted"}


def last_seat_of_two(oracle: Oracle, session: Session) -> dict[str, str]:
    """Leave one seat in each seminar, send the victim's form, then register with an own mailbox; return what became of it."""
    with unit_of_work(session):
        session.execute(update(SeatPool).values(size=2))
    session.close()
    found: dict[str, str] = {}
    for slug in ("oracle-one", "oracle-two"):
        oracle.send(slug, VICTIM)
        oracle.send(slug, "stranger@own.example")
        token = button_of(session).rpartition("/")[2]
        session.rollback()
        oracle.stranger.post(f"/confirm/{token}", {})
        mine = select(Registration.state).join(Person).join(Seminar, Seminar.id == Registration.seminar_id)
        found[slug] = session.scalars(mine.where(Person.email == "stranger@own.example", Seminar.slug == slug)).one().value
        session.rollback()
    return found
