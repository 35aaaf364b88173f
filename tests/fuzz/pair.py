"""One world on two database engines: each request is sent to both, and both must answer the same."""

from __future__ import annotations

import logging
import random
import re
import shutil
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from functools import partial
from urllib.parse import quote

import psycopg
import pytest
from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import select, text

from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.tables import Base
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.people.identity import Identity, keep_identity
from seminar_app.people.models import Person
from seminar_app.registration.rules import RegistrationState
from seminar_app.seminars.models import SeatPool
from seminar_app.seminars.rules import SeminarState
from seminar_app.sign_in import session_store
from seminar_app.web import errors
from seminar_app.web.database import db
from tests.access.world import CSRF, World, build, link_of
from tests.conftest import PostgresqlDatabase, SqliteDatabase, TestDatabase
from tests.fuzz.found_forms import Found, FoundForm, find
from tests.fuzz.hostile import Tampering, Wire, body_of
from tests.support.checking_client import FreshClient
from tests.support.context import context
from tests.support.factories import Make

LONGEST_ANSWER = 5.0
"""Seconds for any one answer."""
WHO = ("stranger", "official", "half", "liaison", "coordinator", "organizer", "auditor", "admin")
NEW_EACH_TIME = re.compile(
    r'nonce="[^"]*"|name="(?:csrf_token|page|submission_id)"[^>]*>|&#34;challenge&#34;: &#34;[^&]*&#34;|src="data:image/svg[^"]*"'
    r"|<code[^>]*>[^<]*</code>|\b\w{4}(?:-\w{4}){3}\b|(?:SQLite|PostgreSQL) [0-9.]+"
)
"""Text that is new in each answer, or names the engine: nonces, tokens and numbers of forms, second factors, recovery codes."""
COUNTS = text(" UNION ALL ".join(f"SELECT '{table.name}', count(*) FROM {table.name}" for table in Base.metadata.sorted_tables))  # noqa: S608
"""Plain text: it is asked after each request, and SQLAlchemy would look through a built statement each time."""


@dataclass(frozen=True)
class Said:
    """An engine's answer without text that is new each time, and the number of rows in each table afterwards."""

    status: int
    location: str
    body: str
    rows: Counter[str]
    seconds: float

    def differs_from(self, other: Said) -> str:
        """Describe the first difference from the other answer; empty if there is none."""
        for name in ("status", "location"):
            if getattr(self, name) != getattr(other, name):
                return f"{name} {getattr(self, name)!r} and {getattr(other, name)!r}"
        if self.rows != other.rows:
            return f"rows {dict(self.rows - other.rows)} and {dict(other.rows - self.rows)} more"
        if self.body != other.body:
            pairs = enumerate(zip(self.body, other.body, strict=False))
            at = next((place for place, (mine, theirs) in pairs if mine != theirs), min(len(self.body), len(other.body)))
            part = slice(max(0, at - 60), at + 60)
            return f"page {self.body[part]!r} and {other.body[part]!r}"
        return ""


