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
from tests.support.agency_lists import EACH_ROW, FAULTS, LISTS, AgencyList, roster_of, seminar_of_2014, states_of
from tests.support.context import context
from tests.support.factories import Make
from tests.support.server import LiveServer
from tests.support.visitor import DESK, PHONE, Visitor, settled

pytestmark = [pytest.mark.browser, pytest.mark.sqlite_first]

WORDS = {
    "es": ("Leer la lista", "Ver a las personas", re.compile("Nominar a"), "Con lugar", "Suplente", "Por corregir"),
    "en": ("Read the list", "See the people", re.compile("Nominate"), "Gets a seat", "Alternate", "To mend"),
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
        """Create a liaison; of the state prosecutors, also of the offices that were reformed by 2014."""
        agencies = [find_agency_by_code(self.session, each) for each in (code, *(("FGE",) if code == "PGJ" else ()))]
        return self.make.account(*((RoleName.LIAISON, {"agency_id": each.id}) for each in agencies if each is not None))

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
    expect(visitor.page.locator(".notice-success:not(.notice-undo)")).to_be_visible()
    visitor.look()


def figures(page: Page) -> dict[str, int]:
    """Return the numbers of rows by the outcome that their link asks for."""
    found = {}
    for link in page.locator("a.figure").all():
        outcome = re.search(r"show=([\w-]+)", link.get_attribute("href") or "")
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
        upload(visitor, of.path, of.agency)
        page = see_people(visitor)
        expected = {"seated": of.seats, "alternate": of.people - of.seats, "faulty": of.to_mend}
        shown = figures(page)
        assert {outcome: shown.get(outcome, 0) for outcome in expected} == expected
        page.locator("a.figure").first.click()
        visitor.look()
        bring(visitor)
        assert states_of(office.session, office.seminar) == comes(of)
        assert sum(number for kind, number in figures(page).items() if kind.startswith("now-")) == of.people
        page.get_by_role("link", name=re.compile("Ver la lista|To the roster")).first.click()
        settled(page)
        expect(page.locator("table.work-table").first).to_be_visible()
        visitor.go(office.lists)
        expect(page.locator("table")).to_contain_text(of.name)


def tab_to(page: Page, target: Any) -> None:
    """Press Tab until the control has the focus."""
    for _ in range(80):
        if target.evaluate("e => e === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{target} is not reached by Tab")


def test_a_list_is_pasted_mended_and_brought_by_keyboard_alone(office: Office) -> None:
    rows = (
        "Nombre(s)\tApellido paterno\tCorreo",
        "Ana\tRuiz\tana.ruiz",
        "Noé\tKu\t",
        "Eva\tSol\teva@inm.example",
        "Luz\tGil\tluz@inm,example",
    )
    with office.open(office.liaison("INM"), language="es", width=DESK) as visitor:
        page = visitor.go(office.lists)
        expect(page.locator(".own-seats-left")).to_have_text("15 lugares de 15 están libres para INM")
        tab_to(page, page.locator("details.paste > summary"))
        page.keyboard.press("Enter")
        tab_to(page, page.locator("#pasted"))
        page.keyboard.insert_text("\n".join(rows))
        tab_to(page, page.get_by_role("button", name="Leer la lista"))
        page.keyboard.press("Enter")
        page.wait_for_url("**/columns")
        visitor.look()
        tab_to(page, page.get_by_role("button", name="Ver a las personas"))
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r"/nominations/[0-9a-f]{32}$"))
        visitor.look()
        tab_to(page, page.locator("#cell-0-2-email"))
        page.keyboard.press("Control+a")
        page.keyboard.insert_text("ana.ruiz@inm.example")
        page.keyboard.press("Enter")  # as in a spreadsheet, Enter goes on
        expect(page.locator("#cell-0-2-email")).to_have_count(0)
        expect(page.locator("#cell-0-3-email")).to_be_focused()
        expect(page.locator("#list-said")).to_have_text("2 filas por corregir. Se puede nominar a 2 personas.")
        tab_to(page, page.locator("#row-0-3-out"))
        page.keyboard.press("Enter")
        expect(page.locator("#row-0-3")).to_have_count(0)
        expect(page.locator("#cell-0-5-email")).to_be_focused()  # what comes next, not the top of the page
        tab_to(page, page.locator("#cell-0-5-email-accept"))
        page.keyboard.press("Enter")
        expect(page.locator("#cell-0-5-email")).to_have_count(0)
        tab_to(page, page.get_by_role("button", name="Nominar a 3 personas"))
        page.keyboard.press("Enter")
        expect(page.locator(".notice-success:not(.notice-undo)")).to_be_visible()
        visitor.look()
    assert [row[:2] for row in roster_of(office.session, office.seminar)] == [("Ana", "Ruiz"), ("Eva", "Sol"), ("Luz", "Gil")]


