"""Every page that links lead to is correct in both languages, and no form answers a hostile value with a failure."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.agencies.queries import get_agency_by_code
from seminar_app.agencies.services import seed_directory
from seminar_app.attendance.rules import MarkStatus
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.links import SecretLink
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.messages.services import enqueue
from seminar_app.people.models import Person
from seminar_app.registration.hold_rules import HoldEnd
from seminar_app.registration.models import PersonJoin
from seminar_app.registration.rules import RegistrationState, Source
from seminar_app.reports.rules import Definition, Dimension
from seminar_app.reports.services import save_view
from seminar_app.seminars.models import SeatPool
from seminar_app.seminars.rules import SeminarState
from tests.support.checking_client import CheckingClient
from tests.support.context import context
from tests.support.crawler import Walk, endpoint_of, walk
from tests.support.factories import KEY, Make
from tests.support.nominating import HEADINGS, ROSA, cells, keep_cells
from tests.web.conftest import SignIn

HOSTILE = (
    "",
    "\0",
    "a\0b",
    "1" + "0" * 20,
    "-1",
    "[1]",
    "x" * 5_000,
    "🎓" * 60,
    "=HYPERLINK(1)",
    "<script>alert(1)</script>{{7*7}}",
    "' OR 1=1 --",
    "2026-13-45",
    "99:99",
    "NaN",
    "\u202e\u200b\x1b[0m",
)
SURROGATE = b"%ED%A0%80"
URLENCODED = "application/x-www-form-urlencoded"
TAILS = ("%00", "x" * 3000, "%ED%A0%80", "1" + "0" * 20)


@pytest.fixture
def world(make: Make, session: Session) -> dict[str, str]:
    """Create a small office with a seminar next month. Return addresses to begin a walk at."""
    now = clock.now()
    with unit_of_work(session):
        seed_directory(session, context(now))
    agency, office = make.agency("TEST"), make.office()
    day = now.date() + timedelta(days=30)
    seminar = make.seminar(office=office, seats=3, starts_on=day, ends_on=day + timedelta(days=1))
    pool = session.scalars(select(SeatPool).where(SeatPool.seminar_id == seminar.id)).one()
    seminar_session = make.seminar_session(seminar)
    registration = make.registration(seminar, agency=agency, pool=pool, source=Source.NOMINATION)
    make.list_request(registration)
    make.registration(seminar, agency=agency, state=RegistrationState.PENDING)
    make.registration(seminar, agency=agency, state=RegistrationState.WAITLISTED, queue_place=1)
    make.invitation(make.registration(seminar, agency=agency, state=RegistrationState.INVITED))
    make.invitation(make.registration(seminar, agency=agency), ended_at=now, ending=HoldEnd.DECLINED)
    make.form_sent(seminar, agency)
    keep_cells(session, seminar, agency, cells(ROSA, ("Eva", "Ortega", "", "no address", "Fiscal")))
    keep_cells(
        session,
        seminar,
        agency,
        cells(ROSA, headings=(*HEADINGS[:4], "Nahual")),
        confirmed=False,
    )
    make.reopened(seminar)
    make.letter(seminar)
    make.letter(seminar, sent=True)
    make.mark(registration, seminar_session, MarkStatus.LATE)
    with unit_of_work(session):
        joined = PersonJoin(registration_id=registration.id, person_id=registration.person_id, joined_at=now, joined_by="public")
        session.add(joined)
        enqueue(session, context(now), kind="test_mail", language="es", to_address="a@x.example", to_name="A", facts={})
    make.snapshot(definition=Definition(by=(Dimension.GROUP, Dimension.SEX)))
    make.indicator()
    make.hours_rule()
    make.seminar(office=office, slug="past", starts_on=day - timedelta(days=90), ends_on=day - timedelta(days=90))
    make.seminar(
        office=office, state=SeminarState.COMPLETED, starts_on=day - timedelta(days=60), ends_on=day - timedelta(days=60), slug="completed"
    )
    token = SecretLink("registration", registration.public_id, 1).token(KEY)
    person = session.get_one(Person, registration.person_id)
    return {
        "seminar": f"/seminars/{seminar.slug}",
        "personal": f"/registrations/{token}",
        "person": f"/staff/people/{person.public_id.hex}",  # found by a search that is a POST, so that no address contains a name
        "completed": "/staff/seminars/completed/",
        "to register": f"/staff/seminars/past/roster/add/{person.public_id.hex}",
    }


@pytest.fixture
def admin_client(client: CheckingClient, make: Make, sign_in: SignIn) -> CheckingClient:
    """A browser signed in with an account that may open every page."""
    return sign_in(client, make.account((RoleName.ADMIN, {}), (RoleName.AUDITOR, {})))


def at_the_door(make: Make) -> str:
    """Return the address of a sheet of a seminar that is held now, so that its door is open."""
    today = clock.now().date()
    held = make.seminar(starts_on=today - timedelta(days=1), ends_on=today + timedelta(days=1))
    pool = make.session.scalars(select(SeatPool).where(SeatPool.seminar_id == held.id)).one()
    make.registration(held, pool=pool)
    return f"/staff/seminars/{held.slug}/attendance/{make.seminar_session(held).public_id}"


def on_paper(make: Make) -> str:
    """Return the address of a printed sheet on which one person was keyed otherwise than the screen says."""
    seminar = make.seminar()
    place, pool = make.seminar_session(seminar), make.session.scalars(select(SeatPool).where(SeatPool.seminar_id == seminar.id)).one()
    people = [make.registration(seminar, pool=pool) for _ in range(2)]
    make.mark(people[0], place, MarkStatus.LATE)
    printed = make.printed_sheet(place, said={people[0].id: MarkStatus.ABSENT})
    return f"/staff/seminars/{seminar.slug}/paper/sheets/{printed.public_id}"


def certified(make: Make) -> tuple[str, ...]:
    """Return the addresses of a completed seminar's certificates and of somebody who has one."""
    day = clock.now().date() - timedelta(days=9)
    seminar = make.seminar(starts_on=day, ends_on=day)
    pool = make.session.scalars(select(SeatPool).where(SeatPool.seminar_id == seminar.id)).one()
    owner, other = (make.registration(seminar, pool=pool) for _ in range(2))
    make.mark(other, make.seminar_session(seminar))
    make.certificate(owner, at=clock.now())
    of_seminar = f"/staff/seminars/{seminar.slug}"
    people = (f"{of_seminar}/roster/{each.public_id.hex}" for each in (owner, other))
    return f"{of_seminar}/certificates/", f"{of_seminar}/certificates/plan", f"{of_seminar}/closing-kit/", *people


