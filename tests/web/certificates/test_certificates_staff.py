"""The pages on which an organizer chooses the rule, sees who earns a certificate, and issues, replaces and revokes them."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.attendance.rules import MarkStatus
from seminar_app.certificates.models import Certificate, CertificatePlan, Signatory
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.sealed_files import SealedFile, content_of
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.long_jobs.models import LongJob
from seminar_app.people.models import Person
from seminar_app.people.rules import ReservedReason
from seminar_app.registration.models import Registration
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.rules import Change
from seminar_app.seminars.services import change_state
from tests.conftest import NOW
from tests.support.checking_client import CheckingClient, Page
from tests.support.context import context
from tests.support.factories import Make
from tests.support.long_work import nobody_works
from tests.web.conftest import SignIn

pytestmark = pytest.mark.sqlite_first
"""What only pages do."""

PLAN = {
    "rule": "completion",
    "issuing": "by_hand",
    "language": "both",
    "signatories-0-name": "Laura Bennett",
    "signatories-0-office": "HSI",
}
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (9).to_bytes(4) + (4).to_bytes(4) + b"\x08\x02\0\0\0"
"""As much of a picture as says what it is."""


@dataclass
class Desk:
    """An organizer of a seminar with one who was there, one who was not, and a reserved one who was."""

    session: Session
    client: CheckingClient
    seminar: Seminar
    people: list[Registration]

    @property
    def address(self) -> str:
        return f"/staff/seminars/{self.seminar.slug}/certificates/"

    def plan(self, more: Mapping[str, Any] | None = None, *, status: int = 303) -> Page:
        page = self.client.get(f"{self.address}plan")
        hidden = {name: page.one(f"main form [name={name}]").attrs["value"] for name in ("csrf_token", "version")}
        return self.client.post(f"{self.address}plan", hidden | PLAN | dict(more or {}), status=status)

    def complete(self) -> None:
        self.session.rollback()
        with unit_of_work(self.session) as work:
            change_state(work, context(NOW + timedelta(days=1)), seminar_id=self.seminar.id, change=Change.COMPLETE)

    def person(self, place: int) -> str:
        return f"/staff/seminars/{self.seminar.slug}/roster/{self.people[place].public_id.hex}"

    def press(self, place: int, action: str, status: int = 303, **more: str) -> Page:
        """Press a button of the person's page whose form leads to an address that ends so."""
        page = self.client.get(self.person(place))
        (form,) = [each for each in page.select("#certificates form") if each.attrs["action"].endswith(action)]
        token = page.select("#certificates [name=csrf_token]")[0].attrs["value"]
        return self.client.post(form.attrs["action"], {"csrf_token": token} | more, status=status)

    def section(self, place: int) -> str:
        return str(self.client.get(self.person(place)).one("#certificates").to_text())

    def numbers(self) -> list[int]:
        self.session.rollback()
        return list(self.session.scalars(select(Certificate.number).order_by(Certificate.number)))


