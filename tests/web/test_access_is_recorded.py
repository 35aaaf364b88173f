"""A staff page declares that it shows people exactly if it does, and each access is in the audit log; the same holds for commands."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask, url_for
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from seminar_app.agencies.models import Agency
from seminar_app.agencies.queries import get_agency_by_code
from seminar_app.attendance.rules import MarkStatus
from seminar_app.audit.models import AuditRow
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.messages.services import enqueue
from seminar_app.offices.models import Office
from seminar_app.people.evidence import Evidence
from seminar_app.people.identity import Identity, keep_identity
from seminar_app.people.proposals import propose
from seminar_app.registration import staff_routes
from seminar_app.registration.hold_rules import HoldEnd
from seminar_app.registration.models import PersonJoin
from seminar_app.registration.rules import RegistrationState
from seminar_app.web.access import Audience, accesses_of_endpoint, policy_of
from seminar_app.web.database import db
from tests.support.checking_client import CheckingClient
from tests.support.context import context
from tests.support.factories import Make
from tests.support.nominating import cells, keep_cells
from tests.web.conftest import SignIn

SURNAME, ADDRESS, PHONE, CURP = "Canaria", "canaria@pgr.example", "+529981234567", "HEMN841101MSPRRR02"
CANARIES = (SURNAME, ADDRESS, "998 123 4567", PHONE, CURP)
REFUSED_OR_ALONE = {
    "registration_staff.remove",
    "attendance_staff.save",
    "messages_staff.send_again",
    "certificates_staff.issue",
    "certificates_staff.reissue",
}
"""These show people only when they refuse. Other addresses that show the same page are tested."""
FILES_OF_JOBS = {"long_jobs_staff.file", "certificates_staff.file"}
"""There is one after a job has made it: tests/web/test_files_of_jobs.py, test_long_export.py."""
NUMBERS_ONLY = {"reports.figures_file", "reports.changes_file"}
"""Their files name nobody, and taking one is recorded all the same: tests/web/reports."""
ONLY_WITH_FIVE_ANSWERS = {"feedback_staff.results", "feedback_staff.export_results", "feedback_staff.change_dates"}
"""Comments may name people. tests/web/test_feedback.py checks what these pages record."""
BODIES: dict[str, dict[str, str]] = {
    "messages_staff.search": {"q": ADDRESS},
    "people_staff.identity": {},
    "people_staff.merge": {},
    "registration_staff.split": {},
    "requests_staff.substitute": {},
    "agency_staff.withdraw": {"reason": "x" * 400},
    "agency_staff.exchange": {},
    "agency_staff.keep": {},
    "attendance_staff.save": {},
    "attendance_staff.save_person": {"clear": "not a session"},
    "registration_staff.remove": {},
    "registration_staff.reserve": {},
    "registration_staff.show_again": {},
    "registration_staff.open_record": {},
    "retention_staff.keep": {},
    "history_staff.report": {},
    "history_staff.training": {},
    "letters_staff.send": {"version": "1", "seen": "999"},
    "nominations_staff.columns": {"field-0-0": ""},
    "nominations_staff.correct": {"row": "0.3"},
    "letters_staff.take_back": {},
    "certificates_staff.issue_one": {},
    "certificates_staff.revoke": {},
    "paper_keyed.save": {"was-0": "", "key-0": "9"},
    "paper_keyed.settle": {"was-0": "", "all": "neither"},
}
"""Pages that answer a POST, and the form to send."""
HEADERS = {"nominations_staff.correct": {"HX-Request": "true"}}
"""Forms that answer with people only where a script sends them."""

SEARCHED = {
    "people_staff.index": {"words": SURNAME},
    "registration_staff.add": {"words": SURNAME},
    "registration_staff.invite": {"words": SURNAME},
    "registration_staff.forms": {"email": ADDRESS},
}
"""Pages that show people only after a search, and what to search for."""

NAMES_NOBODY = {
    "sign_in",
    "sign_in_staff",
    "accounts_staff",
    "invitations_staff",
    "offices_staff",
    "agencies_staff",
    "seminars_staff",
    "security",
    "reports",
}
"""Rooms whose forms show staff, agencies, seminars and numbers only."""
LEADS_ON = {
    "registration_staff.search": "to the roster",
    "attendance_staff.search": "to the timetable",
    "people_staff.search": "to the people found",
    "registration_staff.find": "to the people found",
    "registration_staff.find_form": "to the forms found",
    "registration_staff.confirm_form": "to the registration, or to the forms",
    "registration_staff.add_new": "the form again, and people it may be; tests/web/test_roster.py",
    "registration_staff.add_known": "to the roster",
    "people_staff.undo_merge": "to the record that was kept",
    "people_staff.two_people": "to the page that compares them, whose GET is walked",
    "people_staff.perhaps_one": "the same",
    "people_staff.keep_apart": "to the proposals",
    "people_staff.reopen_proposal": "to the proposals",
    "registration_staff.approve": "to the roster",
    "registration_staff.correct": "to the registration, or the form again; its GET is walked",
    "registration_staff.decide_name": "to the registration",
    "registration_staff.send_link": "to the registration",
    "registration_staff.decline": "to the roster",
    "registration_staff.restore": "to the roster",
    "registration_staff.decide_many": "to the roster",
    "registration_staff.undo_many": "to the roster",
    "retention_staff.erase": "to the registration",
    "registration_staff.give_seat": "to the roster",
    "registration_staff.give_no_seat": "to the roster",
    "registration_staff.open_seats": "to the roster",
    "registration_staff.close_seats": "to the roster",
    "attendance_staff.ask_for_file": "to the file, whose GET is walked, or to the page of the work",
    "attendance_staff.walk_in": "the form again, or to the sheet",
    "attendance_staff.substitute": "the form again, whose GET is walked, or to the sheet",
    "attendance_staff.take_back": "to the sheet",
    "registration_staff.seats": "numbers",
    "registration_staff.keep_seats": "numbers",
    "registration_staff.give_up": "to the kept seats",
    "registration_staff.invite_find": "to the people found",
    "registration_staff.invite_new": "the form again, and people it may be; tests/web/test_seminar_invitations.py",
    "registration_staff.invite_known": "to the invitations, or the form again; its GET is walked",
    "registration_staff.invite_again": "to the invitations, or the form again; its GET is walked",
    "registration_staff.remind_all": "to the invitations",
    "registration_staff.remind_one": "to the invitations",
    "registration_staff.take_invitation_back": "to the invitations",
    "registration_staff.keep_invitation": "to the invitations",
    "registration_staff.tell_changes": "to the overview",
    "registration_staff.keep_quiet": "to the overview",
    "feedback_staff.edit": "questions",
    "feedback_staff.open_form": "to the results",
    "feedback_staff.close_form": "to the results",
    "feedback_staff.change_dates": "to the results, or the results with the form again; their GET is walked",
    "feedback_staff.remind": "to the results",
    "long_jobs_staff.cancel": "to the page of the work, which shows numbers only",
    "nominations_staff.index": "to the columns; the lists of the seminar with their numbers",
    "nominations_staff.encoding": "to the columns",
    "nominations_staff.bring": "to the list",
    "nominations_staff.undo": "to the list",
    "nominations_staff.discard": "to the lists of the seminar",
    "agency_staff.name": "the form again, and people it may be; tests/web/nominations/test_agency_naming.py",
    "agency_staff.restore": "to the agency's people",
    "agency_staff.give_up": "to the agency's people",
    "requests_staff.accept": "to the requests",
    "requests_staff.decline": "to the requests",
    "requests_staff.take_back": "to the requests",
    "certificates_zip.of_seminar": "to the file, or to the page of the work; tests/web/certificates/test_zips.py",
    "certificates_zip.of_agency": "the same",
    "training_record_staff.print_record": "the same; tests/web/certificates/test_training_record.py",
    "paper_staff.print_document": "to the file, or to the page of the work; tests/web/paper/test_printing.py",
    "certificates_staff.plan": "to the certificates, or the form again, which names staff",
    "certificates_staff.issue": "to the page of the work",
    "certificates_staff.reissue": "to the registration",
    "closing_kit_staff.make": "to the file, or to the page of the work; tests/web/certificates/test_closing_kit_pages.py",
    "history_staff.new": "to the past seminar, or the form again",
    "history_staff.past": "to the reconciliation, or the form again",
    "history_staff.headcount_new": "to the headcounts, or the form again",
    "history_staff.headcount": "the same",
    "history_staff.headcount_remove": "to the headcounts",
    "history_staff.announced": "to the reconciliation, or the form again",
    "history_staff.training_withdraw": "to the page of the person",
    "reports.hours_rule_new": "to the rules of hours, or the form again",
    "reports.hours_rule": "the same",
    "reports.hours_rule_end": "to the rules of hours",
    "letters_staff.new": "to the letter, or the form again",
    "letters_staff.edit": "to the letter, or the form again",
    "letters_staff.discard": "to the seminar's messages",
}
"""Forms whose answer shows no person's data, and what it shows instead."""
TYPED_ONLY = {"registration_staff.add_new", "registration_staff.invite_new", "attendance_staff.walk_in", "agency_staff.name"}
"""Forms that show nobody but who was typed, until it turns out who that may be."""