def from_before(make: Make) -> tuple[str, ...]:
    """Return the addresses of a past seminar with people to settle, of another one's headcounts, and of a report of training."""
    waits, counted = make.past_seminar(), make.past_seminar(named=False)
    pool = make.session.scalars(select(SeatPool).where(SeatPool.seminar_id == waits.id)).one()
    make.registration(waits, pool=pool)
    of_counted = f"/staff/seminars/{counted.slug}/headcounts"
    line, report = make.headcount(counted), make.outside_training(make.person())
    headcounts = of_counted, f"{of_counted}/new", f"{of_counted}/{line.public_id.hex}"
    return f"/staff/seminars/{waits.slug}/past", *headcounts, f"/staff/outside-training/{report.public_id.hex}"


def strangers_walk(app: Flask, client: CheckingClient, world: dict[str, str]) -> Walk:
    """Walk what a person with a personal link and no account can reach."""
    return walk(app, client, "/", world["seminar"], world["personal"], "/login")


@pytest.mark.crossed
@pytest.mark.parametrize("language", ["es", "en"])
def test_every_public_page_is_right(app: Flask, client: CheckingClient, world: dict[str, str], language: str) -> None:
    client.language = language
    seen = strangers_walk(app, client, world)
    assert {"seminars.calendar", "seminars.page", "registration.register", "registration.personal", "sign_in.login"} <= seen.endpoints
    assert not [endpoint for endpoint in seen.endpoints if endpoint.endswith("_staff") and endpoint != "today_staff.show"]


