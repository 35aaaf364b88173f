"""The press for the closing kit, its page, and what a liaison sees of her people's certificates."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from seminar_app.accounts.models import RoleGrant
from seminar_app.audit.models import AuditRow
from seminar_app.certificates.closing_kit import archive
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.long_jobs.models import LongJob
from seminar_app.long_jobs.running import run_waiting
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.rules import SeminarState
from tests.conftest import NOW
from tests.support.checking_client import CheckingClient
from tests.support.closing_kit import SECRET, WHO, Closed, canary, closed_seminar, files_of
from tests.support.factories import Make
from tests.support.long_work import nobody_works, work_at_once
from tests.web.conftest import SignIn

pytestmark = pytest.mark.sqlite_first
"""What only pages do."""

SEMINAR = "/staff/seminars/cancun-2026/"
KIT, CERTIFICATES, AGENCY = f"{SEMINAR}closing-kit/", f"{SEMINAR}certificates/", f"{SEMINAR}agency"
PRESS = f"form[action='{KIT}']"


@pytest.fixture
def closed(app: Flask, make: Make, session: Session, monkeypatch: pytest.MonkeyPatch) -> Closed:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    nobody_works(app, monkeypatch)
    return closed_seminar(app, make, session)


@pytest.fixture
def organizer(client: CheckingClient, sign_in: SignIn, closed: Closed) -> CheckingClient:
    return sign_in(client, closed.organizer)


def jobs(session: Session) -> list[LongJob]:
    session.rollback()
    return list(session.scalars(select(LongJob).order_by(LongJob.id).execution_options(populate_existing=True)))


def press(organizer: CheckingClient, page: str = KIT) -> str:
    """Press the button of a page, and return the address that the answer leads to."""
    return str(organizer.submit(page, {}, form=PRESS).response.headers["Location"])


def test_one_press_on_the_certificates_and_on_the_overview_gives_the_kit(
    closed: Closed, organizer: CheckingClient, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    work_at_once(app, monkeypatch)
    for page in (CERTIFICATES, SEMINAR):
        answer = organizer.flask.get(press(organizer, page))
        assert (answer.status_code, answer.mimetype) == (200, "application/zip")
        assert "closing-kit-cancun-2026.zip" in answer.headers["Content-Disposition"]
        assert "00 README.txt" in files_of(answer.data)
    closed.session.rollback()
    rows = closed.session.scalars(select(AuditRow).where(AuditRow.action == "closing_kit.taken")).all()
    assert [(row.seminar, row.details) for row in rows] == [("cancun-2026", {"people": 6, "language": "en"})] * 2


def test_who_organizes_it_no_longer_cannot_take_it(closed: Closed, organizer: CheckingClient) -> None:
    job, elsewhere = press(organizer), closed.make.office().id
    run_waiting(closed.app)
    with unit_of_work(closed.session) as work:
        work.execute(update(RoleGrant).where(RoleGrant.user_account_id == closed.organizer.id).values(office_id=elsewhere))
    assert organizer.flask.get(f"{job}/file").status_code == 404


def test_pressed_twice_it_is_one_job_and_another_wish_is_another(closed: Closed, organizer: CheckingClient) -> None:
    first, again = (press(organizer) for _ in range(2))
    assert first == again
    organizer.submit(KIT, {"agency": "PGR", "certificates": "without"}, form=PRESS)
    whole, part = jobs(closed.session)
    assert part.given == {"language": "en", "agency": closed.agencies["PGR"].id, "certificates": False}
    assert whole.given == {"language": "en", "agency": None, "certificates": True}


def test_the_page_says_what_is_in_it_and_names_nobody(closed: Closed, organizer: CheckingClient) -> None:
    page = organizer.get(KIT)
    assert [node.to_text().strip() for node in page.select(".figures-row dd")] == ["6", "5", "4"]
    assert "2 certificates of reserved identities are left out" in page.text
    assert [option.attrs["value"] for option in page.select("#agency option")] == ["", "INM", "PGR", "PGJ", "PGJ-ROO", "PGJ-YUC"]
    assert [word for word in (*map(canary, WHO), *SECRET, *closed.codes) if word in page.text] == []
    organizer.submit(KIT, {"agency": "FGR"}, form=PRESS, status=422)
    assert jobs(closed.session) == []


def test_too_large_it_leads_to_what_is_offered_instead(closed: Closed, organizer: CheckingClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "LARGEST_MADE", 1_000)
    job = press(organizer)
    run_waiting(closed.app)
    page = organizer.get(job)
    sentence = "The kit would have more than 0 MB. Make it without the certificates, or for one agency at a time."
    assert sentence in page.text
    offered = organizer.get(page.one(".long-job a.usa-button").attrs["href"])
    assert "Make it without the certificates, or for one agency at a time." in offered.one(".notice-error").to_text()
    assert len(offered.select("#agency option")) == 6


def test_before_completion_it_is_refused_in_a_sentence(closed: Closed, organizer: CheckingClient) -> None:
    page = organizer.get(KIT)
    token = page.one(f"{PRESS} [name=csrf_token]").attrs["value"]
    with unit_of_work(closed.session) as work:
        work.get_one(Seminar, closed.seminar.id).state = SeminarState.PUBLISHED
    assert organizer.get(SEMINAR).select(PRESS) == organizer.get(CERTIFICATES).select(PRESS) == organizer.get(KIT).select(PRESS) == []
    refused = organizer.post(KIT, {"csrf_token": token}, status=422)
    assert "The closing kit is made once the seminar is completed" in refused.text
    assert jobs(closed.session) == []


def test_a_coordinator_reads_the_outcome_without_the_kit(closed: Closed, client: CheckingClient, sign_in: SignIn) -> None:
    door = sign_in(client, closed.make.account((RoleName.COORDINATOR, {"seminar_id": closed.seminar.id})))
    assert door.get(SEMINAR).select(PRESS) == []


def test_a_liaison_sees_who_of_hers_has_a_certificate(
    closed: Closed, client: CheckingClient, sign_in: SignIn, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(days=120))  # the seminar was held
    work_at_once(app, monkeypatch)
    liaison = sign_in(client, closed.make.account((RoleName.LIAISON, {"agency_id": closed.agencies["PGR"].id})))
    page = liaison.get(AGENCY)
    numbers = {who: f"{one.number:06}" for who, one in closed.certificates.items()}
    rows = {row.query("th")[0].to_text().strip(): row.to_text() for row in page.select("table.own-people tbody tr:not(.group-row)")}
    (hers,) = [text for name, text in rows.items() if canary("PGR") in name]
    assert numbers["PGR"] in hers
    assert numbers["oculta0"] in rows[closed.codes[0]]
    assert [who for who, number in numbers.items() if number in page.text] == ["PGR", "oculta0"]
    assert "2 of your people have a certificate." in page.text
    assert "1 of a reserved identity goes to the person only." in page.text
    taken = liaison.flask.get(liaison.submit(AGENCY, {}, form="form[action$='/agency/certificates']").response.headers["Location"])
    assert [numbers["PGR"] in name for name in files_of(taken.data)] == [True]


def test_before_completion_her_page_says_nothing_of_certificates(
    closed: Closed, client: CheckingClient, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(days=120))
    liaison = sign_in(client, closed.make.account((RoleName.LIAISON, {"agency_id": closed.agencies["PGR"].id})))
    with unit_of_work(closed.session) as work:
        work.get_one(Seminar, closed.seminar.id).state = SeminarState.PUBLISHED
    page = liaison.get(AGENCY)
    assert page.select("#agency-certificates") == []
    assert "Percent" in [cell.to_text().strip() for cell in page.select("thead th")]
    assert "Certificate" not in [cell.to_text().strip() for cell in page.select("thead th")]
