"""Each page with a million people, compared with the same page with a hundredth of them, in alternation.

Both databases hold the same two seminars (100 and 2,500 people) beside everything else, so that only the amount of other data
differs. For each page the statements are counted, and run once more with EXPLAIN.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from statistics import median

from bench import data, servers
from bench.browser import Browser
from bench.databases import Database, fresh_pair
from bench.plans import Plan, Statement, big_tables, plan_of, statements_of
from bench.population import Size
from bench.results import Row
from bench.staff import signed_in
from seminar_app.core.actor import RoleName
from seminar_app.core.links import SecretLink
from seminar_app.registration.links import PURPOSE
from seminar_app.web.database import db

LARGE = Size(people=1_000_000, seminars=20_000, registrations=2_000_000, marks=12_000_000)
SHARE = 0.01
MARK = 1.5
ROUNDS, REQUESTS = 3, 30
PROBES = (100, 2_500)
SESSIONS = 6


@dataclass(frozen=True, slots=True)
class Page:
    """A page, the role that views it, and the data sent to it (None: a GET). `over_all`: it counts all data, so it may take longer."""

    what: str
    path: str
    who: RoleName | None
    sent: dict[str, str] | None = None
    over_all: bool = False


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two databases with its pages by name and its cookies."""

    database: Database
    pages: dict[str, Page]
    cookies: dict[RoleName, str]


@dataclass(frozen=True, slots=True)
class Looked:
    """Result for a page: p95 in milliseconds on both, median ratio of the rounds, statements, and plans on the large database."""

    page: Page
    small: float
    large: float
    ratio: float
    statements: tuple[int, int]
    plans: tuple[Plan, ...]

    @property
    def faults(self) -> list[str]:
        """Return what in its statements would become slow with more data."""
        return [f"{plan.what}: {', '.join(plan.faults)}" for plan in self.plans if plan.faults]


def measure(*, size: Size = LARGE, only: str = "") -> list[Looked]:
    """Measure each page on two new databases, one of this size and one a hundredth of it."""
    with fresh_pair() as (small, large):
        for database, its_size in ((small, size.part(SHARE)), (large, size)):
            data.prepare(database)
            print(f"{its_size.people:,} people written in {data.fill(database, its_size):.0f} s", flush=True)
        return compare(small, large, only=only)


def compare(small: Database, large: Database, *, only: str = "") -> list[Looked]:
    """Measure each page on both; `only` selects those whose name contains it."""
    sides = (side(small), side(large))
    names = [name for name, page in sides[0].pages.items() if only in name and not page.over_all]
    waits: dict[str, list[tuple[float, float]]] = {}
    with ExitStack() as stack:
        browsers = [stack.enter_context(_browsers(side)) for side in sides]
        for name in names:
            waits[name] = [_round(name, sides, browsers) for _ in range(ROUNDS)]
    found = []
    for name in names:
        ratio = median(b / a for a, b in waits[name])
        small_wait, large_wait = (median(pair[i] for pair in waits[name]) for i in (0, 1))
        statements, plans = zip(*(_plans(side, side.pages[name]) for side in sides), strict=True)
        page = sides[1].pages[name]
        found.append(Looked(page, small_wait, large_wait, ratio, (statements[0], statements[1]), plans[1]))
    return found


def rows_of(looked: list[Looked]) -> list[Row]:
    """Return the lines of the report."""
    return [
        Row(
            what=f"{found.page.what}, large data ({found.statements[1]} statements)",
            engine="postgresql",
            figure=f"p95 {found.large:.0f} ms" + "".join(f"; {fault}" for fault in found.faults),
            limit=f"p95 {found.small:.0f} ms with 1/{1 / SHARE:.0f} of it",
            ratio=found.ratio,
            mark=f"≤ {MARK:.0%}",
            passed=found.ratio <= MARK and not found.faults and (found.page.sent is not None or found.statements[0] == found.statements[1]),
        )
        for found in looked
    ]


def side(database: Database, *, people: tuple[int, int] = PROBES, prefix: str = "probe") -> Side:
    """Return the pages of a database with two seminars of these sizes; missing seminars are made."""
    made = [
        data.find(database, f"{prefix}-{count}") or data.seminar(database, f"{prefix}-{count}", people=count, sessions=SESSIONS)
        for count in people
    ]
    probe, crowd = made
    data.with_feedback(database, probe)
    cookies = {
        RoleName.ADMIN: signed_in(database, RoleName.ADMIN),
        RoleName.AUDITOR: signed_in(database, RoleName.AUDITOR),
        RoleName.ORGANIZER: signed_in(database, RoleName.ORGANIZER, office_id=probe.office_id),
        RoleName.LIAISON: signed_in(database, RoleName.LIAISON, agency_id=data.agency_id(database, "PGR")),
    }
    return Side(database, {page.what: page for page in _pages(database, probe, crowd)}, cookies)


