"""Every page that links lead to is right in both languages, and no form answers a hostile value with a failure."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.accounts.rules import RoleName
from seminar_app.agencies.services import seed_directory
from seminar_app.attendance.rules import MarkStatus
from seminar_app.core import clock
from seminar_app.core.links import SecretLink
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.registration.rules import RegistrationState
from seminar_app.seminars.models import SeatPool
from tests.support.checking_client import CheckingClient
from tests.support.crawler import Walk, walk
from tests.support.factories import KEY, Make
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


@pytest.fixture
def world(make: Make, session: Session) -> dict[str, str]:
    """A small office with a seminar next month: addresses to begin a walk at."""
    now = clock.now()
    with unit_of_work(session):
        seed_directory(session, now=now)
    agency, office = make.agency("TEST"), make.office()
    day = now.date() + timedelta(days=30)
    seminar = make.seminar(office=office, seats=3, starts_on=day, ends_on=day + timedelta(days=1))
    pool = session.scalars(select(SeatPool).where(SeatPool.seminar_id == seminar.id)).one()
    sitting = make.sitting(seminar)
    registration = make.registration(seminar, agency=agency, pool=pool)
    make.registration(seminar, agency=agency, state=RegistrationState.PENDING)
    make.registration(seminar, agency=agency, state=RegistrationState.WAITLISTED, queue_place=1)
    make.registration(seminar, agency=agency)
    make.mark(registration, sitting, MarkStatus.LATE)
    make.seminar(office=office, slug="past", starts_on=day - timedelta(days=90), ends_on=day - timedelta(days=90))
    token = SecretLink("registration", registration.public_id, 1).token(KEY)
    return {"seminar": f"/seminars/{seminar.slug}", "personal": f"/registrations/{token}"}


@pytest.fixture
def admin_client(client: CheckingClient, make: Make, sign_in: SignIn) -> CheckingClient:
    """Signed in as the one whom everything is open to."""
    return sign_in(client, make.account((RoleName.ADMIN, {}), (RoleName.AUDITOR, {})))


def strangers_walk(app: Flask, client: CheckingClient, world: dict[str, str]) -> Walk:
    """What somebody with a personal link and no account can reach."""
    return walk(app, client, "/", world["seminar"], world["personal"], "/login")


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_public_page_is_right(app: Flask, client: CheckingClient, world: dict[str, str], language: str) -> None:
    client.language = language
    seen = strangers_walk(app, client, world)
    assert {"seminars.calendar", "seminars.page", "registration.register", "registration.personal", "security.login"} <= seen.endpoints
    assert not [endpoint for endpoint in seen.endpoints if endpoint.endswith("_staff") and endpoint.split(".")[1] != "home"]


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_staff_page_is_right(
    app: Flask, client: CheckingClient, make: Make, sign_in: SignIn, world: dict[str, str], language: str
) -> None:
    client.language = language
    sign_in(client, make.account((RoleName.ADMIN, {}), (RoleName.AUDITOR, {}), language=language))
    seen = walk(app, client, "/staff/")
    pages = {rule.endpoint for rule in app.url_map.iter_rules() if rule.rule.startswith("/staff/") and "GET" in (rule.methods or ())}
    assert pages - seen.endpoints == set(), "no link leads to these pages"


def attack(app: Flask, client: CheckingClient, seen: Walk) -> list[str]:
    """Send every form with every hostile value in every field; the addresses that answered with a failure."""
    failed = []
    app.testing = False  # as in production: what a view does not expect becomes the page for 500
    try:
        for form in seen.forms:
            if form.action.endswith(("/logout", "/language")):
                continue
            names = [name for name, _ in form.fields if name != "csrf_token"]
            for value in HOSTILE if names else ():
                data = dict(form.fields) | dict.fromkeys(names, value)
                send = client.flask.post if form.method == "post" else client.flask.get
                arguments = {"data": data} if form.method == "post" else {"query_string": data}
                status = send(form.action, headers={"Accept-Language": "es"}, **arguments).status_code
                if status >= 500:
                    failed.append(f"{form.method} {form.action} with {value[:20]!r}: {status}")
            body = b"&".join([name.encode() + b"=" + SURROGATE for name in names])
            if (
                form.method == "post"
                and client.flask.post(form.action, data=body, content_type="application/x-www-form-urlencoded").status_code >= 500
            ):
                failed.append(f"post {form.action} with half a surrogate")
        for url in seen.pages:
            for tail in ("%00", "x" * 3000, "%F0%9F%8E%93", "%ED%A0%80", "1" + "0" * 20):
                for address in (f"{url.split('?')[0].rstrip('/')}/{tail}", f"{url.split('?')[0]}?q={tail}&page={tail}&state={tail}"):
                    status = client.flask.get(address).status_code
                    if status >= 500:
                        failed.append(f"get {address[:80]}: {status}")
    finally:
        app.testing = True
    return failed


def test_no_form_of_strangers_fails_on_hostile_values(app: Flask, client: CheckingClient, world: dict[str, str]) -> None:
    assert attack(app, client, strangers_walk(app, client, world)) == []


def test_no_form_of_staff_fails_on_hostile_values(app: Flask, admin_client: CheckingClient, world: dict[str, str]) -> None:
    assert attack(app, admin_client, walk(app, admin_client, "/staff/")) == []
