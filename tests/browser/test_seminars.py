"""The seminars' pages in a real browser: accessibility, width and language of each, and a seminar made by keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.core.actor import RoleName
from seminar_app.seminars.models import SeatPool, SeminarHost
from seminar_app.seminars.rules import SeminarState
from seminar_app.sign_in.hashing import hash_password
from tests.conftest import TestDatabase
from tests.support.factories import Make
from tests.support.server import LiveServer
from tests.support.visitor import DESK, PHONE, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.sqlite_only]

PASSWORD = "a long phrase for the browser tests"
FUTURE: dict[str, Any] = {"starts_on": date(2090, 6, 5), "ends_on": date(2090, 6, 7)}


@pytest.fixture
def office(database: TestDatabase, session: Session, make: Make, tmp_path: Path) -> Iterator[LiveServer]:
    """Run the server with an office, its organizer, and seminars in several states."""
    ours = make.office(name_es="Oficina de Cancún", name_en="Cancún office")
    make.account(
        (RoleName.ORGANIZER, {"office_id": ours.id}), email="organizer@demo.example", language="es", password=hash_password(PASSWORD)
    )
    make.account((RoleName.COORDINATOR, {}), name="Ana Coordinadora")
    seminar = make.seminar(
        office=ours, slug="cancun", topic_es="Tres días", objectives_es="- Uno\n- Dos", audience_en="Prosecutors", **FUTURE
    )
    make._add(SeminarHost(seminar_id=seminar.id, office_id=ours.id, position=0))
    make.pool(seminar, make.agency("PGR"), 4, release_on=date(2090, 6, 1))
    for day in range(3):
        make.seminar_session(seminar, day=day, room="Salón A")
    make.registration(seminar, pool=session.scalars(select(SeatPool).where(SeatPool.seminar_id == seminar.id)).first())
    make.change_notice(seminar)
    make.seminar(office=ours, slug="draft", title_en=None, state=SeminarState.DRAFT)
    make.seminar(office=ours, slug="gone", state=SeminarState.CANCELLED, state_reason="Huracán", **FUTURE)
    make.seminar(office=ours, slug="past", state=SeminarState.COMPLETED, starts_on=date(2020, 1, 1), ends_on=date(2020, 1, 2))
    with LiveServer(database.url, tmp_path, workers=1) as live:
        yield live


@pytest.mark.crossed
@pytest.mark.parametrize("language", ["es", "en"])
def test_the_public_pages_are_for_everybody(chromium: Browser, office: LiveServer, language: str) -> None:
    for width in (320, DESK):
        with Visitor(chromium, office.url, language=language, width=width) as visitor:
            for path in ("/", "/?show=past", "/seminars/cancun", "/seminars/gone", "/seminars/past"):
                visitor.go(path)


@pytest.mark.crossed
@pytest.mark.parametrize("width", [PHONE, DESK])
def test_staffs_pages_are_for_everybody(chromium: Browser, office: LiveServer, width: int) -> None:
    inside = ("", "settings", "copy", "sessions/", "sessions/new", "sessions/program")
    with Visitor(chromium, office.url, width=width) as visitor:
        visitor.sign_in("organizer@demo.example", PASSWORD)
        for path in (
            "",
            "?q=nothing",
            "new",
            *(f"{slug}/{page}" for slug in ("cancun", "draft") for page in inside),
            "cancun/cancel",
            "gone/settings",
        ):
            visitor.go(f"/staff/seminars/{path}")
        visitor.go("/staff/seminars/new").get_by_role("button", name="Guardar y escribir el programa").click()
        expect(visitor.page.locator(".error-summary")).to_be_focused()
        visitor.look()


def test_a_seminar_is_made_by_keyboard_alone(chromium: Browser, office: LiveServer) -> None:
    with Visitor(chromium, office.url, width=DESK) as visitor:
        visitor.sign_in("organizer@demo.example", PASSWORD)
        page = visitor.go("/staff/seminars/new")
        for label, text in (
            ("Título en español", "Lavado de dinero"),
            ("Ciudad", "Mérida"),
            ("Primer día", "06032091"),
            ("Último día", "06042091"),
        ):
            page.get_by_label(label, exact=True).focus()
            page.keyboard.type(text)
        zone = page.get_by_role("combobox", name="Zona horaria")
        zone.focus()
        zone.fill("merida")
        zone.press("ArrowDown")
        zone.press("Enter")
        page.get_by_role("button", name="Guardar y escribir el programa").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Programa")
        assert page.url.endswith("/staff/seminars/merida-2091/sessions/program")
        visitor.look()