class Side:
    """One engine: its app, its world, and a way to reset its rows."""

    def __init__(self, database: TestDatabase) -> None:
        self.database = database
        self.app: Flask = database.app
        self.app.config.update(RATELIMIT_ENABLED=False)
        database.reset()
        with self.app.app_context():
            self.world: World = build(self.app, Make(db.session()), db.session())
            self.starts: dict[str, tuple[str, ...]] = {}
            self.heard, self.hearers = "", list[str]()
            enrich(self)
            db.session.remove()
            db.engine.dispose()
            self._keep()
            self.rows = self.rows_now()

    def file(self, who: str, url: str) -> bytes:
        """Return the file at this address, as this person gets it."""
        response = self.client(who).get(url, headers={"Accept-Language": "en"})
        assert response.status_code == 200, url
        return response.get_data()

    def client(self, who: str) -> FreshClient:
        client = FreshClient(self.app, self.app.response_class, use_cookies=True)
        client.set_cookie(self.app.config["SESSION_COOKIE_NAME"], self.world.cookies[who])
        return client

    def send(self, who: str, method: str, url: str, body: bytes | None = None, kind: str | None = None, *, language: str = "en") -> Said:
        """Send one request as this person."""
        headers = {"Accept-Language": language, "X-CSRFToken": self.world.form_token}
        begun = time.perf_counter()
        response = self.client(who).open(url, method=method, data=body, content_type=kind, headers=headers)
        content = response.get_data()
        took = time.perf_counter() - begun
        location = response.headers.get("Location", "")
        said = content.decode("utf-8", "replace") if (response.mimetype or "").startswith("text/") else ""
        return Said(response.status_code, location, NEW_EACH_TIME.sub("", said), self.rows_now(), took)

    def rows_now(self) -> Counter[str]:
        """Return the number of rows in each table."""
        with self.app.app_context():
            found = Counter({str(name): int(number) for name, number in db.session.execute(COUNTS)})
            db.session.remove()
        return found

    def _keep(self) -> None:
        """Remember all rows as they are."""
        if isinstance(self.database, SqliteDatabase):
            shutil.copyfile(self.database.folder / "test.sqlite3", self.database.folder / "template.sqlite3")
            return
        tables = [table.name for table in Base.metadata.sorted_tables]
        connection = self._connection = psycopg.connect(self.database.url, autocommit=True)
        connection.execute("CREATE SCHEMA kept")
        for name in tables:
            connection.execute(f"CREATE TABLE kept.{name} AS TABLE public.{name}".encode())
        numbers = connection.execute("SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'").fetchall()
        sequences = [f"SELECT setval('{name}', {last or 1}, {str(last is not None).lower()})" for name, last in numbers]
        copies = [f"DELETE FROM {name}; INSERT INTO {name} SELECT * FROM kept.{name}" for name in tables]  # noqa: S608  our own tables
        self._restoring = "; ".join(("BEGIN; SET LOCAL session_replication_role = replica", *copies, *sequences, "COMMIT")).encode()

    def close(self) -> None:
        """Close the database."""
        if isinstance(self.database, PostgresqlDatabase):
            self._connection.close()
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()

    def restore(self) -> None:
        """Reset all rows."""
        if isinstance(self.database, SqliteDatabase):
            self.database.reset()
            return
        self._connection.execute(self._restoring)


