"""The life of an agency's seats: quota, names, an alternate, a kept seat, an invitation, the release, a substitute, the frozen list.

The organizer works at a desk or on a phone, and so do the liaison and the official: the journey is walked in both languages and widths.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from seminar_app.accounts.models import UserAccount
from seminar_app.agencies.models import Agency
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.messages.models import Message
from seminar_app.people.models import Person
from seminar_app.registration import services
from seminar_app.registration.hold_models import Hold
from seminar_app.registration.links import invitation_link
from seminar_app.registration.models import Registration
from seminar_app.registration.services.release_notices import tell_releases
from seminar_app.seminars.models import SeatPool, Seminar
from seminar_app.sign_in import session_store
from tests.conftest import TestDatabase
from tests.support.context import context
from tests.support.factories import KEY, Make
from tests.support.server import LiveServer
from tests.support.visitor import DESK, PHONE, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.sqlite_first]
SLUG = "cupos-2026"
OWN = f"/staff/seminars/{SLUG}/agency"


@dataclass
class Office:
    """A seminar of six seats in ten days, an organizer and a liaison of INM, and the server."""

    session: Session
    make: Make
    browser: Browser
    server: LiveServer
    seminar: Seminar
    inm: Agency
    language: str
    width: int

    def open(self, account: UserAccount | None) -> Visitor:
        """Open a window, in which the account is signed in if there is one."""
        visitor = Visitor(self.browser, self.server.url, language=self.language, width=self.width)
        if account is not None:
            with unit_of_work(self.session) as writing:
                values = {"language": self.language, "csrf_token": "0" * 40}
                identifier = session_store.start(writing, account=account, values=values, now=clock.now())
            visitor.context.add_cookies([{"name": "session", "value": identifier, "url": self.server.url}])
        return visitor

    def states(self) -> dict[str, str]:
        """Return the state of each registration by given name."""
        self.session.rollback()
        rows = self.session.execute(select(Person.given_names, Registration.state).join(Registration, Registration.person_id == Person.id))
        return {row.given_names: row.state.value for row in rows}

    def row(self, name: str) -> str:
        """Return the selector of a person's row on the liaison's page."""
        self.session.rollback()
        found = select(Registration.public_id).join(Person, Person.id == Registration.person_id).where(Person.given_names == name)
        return f"#p-{self.session.scalars(found).one().hex}"

    def invitation(self) -> str:
        """Return the address in the mail of the last invitation."""
        self.session.rollback()
        found = select(Registration.public_id, Hold.number).join(Hold, Hold.registration_id == Registration.id).order_by(Hold.id.desc())
        public_id, number = self.session.execute(found.limit(1)).one()
        return f"/invitations/{invitation_link(public_id, number).token(KEY)}"

    def kinds(self) -> list[str]:
        """Return the kinds of the mails so far."""
        self.session.rollback()
        return list(self.session.scalars(select(Message.kind).order_by(Message.id)))


def cases() -> list[object]:
    each = [(language, width) for language in ("es", "en") for width in (PHONE, DESK)]
    short = (("es", PHONE), ("en", DESK))
    return [pytest.param(case, marks=() if case in short else pytest.mark.full, id=f"{case[0]}-{case[1]}") for case in each]


@pytest.fixture(params=cases())
def office(
    request: pytest.FixtureRequest, session: Session, make: Make, database: TestDatabase, chromium: Browser, tmp_path: Path
) -> Iterator[Office]:
    language, width = request.param
    first = clock.now().date() + timedelta(days=10)
    seminar = make.seminar(office=make.office(), slug=SLUG, seats=6, starts_on=first, ends_on=first + timedelta(days=2))
    make.seminar_session(seminar)
    inm = make.agency("INM")
    with LiveServer(database.url, tmp_path, workers=1) as server:
        yield Office(session, make, chromium, server, seminar, inm, language, width)


def fill_person(page: Page, name: str) -> None:
    """Fill in who somebody is."""
    page.locator("#given_names").fill(name)
    page.locator("#surname1").fill("Ortega")
    page.locator("input[name=sex][value=F]").evaluate("box => box.click()")
    page.locator("#email").fill(f"{name.lower()}@inm.example")


def choose_agency(page: Page, name: str) -> None:
    """Choose INM in the agency picker."""
    box = page.locator(f"#{name}")
    if box.count() and box.is_visible():
        box.fill("INM")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")


def send(page: Page, form: str = "main form[method=post]") -> None:
    """Press the first button of the form."""
    page.locator(form).last.locator("button.usa-button").first.click()


def test_the_life_of_an_agencys_seats(office: Office) -> None:
    organizer = office.make.account((RoleName.ORGANIZER, {"office_id": office.seminar.office_id}))
    liaison = office.make.account((RoleName.LIAISON, {"agency_id": office.inm.id}))
    release = office.seminar.starts_on - timedelta(days=6)
    with office.open(organizer) as desk, office.open(liaison) as phone, office.open(None) as official:
        the_organizer_shares_the_seats(desk, release)
        the_liaison_names_three_and_one_waits(phone, office)
        a_seat_is_kept_and_somebody_invited(desk, office)
        the_official_accepts(official, office)
        the_quota_is_released(office, phone)
        a_colleague_comes_instead(phone, office)
        the_list_is_frozen(desk, phone, office)


def the_organizer_shares_the_seats(desk: Visitor, release: date) -> None:
    page = desk.go(f"/staff/seminars/{SLUG}/seats")
    page.locator("#capacity").fill("6")
    choose_agency(page, "quotas-0-agency")
    page.locator("#quotas-0-size").fill("2")
    page.locator("#quotas-0-release_on").fill(release.isoformat())
    page.locator(".submit-row button.usa-button").first.click()
    desk.look()
    expect(page.locator(".notice-success").first).to_be_visible()


def the_liaison_names_three_and_one_waits(phone: Visitor, office: Office) -> None:
    page = phone.go("/staff/agency/")
    page.locator(f"a[href$='{OWN}']").first.click()
    phone.look()
    for name in ("Ana", "Eva", "Iris"):
        page.goto(f"{OWN}/name")
        phone.look()
        fill_person(page, name)
        send(page)
        page.wait_for_url(re.compile(rf"{OWN}(\?.*)?$"))
        phone.look()
    expect(page.locator("main")).to_contain_text("1")
    assert office.states() == {"Ana": "registered", "Eva": "registered", "Iris": "waitlisted"}


def a_seat_is_kept_and_somebody_invited(desk: Visitor, office: Office) -> None:
    page = desk.go(f"/staff/seminars/{SLUG}/seats/kept")
    choose_agency(page, "agency")
    page.locator("#seats").fill("2")
    page.locator("#last_day").fill((office.seminar.starts_on - timedelta(days=2)).isoformat())
    send(page)
    desk.look()
    expect(page.locator(".kept-list li")).to_have_count(1)
    page = desk.go(f"/staff/seminars/{SLUG}/invitations/add/new")
    fill_person(page, "Rosa")
    choose_agency(page, "agency")
    page.locator("#last_day").fill((clock.now().date() + timedelta(days=5)).isoformat())
    send(page)
    desk.look()
    assert office.states()["Rosa"] == "invited"
    office.session.rollback()
    pools = office.session.execute(select(SeatPool.agency_id, SeatPool.taken, SeatPool.held).order_by(SeatPool.id)).all()
    assert [tuple(row) for row in pools] == [(None, 3, 3), (office.inm.id, 2, 0)]


def the_official_accepts(official: Visitor, office: Office) -> None:
    link = office.invitation()
    page = official.go(link)
    assert "Rosa" not in page.locator("main").inner_text(), "nobody is named before the surname"
    page.locator("#surname").fill("Ortega")
    page.locator("button[value=accept]").click()
    page.wait_for_url("**/registrations/**")
    official.look()
    assert office.states()["Rosa"] == "registered"
    official.go(link)
    assert page.locator("button[value=accept]").count() == 0, "the link answers once"


def the_quota_is_released(office: Office, phone: Visitor) -> None:
    """Three days before, the liaison is told; on the day the alternate has an open seat, and the seats kept without a name go on."""
    with unit_of_work(office.session) as work:
        work.execute(update(SeatPool).where(SeatPool.agency_id == office.inm.id).values(size=3))
        work.execute(update(SeatPool).where(SeatPool.agency_id.is_(None)).values(size=3))
        services.settle(work, context(clock.now()), seats=services.lock_seats(work, office.seminar.id))
    assert office.states()["Iris"] == "registered"
    today = clock.now().astimezone(ZoneInfo(office.seminar.time_zone)).date()
    with unit_of_work(office.session) as work:
        work.execute(update(SeatPool).where(SeatPool.agency_id == office.inm.id).values(size=4, release_on=today + timedelta(days=3)))
        told = tell_releases(work, context(clock.now()))
    assert told == 1
    assert office.kinds()[-1] == "release_near"
    page = phone.go(OWN)
    assert page.locator(".own-seats.is-near").count() == 1
    with unit_of_work(office.session) as work:
        work.execute(update(SeatPool).where(SeatPool.agency_id == office.inm.id).values(release_on=today - timedelta(days=1)))
        assert services.release_due_quotas(work, context(clock.now())) == 1


def a_colleague_comes_instead(phone: Visitor, office: Office) -> None:
    page = phone.go(OWN)
    page.locator(office.row("Ana")).get_by_role("link").last.click()
    phone.look()
    page.locator("#instead a.usa-button").click()
    phone.look()
    fill_person(page, "Nora")
    page.locator("#reason").fill("Otra comisión")
    send(page)
    page.wait_for_url(re.compile(rf"{OWN}(\?.*)?$"))
    phone.look()
    assert {"Ana": "substituted", "Nora": "registered"}.items() <= office.states().items()


def the_list_is_frozen(desk: Visitor, phone: Visitor, office: Office) -> None:
    with unit_of_work(office.session) as work:
        work.execute(update(Seminar).where(Seminar.id == office.seminar.id).values(list_freezes_on=clock.now().date() - timedelta(days=1)))
    page = phone.go(OWN)
    page.locator(office.row("Eva")).get_by_role("link").last.click()
    phone.look()
    page.locator("#withdraw input[name=reason]").fill("Ya no viaja")
    page.locator("#withdraw button.usa-button").click()
    phone.look()
    assert office.states()["Eva"] == "registered"
    page = desk.go(f"/staff/seminars/{SLUG}/")
    page.locator(f"a[href$='/staff/seminars/{SLUG}/requests/']").first.click()
    desk.look()
    page.locator("form[action$='/accept'] button").click()
    desk.look()
    assert office.states()["Eva"] == "withdrawn"
    assert office.kinds().count("request_decided") == 1