@dataclass
class World:
    """One person in one seminar, and the values that addresses are made from."""

    values: dict[str, Any]
    slug: str


@pytest.fixture
def world(make: Make, session: Session, now: datetime) -> World:
    office, agency = make.office(code="HSI"), make.agency("PGR")
    today = clock.now().date()
    seminar = make.seminar(office=office, slug="cancun-2026", starts_on=today - timedelta(days=1), ends_on=today + timedelta(days=1))
    seminar_session = make.seminar_session(seminar)
    person = make.person(surname1=SURNAME, email=ADDRESS, phone=PHONE)
    pool = make.pool(seminar, agency, 2)
    registration = make.registration(seminar, person, agency=agency, pool=pool)
    make.invitation(registration, ended_at=now, ending=HoldEnd.USED)
    reserved = make.registration(seminar, make.person(surname1=SURNAME, reserved=True), agency=agency)
    make.form_sent(seminar, agency, at=now, surname1=SURNAME, email=ADDRESS)
    unreached = make.person("Sol", surname1=SURNAME, email=None, phone=PHONE)
    make.registration(seminar, unreached, agency=agency, pool=pool)
    letter = make.letter(seminar)
    make.letter(seminar, sent=True)
    brought = (("Eva", SURNAME, "", ADDRESS, "Fiscal"), ("Eva", SURNAME, "", "no address", "Fiscal"))
    nominated = keep_cells(session, seminar, agency, cells(*brought))
    make.reopened(seminar)
    make.mark(registration, seminar_session)
    request = make.list_request(registration)
    twin = make.person("Luz", surname1=SURNAME)
    make.registration(make.seminar(office=office), twin, agency=agency)
    account = make.account((RoleName.COORDINATOR, {"seminar_id": seminar.id}))
    with unit_of_work(session) as work:
        keep_identity(work, context(now), person=person, identity=Identity(curp=CURP, birth_date=date(1984, 11, 1)))
        work.add(PersonJoin(registration_id=registration.id, person_id=person.id, joined_at=now, joined_by="public"))
        propose(work, context(now), one=person.id, other=twin.id, why=[Evidence.GIVEN_NAME_MISSING])
        mail = enqueue(work, context(now), kind="test_mail", language="es", to_address=ADDRESS, to_name=SURNAME, facts={})
    assert mail is not None
    assert registration.state is RegistrationState.REGISTERED
    values = certificate_of(make, office, agency) | {
        "slug": seminar.slug,
        "session_id": seminar_session.public_id,
        "registration_id": registration.public_id,
        "reserved_id": reserved.public_id,
        "person_id": person.public_id.hex,
        "other_id": twin.public_id.hex,
        "public_id": mail.public_id,
        "letter_id": letter.public_id.hex,
        "request_id": request.public_id.hex,
        "list_id": nominated.public_id.hex,
        "account_id": account.public_id,
        "line_id": make.headcount(make.past_seminar(office=office, slug="past", named=False)).public_id.hex,
        "training_id": make.outside_training(person, title=SURNAME).public_id.hex,
        "sheet_id": make.printed_sheet(seminar_session, said={registration.id: MarkStatus.ABSENT}).public_id,
        "rule_id": make.hours_rule().public_id.hex,
        "code": "PGR",
    }
    return World(values, seminar.slug)


