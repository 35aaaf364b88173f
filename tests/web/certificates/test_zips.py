"""Certificates as one file: the organizer's button and the liaison's."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.accounts.models import UserAccount
from seminar_app.audit.models import AuditRow
from seminar_app.certificates.issue_job import begin_issuing
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.long_jobs.running import run_waiting
from tests.conftest import NOW
from tests.support.checking_client import CheckingClient
from tests.support.factories import Make
from tests.support.issuing import Finished, finished
from tests.support.long_work import nobody_works, work_at_once

pytestmark = pytest.mark.sqlite_first
"""What only pages and files do."""

SignIn = Callable[[CheckingClient, UserAccount], CheckingClient]
PAGE = "/staff/seminars/cancun-2026/certificates/"
AGENCY = "/staff/seminars/cancun-2026/agency"


@dataclass
class Desk:
    """Two people of an agency each, with their certificates, and an organizer."""

    session: Session
    client: CheckingClient
    done: Finished
    organizer: UserAccount

    def press(self, page: str, address: str, **choices: str) -> list[str]:
        """Press the button of a page, and return the names of the files in the file that comes."""
        token = self.client.get(page).select(f"form[action='{address}'] [name=csrf_token]")[0].attrs["value"]
        led = self.client.flask.post(address, data={"csrf_token": token} | choices)
        answer = self.client.flask.get(led.headers["Location"])
        assert (answer.status_code, answer.mimetype) == (200, "application/zip")
        return zipfile.ZipFile(io.BytesIO(answer.data)).namelist()


@pytest.fixture
def desk(app: Flask, make: Make, session: Session, client: CheckingClient, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    work_at_once(app, monkeypatch)
    done = finished(make, session, ("Ana", "García", "López"), ("Rosa", "Ortega", None), starts_on=NOW.date(), ends_on=NOW.date())
    organizer = make.account((RoleName.ORGANIZER, {"office_id": done.office.id}))
    with unit_of_work(session) as work:
        begin_issuing(work, ChangeContext(NOW, f"account:{organizer.public_id.hex}"), seminar=done.seminar)
    run_waiting(app)
    session.rollback()
    return Desk(session, client, done, organizer)


def taken(session: Session) -> list[dict[str, object]]:
    session.rollback()
    return list(session.scalars(select(AuditRow.details).where(AuditRow.action == "certificates.taken")))


def test_an_organizer_gets_all_or_those_of_a_group(desk: Desk, sign_in: SignIn) -> None:
    sign_in(desk.client, desk.organizer)
    groups = [each.attrs["value"] for each in desk.client.get(PAGE).select("#zip-group option") if each.attrs["value"]]

    assert desk.press(PAGE, f"{PAGE}zip") == ["García López, Ana - 000001.pdf", "Ortega, Rosa - 000002.pdf"]
    assert len(groups) == 2
    found = [desk.press(PAGE, f"{PAGE}zip", group=each) for each in groups]
    assert sorted(found) == [["García López, Ana - 000001.pdf"], ["Ortega, Rosa - 000002.pdf"]]
    assert [each["people"] for each in taken(desk.session)] == [2, 1, 1]


def test_a_liaison_gets_those_of_her_people(desk: Desk, make: Make, sign_in: SignIn) -> None:
    sign_in(desk.client, make.account((RoleName.LIAISON, {"agency_id": desk.done.agency_of(1)}), language="en"))

    assert "Download 1 certificate" in desk.client.get(AGENCY).text
    assert desk.press(AGENCY, f"{AGENCY}/certificates") == ["Ortega, Rosa - 000002.pdf"]


def test_of_a_group_that_is_not_there_a_sentence_says_that_there_is_none(desk: Desk, sign_in: SignIn) -> None:
    sign_in(desk.client, desk.organizer)
    token = desk.client.get(PAGE).select("[name=csrf_token]")[0].attrs["value"]
    led = desk.client.flask.post(f"{PAGE}zip", data={"csrf_token": token, "group": "NOBODY"})
    assert "There is no certificate to download" in desk.client.get(led.headers["Location"]).text


def pressed_twice(desk: Desk, page: str, address: str) -> list[str]:
    """Press a button twice, and return where the answers lead."""
    token = desk.client.get(page).select(f"form[action='{address}'] [name=csrf_token]")[0].attrs["value"]
    return [desk.client.flask.post(address, data={"csrf_token": token}).headers["Location"] for _press in range(2)]


def test_pressed_twice_it_is_one_job_and_the_page_waits_for_no_worker(
    app: Flask, desk: Desk, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody_works(app, monkeypatch)
    sign_in(desk.client, desk.organizer)
    first, second = pressed_twice(desk, PAGE, f"{PAGE}zip")
    assert first == second
    assert "It begins within seconds." in desk.client.get(first).text


def test_a_liaison_presses_twice_and_it_is_one_job(
    app: Flask, desk: Desk, make: Make, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody_works(app, monkeypatch)
    sign_in(desk.client, make.account((RoleName.LIAISON, {"agency_id": desk.done.agency_of(1)}), language="en"))
    first, second = pressed_twice(desk, AGENCY, f"{AGENCY}/certificates")
    assert first == second