def enrich(side: Side) -> None:
    """Create rows that further forms need: each state of a seminar and of a registration, and removed or disabled objects."""
    world, past = side.world, clock.now().date() - timedelta(days=10)
    seminars = [world.fresh_seminar(state, own=True) for state in SeminarState]
    seminars += [world.fresh_seminar(SeminarState.PUBLISHED, own=True, starts_on=past, ends_on=past)]
    registrations = [world.fresh_registration(state, own=True) for state in (RegistrationState.PENDING, RegistrationState.WITHDRAWN)]
    registrations += [world.fresh_coded(reserved=True, own=True), world.fresh_joined(own=True)]
    world.make.name_request(registrations[0])
    world.fresh_proposal(decided=False)
    apart = f"/staff/people/proposals?apart={world.fresh_proposal(decided=True).public_id.hex}"
    merge = world.fresh_merge(own=True)
    one, other = world.fresh_pair(own=True)
    world.keep_apart(one, other)
    compared = f"/staff/people/{one.public_id.hex}/merge/{other.public_id.hex}"
    unheard = world.fresh_held(own=True, opened=False)
    heard = world.fresh_held(own=True, opened=True)
    pool = world.make.session.scalars(select(SeatPool).where(SeatPool.seminar_id == heard.id)).one()
    side.heard, side.hearers = heard.slug, [link_of(world.make.registration(heard, pool=pool)) for _ in range(5)]
    world.failed_message()
    world.fresh_list(own=True)
    half, account, agency, office = world.make.account(), world.make.account(), world.make.agency(), world.make.office()
    for owner in (half, account, world.accounts["admin"], world.accounts["auditor"]):
        world.factor_of(owner)
    for owner in world.accounts.values():
        world.fresh_session_of(owner)
    seminar_session = world.make.seminar_session(world.own.seminar, hour=15)
    with unit_of_work(world.make.session) as session:
        world.cookies["half"] = session_store.start(session, account=half, values={"csrf_token": CSRF, "language": "en"}, now=clock.now())
        person, identity = session.get_one(Person, world.own.person.id), Identity(birth_place="Mérida")
        keep_identity(session, context(clock.now()), person=person, identity=identity)
        kept = f"/staff/people/{session.get_one(Person, merge.kept_id).public_id.hex}"
    world.make.account((RoleName.COORDINATOR, {"seminar_id": world.own.seminar.id}), name="Invited")
    own = f"/staff/seminars/{world.own.seminar.slug}"
    roster = [f"{own}/roster/{registration.public_id.hex}" for registration in (*registrations, world.own.registration)]
    known = f"/staff/seminars/{seminars[0].slug}/roster/add/{world.own.person.public_id.hex}"
    door = f"/staff/seminars/{world.own.held.slug}/roster/{world.own.answered.public_id.hex}"
    more = [*(f"/staff/seminars/{one.slug}/feedback/" for one in (heard, unheard)), f"/staff/agencies/{world.own.agency.code}"]
    gone = [f"/staff/accounts/{account.public_id}/", f"/staff/agencies/{agency.code}", f"/staff/offices/{office.code}"]
    for url, fields in {
        f"{own}/sessions/{seminar_session.public_id}/delete": {},
        "/staff/account/recovery-codes": {},
        f"{gone[0]}disable": {},
        f"{gone[1]}/aliases": {"alias": "Known as"},
        f"{gone[1]}/retire": {"year": "2019"},
        f"{gone[2]}/retire": {},
    }.items():
        client = side.client("admin")
        assert client.post(url, data={"csrf_token": world.form_token, **fields}).status_code == 303, url
        cookie = client.get_cookie(side.app.config["SESSION_COOKIE_NAME"])
        world.cookies["admin"] = cookie.value if cookie else ""
    links = [link_of(world.seated(own=True)), link_of(world.seated(own=True, held=True)), link_of(world.own.answered)]
    places = [world.fresh_alternate(own=True) for _ in range(2)]
    world.fresh_hold(own=True)
    places += [world.fresh_alternate(own=True) for _ in range(2)]
    pages_of_agency = (f"{own}/agency", f"{own}/agency/name", *(f"{own}/agency/people/{each.public_id.hex}" for each in places))
    overviews = tuple(f"/staff/seminars/{seminar.slug}/" for seminar in (world.own.held, *seminars))
    staff = ("/staff/", f"/staff/people/{world.own.person.public_id.hex}", "/staff/account/confirm", *roster, *overviews, known)
    verified = f"/verify/{world.fresh_certificate(own=True)}"
    side.starts = dict.fromkeys(WHO, staff) | {
        "stranger": ("/", "/login", "/reset", f"/reset/{world.reset_token()}", f"/seminars/{world.own.seminar.slug}", verified),
        "official": tuple(f"/registrations/{link}" for link in links),
        "half": ("/login/second-step",),
        "liaison": (*staff, *pages_of_agency),
        "admin": (
            *staff,
            *gone,
            *more,
            apart,
            kept,
            compared,
            door,
            f"/staff/accounts/{half.public_id}/",
            f"/staff/accounts/{world.accounts['organizer'].public_id}/",
        ),
    }