def certificate_of(make: Make, office: Office, agency: Agency) -> dict[str, Any]:
    """Issue a certificate in a seminar that is completed, in which everybody bears the name that is looked for."""
    day = clock.now().date() - timedelta(days=9)
    seminar = make.seminar(office=office, slug="completed", starts_on=day, ends_on=day)
    owner = make.registration(seminar, make.person(surname1=SURNAME), agency=agency, pool=make.pool(seminar, agency, 1))
    return {"certificate_id": make.certificate(owner, at=clock.now()).public_id.hex, "certified": (seminar.slug, owner.public_id.hex)}


def token(client: CheckingClient) -> str:
    return str(client.get("/staff/account/").select("input[name=csrf_token]")[0].attrs["value"])


def text_of(data: bytes) -> str:
    """Return the body as text, for a workbook the XML of its sheets."""
    if not data.startswith(b"PK"):
        return data.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))


def actions(session: Session) -> list[str]:
    session.rollback()
    return list(session.scalars(select(AuditRow.action).order_by(AuditRow.sequence)))


def addresses(app: Flask, world: World) -> list[tuple[str, str, str]]:
    """Return (endpoint, method, address) of every staff page that can be tested."""
    found = []
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            policy = policy_of(app, rule.endpoint)
            if policy is None or policy.audience is not Audience.STAFF or rule.endpoint.split(".")[0] == "security":
                continue
            values: dict[str, Any] = {name: world.values.get(name, 1) for name in rule.arguments}
            if rule.endpoint.startswith(("registration_staff", "agency_staff", "requests_staff")) and "registration_id" in values:
                values["registration_id"] = values["registration_id"].hex
            if rule.endpoint.startswith("certificates_staff"):
                values |= dict(zip(("slug", "registration_id"), world.values["certified"], strict=True))
                values = {name: value for name, value in values.items() if name in rule.arguments}
            if rule.endpoint == "registration_staff.open_record":
                values["registration_id"] = world.values["reserved_id"].hex
            if rule.endpoint.startswith("offices_staff") and "code" in values:
                values["code"] = "HSI"
            if rule.endpoint.startswith(("accounts_staff", "sign_in_staff")) and "public_id" in values:
                values["public_id"] = world.values["account_id"]
            address = url_for(rule.endpoint, **values)
            if "GET" in (rule.methods or ()):
                found.append((rule.endpoint, "GET", address))
            if rule.endpoint in BODIES:
                found.append((rule.endpoint, "POST", address))
    return found


