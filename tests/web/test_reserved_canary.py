"""A reserved person whose every field is a canary: the canaries are on no page, in no file and in no output but the person's own.

Walked are every staff page and every form that answers with a page, for each role and in both languages; the files in every
format and language; the outbox; and what commands print. Outside are only the person's own page and mail, and the opened record.
"""

from __future__ import annotations

import io
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app import demo
from seminar_app.accounts.models import UserAccount
from seminar_app.agencies.rules import AgencyLevel
from seminar_app.attendance.rules import MarkStatus
from seminar_app.audit.models import AuditRow
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.messages.models import Message
from seminar_app.messages.rendering import write
from seminar_app.offices.models import Office
from seminar_app.people import shown
from seminar_app.people.identity import Identity, keep_identity
from seminar_app.people.rules import ReservedReason, Sex
from seminar_app.registration.hold_rules import HoldEnd
from seminar_app.registration.models import PersonJoin, Registration, RegistrationHistory
from seminar_app.registration.rules import RegistrationState
from seminar_app.registration.services.mails import tell
from seminar_app.seminars.models import Seminar
from seminar_app.web.access import Audience, policy_of
from tests.access.world import link_of
from tests.conftest import NOW
from tests.support.checking_client import CheckingClient, no_mapped_people
from tests.support.context import context
from tests.support.factories import Make
from tests.support.nominating import cells, keep_cells
from tests.web.conftest import SignIn

pytestmark = pytest.mark.sqlite_first
"""What only pages do."""

GIVEN, FIRST, SECOND, PRINTED = "Quetzalcanaria", "Zyxwvucanaria", "Wachicanaria", "Diplomacanaria"
MAILBOX, PHONE, CURP, PASSPORT, PLACE = "kanarievogel@fgr.example", "+525512345987", "HEMN841101MSPRRR02", "GCANARIO77", "Isla Canaria"
UNIT, RANK, POSITION, STATE, NOTE = "Unidad Pajarera", "Rango Plumado", "Canaricultora", "Estado Alpiste", "Nota Jaula"
CODE = "BCDFG"
FOUR = Path(demo.__file__).parent / "data"
TYPED = ("quetzalcan", "kanarie")
"""Beginnings of the name and of the address: what was searched stands in the search field, so it must be no canary itself."""
WRITTEN = "Comisaría Gorriona de Alpistlán"
"""The agency of another reserved person, who did not find it in the list."""
CANARIES = (
    *(GIVEN, FIRST, SECOND, PRINTED, "kanarievogel", "12345987", "1234 5987", CURP, PASSPORT, PLACE, UNIT, RANK, POSITION, STATE, NOTE),
    *(WRITTEN, "Gorriona"),
)
AGENCY = ("PGJ-JILG", "Fiscalía Jilguera", "Goldfinch Office", "Jilgueral")
"""Code, names and state of the agency. It is in the directory, so its own pages show it; lists of people must not."""
LISTS = ("registration_staff", "people_staff", "attendance_staff", "messages_staff", "feedback_staff", "paper_keyed")
OF_AGENCIES = {
    *("registration_staff.add_new", "registration_staff.add_known", "registration_staff.seats"),
    *("registration_staff.invite_new", "registration_staff.invite_known", "registration_staff.keep_seats"),
}
"""Pages of these rooms on which an agency is chosen."""
ROLES = ("admin", "organizer", "coordinator", "liaison own", "liaison other", "auditor")
NOT_WALKED = {"static", "registration_staff.correct"}
"""Correcting a record opens it, which a test of its own looks at."""
MAY_OPEN = {"admin", "organizer", "liaison own"}


@dataclass
class World:
    """The seminar with the canary, and an account of each role."""

    office: Office
    seminar: Seminar
    canary: Registration
    written: Registration
    message: Message
    values: dict[str, Any]
    accounts: dict[str, UserAccount] = field(default_factory=dict)


