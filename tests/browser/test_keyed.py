"""A signed sheet is keyed as a coordinator does, with one hand on the number pad: how fast, what is lost, and what is said."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.attendance import queries
from seminar_app.attendance.rules import MarkStatus
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.paper.models import PrintedSheet, SheetRow
from seminar_app.paper.rules import KEYS, row_code
from seminar_app.registration.models import Registration
from seminar_app.seminars.models import SeminarSession
from seminar_app.sign_in import session_store
from tests.support.factories import Make
from tests.support.server import LiveServer
from tests.support.visitor import DESK, PHONE, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.sqlite_first]
TWO_MINUTES = 120
READING = 600
"""Milliseconds that a person takes for a row: to see the box on the paper and to press the key, by a practised typist's pace."""
LATENCY = 30
"""Milliseconds of processor that the page may take for a key, until the next row stands there."""
OUTLIERS = 3
"""Keys of ninety that may take longer: the browser collects garbage, or an answer of the server arrives."""


@dataclass
class Desk:
    """A printed sheet whose coordinator is signed in; `people` in the order of the sheet."""

    session: Session
    browser: Browser
    server: LiveServer
    cookie: dict[str, Any]
    place: SeminarSession
    people: list[Registration]
    printed: PrintedSheet
    address: str

    def open(self, **values: Any) -> Visitor:
        visitor = Visitor(self.browser, self.server.url, language="en", **values)
        visitor.context.add_cookies([self.cookie])  # type: ignore[list-item]
        return visitor

    def rows(self) -> list[str | None]:
        self.session.rollback()
        said = list(self.session.scalars(select(SheetRow.said).where(SheetRow.sheet_id == self.printed.id).order_by(SheetRow.number)))
        self.session.rollback()
        return [status.value if status else None for status in said]

    def marks(self) -> list[str | None]:
        self.session.rollback()
        found = queries.marks_of_session(self.session, self.place.id).marks
        self.session.rollback()
        return [found[person.id].status.value if person.id in found else None for person in self.people]


@pytest.fixture
def people_count() -> int:
    return 6