@pytest.mark.sqlite_first
def test_every_page_that_shows_people_says_so_and_leaves_a_row(
    app: Flask, session: Session, make: Make, client: CheckingClient, sign_in: SignIn, world: World
) -> None:
    liaison = (RoleName.LIAISON, {"agency_id": get_agency_by_code(session, "PGR").id})
    sign_in(client, make.account((RoleName.ADMIN, {}), (RoleName.AUDITOR, {}), liaison, language="en"))
    wrong, shown = [], set()
    for endpoint, method, address in addresses(app, world):
        if endpoint in SEARCHED:
            address = client.post(address, SEARCHED[endpoint] | {"csrf_token": token(client)}).response.headers["Location"]  # noqa: PLW2901
        before = len(actions(session))
        if method == "GET":
            answer = client.flask.get(address)
        else:
            answer = client.flask.post(address, data=BODIES[endpoint] | {"csrf_token": token(client)}, headers=HEADERS.get(endpoint))
        if answer.status_code not in (200, 422):
            continue
        left = set(actions(session)[before:])
        declared = accesses_of_endpoint(app, endpoint)
        if any(canary in text_of(answer.data) for canary in CANARIES):
            shown.add(endpoint)
            if not declared & left:
                wrong.append(f"{method} {endpoint} shows people; it declares {sorted(declared)} and left {sorted(left)}")
        elif method == "GET" and declared and not declared & left and endpoint not in ONLY_WITH_FIVE_ANSWERS | TYPED_ONLY | NUMBERS_ONLY:
            wrong.append(f"{method} {endpoint} declares {sorted(declared)} and left {sorted(left)}")
    assert wrong == []
    declared_all = {rule.endpoint for rule in app.url_map.iter_rules() if accesses_of_endpoint(app, rule.endpoint)}
    assert declared_all - shown - ONLY_WITH_FIVE_ANSWERS - TYPED_ONLY - REFUSED_OR_ALONE - FILES_OF_JOBS - NUMBERS_ONLY == set()
    assert len(shown) >= 10, shown


