"""An organizer is told when mail waits for more than ten minutes, and what that means; an administrator also sees where to look."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.core.values import replace
from seminar_app.messages import staff_routes
from seminar_app.messages.services import enqueue
from seminar_app.seminars.models import Seminar
from seminar_app.web.job_runs import WORKER, note_run
from tests.support.checking_client import CheckingClient
from tests.support.context import context
from tests.support.factories import Make
from tests.support.installation import reinstall
from tests.web.conftest import SignIn

pytestmark = pytest.mark.sqlite_first
MESSAGES, LIST = "/staff/messages/", "/staff/seminars/"
SAYS = "Mail has been waiting since March 2, 2026"


@pytest.fixture(autouse=True)
def _sends_mail(app: Flask) -> Iterator[None]:
    before = app.extensions["settings"]
    app.extensions["settings"] = replace(before, smtp_url="smtp://127.0.0.1:9?tls=none")
    reinstall(app, smtp_url="smtp://127.0.0.1:9?tls=none")
    yield
    app.extensions["settings"] = before
    reinstall(app, smtp_url=None)


@pytest.fixture
def later(session: Session, now: datetime, monkeypatch: pytest.MonkeyPatch) -> datetime:
    """A mail is written, nothing sends it, and eleven minutes have passed."""
    with unit_of_work(session) as work:
        to = "ana@pgr.example"
        enqueue(work, context(now), kind="test_mail", language="es", to_address=to, to_name=to, facts={})
    at = now + timedelta(minutes=11)
    monkeypatch.setattr(clock, "now", lambda: at)
    monkeypatch.setattr(staff_routes, "now", lambda: at)
    return at


@pytest.fixture
def seminar(make: Make) -> Seminar:
    return make.seminar()


def overview(seminar: Seminar) -> str:
    return f"{LIST}{seminar.slug}/"


def test_an_organizer_reads_what_it_means_and_gets_no_link_to_other_peoples_mail(
    client: CheckingClient, make: Make, sign_in: SignIn, seminar: Seminar, later: datetime
) -> None:
    sign_in(client, make.account((RoleName.ORGANIZER, {"office_id": seminar.office_id})))
    for url in (LIST, overview(seminar)):
        page = client.get(url)
        assert SAYS in page.text
        assert "keep their seat" in page.text
        assert not page.select(f"main a[href='{MESSAGES}']")


def test_an_administrator_gets_the_link(client: CheckingClient, make: Make, sign_in: SignIn, seminar: Seminar, later: datetime) -> None:
    sign_in(client, make.account((RoleName.ADMIN, {})))
    page = client.get(overview(seminar))
    assert SAYS in page.text
    assert page.select(f"main a[href='{MESSAGES}']")


def test_a_coordinator_who_can_do_nothing_about_it_is_not_told(
    client: CheckingClient, make: Make, sign_in: SignIn, seminar: Seminar, later: datetime
) -> None:
    sign_in(client, make.account((RoleName.COORDINATOR, {"seminar_id": seminar.id})))
    for url in (LIST, overview(seminar)):
        assert SAYS not in client.get(url).text


def test_mail_that_has_just_come_is_no_concern(
    client: CheckingClient, make: Make, sign_in: SignIn, seminar: Seminar, later: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(client, make.account((RoleName.ORGANIZER, {"office_id": seminar.office_id})))
    monkeypatch.setattr(clock, "now", lambda: later - timedelta(minutes=2))
    for url in (LIST, overview(seminar)):
        assert SAYS not in client.get(url).text


def test_the_page_of_messages_says_since_when_and_whether_a_worker_runs(
    client: CheckingClient, make: Make, sign_in: SignIn, session: Session, later: datetime
) -> None:
    sign_in(client, make.account((RoleName.ADMIN, {})))
    page = client.get(MESSAGES)
    assert "Messages do not leave" in page.text
    assert "1 message has waited since March 2, 2026, 9:00" in page.text
    assert "No worker has run yet" in page.text
    with unit_of_work(session) as work:
        note_run(work, WORKER, now=later)
    assert "No worker has run" not in client.get(MESSAGES).text


def test_readyz_names_it_goes_on_saying_yes_and_writes_one_line_a_minute(
    client: CheckingClient, later: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    client.flask.application.extensions.pop("warnings_logged", None)
    for _ in range(3):
        assert client.flask.get("/readyz").get_json() == {"status": "ok", "warnings": ["waiting-mail"]}
    assert caplog.text.count("Warning at /readyz: waiting-mail") == 1