@pytest.mark.crossed
@pytest.mark.parametrize("language", ["es", "en"])
def test_every_staff_page_is_right(
    app: Flask, client: CheckingClient, make: Make, sign_in: SignIn, world: dict[str, str], language: str
) -> None:
    client.language = language
    organizes = (RoleName.ORGANIZER, {"office_id": make.office().id})
    names = (RoleName.LIAISON, {"agency_id": get_agency_by_code(make.session, "TEST").id})
    sign_in(client, account := make.account((RoleName.ADMIN, {}), (RoleName.AUDITOR, {}), organizes, names, language=language))
    with unit_of_work(make.session) as work:
        save_view(work, context(clock.now()), account_id=account.id, name="By sex", address="by=sex")
    seen = walk(app, client, "/staff/", world["person"], world["to register"])
    long_work = f"/staff/jobs/{make.job(account, make.seminar()).public_id.hex}"  # a long list's button leads there
    client.get(long_work)
    seen.endpoints.add(endpoint_of(app, long_work) or "")
    reopening = client.get(world["completed"]).one("main a[href$='/resume']").attrs["href"]  # offered by a completed seminar only
    client.get(reopening)
    paper = on_paper(make)
    for page in (*certified(make), *from_before(make)):
        client.get(page)
        seen.endpoints.add(endpoint_of(app, page) or "")
    for page in (door := at_the_door(make)), *(f"{door}/{way}" for way in ("walk-in", "substitute")), paper, f"{paper}/differences":
        client.get(page)
        seen.endpoints.add(endpoint_of(app, page) or "")
    seen.endpoints.add(endpoint_of(app, reopening) or "")
    pages = {rule.endpoint for rule in app.url_map.iter_rules() if rule.rule.startswith("/staff/") and "GET" in (rule.methods or ())}
    only_with_five_answers = {"feedback_staff.export_results"}
    when_asked_who_one_is = {"sign_in.confirm", "sign_in.file_ready"}
    with_a_second_factor = {"sign_in.recovery_codes", "sign_in.recovery_codes_file"}
    after_a_job = {"long_jobs_staff.file", "certificates_staff.file"}
    a_file_of_figures = {"reports.figures_file"}  # a button leads to it
    unseen = a_file_of_figures | only_with_five_answers | when_asked_who_one_is | with_a_second_factor | after_a_job
    assert pages - seen.endpoints - unseen == set(), "no link leads to these pages"


def attack(app: Flask, client: CheckingClient, seen: Walk) -> list[str]:
    """Send every form hostile values, each of them in each field; the addresses that answered with a failure.

    In the long form only: `make test` tries hostile values in `tests/fuzz`, on both engines.
    """
    failed = []
    for form in seen.forms:
        names = [name for name, _ in form.fields if name != "csrf_token"]
        if form.action.endswith(("/logout", "/language")) or not names:
            continue
        for turn in range(len(HOSTILE)):
            data = dict(form.fields) | {name: HOSTILE[(turn + place) % len(HOSTILE)] for place, name in enumerate(names)}
            if form.method == "post":
                answer = client.flask.post(form.action, data=data, headers={"Accept-Language": "es"})
            else:
                page = form.action.partition("?")[0]  # a browser leaves out what the address asked for before
                answer = client.flask.get(page, query_string=data, headers={"Accept-Language": "es"})
            if answer.status_code >= 500:
                failed.append(f"{form.method} {form.action}: {answer.status_code} on {data}")
        body = b"&".join([name.encode() + b"=" + SURROGATE for name in names])
        if form.method == "post" and client.flask.post(form.action, data=body, content_type=URLENCODED).status_code >= 500:
            failed.append(f"post {form.action} with half a surrogate")
    for url in seen.pages:
        path = url.split("?")[0]
        for tail in TAILS:
            for address in (f"{path.rstrip('/')}/{tail}", f"{path}?q={tail}&page={tail}&state={tail}"):
                if (status := client.flask.get(address).status_code) >= 500:
                    failed.append(f"get {address[:80]}: {status}")
    return failed


@pytest.mark.full
def test_no_form_of_strangers_fails_on_hostile_values(app: Flask, client: CheckingClient, world: dict[str, str]) -> None:
    assert attack(app, client, strangers_walk(app, client, world)) == []


@pytest.mark.full
def test_no_form_of_staff_fails_on_hostile_values(app: Flask, admin_client: CheckingClient, world: dict[str, str]) -> None:
    assert attack(app, admin_client, walk(app, admin_client, "/staff/", world["person"])) == []