def test_without_javascript_one_form_mends_the_page(office: Office) -> None:
    with office.open(office.organizer(), language="en", width=PHONE, javascript=False) as visitor:
        page = visitor.go(office.lists)
        upload(visitor, FAULTS / "thirty_faults.csv", "PGR")
        see_people(visitor)
        page.locator("#cell-0-2-email").fill("a1@fgr.example")
        page.locator("#cell-0-3-email").fill("a2@fgr.example")
        page.get_by_role("button", name="Save the corrections").last.click()
        visitor.look()
        expect(page.locator("#cell-0-2-email")).to_have_count(0)
        expect(page.locator("#cell-0-3-email")).to_have_count(0)
        page.locator("#cell-0-4-email-accept").click()
        expect(page.locator("#cell-0-4-email")).to_have_count(0)
        page.get_by_role("button", name="Leave out row 31").click()
        expect(page.locator("#left-out")).to_contain_text("31")
        page.get_by_role("button", name="Take row 31 again").click()
        expect(page.locator("#row-0-31")).to_have_count(1)
        coming = int(page.locator(".to-bring button").inner_text().split()[1])
        page.locator(".to-bring button").click()
        visitor.look()
    assert states_of(office.session, office.seminar) == {"registered": coming}


def test_a_line_taken_for_nobody_can_be_a_person(office: Office) -> None:
    rows = "Nombre completo\tCorreo\nAna Ruiz\tana@inm.example\nTotal\t1\n"
    with office.open(office.organizer(), language="en", width=PHONE) as visitor:
        page = visitor.go(office.lists)
        page.locator("#agency").select_option("INM")
        page.locator("details.paste > summary").click()
        page.locator("#pasted").fill(rows)
        page.get_by_role("button", name="Read the list").click()
        page.wait_for_url("**/columns")
        visitor.look()
        see_people(visitor)
        page.locator("details.skipped > summary").click()
        visitor.look()
        page.get_by_role("button", name="Row 3 is a person").click()
        expect(page.locator("#row-0-3")).to_have_count(1)


def test_the_pages_fit_a_window_of_320_pixels(office: Office) -> None:
    with office.open(office.organizer(), language="es", width=320) as visitor:
        visitor.go(office.lists)
        upload(visitor, LISTS["02-directorio-portal.xlsx"].path, "PGJ")
        page = see_people(visitor)
        page.goto(f"{page.url}?show=all")
        visitor.look()


def test_one_fix_mends_all_equal_cells(office: Office) -> None:
    heading = "PROCURADURÍA GENERAL DE JUSTICIA DEL ESTADO"
    with office.open(office.organizer(), language="es", width=DESK) as visitor:
        visitor.go(office.lists)
        upload(visitor, LISTS["06-secciones.ods"].path, EACH_ROW)
        page = see_people(visitor)
        page.get_by_label(f"Dependencia «{heading}» en 13 celdas").fill("PGJ-OAX")
        page.get_by_role("button", name=f"Reemplazar «{heading}»").click()
        settled(page)
        visitor.look()
        assert figures(page) == {"seated": 34}


def test_empty_cells_are_filled_at_once_where_an_agency_is_missing(office: Office) -> None:
    of = LISTS["05-corporaciones.xls"]
    with office.open(office.organizer(), language="en", width=PHONE) as visitor:
        visitor.go(office.lists)
        upload(visitor, of.path, EACH_ROW)
        page = see_people(visitor)
        expect(page.locator(".to-bring button")).to_have_count(0)
        page.get_by_label(re.compile(r"Agency \(empty\) in 46 cells")).fill("CNS")
        page.get_by_role("button", name="Fill in the empty cells").click()
        settled(page)
        visitor.look()
        assert figures(page) == {"seated": of.seats, "alternate": of.people - of.seats, "repeated": 1}


FAULTY_ROWS = "Nombre(s)\tApellido paterno\tCorreo\nAna\tRuiz\tana.ruiz\nNoé\tKu\tnoe.ku\nEva\tSol\teva@inm.example\n"