@pytest.fixture
def desk(app: Flask, make: Make, session: Session, client: CheckingClient, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    nobody_works(app, monkeypatch)
    office, agency = make.office(code="HSI"), make.agency("PGR")
    seminar = make.seminar(office=office, slug="cancun-2026", starts_on=NOW.date(), ends_on=NOW.date())
    pool, held = make.pool(seminar, agency, 9), make.seminar_session(seminar)
    people = [
        make.registration(seminar, make.person("Luz", "Núñez", email="luz@pgr.example"), agency=agency, pool=pool),
        make.registration(seminar, make.person("Ana", "Ruiz"), agency=agency, pool=pool),
        make.registration(
            seminar, make.person("Oculta", "Canaria", reserved=True, reserved_reason=ReservedReason.OWN_REQUEST), agency=agency, pool=pool
        ),
    ]
    for registration, status in zip(people, (MarkStatus.PRESENT, MarkStatus.ABSENT, MarkStatus.PRESENT), strict=True):
        make.mark(registration, held, status)
    account = make.account((RoleName.ORGANIZER, {"office_id": office.id}))
    return Desk(session, sign_in(client, account), seminar, people)


def test_the_rule_is_chosen_before_anything_is_issued(desk: Desk) -> None:
    assert "This seminar gives no certificates yet" in desk.client.get(desk.address).text
    desk.plan()
    desk.session.rollback()
    plan = desk.session.scalars(select(CertificatePlan)).one()
    assert (plan.rule, plan.issuing, plan.language, plan.version) == ("completion", "by_hand", "both", 1)
    assert desk.session.scalars(select(Signatory.name)).all() == ["Laura Bennett"]
    page = desk.client.get(desk.address)
    assert "Certificates are issued once the seminar is completed." in page.text
    assert not page.select(".page-actions button")


def test_a_picture_of_a_signature_is_kept_with_its_name_until_it_is_left_out(desk: Desk) -> None:
    def kept() -> list[bytes]:
        desk.session.rollback()
        files = desk.session.scalars(select(SealedFile).join(Signatory, Signatory.image_id == SealedFile.id))
        return [content_of(desk.session, each) for each in files]

    refused = desk.plan({"signatories-0-picture": (io.BytesIO(b"GIF89a"), "firma.gif")}, status=422)
    assert "Please choose a picture in PNG or JPEG" in refused.text
    desk.plan({"signatories-0-picture": (io.BytesIO(PNG), "firma.png")})
    assert kept() == [PNG]
    desk.plan({"signatories-1-name": "Laura Bennett"})
    assert kept() == [PNG]
    assert desk.client.get(f"{desk.address}plan").select("[name=signatories-0-drop]")
    desk.plan({"signatories-0-drop": "y"})
    assert kept() == []


def test_an_evaluation_that_does_not_exist_cannot_be_asked_for(desk: Desk) -> None:
    page = desk.plan({"rule": "evaluation"}, status=422)
    assert "The seminar has no evaluation" in page.text
    assert page.one("[name=signatories-0-name]").attrs["value"] == "Laura Bennett"


def test_the_page_says_who_earns_one_and_who_does_not_and_why(desk: Desk) -> None:
    desk.plan()
    desk.complete()
    page = desk.client.get(desk.address)
    lines = [row.to_text() for row in page.select("tbody tr") if "group-row" not in row.attrs.get("class", "")]
    assert ["Earns one" in line for line in lines] == [True, False, True]
    assert ["Did not complete the seminar" in line for line in lines] == [False, True, False]
    assert "Canaria" not in page.text
    assert page.one(".page-actions button").to_text() == "Issue 2 certificates"
    only = desk.client.get(f"{desk.address}?standing=not_completed")
    assert "Ruiz Ibáñez, Ana" in only.text
    assert "Núñez" not in only.text


def test_all_are_issued_by_the_worker_and_one_by_a_press(desk: Desk) -> None:
    desk.plan()
    desk.complete()
    token = desk.client.get(desk.address).one(".page-actions [name=csrf_token]").attrs["value"]
    led = desk.client.post(f"{desk.address}issue", {"csrf_token": token}, status=303)
    desk.session.rollback()
    job = desk.session.scalars(select(LongJob).where(LongJob.kind == "certificates.issue")).one()
    assert led.response.headers["Location"] == f"/staff/jobs/{job.public_id.hex}"
    desk.press(0, f"issue/{desk.people[0].public_id.hex}")
    assert desk.numbers() == [1]
    assert "Valid 000001" in desk.section(0)


def test_one_is_issued_anew_with_the_name_of_now_and_revoked_with_a_reason(desk: Desk) -> None:
    desk.plan()
    desk.complete()
    desk.press(0, f"issue/{desk.people[0].public_id.hex}")
    desk.session.rollback()
    with unit_of_work(desk.session) as work:
        work.get_one(Person, desk.people[0].person_id).certificate_name = "Luz María Núñez"
    assert "The name has changed since" in desk.section(0)
    desk.press(0, "/reissue")
    assert desk.numbers() == [1, 2]
    assert "Replaced 000001" in desk.section(0)
    assert "The name has changed since" not in desk.section(0)
    refused = desk.press(0, "/revoke", status=422, reason=" ")
    assert "Please say why" in refused.text
    desk.press(0, "/revoke", reason="Emitida por error")
    said = desk.section(0)
    assert "Revoked 000002" in said
    assert "Emitida por error" in said
    assert "Issue another certificate" in said


def test_the_certificate_of_a_reserved_identity_goes_to_the_person_only(desk: Desk) -> None:
    desk.plan()
    desk.complete()
    desk.press(2, f"issue/{desk.people[2].public_id.hex}")
    said = desk.section(2)
    assert "goes to the person only" in said
    desk.session.rollback()
    certificate = desk.session.scalars(select(Certificate)).one()
    desk.client.get(f"{desk.address}{certificate.public_id.hex}/file", status=404)


def test_who_did_not_earn_one_gets_none_by_any_address(desk: Desk) -> None:
    desk.plan()
    desk.complete()
    token = desk.client.get(desk.address).one(".page-actions [name=csrf_token]").attrs["value"]
    page = desk.client.post(f"{desk.address}issue/{desk.people[1].public_id.hex}", {"csrf_token": token}, status=422)
    assert "Nobody of those chosen earns a certificate" in page.text
    assert desk.numbers() == []