@pytest.fixture
def desk(session: Session, make: Make, server: LiveServer, chromium: Browser, people_count: int) -> Desk:
    seminar = make.seminar(seats=people_count)
    groups = [make.agency("INM"), make.agency("PGR")]
    pool = make.pool(seminar, groups[0], people_count + 1)
    people = [
        make.registration(seminar, make.person(surname1=f"Apellido{n:03}"), agency=groups[0 if n < people_count // 2 else 1], pool=pool)
        for n in range(people_count)
    ]
    account = make.account((RoleName.COORDINATOR, {"seminar_id": seminar.id}))
    with unit_of_work(session) as writing:
        values = {"language": "en", "csrf_token": "0" * 40}
        identifier = session_store.start(writing, account=account, values=values, now=clock.now())
    place = make.seminar_session(seminar)
    printed = make.printed_sheet(place)
    cookie = {"name": "session", "value": identifier, "url": server.url}
    address = f"/staff/seminars/{seminar.slug}/paper/sheets/{printed.public_id}"
    return Desk(session, chromium, server, cookie, place, people, printed, address)


def saved(page: Page) -> None:
    expect(page.locator("[data-state-words]")).to_have_text("Everything is saved.")


def current(page: Page) -> str:
    return page.locator("li:focus-within .keyed-number").inner_text()


def test_one_hand_on_the_number_pad(desk: Desk, make: Make) -> None:
    make.mark(desk.people[3], desk.place, MarkStatus.ABSENT)
    with desk.open(width=DESK) as visitor:
        page = visitor.go(desk.address)
        assert current(page) == "1"
        page.keyboard.type("12*90")  # present; late, and its minutes
        page.keyboard.press("Enter")
        assert current(page) == "3"
        page.keyboard.press("+")
        assert current(page) == "4", "the next group"
        page.keyboard.type("1")
        saved(page)
        assert desk.rows() == ["present", "late", "present", "present", None, None]
        assert desk.marks() == ["present", "late", "present", "absent", None, None]
        assert queries.marks_of_session(desk.session, desk.place.id).marks[desk.people[1].id].minutes == 90
        expect(page.locator("[data-differences]")).to_have_text("1 difference to settle")
        expect(page.locator("#row-4 .keyed-note")).to_have_text("The screen says: Absent")
        expect(page.locator(".keyed-progress")).to_have_text("4 of 6 keyed")
        page.keyboard.type("-.")  # back, and the row is cleared
        assert current(page) == "4"
        page.keyboard.type(f"/{row_code(4, 6)}")
        page.keyboard.press("Enter")
        assert current(page) == "6"
        page.keyboard.press("0")
        expect(page.locator("[data-alert]")).to_have_text("That was the last row. Not keyed: 4, 5.")
        saved(page)
        assert desk.rows() == ["present", "late", "present", None, None, "absent"]
        expect(page.locator("[data-differences]")).to_have_text("Paper and screen compared")
        visitor.look()


@pytest.mark.full
def test_what_is_no_key_and_no_row_is_said_and_does_nothing(desk: Desk) -> None:
    with desk.open(width=DESK) as visitor:
        page = visitor.go(desk.address)
        page.keyboard.type("7")
        expect(page.locator("[data-alert]")).to_have_text("«7» stands for no mark.")
        page.keyboard.type("*")
        expect(page.locator("[data-alert]")).to_have_text("Only late (2) and left early (3) have minutes.")
        assert current(page) == "1"
        wrong = f"4-3-{(int(row_code(4, 3)[-1]) + 1) % 10}"
        page.keyboard.type(f"/{wrong}")
        page.keyboard.press("Enter")
        expect(page.locator("[data-alert]")).to_contain_text(f"«{wrong}» is no row of this sheet")
        expect(page.locator("#go")).to_be_focused()
        visitor.look()
        page.keyboard.press("Escape")
        assert current(page) == "1"
        page.keyboard.type(f"/{row_code(4, 7)}")
        page.keyboard.press("Enter")
        expect(page.locator("[data-alert]")).to_contain_text("That row was printed blank.")
        page.locator("#row-1 .keyed-digit").click()
        page.keyboard.type("1")
        expect(page.locator("[data-alert]")).to_have_text("")
        saved(page)
        assert desk.rows()[:2] == ["present", None]


def test_the_rest_of_a_group_is_taken_back_at_once(desk: Desk) -> None:
    with desk.open(width=DESK) as visitor:
        page = visitor.go(desk.address)
        page.keyboard.type("0+")
        page.get_by_role("button", name="Undo").click()
        assert current(page) == "2"
        saved(page)
        assert desk.rows() == ["absent", None, None, None, None, None]


def test_without_a_network_what_is_keyed_is_kept_said_and_sent_later(desk: Desk) -> None:
    with desk.open(width=DESK) as visitor:
        page = visitor.go(desk.address)
        visitor.context.set_offline(True)
        page.keyboard.type("12")
        expect(page.locator("[data-alert]")).to_contain_text("2 rows are not saved yet")
        visitor.look()
        page.keyboard.type("0")
        assert desk.rows()[:3] == [None, None, None]
        visitor.context.set_offline(False)
        saved(page)  # the page saves by itself
        assert desk.rows()[:3] == ["present", "late", "absent"]
        visitor.complaints = [said for said in visitor.complaints if "ERR_INTERNET_DISCONNECTED" not in said]


@pytest.mark.full
def test_an_answer_that_is_lost_is_no_quarrel_with_oneself(desk: Desk) -> None:
    """The row was stored, its answer never came, and the same person keys it anew."""
    lost = 0

    def lose(route: Route) -> None:
        nonlocal lost
        if route.request.method == "POST" and lost == 0:
            lost += 1
            route.fetch()
            route.abort()
        else:
            route.continue_()

    with desk.open(width=DESK) as visitor:
        page = visitor.go(desk.address)
        page.route("**/paper/sheets/**", lose)
        page.keyboard.type("1")
        expect(page.locator("[data-alert]")).to_contain_text("1 row is not saved yet")
        assert desk.rows()[0] == "present"
        page.keyboard.type("-0")
        saved(page)
        assert (desk.rows()[0], desk.marks()[0]) == ("absent", "absent")
        expect(page.locator("#row-1 .keyed-note")).to_have_text("")
        visitor.complaints = [said for said in visitor.complaints if "ERR_FAILED" not in said]


@pytest.mark.full
def test_two_coordinators_at_one_sheet(desk: Desk) -> None:
    with desk.open(width=DESK) as one, desk.open(width=DESK) as other:
        first, second = one.go(desk.address), other.go(desk.address)
        first.keyboard.type("1")
        saved(first)
        second.keyboard.type("0")
        expect(second.locator("#row-1 .keyed-note")).to_contain_text("Yours was not saved: Absent")
        expect(second.locator("[data-alert]")).to_contain_text("keyed this row: Present")
        assert desk.rows()[0] == "present"
        other.look()
        second.keyboard.type("-0")
        saved(second)
        assert desk.rows()[0] == "absent", "now it was seen"


@pytest.mark.full
def test_a_refused_row_does_not_hold_the_others_back(desk: Desk) -> None:
    with desk.open(width=DESK) as visitor:
        page = visitor.go(desk.address)
        page.keyboard.type("2*999")
        page.keyboard.press("Enter")
        page.keyboard.type("11")
        expect(page.locator("#row-1 .keyed-note")).to_contain_text("Minutes go from 0 to 180")
        expect(page.locator("#row-3")).not_to_have_attribute("data-state", "waiting")
        assert desk.rows()[:3] == [None, "present", "present"]
        page.keyboard.type("/1")
        page.keyboard.press("Enter")
        page.keyboard.type("*60")
        page.keyboard.press("Enter")
        saved(page)
        assert desk.rows()[:3] == ["late", "present", "present"]


def test_by_thumb_and_without_a_script(desk: Desk) -> None:
    with desk.open(width=PHONE) as visitor:
        page = visitor.go(desk.address)
        page.locator("#row-2 .keyed-digit").click()
        page.locator("[data-press='3']").click()
        assert current(page) == "3"
        saved(page)
        assert desk.rows()[:3] == [None, "left_early", None]
    with desk.open(width=PHONE, javascript=False) as visitor:
        page = visitor.go(desk.address)
        page.locator("#row-1 .keyed-digit").fill("1")
        page.locator("#row-2 .keyed-minutes input").fill("100")
        page.get_by_role("button", name="Save").click()
        expect(page.locator(".notice-success")).to_contain_text("Saved: 2 rows.")
        page.locator("#go").fill("5")
        page.get_by_role("button", name="Go", exact=True).click()
        assert page.url.endswith("#row-5")
    assert desk.rows()[:3] == ["present", "left_early", None]


def test_differences_are_settled_on_a_phone(desk: Desk, make: Make) -> None:
    for person in desk.people[:3]:
        make.mark(person, desk.place, MarkStatus.ABSENT)
    with desk.open(width=PHONE) as visitor:
        page = visitor.go(desk.address)
        page.keyboard.type("111")
        expect(page.locator("[data-differences]")).to_have_text("3 differences to settle")
        page.locator("[data-differences]").click()
        visitor.look()
        page.locator("#difference-1 button[name=paper]").click()
        expect(page.locator(".notice-success")).to_contain_text("Settled: 1 row.")
        page.get_by_role("button", name="In all rows the screen is right").click()
        expect(page.locator(".empty")).to_contain_text("Nothing is left to settle")
        visitor.look()
        page.locator("button[name=undo]").first.click()
        expect(page.locator(".lead-figure")).to_contain_text("1 difference to settle.")
    assert desk.marks()[:3] == ["absent"] * 3


SLOW = """() => addEventListener("keydown", () => {
    for (const began = performance.now(); performance.now() < began + 300; );
})"""


class Stopwatch:
    """Milliseconds of processor that a page spends on script, styles and layout: waiting for other programs does not count."""

    PARTS = ("ScriptDuration", "RecalcStyleDuration", "LayoutDuration")

    def __init__(self, page: Page) -> None:
        self.page = page
        self.browser = page.context.new_cdp_session(page)
        self.browser.send("Performance.enable", {"timeDomain": "threadTicks"})
        self.stood = self.seconds()

    def seconds(self) -> float:
        found = self.browser.send("Performance.getMetrics")["metrics"]
        return float(sum(each["value"] for each in found if each["name"] in self.PARTS))

    def lap(self) -> float:
        """Since the last time, with the layout of what has changed."""
        self.page.evaluate("document.body.getBoundingClientRect()")
        before, self.stood = self.stood, self.seconds()
        return (self.stood - before) * 1000


@pytest.mark.sqlite_only
@pytest.mark.parametrize("people_count", [90])
@pytest.mark.parametrize(
    "pause", [pytest.param(0, id="the page's own part"), pytest.param(READING, id="at a person's pace", marks=pytest.mark.full)]
)
def test_ninety_rows_are_keyed_in_two_minutes(desk: Desk, pause: int) -> None:
    """One key a row. Without a pause it is the page's own part: each key is done before the next could be seen on the paper."""
    keys = "".join("2034"[row // 10 % 4] if row % 10 == 9 else "1" for row in range(90))
    with desk.open(width=DESK) as visitor:
        page = visitor.go(desk.address)
        stopwatch = Stopwatch(page)
        latencies = []
        began = time.monotonic()
        for key in keys:
            page.keyboard.press(key)
            latencies.append(stopwatch.lap())
            if pause:
                page.wait_for_timeout(pause)
        saved(page)
        took = time.monotonic() - began
        latencies.sort()
        assert latencies[-1 - OUTLIERS] < LATENCY, latencies[-10:]
        assert took < TWO_MINUTES
        page.evaluate(SLOW)
        page.keyboard.press("-")
        assert stopwatch.lap() > LATENCY, "the stopwatch sees a slow page"
    assert desk.rows() == [KEYS[key].value for key in keys]
    assert desk.marks() == [KEYS[key].value for key in keys]
