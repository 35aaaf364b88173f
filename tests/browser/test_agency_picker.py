"""Choosing an agency: by any of its names, by keyboard, by touch, and without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy.orm import Session

from seminar_app.agencies.queries import find_agency_by_code
from seminar_app.agencies.seed import seed_directory
from seminar_app.core.folding import fold
from seminar_app.core.unit_of_work import unit_of_work
from tests.conftest import TestDatabase
from tests.support.context import context
from tests.support.server import LiveServer
from tests.support.visitor import DESK, PHONE, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.sqlite_only]

EDIT = "/staff/agencies/INM/edit"


@pytest.fixture
def office(database: TestDatabase, session: Session, now: datetime, tmp_path: Path) -> Iterator[LiveServer]:
    """Run the server with the agency directory and a signed-in administrator."""
    with unit_of_work(session) as open_session:
        seed_directory(open_session, context(now))
    with LiveServer(database.url, tmp_path, workers=1, target="tests.browser.admin_app:app") as live:
        yield live


def parent_of_inm(session: Session) -> int | None:
    session.rollback()
    session.expire_all()
    row = find_agency_by_code(session, "INM")
    assert row is not None
    return row.parent_id


def test_an_agency_is_found_by_alias_and_chosen_by_keyboard(chromium: Browser, office: LiveServer, session: Session) -> None:
    with Visitor(chromium, office.url, width=DESK) as visitor:
        page = visitor.go(EDIT)
        picker = page.get_by_role("combobox", name="Pertenece a")
        picker.fill("pólicia FEDERAL prev")
        expect(page.locator("[role=option]")).to_have_count(1)
        expect(page.locator("[role=option]")).to_contain_text("Policía Federal Preventiva")
        expect(page.locator(".combo-group")).to_have_text("CNS · Comisión Nacional de Seguridad")
        visitor.look()
        picker.press("ArrowDown")
        picker.press("Enter")
        expect(picker).to_have_value("PF · Policía Federal")
        picker.fill("national sec")
        expect(page.locator("[role=option]").first).to_contain_text("CNS")
        picker.fill("yucatan")
        expect(page.locator(".combo-group")).to_have_text(
            ["FGE · Fiscalías estatales", "PGJ · Procuradurías Generales de Justicia de los estados"]
        )
        picker.fill("zzz")
        expect(page.locator("[role=option]")).to_have_attribute("aria-disabled", "true")
        picker.fill("cns")
        picker.press("ArrowDown")
        picker.press("Enter")
        page.get_by_role("button", name="Guardar").click()
        page.wait_for_url("**/INM")
    cns = find_agency_by_code(session, "CNS")
    assert cns is not None
    assert parent_of_inm(session) == cns.id


def test_on_a_phone_a_tap_chooses(chromium: Browser, office: LiveServer, session: Session) -> None:
    with Visitor(chromium, office.url, width=PHONE, language="en") as visitor:
        page = visitor.go(EDIT)
        picker = page.get_by_role("combobox", name="Belongs to")
        picker.click()
        assert page.locator("[role=option]").count() > 20
        picker.fill("guardia")
        option = page.locator("[role=option]").first
        box = option.bounding_box()
        assert box is not None
        assert box["height"] >= 36
        option.click()
        expect(picker).to_have_value("GN · National Guard")
        visitor.look()


def test_without_javascript_it_is_a_select_by_group(chromium: Browser, office: LiveServer, session: Session) -> None:
    with Visitor(chromium, office.url, javascript=False) as visitor:
        page = visitor.go(EDIT)
        page.get_by_label("Pertenece a").select_option("FGR")
        page.get_by_role("button", name="Guardar").click()
        page.wait_for_url("**/INM")
    fgr = find_agency_by_code(session, "FGR")
    assert fgr is not None
    assert parent_of_inm(session) == fgr.id


def test_the_directorys_pages_please_axe(chromium: Browser, office: LiveServer) -> None:
    with Visitor(chromium, office.url) as visitor:
        for path in ("?show=all", "?q=roo", "PF", "PGJ", "INM/retire", "new"):
            visitor.go(f"/staff/agencies/{path}")


def test_pages_fold_text_as_the_program_does(chromium: Browser) -> None:
    script = Path("seminar_app/static/js/folding.js").read_text(encoding="utf-8")
    letters = [chr(n) for n in (*range(0x20, 0x250), *range(0x370, 0x400), *range(0x1E00, 0x2000)) if chr(n).isprintable()]
    texts = [*letters, "Łódź Ærø", "小龙", "محمد", "Ma\u200bria", "𝔄na ﬁn", "O’Higgins-Núñez", "İstanbul", "क्ष", "ㅤ", "a_b 12½"]
    page = chromium.new_page()
    page.evaluate(script)
    in_browser: list[str] = page.evaluate("texts => texts.map(foldText)", texts)
    page.close()
    assert [(text, there, fold(text)) for text, there in zip(texts, in_browser, strict=True) if there != fold(text)] == []