@pytest.fixture
def world(make: Make, session: Session, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    office, pgr, pgj = make.office(code="HSI"), make.agency("PGR"), make.agency("PGJ", level=AgencyLevel.STATE)
    code, spanish, english, state = AGENCY
    agency = make.agency(code, parent=pgj, level=AgencyLevel.STATE, state=state, name_es=spanish, name_en=english)
    seminar = make.seminar(office=office, slug="cancun-2026", seats=5)
    pool = make.pool(seminar, pgj, 5)
    sessions = [make.seminar_session(seminar), make.seminar_session(seminar, day=1)]
    names = {"certificate_name": f"{GIVEN} {PRINTED}", "email": MAILBOX, "phone": PHONE, "sex": Sex.FEMALE}
    person = make.person(GIVEN, FIRST, SECOND, agency_id=agency.id, reserved=True, reserved_reason=ReservedReason.AGENCY_REQUEST, **names)
    told: dict[str, Any] = {"unit": UNIT, "rank": RANK, "position": POSITION, "state_name": STATE, "reserved_code": CODE}
    canary = make.registration(seminar, person, agency=agency, pool=pool, **told)
    make.registration(make.seminar(office=office, slug="toluca-2025"), person, agency=agency, **told)
    unlisted = make.person("Gorriona", "Zyxwvucanaria", reserved=True, reserved_reason=ReservedReason.OWN_REQUEST)
    written = make.registration(seminar, unlisted, agency_text=WRITTEN, pool=pool, reserved_code="GHJKL")
    make.invitation(canary, ended_at=NOW, ending=HoldEnd.USED)
    ana = make.person("Ana", "Ruiz", agency_id=pgr.id)
    make.registration(seminar, ana, agency=pgr, pool=pool)
    make.reopened(seminar)
    make.mark(canary, sessions[0])
    with unit_of_work(session) as work:
        identity = Identity(curp=CURP, passport=PASSPORT, birth_place=PLACE, birth_date=date(1984, 11, 1))
        keep_identity(work, context(NOW), person=person, identity=identity)
        step = {"at": NOW, "actor": "command", "to_state": RegistrationState.REGISTERED, "note": NOTE}
        work.add(RegistrationHistory(registration_id=canary.id, **step))
        row = work.get_one(Registration, canary.id)
        work.refresh(row, ["person"])
        message = tell(work, context(NOW), kind="registered", seminar=seminar, office=office, registration=row)
        assert message is not None
        message.last_error = f"550 {MAILBOX}: no such user"
    resembling = (TYPED[0], FIRST[:6], SECOND[:4], f"{TYPED[1]}@fgr.example", "Fiscal")
    nominated = keep_cells(session, seminar, pgr, cells(resembling), at=NOW)
    made = World(
        office,
        seminar,
        canary,
        written,
        message,
        {
            "slug": seminar.slug,
            "session_id": sessions[0].public_id,
            "registration_id": canary.public_id,
            "person_id": person.public_id.hex,
            "other_id": ana.public_id.hex,
            "public_id": message.public_id,
            "code": "PGR",
            "list_id": nominated.public_id.hex,
            "sheet_id": make.printed_sheet(sessions[0], said={canary.id: MarkStatus.ABSENT}).public_id,
        },
    )
    grants: dict[str, tuple[RoleName, dict[str, int]]] = {
        "admin": (RoleName.ADMIN, {}),
        "organizer": (RoleName.ORGANIZER, {"office_id": office.id}),
        "coordinator": (RoleName.COORDINATOR, {"seminar_id": seminar.id}),
        "liaison own": (RoleName.LIAISON, {"agency_id": agency.id}),
        "liaison other": (RoleName.LIAISON, {"agency_id": pgr.id}),
        "auditor": (RoleName.AUDITOR, {}),
    }
    made.accounts = {who: make.account(grant, name=f"Staff {who}") for who, grant in grants.items()}
    return made


def canaries_in(text: str, canaries: Iterable[str] = CANARIES) -> list[str]:
    """Return the canaries in a text, in any spelling, spacing or encoding of a page."""
    folded = _folded(text)
    return [canary for canary in canaries if _folded_canary(canary) in folded]


@cache
def _folded_canary(canary: str) -> str:
    return _folded(canary)


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    if not plain.isascii():
        plain = "".join(c for c in plain if c < "\x80" or not unicodedata.combining(c))
    return plain.replace("\N{NO-BREAK SPACE}", " ")


def body_of(data: bytes) -> str:
    """Return a body as text; for a workbook the XML of its parts, its properties among them."""
    if not data.startswith(b"PK"):
        return data.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return " ".join([*book.namelist(), *(book.read(name).decode("utf-8", "replace") for name in book.namelist())])


def pages(app: Flask, world: World) -> Iterator[tuple[str, str]]:
    """Yield the endpoint and the address of every page that a visitor or staff can get."""
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            policy = policy_of(app, rule.endpoint)
            if "GET" not in (rule.methods or ()) or policy is None or policy.audience is Audience.LINK or rule.endpoint in NOT_WALKED:
                continue
            values = {name: world.values.get(name, 1) for name in rule.arguments}
            if rule.endpoint.startswith(("registration_staff", "agency_staff")) and "registration_id" in values:
                values["registration_id"] = world.canary.public_id.hex
            if rule.endpoint == "people_staff.merge":  # the other way round it opens the record, which a test of its own looks at
                values["person_id"], values["other_id"] = values["other_id"], values["person_id"]
            if rule.endpoint.startswith("offices_staff") and "code" in values:
                values["code"] = "HSI"
            if rule.endpoint.startswith(("accounts_staff", "sign_in_staff")) and "public_id" in values:
                values["public_id"] = world.accounts["organizer"].public_id
            yield rule.endpoint, url_for(rule.endpoint, **values)
    seminar = f"/staff/seminars/{world.seminar.slug}"
    yield "registration_staff.registration", f"{seminar}/roster/{world.written.public_id.hex}"
    for query in ("state=registered", "group=PGJ", "group=-", f"of={world.canary.public_id.hex}", "page=1"):
        yield "registration_staff.roster", f"{seminar}/roster/?{query}"
    for query in ("state=waiting", "kind=registered"):
        yield "messages_staff.index", f"/staff/messages/?{query}"
    for form in ("csv", "xlsx", "json"):
        for language in ("es", "en", "keys"):
            yield "attendance_staff.export", f"{seminar}/attendance/export?format={form}&lang={language}"


def forms(world: World) -> Iterator[tuple[str, str, dict[str, str], dict[str, str]]]:
    """Yield the endpoint, address, body and headers of every form that may answer with a page: searches, refusals, saved lines."""
    seminar, plain, hexadecimal = f"/staff/seminars/{world.seminar.slug}", world.canary.public_id, world.canary.public_id.hex
    sheet = f"{seminar}/attendance/{world.values['session_id']}"
    for words in (*TYPED, "", f"R-{CODE}", CODE.lower()):
        yield "registration_staff.search", f"{seminar}/roster/", {"words": words}, {}
        yield "people_staff.search", "/staff/people/", {"words": words}, {}
        yield "messages_staff.search", "/staff/messages/", {"q": words}, {}
    yield "people_staff.identity", f"/staff/people/{world.values['person_id']}/identity", {}, {}
    yield "people_staff.merge", f"/staff/people/{world.values['other_id']}/merge/{world.values['person_id']}", {}, {}
    for deed in ("withdraw", "exchange"):
        yield f"agency_staff.{deed}", f"{seminar}/agency/people/{hexadecimal}/{deed}", {"reason": "x" * 400}, {}
    yield "agency_staff.keep", f"{seminar}/agency/keep", {}, {}
    yield "agency_staff.name", f"{seminar}/agency/name", {"given_names": "X"}, {}
    yield "registration_staff.split", f"{seminar}/roster/{hexadecimal}/split", {"given_names": "X"}, {}
    yield "messages_staff.send_again", f"/staff/messages/{world.message.public_id}/send-again", {}, {}
    yield "registration_staff.remove", f"{seminar}/roster/{hexadecimal}/remove", {}, {}
    yield "registration_staff.reserve", f"{seminar}/roster/{hexadecimal}/reserve", {}, {}
    yield "registration_staff.show_again", f"{seminar}/roster/{hexadecimal}/show-again", {}, {}
    yield "registration_staff.add_new", f"{seminar}/roster/add/new", {"given_names": "X"}, {}
    yield "registration_staff.invite_again", f"{seminar}/invitations/{hexadecimal}/again", {"last_day": ""}, {}
    for words in TYPED:
        yield "registration_staff.find", f"{seminar}/roster/add", {"words": words}, {}
    for headers in ({}, {"HX-Request": "true"}):
        mark = {f"was-{hexadecimal}": "present:180", f"mark-{hexadecimal}": "late", f"minutes-{hexadecimal}": "100"}
        yield "attendance_staff.save", sheet, mark, headers
        yield "attendance_staff.save", sheet, mark | {f"minutes-{hexadecimal}": "9999"}, headers
        yield "attendance_staff.save", sheet, {"all_present": ""}, headers
        yield "attendance_staff.save", sheet, {"all_present": "-"}, headers
    printed, lates = f"{seminar}/paper/sheets/{world.values['sheet_id']}", {f"was-{hexadecimal}": "0:", f"key-{hexadecimal}": "2"}
    for headers in ({}, {"HX-Request": "true"}):
        yield "paper_keyed.save", printed, lates | {f"minutes-{hexadecimal}": "9999"}, headers
        yield "paper_keyed.save", printed, {f"was-{hexadecimal}": "1:", f"key-{hexadecimal}": "4"}, headers
    yield "paper_keyed.settle", f"{printed}/differences", {"undo": hexadecimal}, {}
    yield "attendance_staff.save_person", f"{seminar}/attendance/people/{plain}", {"clear": "no"}, {}


@dataclass
class Walk:
    """Where canaries were found, and which pages answered."""

    leaks: set[str] = field(default_factory=set)
    answered: set[tuple[str, str]] = field(default_factory=set)

    def look(self, where: str, endpoint: str, text: str) -> None:
        lists = endpoint.split(".", maxsplit=1)[0] in LISTS and endpoint not in OF_AGENCIES
        wanted = CANARIES + AGENCY if lists else CANARIES
        if found := canaries_in(text, wanted):
            self.leaks.add(f"{where} shows {', '.join(found)}")


def walk(
    app: Flask,
    world: World,
    client: CheckingClient,
    sign_in: SignIn,
    *,
    roles: Iterable[str] = ROLES,
    languages: Iterable[str] = ("en", "es"),
    in_turn: bool = False,
    to_the_first: bool = False,
) -> Walk:
    """Send each request as each role in each language, or in one language each in turn; to the end, or to the first leak."""
    seen = Walk()
    known = tuple(languages)
    for number, who in enumerate(roles):
        sign_in(client, world.accounts[who])
        token = client.get("/staff/account/").select("input[name=csrf_token]")[0].attrs["value"]
        for language in known[number % len(known) :][:1] if in_turn else known:
            client.flask.post("/language", data={"language": language, "next": "/", "csrf_token": token})
            with no_mapped_people(app):
                for endpoint, address in pages(app, world):
                    response = client.flask.get(address)
                    if response.status_code == 200:
                        seen.answered.add((who, endpoint))
                    seen.look(f"{who}: GET {address} ({language})", endpoint, body_of(response.get_data()))
                    if seen.leaks and to_the_first:
                        return seen
                for endpoint, address, body, headers in forms(world):
                    response = client.flask.post(address, data=body | {"csrf_token": token}, headers=headers, follow_redirects=True)
                    if response.status_code in (200, 422):
                        seen.answered.add((who, endpoint))
                    text = f"{response.headers} {body_of(response.get_data())}"
                    seen.look(f"{who}: POST {address} {body} {response.status_code} ({language})", endpoint, text)
                    if seen.leaks and to_the_first:
                        return seen
    return seen


@pytest.mark.parametrize("in_turn", [pytest.param(True, id="short"), pytest.param(False, id="full", marks=pytest.mark.full)])
def test_no_canary_is_on_a_page_in_a_file_or_in_the_outbox(
    app: Flask, world: World, session: Session, client: CheckingClient, sign_in: SignIn, *, in_turn: bool
) -> None:
    seen = walk(app, world, client, sign_in, in_turn=in_turn)
    assert not seen.leaks, "\n".join(sorted(seen.leaks))
    everywhere = {"registration_staff.roster", "registration_staff.registration"}
    assert {(who, page) for who in ("admin", "organizer", "coordinator", "liaison own") for page in everywhere} <= seen.answered
    paper = {"paper_keyed.sheet", "paper_keyed.differences", "paper_keyed.save", "paper_keyed.settle"}
    assert {(who, page) for who in ("admin", "organizer", "coordinator") for page in paper} <= seen.answered
    door = {"attendance_staff.timetable", "attendance_staff.marking", "attendance_staff.export"}
    assert {(who, page) for who in ("admin", "organizer", "coordinator") for page in door | {"attendance_staff.save"}} <= seen.answered
    assert {("admin", f"messages_staff.{page}") for page in ("index", "search", "message")} <= seen.answered
    assert {(who, "people_staff.person") for who in MAY_OPEN} <= seen.answered
    assert {("liaison own", f"agency_staff.{page}") for page in ("home", "seminar", "person", "withdraw")} <= seen.answered


def test_the_code_stands_where_the_name_would(app: Flask, world: World, session: Session, client: CheckingClient, sign_in: SignIn) -> None:
    sign_in(client, world.accounts["admin"])
    seminar = f"/staff/seminars/{world.seminar.slug}"
    shown_by_code = [
        f"{seminar}/roster/",
        f"{seminar}/roster/{world.canary.public_id.hex}",
        f"{seminar}/attendance/",
        f"{seminar}/attendance/{world.values['session_id']}",
        f"{seminar}/attendance/export?format=csv",
        f"{seminar}/attendance/export?format=json",
        f"{seminar}/attendance/export?format=xlsx",
        f"/staff/people/{world.values['person_id']}",
        "/staff/messages/",
        f"/staff/messages/{world.message.public_id}",
    ]
    assert [page for page in shown_by_code if f"R-{CODE}" not in body_of(client.get(page).response.get_data())] == []
    rows = client.get(f"{seminar}/attendance/export?format=csv&lang=keys").response.get_data(as_text=True).splitlines()
    assert next(row for row in rows if CODE in row).startswith(f"PGJ,Dependencia PGJ,R-{CODE},,,,,,registered,present,")
    assert next(row for row in rows if "GHJKL" in row).startswith(",Sin asignar,R-GHJKL,,,,,,registered,")


@pytest.mark.parametrize("who", ROLES)
def test_the_opened_record_shows_them_to_those_who_may(
    world: World, session: Session, client: CheckingClient, sign_in: SignIn, who: str
) -> None:
    sign_in(client, world.accounts[who])
    token = client.get("/staff/account/").select("input[name=csrf_token]")[0].attrs["value"]
    address = f"/staff/seminars/{world.seminar.slug}/roster/{world.canary.public_id.hex}/open"
    status = 200 if who in MAY_OPEN else (404 if who == "liaison other" else 403)
    text = client.post(address, {"csrf_token": token}, status=status).text
    shown_there = {GIVEN, PRINTED, "kanarievogel", "1234 5987", UNIT, RANK, POSITION, NOTE}
    assert set(canaries_in(text)) == (shown_there if status == 200 else set())
    address = f"/staff/seminars/{world.seminar.slug}/roster/{world.written.public_id.hex}/open"
    status = {"admin": 200, "organizer": 200, "liaison own": 404, "liaison other": 404}.get(who, 403)
    text = client.post(address, {"csrf_token": token}, status=status).text
    assert (WRITTEN in canaries_in(text)) is (status == 200), "no liaison sees people without an agency"


def test_correcting_opens_the_record_for_the_organizer_alone(
    world: World, session: Session, client: CheckingClient, sign_in: SignIn
) -> None:
    address = f"/staff/seminars/{world.seminar.slug}/roster/{world.canary.public_id.hex}/correct"
    for who in ROLES:
        sign_in(client, world.accounts[who])
        text = client.get(address, status=200 if who in ("admin", "organizer") else 403).text
        assert bool(canaries_in(text)) is (who in ("admin", "organizer")), who
    session.rollback()
    opened = session.scalars(select(AuditRow.actor).where(AuditRow.action == "reserved.opened").order_by(AuditRow.sequence)).all()
    assert opened == [f"account:{world.accounts[who].public_id.hex}" for who in ("admin", "organizer")]


def test_comparing_and_splitting_open_the_record_for_the_organizer_alone(
    world: World, session: Session, client: CheckingClient, sign_in: SignIn
) -> None:
    with unit_of_work(session) as work:
        joined = PersonJoin(registration_id=world.canary.id, person_id=world.canary.person_id, joined_at=NOW, joined_by="public")
        work.add(joined)
    compare = f"/staff/people/{world.values['person_id']}/merge/{world.values['other_id']}"
    split = f"/staff/seminars/{world.seminar.slug}/roster/{world.canary.public_id.hex}/split"
    for who in ROLES:
        sign_in(client, world.accounts[who])
        for address in (compare, split):
            text = client.get(address, status=200 if who in ("admin", "organizer") else 403).text
            assert bool(canaries_in(text)) is (who in ("admin", "organizer")), who
    session.rollback()
    opened = session.scalars(select(AuditRow.actor).where(AuditRow.action == "reserved.opened").order_by(AuditRow.sequence)).all()
    assert opened == [f"account:{world.accounts[who].public_id.hex}" for who in ("admin", "organizer") for _ in range(2)]


def test_the_persons_own_page_and_mail_show_them_with_the_code(app: Flask, world: World, session: Session, client: CheckingClient) -> None:
    for language in ("en", "es"):
        client.flask.post("/language", data={"language": language, "next": "/"})
        text = client.get(f"/registrations/{link_of(world.canary)}").text
        assert {GIVEN, PRINTED, "kanarievogel", UNIT, POSITION} <= set(canaries_in(text))
        assert f"R-{CODE}" in text
    letter = write(app, session.get_one(Message, world.message.id))
    assert GIVEN in letter.body
    assert f"R-{CODE}" in letter.body


PRINTS: dict[str, list[list[str]]] = {
    "attendance export": [
        ["cancun-2026", "--format", form, "--lang", language] for form in ("csv", "json") for language in ("es", "en", "keys")
    ],
    "audit anchor": [[]],
    "audit verify": [[]],
    "keys check": [[]],
    "messages deliver": [[]],
    "nominations import": [["cancun-2026", str(FOUR / "CNS.csv"), "--dry-run", "--report", "json"]],
    "people erased": [[]],
    "people reserve": [["R-BCDFG", "--reason", "own_request"], ["R-BCDFG", "--reason", "own_request", "--seminar", "cancun-2026"]],
    "people show-again": [["R-XXXXX", "--reason", "mistake"]],
    "reports rows": [[]],
    "reports trained": [["--by", "agency,state", "--format", form, "--lang", "es"] for form in ("csv", "json")],
    "retention run": [["--dry-run"]],
    "retention show": [[]],
    "settings check": [[]],
    "settings list": [[]],
}
PRINT_NO_PEOPLE = {
    *(
        "agencies import",
        "agencies seed",
        "attendance sheets",
        "backup",
        "certificates issue",
        "certificates verify",
        "database prepare",
        "demo load",
        "drill",
        "job",
        "keys rotate",
        "maintenance off",
    ),
    *(
        "maintenance off",
        "maintenance on",
        "messages release",
        "messages test",
        "participations rebuild",
        "people erase",
        "restore",
        "serve",
        "users create",
        "users link",
    ),
    *("users reset-second-factor", "worker"),
}
"""Commands that change something else, or run on; what they print is numbers, ids, paths, or what the caller typed.

Sheets are read in tests/web/paper/test_printing.py; a reserved person's certificate is verified in tests/web/certificates.
"""


def test_no_canary_is_in_what_a_command_prints(app: Flask, world: World, session: Session) -> None:
    session.close()
    leaks, names = [], set()
    for name, command in app.cli.commands.items():
        below = getattr(command, "commands", {})
        names |= {f"{name} {each}" for each in below} if below and name not in {"db", "limiter"} else {name}
    assert names - {"db", "limiter", "routes", "run", "shell"} == PRINTS.keys() | PRINT_NO_PEOPLE
    for name, calls in PRINTS.items():
        for arguments in calls:
            done = app.test_cli_runner().invoke(args=[*name.split(), *arguments])
            leaks += [f"{name} {arguments}: {found}" for found in canaries_in(done.output, CANARIES + AGENCY)]
    assert leaks == []


@pytest.mark.sqlite_only
@pytest.mark.parametrize("broken", ["shown", "shown on registrations", "receivers", "agency"])
def test_the_walk_finds_what_is_broken(
    app: Flask, world: World, session: Session, client: CheckingClient, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    """Broken twins: reserved identities are forgotten in the one place that knows them, in the outbox, or about the agency only."""
    original = shown.as_shown
    rooms = ("seminar_app.registration.queries.shown", "seminar_app.registration.queries.people")
    if broken == "receivers":
        monkeypatch.setattr("seminar_app.messages.queries.shown_receivers", lambda *_: {})
    elif broken == "agency":
        monkeypatch.setattr("seminar_app.people.shown.agency_shown", lambda agency, _group: agency)
    else:
        for room in rooms if broken == "shown" else rooms[:1]:
            monkeypatch.setattr(f"{room}.as_shown", lambda row, **values: original(row, **values | {"opened": True}))
    assert walk(app, world, client, sign_in, roles=["admin"], languages=["en"], to_the_first=True).leaks