def test_every_form_of_staffs_is_walked_or_shows_nobody(app: Flask) -> None:
    """A new form needs an entry in BODIES, or one that says what it answers with."""
    forms = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and (policy := policy_of(app, rule.endpoint)) and policy.audience is Audience.STAFF
    }
    unknown = {endpoint for endpoint in forms if endpoint.split(".")[0] not in NAMES_NOBODY}
    assert unknown - set(BODIES) - REFUSED_OR_ALONE - set(LEADS_ON) == set()


@pytest.mark.sqlite_first
def test_identity_is_in_the_clear_on_its_own_page_only(
    app: Flask, session: Session, make: Make, client: CheckingClient, sign_in: SignIn, world: World
) -> None:
    sign_in(client, make.account((RoleName.ADMIN, {}), (RoleName.AUDITOR, {}), language="en"))
    in_the_clear = set()
    for endpoint, method, address in addresses(app, world):
        body = BODIES.get(endpoint, {}) | {"csrf_token": token(client)}
        answer = client.flask.get(address) if method == "GET" else client.flask.post(address, data=body)
        if CURP in text_of(answer.data) or "November 1, 1984" in text_of(answer.data):
            in_the_clear.add(endpoint)
    assert in_the_clear == {"people_staff.identity"}


def test_commands_that_write_people_leave_a_row(app: Flask, session: Session, world: World) -> None:
    session.close()
    done = app.test_cli_runner().invoke(args=["attendance", "export", world.slug, "--format", "csv"])
    assert SURNAME in done.output
    assert actions(session)[-1] == "attendance.exported"


def test_no_command_writes_people_unseen(app: Flask) -> None:
    """A new command needs a decision: commands that write personal data must record it. So far only the attendance export writes any."""
    commands = set()
    for name, command in app.cli.commands.items():
        commands |= {f"{name} {each}" for each in command.commands} if hasattr(command, "commands") else {name}
    assert {name for name in commands if "export" in name} == {"attendance export"}


@pytest.mark.sqlite_first
def test_no_page_leaves_without_its_row(
    app: Flask, session: Session, make: Make, client: CheckingClient, sign_in: SignIn, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(client, make.account((RoleName.ADMIN, {}), language="en"))
    address = f"/staff/seminars/{world.slug}/roster/"

    def fails(_accesses: object) -> None:
        raise OperationalError("COMMIT", None, Exception("locked"))

    before = actions(session)
    monkeypatch.setitem(app.extensions, "record_accesses", fails)
    assert SURNAME not in client.get(address, status=503).text
    monkeypatch.undo()
    monkeypatch.setattr(staff_routes, "shown", lambda *_args, **_details: None)  # a view that forgets to say what it shows
    assert SURNAME not in client.get(address, status=500).text
    assert actions(session) == before


@pytest.mark.sqlite_first
def test_a_page_that_is_not_there_leaves_no_row_and_nothing_is_read_twice(
    app: Flask, session: Session, make: Make, client: CheckingClient, sign_in: SignIn, world: World
) -> None:
    sign_in(client, make.account((RoleName.ADMIN, {}), language="en"))
    roster = f"/staff/seminars/{world.slug}/roster/"
    before = actions(session)
    for address in ("/staff/seminars/other/roster/", f"{roster}{'0' * 32}", f"/staff/people/{'0' * 32}", "/staff/people/x"):
        client.get(address, status=404)
    assert actions(session) == before
    reads: list[str] = []
    with app.app_context():
        engine = db.engine

    def count(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if "FROM seminar" in statement and "seminar.slug = " in statement:
            reads.append(statement)

    event.listen(engine, "before_cursor_execute", count)
    client.get(roster)
    event.remove(engine, "before_cursor_execute", count)
    assert len(reads) == 1
