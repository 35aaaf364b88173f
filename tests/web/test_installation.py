"""The page «Installation», and where an administrator's pages begin."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from config import Mode, Settings
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.core.values import replace
from seminar_app.web.checks import Check, Finding, State
from seminar_app.web.job_runs import note_run
from seminar_app.web.version import program_version
from tests.conftest import NOW
from tests.support.checking_client import CheckingClient, Page
from tests.support.factories import Make
from tests.web.conftest import SignIn

PAGE = "/staff/installation"
Found = Callable[..., None]


@pytest.fixture
def admin(app: Flask, make: Make, sign_in: SignIn) -> CheckingClient:
    return sign_in(CheckingClient(app.test_client()), make.account((RoleName.ADMIN, {})))


@pytest.fixture
def found(app: Flask) -> Iterator[Found]:
    """Replace all checks: `found(State.LEFT, State.WRONG)`; each leads to the page of offices."""
    registered = app.extensions["checks"]

    def found(*states: State) -> None:
        app.extensions["checks"] = {
            f"check-{number}": Check(
                f"check-{number}",
                f"Check {number}",
                lambda _session, _now, state=state: Finding(state, f"It is {state.value}."),  # type: ignore[misc]
                number,
                "offices_staff.offices",
                "Mend it",
            )
            for number, state in enumerate(states)
        }

    yield found
    app.extensions["checks"] = registered


def listed(page: Page, section: str) -> list[str]:
    return [each.to_text().strip() for each in page.select(f"section[aria-labelledby={section}] .findings h3")]


def test_what_is_left_stands_first_with_its_button_then_what_is_done(admin: CheckingClient, found: Found) -> None:
    found(State.DONE, State.LEFT, State.WRONG)
    page = admin.get(PAGE)
    assert listed(page, "left") == ["Check 2", "Check 1"]
    assert [link.attrs["href"] for link in page.select(".findings a")] == ["/staff/offices/", "/staff/offices/"]
    assert listed(page, "done") == ["Check 0"]
    found(State.DONE)
    assert "nothing needs you now" in admin.get(PAGE).text


def test_each_step_of_the_first_hour_is_left_until_it_is_done(admin: CheckingClient, make: Make) -> None:
    steps = {"Office", "Organizer", "Contact", "Agencies"}
    assert steps <= set(listed(admin.get(PAGE), "left"))
    office = make.office(phone=None)
    assert steps - {"Office"} <= set(listed(admin.get(PAGE), "left"))
    make.office(email="hsi@office.example")
    make.account((RoleName.ORGANIZER, {"office_id": office.id}))
    make.agency()
    page = admin.get(PAGE)
    assert "Contact" in listed(page, "left")
    assert {"Office", "Organizer", "Agencies"} <= set(listed(page, "done"))
    assert f"{office.code}: give an e-mail address and a phone" in page.text


def test_the_facts_tell_no_secret(app: Flask, admin: CheckingClient, session: Session) -> None:
    with unit_of_work(session) as work:
        note_run(work, "backup", now=NOW, failed=True)
    settings: Settings = app.extensions["settings"]
    app.extensions["settings"] = replace(settings, smtp_url="smtps://someone:s3cret@mail.example.org")
    try:
        page = admin.get(PAGE)
    finally:
        app.extensions["settings"] = settings
    assert "mail.example.org:465, TLS" in page.text
    assert "s3cret" not in page.text
    assert program_version() in page.text
    assert "· failed" in page.text
    assert "not yet" in page.text


def test_an_administrator_begins_with_what_is_left_and_others_do_not(
    app: Flask, admin: CheckingClient, make: Make, sign_in: SignIn, found: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    organizer = sign_in(CheckingClient(app.test_client()), make.account((RoleName.ORGANIZER, {"office_id": make.office().id})))

    def begins(client: CheckingClient, status: int) -> str:
        return client.get("/staff/", status=status).response.headers.get("Location", "here")

    found(State.LEFT, State.DONE)
    assert (begins(admin, 303), begins(organizer, 200)) == (PAGE, "here")
    found(State.WRONG, State.DONE)
    assert begins(admin, 200) == "here"
    assert "needs an administrator: Check 0." in admin.get("/staff/seminars/").text
    assert "needs an administrator" not in organizer.get("/staff/seminars/").text
    found(State.LEFT)
    settings: Settings = app.extensions["settings"]
    app.extensions["settings"] = replace(settings, mode=Mode.DEMO)
    try:
        assert begins(admin, 200) == "here"
    finally:
        app.extensions["settings"] = settings