def _pages(database: Database, probe: data.Made, crowd: data.Made) -> Iterator[Page]:
    admin, organizer, auditor, liaison = RoleName.ADMIN, RoleName.ORGANIZER, RoleName.AUDITOR, RoleName.LIAISON
    key = database.app.config["SECRET_KEY"]
    token = SecretLink(PURPOSE, probe.registrations[0], 1).token(key)
    yield Page("calendar", "/?", None)
    yield Page("seminar page", f"/seminars/{probe.slug}?", None)
    yield Page("registration form", f"/seminars/{probe.slug}/register?", None)
    yield Page("personal link", f"/registrations/{token}", None)
    for who in (organizer, liaison, auditor):
        yield Page(f"today, {who}", "/staff/", who)
    yield Page("seminars, admin", "/staff/seminars/", admin)
    yield Page("seminars, organizer", "/staff/seminars/", organizer)
    yield Page("seminars, liaison", "/staff/seminars/", liaison)
    yield Page("seminars searched", "/staff/seminars/?q=trafico", admin)
    yield Page("seminars of a state", "/staff/seminars/?state=completed", admin)
    yield Page("overview", f"/staff/seminars/{probe.slug}/", organizer)
    yield Page("settings", f"/staff/seminars/{probe.slug}/settings", organizer)
    yield Page("sessions", f"/staff/seminars/{probe.slug}/sessions/", organizer)
    yield Page("seats", f"/staff/seminars/{probe.slug}/seats", organizer)
    yield Page("roster of 100", f"/staff/seminars/{probe.slug}/roster/", organizer)
    yield Page("roster of 2,500", f"/staff/seminars/{crowd.slug}/roster/", organizer)
    yield Page("roster, liaison", f"/staff/seminars/{crowd.slug}/roster/", liaison)
    yield Page("liaison's home", "/staff/agency/", liaison)
    yield Page("liaison's people", f"/staff/seminars/{crowd.slug}/agency", liaison)
    yield Page("registration", f"/staff/seminars/{probe.slug}/roster/{probe.registrations[0].hex}", organizer)
    yield Page("timetable of 100", f"/staff/seminars/{probe.slug}/attendance/", organizer)
    yield Page("marking of 100", f"/staff/seminars/{probe.slug}/attendance/{probe.sessions[0]}", organizer)
    yield Page("export, CSV", f"/staff/seminars/{probe.slug}/attendance/export?format=csv", organizer)
    yield Page("export, XLSX", f"/staff/seminars/{probe.slug}/attendance/export?format=xlsx", organizer)
    yield Page("feedback", f"/staff/seminars/{probe.slug}/feedback/", organizer)
    yield Page("mail of 2,500", f"/staff/seminars/{crowd.slug}/messages/", organizer)
    yield Page("form of a letter", f"/staff/seminars/{crowd.slug}/messages/new", organizer)
    yield Page("outbox", "/staff/messages/", admin)
    yield Page("outbox of a kind", "/staff/messages/?kind=waitlisted", admin)
    yield Page("trail", "/staff/audit-log/", auditor)
    yield Page("trail of a seminar", f"/staff/audit-log/?seminar={probe.slug}", auditor)
    yield Page("trail of an action", "/staff/audit-log/?action=roster.viewed", auditor)
    yield Page("trail of the public", "/staff/audit-log/?actor=public", auditor)
    yield Page("trail of a day without any", "/staff/audit-log/?day=2001-01-31", auditor)
    yield Page("accounts", "/staff/accounts/", admin)
    yield Page("offices", "/staff/offices/", admin)
    yield Page("agencies", "/staff/agencies/", admin)
    yield Page("agency", "/staff/agencies/PGR", admin)
    yield Page("person", f"/staff/people/{data.person_of(database, probe.registrations[0]).hex}", organizer)
    for who in (organizer, liaison, auditor):
        yield Page(f"figures, {who}", "/staff/reports/?by=group,sex", who, over_all=True)
    yield Page("coverage", "/staff/reports/coverage?from=2001-01-01&to=2100-12-31", admin, over_all=True)
    yield Page("hours", "/staff/reports/hours", organizer, over_all=True)
    for who in (admin, organizer, liaison):
        yield Page(f"people by a rare name, {who}", "/staff/people/", who, {"words": "Quetzal Etchegaray"})
        yield Page(f"people by a frequent name, {who}", "/staff/people/", who, {"words": "garcía"})
        yield Page(f"people by address, {who}", "/staff/people/", who, {"words": f"{probe.slug}.7@bench.example"})
        yield Page(f"people, nobody found, {who}", "/staff/people/", who, {"words": "Wxyzk"})


