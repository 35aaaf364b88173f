"""An agency's list becomes a roster: as a liaison does it on a phone, as an organizer at a desk, by keyboard, without JavaScript."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy.orm import Session

from seminar_app.accounts.models import UserAccount
from seminar_app.agencies.queries import find_agency_by_code
from seminar_app.agencies.seed import seed_directory
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.seminars.models import Seminar
from seminar_app.sign_in import session_store
from tests.conftest import TestDatabase
from tests.support.agency_lists import LISTS, AgencyList, seminar_of_2014, states_of
from tests.support.context import context
from tests.support.factories import Make
from tests.support.server import LiveServer
from tests.support.visitor import DESK, PHONE, Visitor, settled

pytestmark = [pytest.mark.browser, pytest.mark.sqlite_first]

WORDS = {
    "es": ("Leer la lista", "Ver a las personas", re.compile("Inscribir a"), "Con lugar", "Suplente", "Por corregir"),
    "en": ("Read the list", "See the people", re.compile("Bring .* onto the roster"), "Gets a seat", "Alternate", "To mend"),
}
SHORT = (("PGR.xlsx", "es", "liaison"), ("07-personal-mac.csv", "en", "organizer"))


@dataclass
class Office:
    """The server in May of 2014, with accounts that may bring lists for the seminar of June."""

    session: Session
    browser: Browser
    server: LiveServer
    seminar: Seminar
    make: Make
    _cookies: dict[str, dict[str, Any]] = field(default_factory=dict)

    def open(self, account: UserAccount, *, language: str, **values: Any) -> Visitor:
        """Open a window in which the account is signed in."""
        with unit_of_work(self.session) as writing:
            identifier = session_store.start(
                writing, account=account, values={"language": language, "csrf_token": "0" * 40}, now=clock.now()
            )
        visitor = Visitor(self.browser, self.server.url, language=language, **values)
        visitor.context.add_cookies([{"name": "session", "value": identifier, "url": self.server.url}])
        return visitor

    def organizer(self) -> UserAccount:
        return self.make.account((RoleName.ORGANIZER, {"office_id": self.seminar.office_id}))

    def liaison(self, code: str) -> UserAccount:
        agency = find_agency_by_code(self.session, code)
        assert agency is not None
        return self.make.account((RoleName.LIAISON, {"agency_id": agency.id}))

    @property
    def lists(self) -> str:
        return f"/staff/seminars/{self.seminar.slug}/nominations/"


@pytest.fixture
def office(session: Session, make: Make, database: TestDatabase, chromium: Browser, tmp_path: Path) -> Any:
    with unit_of_work(session) as work:
        seed_directory(work, context(clock.now()))
    seminar = seminar_of_2014(session, make)
    with LiveServer(database.url, tmp_path, workers=1, target="tests.browser.app_of_2014:app") as server:
        yield Office(session, chromium, server, seminar, make)


def upload(visitor: Visitor, path: Path, agency: str | None) -> Page:
    """Choose the agency and the file, and read it."""
    page = visitor.page
    if agency is not None:
        page.locator("#agency").select_option(agency)
    page.locator("#file").set_input_files(path)
    page.get_by_role("button", name=WORDS[visitor.language][0]).click()
    page.wait_for_url("**/columns")
    visitor.look()
    return page


def see_people(visitor: Visitor) -> Page:
    """Confirm the columns as they were proposed."""
    page = visitor.page
    page.get_by_role("button", name=WORDS[visitor.language][1]).click()
    page.wait_for_url(re.compile(r"/nominations/[0-9a-f]{32}$"))
    visitor.look()
    return page


def bring(visitor: Visitor) -> None:
    """Press the button that brings the people onto the roster."""
    visitor.page.get_by_role("button", name=WORDS[visitor.language][2]).click()
    expect(visitor.page.locator(".notice-success")).to_be_visible()
    visitor.look()


def figures(page: Page) -> dict[str, int]:
    """Return the numbers of rows by the outcome that their link asks for."""
    found = {}
    for link in page.locator("a.figure").all():
        outcome = re.search(r"show=(\w+)", link.get_attribute("href") or "")
        assert outcome is not None
        found[outcome[1]] = int(link.locator("strong").inner_text())
    return found


def cases() -> list[Any]:
    each = [(name, language, who) for name in LISTS for language in WORDS for who in ("liaison", "organizer")]
    each = [case for case in each if LISTS[case[0]].agency or case[2] == "organizer"]
    return [pytest.param(*case, marks=() if case in SHORT else pytest.mark.full, id="-".join(case)) for case in each]


def comes(of: AgencyList) -> dict[str, int]:
    """What a list makes of an empty roster."""
    counts = {"registered": of.seats, "waitlisted": of.people - of.seats}
    return {state: number for state, number in counts.items() if number}


@pytest.mark.parametrize(("name", "language", "who"), cases())
def test_a_list_becomes_a_roster(office: Office, name: str, language: str, who: str) -> None:
    of = LISTS[name]
    account = office.organizer() if who == "organizer" else office.liaison(of.agency)
    with office.open(account, language=language, width=DESK if who == "organizer" else PHONE) as visitor:
        visitor.go(office.lists)
        upload(visitor, of.path, of.agency if who == "organizer" else None)
        page = see_people(visitor)
        expected = {"seated": of.seats, "alternate": of.people - of.seats, "faulty": of.to_mend}
        shown = figures(page)
        assert {outcome: shown.get(outcome, 0) for outcome in expected} == expected
        page.locator("a.figure").first.click()
        visitor.look()
        bring(visitor)
        assert states_of(office.session, office.seminar) == comes(of)
        assert figures(page)["taken"] == of.people
        page.get_by_role("link", name=re.compile("Ver la lista|To the roster")).first.click()
        settled(page)
        expect(page.locator("table.work-table").first).to_be_visible()
        visitor.go(office.lists)
        expect(page.locator("table")).to_contain_text(of.name)