class Refused(logging.Handler):
    """What the log says where a value got as far as the database and was refused there: a form should have done so."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.getMessage().startswith("The database"):
            self.said.append(record.getMessage())


@dataclass
class Pair:
    """Both engines, the forms found on their pages, and statistics of the answers."""

    sqlite: Side
    postgresql: Side
    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    sent: int = 0

    def __post_init__(self) -> None:
        self.found: dict[str, Found] = {}
        self.refused = Refused()
        logging.getLogger(errors.__name__).addHandler(self.refused)

    @property
    def sides(self) -> tuple[Side, Side]:
        return self.sqlite, self.postgresql

    @property
    def forms(self) -> list[FoundForm]:
        """Forms of all people."""
        return [form for found in self.found.values() for form in found.forms.values()]

    def look_round(self) -> None:
        """Open the pages that links lead to, as each person, and remember their forms."""
        side = self.sqlite
        for who in WHO:
            client, today = side.client(who), clock.now().date()
            self.found[who] = find(side.app, partial(client.get, headers={"Accept-Language": "en"}), who, side.starts[who], today)
        side.restore()

    def send(
        self, who: str, method: str, url: str, body: bytes | None = None, kind: str | None = None, *, restoring: bool = True
    ) -> list[str]:
        """Send the same request to both engines. Return the violations. Changes are undone afterwards."""
        said = []
        self.sent += 1
        self.refused.said = []
        for side in self.sides:
            with same_ids(self.sent):
                said.append(side.send(who, method, url, body, kind))
        one, other = said
        if restoring and (one.rows != self.sqlite.rows or other.rows != self.postgresql.rows or (method == "POST" and one.status < 400)):
            self.restore()
        self.statuses[method, one.status] += 1
        faults = [f"answers {answer.status}" for answer in said if answer.status >= 500]
        faults += [f"takes {answer.seconds:.1f} s" for answer in said if answer.seconds > LONGEST_ANSWER]
        faults += self.refused.said
        return [*faults, *filter(None, [one.differs_from(other)])]

    def restore(self) -> None:
        """Reset all rows."""
        for side in self.sides:
            side.restore()

    def post(self, who: str, url: str, fields: Mapping[str, str]) -> list[str]:
        """Send a form as a browser does, and keep the changes. Return the violations."""
        body, kind = body_of([("csrf_token", self.sqlite.world.form_token), *fields.items()], Wire.URLENCODED)
        return self.send(who, "POST", url, body, kind, restoring=False)

    def form(self, endpoint: str, who: str) -> FoundForm:
        """Return this person's form for the endpoint."""
        return next(form for form in self.found[who].forms.values() if form.endpoint == endpoint and form.method == "POST")

    def send_form(self, form: FoundForm, tampering: Tampering) -> list[str]:
        """Send a tampered form. Return the violations."""
        pairs = tampering.of(form.filled)
        if form.method == "GET":
            query = "&".join(f"{quoted(name)}={quoted(value)}" for name, value in pairs)
            return self.send(form.who, "GET", f"{form.action.partition('?')[0]}?{query}")
        body, kind = body_of([("csrf_token", self.sqlite.world.form_token), *pairs], tampering.wire)
        return self.send(form.who, "POST", form.action, body, kind)


def quoted(value: str) -> str:
    """Return the text quoted for an address."""
    return quote(value.encode("utf-8", "surrogatepass"), safe="")


@contextmanager
def same_ids(seed: int) -> Iterator[None]:
    """Make new ids the same on both engines, so that their answers can be compared letter by letter."""
    chance = random.Random(seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("seminar_app.registration.services.reserving.secrets.choice", chance.choice)
        patch.setattr(uuid, "uuid4", lambda: uuid.UUID(int=chance.getrandbits(128), version=4))
        yield


@contextmanager
def stopped_clock(at: datetime) -> Iterator[None]:
    """Stop the clock at one instant."""

    class Stopped(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return at.astimezone(tz)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "datetime", Stopped)
        yield


def fresh_token(app: Flask) -> str:
    """Return a form token with a new lifetime."""
    return str(URLSafeTimedSerializer(app.secret_key or "", salt="wtf-csrf-token").dumps(CSRF))