@contextmanager
def _browsers(side: Side) -> Iterator[dict[RoleName | None, tuple[Browser, str]]]:
    """Yield a browser for each role on a running server, with the CSRF token for its forms."""
    with servers.product(side.database) as server, ExitStack() as stack:
        found: dict[RoleName | None, tuple[Browser, str]] = {None: (stack.enter_context(Browser(server.url)), "")}
        for role, cookie in side.cookies.items():
            browser = stack.enter_context(Browser(server.url))
            browser.take(cookie)
            token = browser.get("/staff/people/").hidden().get("csrf_token", "") if role is not RoleName.AUDITOR else ""
            found[role] = (browser, token)
        yield found


def _round(name: str, sides: tuple[Side, Side], browsers: list[dict[RoleName | None, tuple[Browser, str]]]) -> tuple[float, float]:
    """Return p95 on both sides, with requests that alternate between them."""
    waits: tuple[list[float], list[float]] = ([], [])
    for n in range(REQUESTS + 4):
        for side, own, found in zip(sides, browsers, waits, strict=True):
            wait = _ask(side.pages[name], own)
            if n >= 4:
                found.append(wait)
    first, second = (sorted(found)[int(len(found) * 0.95)] * 1000 for found in waits)
    return first, second


def _ask(page: Page, browsers: dict[RoleName | None, tuple[Browser, str]]) -> float:
    browser, token = browsers[page.who]
    if page.who is None:
        browser.cookies.clear()
    begun = time.perf_counter()
    answer = browser.get(page.path) if page.sent is None else browser.post(page.path, page.sent | {"csrf_token": token})
    if answer.status == 303 and answer.location:  # a search leads to the page of its results
        answer = browser.get(answer.location)
    lasted = time.perf_counter() - begun
    if answer.status != 200:
        raise RuntimeError(f"{page.what} was answered with {answer.status}")
    return lasted


def statements(side: Side, page: Page) -> list[Statement]:
    """Return the statements that one request of the page sends to the database."""
    app = side.database.app
    client = app.test_client(use_cookies=False)
    headers = {"Accept-Language": "es"} | ({"Cookie": side.cookies[page.who]} if page.who else {})
    checked = app.config.get("WTF_CSRF_ENABLED", True)
    app.config["WTF_CSRF_ENABLED"] = False

    def ask() -> None:
        answer = client.get(page.path, headers=headers) if page.sent is None else client.post(page.path, data=page.sent, headers=headers)
        if answer.status_code == 303:
            answer = client.get(answer.location, headers=headers)
        if answer.status_code != 200:
            raise RuntimeError(f"{page.what} was answered with {answer.status_code}")

    with app.app_context():
        engine = db.engine
    try:
        with statements_of(engine) as seen:
            ask()
    finally:
        app.config["WTF_CSRF_ENABLED"] = checked
        engine.dispose()
    return seen


def _plans(side: Side, page: Page) -> tuple[int, tuple[Plan, ...]]:
    """Return the number of the page's statements, and their plans."""
    statements(side, page)
    seen = statements(side, page)
    with side.database.app.app_context():
        engine = db.engine
    big = big_tables(engine)
    each_once = {statement[0]: statement for statement in seen}
    plans = tuple(plan for statement in each_once.values() if (plan := plan_of(engine, statement, big)))
    engine.dispose()
    return len(seen), plans


def plans_table(looked: list[Looked]) -> str:
    """Return Markdown: each statement of each page on the large data."""
    lines = ["| page | statement | ms | 8 kB pages | rows looked at | scans |", "|" + "---|" * 6]
    for found in looked:
        for plan in found.plans:
            scans = ", ".join(dict.fromkeys(plan.scans))
            what = plan.what.replace("|", "¦")
            lines.append(f"| {found.page.what} | {what} | {plan.milliseconds:.1f} | {plan.buffers:,} | {plan.read:,} | {scans} |")
    return "\n".join(lines)
