"""The person's page, two records compared and merged, undoing, splitting, and the proposals of administrators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.accounts.models import UserAccount
from seminar_app.agencies.models import Agency
from seminar_app.audit.models import AuditRow
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.offices.models import Office
from seminar_app.people.models import Person, PersonMerge
from seminar_app.registration.models import Registration
from seminar_app.seminars.models import SeatPool, Seminar
from tests.conftest import NOW
from tests.support.checking_client import CheckingClient, Page
from tests.support.factories import THEN, Make
from tests.web.conftest import SignIn

LUZ, MA = "María de la Luz Ortega Ruiz", "Ma. de la Luz Ortega Ruiz"


@dataclass
class House:
    """Two records of one official in two seminars of one office, and accounts of each role that can see them."""

    office: Office
    agency: Agency
    first: Seminar
    second: Seminar
    luz: Person
    ma: Person
    registrations: list[Registration]
    organizer: UserAccount
    liaison: UserAccount
    stranger: UserAccount
    admin: UserAccount

    @property
    def page(self) -> str:
        return f"/staff/people/{self.luz.public_id.hex}"

    @property
    def compare(self) -> str:
        return f"{self.page}/merge/{self.ma.public_id.hex}"


@pytest.fixture
def house(make: Make, session: Session, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    office, agency = make.office(), make.agency("PGR")
    first, second = (
        make.seminar(office=office, slug=slug, title_en=title) for slug, title in (("cancun", "Evidence"), ("toluca", "Trials"))
    )
    pools = {pool.seminar_id: pool for pool in session.scalars(select(SeatPool))}
    luz = make.person("María de la Luz", "Ortega", "Ruiz", email="luz@pgr.example", agency_id=agency.id, created_at=THEN)
    ma = make.person("Ma. de la Luz", "Ortega", "Ruiz", email="ma.luz@mail.example", phone="+525512345678")
    made = [
        make.registration(first, luz, agency=agency, pool=pools[first.id]),
        make.registration(second, ma, agency=agency, pool=pools[second.id]),
    ]
    session.close()
    return House(
        office,
        agency,
        first,
        second,
        luz,
        ma,
        made,
        make.account((RoleName.ORGANIZER, {"office_id": office.id})),
        make.account((RoleName.LIAISON, {"agency_id": agency.id})),
        make.account((RoleName.ORGANIZER, {"office_id": make.office().id})),
        make.account((RoleName.ADMIN, {})),
    )


def form_of(page: Page, action: str) -> dict[str, Any]:
    """Return the fields of the form whose address ends so."""
    return dict(page.fields(f'main form[action$="{action}"]'))


def merges(session: Session) -> list[PersonMerge]:
    session.rollback()
    return list(session.scalars(select(PersonMerge).order_by(PersonMerge.id)))


def actions(session: Session) -> list[str]:
    session.rollback()
    return list(session.scalars(select(AuditRow.action).order_by(AuditRow.sequence)))


def test_the_page_shows_who_may_be_the_same_with_the_evidence_in_words(client: CheckingClient, sign_in: SignIn, house: House) -> None:
    sign_in(client, house.organizer)
    page = client.get(house.page)
    assert "Perhaps the same person" in page.text
    assert "a short form" in page.text
    assert "the e-mail addresses differ" in page.text
    assert house.compare in page.response.text


def test_two_records_are_compared_merged_and_separated_again(
    client: CheckingClient, sign_in: SignIn, house: House, session: Session
) -> None:
    sign_in(client, house.organizer)
    page = client.get(house.compare)
    for told in (
        "What the data say: a short form",
        "One registration moves to it: «Trials».",
        "It gets what it lacks: the phone.",
        "only here",
    ):
        assert told in page.text, told
    assert page.fields("main form.form")["kept"] == [house.luz.public_id.hex]
    merged = client.follow(client.submit(house.compare, form="main form.form"))
    assert "The two records are one now." in merged.text
    assert "Ortega Ruiz, Ma. de la Luz" in merged.text
    assert "Trials" in merged.text
    assert "Perhaps the same person" not in merged.text
    (row,) = merges(session)
    assert (row.kept_id, row.gone_id) == (house.luz.id, house.ma.id)
    assert client.get(f"/staff/people/{house.ma.public_id.hex}", status=303).response.headers["Location"] == house.page
    undo = merged.select(f'main form[action="{house.page}/merges/{row.public_id.hex}/undo"]')
    assert len(undo) == 2, "after merging, and for good among what came together"
    sent = {"csrf_token": "0" * 40} | dict(page.fields("main form.form"))
    back = client.follow(client.post(undo[0].attrs["action"], {"csrf_token": sent["csrf_token"]}))
    assert "The two records are separate again" in back.text
    assert "Perhaps the same person" in back.text
    assert {"person.merged", "person.separated"} <= set(actions(session))