def paste(visitor: Visitor, lists: str, rows: str) -> Page:
    """Paste a list of INM's and open its people."""
    page = visitor.go(lists)
    page.locator("details.paste > summary").click()
    page.locator("#pasted").fill(rows)
    page.get_by_role("button", name=WORDS[visitor.language][0]).click()
    page.wait_for_url("**/columns")
    return see_people(visitor)


def test_what_was_typed_after_the_session_ended_is_kept_and_sent_again(office: Office) -> None:
    account = office.liaison("INM")
    with office.open(account, language="en", width=PHONE) as visitor:
        page = paste(visitor, office.lists, FAULTY_ROWS)
        cookies: Any = visitor.context.cookies()
        visitor.context.clear_cookies()
        cell = page.locator("#cell-0-2-email")
        cell.fill("ana@inm.example")
        cell.press("Enter")
        alert = page.locator("#row-0-2 [role=alert]")
        expect(alert).to_have_text("Not saved: your session has ended. Sign in in another tab, then press Enter here.")
        expect(cell).to_have_value("ana@inm.example")
        expect(page.locator("#bring")).to_be_disabled()
        visitor.complaints.clear()  # the browser's own line about 401
        visitor.look()
        visitor.context.add_cookies(cookies)  # signed in again in another tab
        cell.press("Enter")
        expect(cell).to_have_count(0)
        expect(page.locator("#bring")).to_have_text("Nominate 2 people")
        expect(page.locator("#bring")).to_be_enabled()


def test_what_was_typed_without_a_connection_is_sent_when_there_is_one(office: Office) -> None:
    with office.open(office.liaison("INM"), language="es", width=DESK) as visitor:
        page = paste(visitor, office.lists, FAULTY_ROWS)
        visitor.context.set_offline(True)
        for row in (2, 3):
            page.locator(f"#cell-0-{row}-email").fill(f"p{row}@inm.example")
            page.locator(f"#cell-0-{row}-email").press("Enter")
        expect(page.locator("#row-0-2 [role=alert]")).to_contain_text("No se guardó: no hay conexión.")
        expect(page.locator("#row-0-3 [role=alert]")).to_contain_text("No se guardó: no hay conexión.")
        expect(page.locator("#bring")).to_be_disabled()
        visitor.complaints.clear()
        visitor.context.set_offline(False)
        expect(page.locator(".cell-fault")).to_have_count(0)
        expect(page.locator("#bring")).to_have_text("Nominar a 3 personas")
        assert states_of(office.session, office.seminar) == {}


def test_people_are_brought_after_the_cell_that_was_being_typed_is_saved(office: Office) -> None:
    with office.open(office.liaison("INM"), language="en", width=PHONE) as visitor:
        page = paste(visitor, office.lists, FAULTY_ROWS)
        page.locator("#cell-0-2-email").fill("ana@inm.example")
        page.locator("#bring").click()  # without leaving the cell first
        expect(page.locator(".notice-success:not(.notice-undo)")).to_be_visible()
        assert states_of(office.session, office.seminar) == {"registered": 2}
        page.locator("#cell-0-3-email").fill("noe@inm.example")
        page.locator("#cell-0-3-email").press("Enter")
        expect(page.locator("#row-tabs")).not_to_contain_text("to mend")
        page.locator("#bring").click()
        expect(page.locator(".notice-success:not(.notice-undo)")).to_be_visible()
        visitor.look()
    assert states_of(office.session, office.seminar) == {"registered": 3}


def test_two_windows_on_one_cell(office: Office) -> None:
    account = office.liaison("INM")
    with office.open(account, language="en", width=PHONE) as visitor:
        page = paste(visitor, office.lists, FAULTY_ROWS)
        other = visitor.context.new_page()
        other.goto(page.url)
        other.locator("#cell-0-2-email").fill("first@inm.example")
        other.locator("#cell-0-2-email").press("Enter")
        expect(other.locator("#cell-0-2-email")).to_have_count(0)
        cell = page.locator("#cell-0-2-email")
        cell.fill("second@inm.example")
        cell.press("Enter")
        expect(page.locator("#row-0-2 [role=alert]")).to_contain_text("meanwhile this was changed to «first@inm.example»")
        expect(cell).to_have_value("second@inm.example")
        expect(page.locator("#bring")).to_be_disabled()
        visitor.look()
        cell.press("Enter")
        expect(cell).to_have_count(0)
        expect(page.locator("#bring")).to_be_enabled()
        expect(page.locator("#row-0-2")).to_contain_text("second@inm.example")
