"""Choosing an agency: by any of its names, by keyboard, by touch, and without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy.orm import Session

from seminar_app.agencies.queries import find_agency_by_code
from seminar_app.agencies.seed import seed_directory
from seminar_app.core.folding import fold
from seminar_app.core.unit_of_work import unit_of_work
from tests.conftest import TestDatabase
from tests.support.context import context
from tests.support.factories import Make
from tests.support.mailbox import button_after
from tests.support.server import LiveServer
from tests.support.visitor import DESK, PHONE, Visitor, settled

pytestmark = [pytest.mark.browser, pytest.mark.sqlite_only]

EDIT = "/staff/agencies/INM/edit"
FORM = "/seminars/merida-2091/register"
SEATS = "/staff/seminars/merida-2091/seats"
LAST = "Mi dependencia no está en la lista"


@pytest.fixture
def office(database: TestDatabase, session: Session, now: datetime, tmp_path: Path) -> Iterator[LiveServer]:
    """Run the server with the agency directory and a signed-in administrator."""
    with unit_of_work(session) as open_session:
        seed_directory(open_session, context(now))
    with LiveServer(database.url, tmp_path, workers=1, target="tests.browser.admin_app:app") as live:
        yield live


@pytest.fixture
def seminar(office: LiveServer, make: Make) -> LiveServer:
    """Publish a seminar of the far future, when PGR, CNS and most PGJ are gone."""
    make.seminar(slug="merida-2091", starts_on=date(2091, 6, 3), ends_on=date(2091, 6, 4))
    return office


def options(page: Page) -> list[str]:
    return [" / ".join(line for line in text.splitlines() if line) for text in page.locator("[role=option]").all_inner_texts()]


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
        expect(page.locator("[role=option]")).to_have_count(2)
        expect(page.locator("[role=option]").first).to_contain_text("Policía Federal Preventiva")
        expect(page.locator("[role=option]").last).to_contain_text("GN · Guardia Nacional, antes PF")
        expect(page.locator(".combo-group").first).to_have_text("CNS · Comisión Nacional de Seguridad")
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


def test_a_former_name_leads_to_who_does_the_work_today(chromium: Browser, seminar: LiveServer) -> None:
    with Visitor(chromium, seminar.url, width=PHONE) as visitor:
        page = visitor.go(FORM)
        picker = page.get_by_role("combobox", name="Dependencia")
        picker.fill("PGR")
        assert options(page) == ["FGR · Fiscalía General de la República, antes PGR", LAST]
        visitor.look()
        picker.fill("cns")
        assert options(page) == ["SSPC · Secretaría de Seguridad y Protección Ciudadana, antes CNS", LAST]
        picker.fill("pgj quintana")
        assert options(page) == ["Quintana Roo · Fiscalía General del Estado de Quintana Roo, antes PGJ-ROO", LAST]
        picker.fill("quintana")
        assert options(page) == ["Quintana Roo · Fiscalía General del Estado de Quintana Roo", LAST]
    with Visitor(chromium, seminar.url, language="en") as visitor:
        page = visitor.go(FORM)
        page.get_by_role("combobox", name="Agency").fill("pgr")
        assert options(page) == ["FGR · Office of the Federal Prosecutor General, formerly PGR", "My agency is not in the list"]


def test_a_whole_state_comes_before_what_only_has_the_word(chromium: Browser, seminar: LiveServer) -> None:
    with Visitor(chromium, seminar.url) as visitor:
        page = visitor.go(FORM)
        picker = page.get_by_role("combobox", name="Dependencia")
        for typed, first in [("Mexico", "México"), ("nuevo leon", "Nuevo León"), ("Baja California", "Baja California")]:
            picker.fill(typed)
            assert options(page)[0].startswith(f"{first} · ")
        assert len(options(page)) == 3


def test_leaving_with_several_matches_chooses_none_and_keeps_the_words(chromium: Browser, seminar: LiveServer) -> None:
    with Visitor(chromium, seminar.url, width=PHONE) as visitor:
        page = visitor.go(FORM)
        picker = page.get_by_role("combobox", name="Dependencia")
        value = page.locator("select[name=agency]")
        for leave in ("Tab", "Enter"):
            picker.fill("fiscalia")
            picker.press(leave)
            expect(picker).to_have_value("fiscalia")
            expect(picker).to_have_attribute("aria-invalid", "true")
            expect(picker).to_have_accessible_description(re.compile(r"Falta elegir: coinciden 3\d"))
            assert value.input_value() == ""
        picker.press("Escape")
        visitor.look()
        picker.fill("zzz")
        page.get_by_label("Cargo").click()
        expect(picker).to_have_accessible_description(re.compile("nada en la lista se llama así"))
        picker.fill("inm")
        picker.press("Tab")
        expect(picker).to_have_value("INM · Instituto Nacional de Migración")
        expect(picker).not_to_have_attribute("aria-invalid", "true")
        expect(page.locator("[data-combo-says]")).to_have_text("Se inscribirá por: Instituto Nacional de Migración")
        assert value.input_value() == "INM"
        picker.press("End")
        picker.press("x")
        assert value.input_value() == ""
        expect(page.locator("[data-combo-says]")).to_have_text("Se inscribe por la dependencia en la que trabaja hoy.")


def test_back_finds_the_same_agency_in_the_field_and_in_what_is_sent(chromium: Browser, seminar: LiveServer) -> None:
    with Visitor(chromium, seminar.url) as visitor:
        page = visitor.go(FORM)
        picker = page.get_by_role("combobox", name="Dependencia")
        picker.fill("inm")
        picker.press("ArrowDown")
        picker.press("Enter")
        page.goto("/seminars/merida-2091")
        page.go_back()
        expect(picker).to_have_value("INM · Instituto Nacional de Migración")
        assert page.locator("select[name=agency]").input_value() == "INM"


def test_a_button_is_pressed_although_a_sentence_appears_above_it(chromium: Browser, seminar: LiveServer) -> None:
    with Visitor(chromium, seminar.url, width=PHONE) as visitor:
        page = visitor.go(FORM)
        page.get_by_role("combobox", name="Dependencia").fill("fiscalia")
        page.get_by_role("combobox", name="Dependencia").press("Escape")
        page.locator("main form button.usa-button").click()
        settled(page)
        picker = page.get_by_role("combobox", name="Dependencia")
        expect(picker).to_have_value("fiscalia")
        expect(picker).to_have_accessible_description(re.compile("«fiscalia» puede ser cualquiera de 3"))
        visitor.look()
        picker.fill("veracruz")
        picker.press("Tab")
        expect(page.locator("#agency-error")).to_have_count(0)


def test_a_quota_of_nobody_is_refused_at_its_line_with_all_that_was_typed(chromium: Browser, seminar: LiveServer) -> None:
    with Visitor(chromium, seminar.url, width=DESK) as visitor:
        page = visitor.go(SEATS)
        page.locator("[role=combobox]").nth(0).fill("fiscalia")
        page.locator("[name=quotas-0-size]").fill("3")
        page.locator("[name=quotas-1-size]").fill("2")
        page.locator("[role=combobox]").nth(2).fill("PGR")
        page.locator("[name=quotas-2-size]").fill("1")
        page.get_by_role("button", name="Guardar los lugares").click()
        settled(page)
        visitor.look()
        expect(page.locator("[role=combobox]").nth(0)).to_have_value("fiscalia")
        expect(page.locator("[name=quotas-0-size]")).to_have_value("3")
        expect(page.locator("#quotas-1-agency-error")).to_contain_text("Elija la dependencia o el grupo")
        expect(page.locator("[role=combobox]").nth(2)).to_have_value("FGR · Fiscalía General de la República")


def test_what_is_not_in_the_list_is_written_by_keyboard(chromium: Browser, seminar: LiveServer) -> None:
    with Visitor(chromium, seminar.url, width=PHONE) as visitor:
        page = visitor.go(FORM)
        picker, name = page.get_by_role("combobox", name="Dependencia"), page.get_by_label("Nombre de su dependencia")
        says, value = page.locator("[data-combo-says]"), page.locator("select[name=agency]")
        expect(name).to_be_hidden()
        picker.fill("cruz roja")
        assert options(page) == ["Ninguna dependencia se llama así. Pruebe con sus siglas, un nombre anterior o su estado.", LAST]
        visitor.look()
        picker.press("ArrowUp")
        picker.press("Enter")
        expect(picker).to_have_value(LAST)
        expect(name).to_be_focused()
        expect(name).to_have_value("cruz roja")
        name.fill("Cruz Roja $& Mexicana")
        open_to_all = "Su inscripción ocupa un lugar de los que están abiertos a todas las dependencias."
        expect(says).to_have_text(f"Se inscribirá por: Cruz Roja $& Mexicana. {open_to_all}")
        visitor.look()
        assert value.input_value() == "-"
        picker.fill("inm")
        expect(name).to_be_hidden()
        picker.press("Tab")
        expect(says).to_have_text("Se inscribirá por: Instituto Nacional de Migración")
        picker.fill(LAST.lower())
        picker.press("Tab")
        assert value.input_value() == "-"
        expect(name).to_have_value("Cruz Roja $& Mexicana")
        name.fill("")
        expect(says).to_have_text(open_to_all)
        page.locator("main form button.usa-button").click()
        settled(page)
        page.get_by_role("link", name="Escriba el nombre de su dependencia.").click()
        expect(name).to_be_focused()
        expect(picker).to_have_value(LAST)
        visitor.look()


def test_back_finds_what_was_written(chromium: Browser, seminar: LiveServer) -> None:
    with Visitor(chromium, seminar.url, width=DESK) as visitor:
        page = visitor.go(FORM)
        page.get_by_role("combobox", name="Dependencia").click()
        page.get_by_role("option", name=LAST).click()
        page.get_by_label("Nombre de su dependencia").fill("Cruz Roja")
        page.goto("/seminars/merida-2091")
        page.go_back()
        expect(page.get_by_role("combobox", name="Dependencia")).to_have_value(LAST)
        expect(page.get_by_label("Nombre de su dependencia")).to_have_value("Cruz Roja")
        assert page.locator("select[name=agency]").input_value() == "-"


def test_without_javascript_the_name_is_written_below_the_select(chromium: Browser, seminar: LiveServer) -> None:
    with Visitor(chromium, seminar.url, javascript=False) as visitor:
        page = visitor.go(FORM)
        name = page.get_by_label("Nombre de su dependencia")
        name.fill("Cruz Roja")
        page.locator("main form button.usa-button").click()
        expect(name).to_have_value("Cruz Roja")
        expect(page.get_by_label("Dependencia", exact=True)).to_have_value("-")
        assert page.locator("#agency-error").count() == 0


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


COUNT = "addEventListener('pointerdown', () => { window.name = Number(window.name) + 1; }, true)"
"""Counts taps in the window's name, which outlives a page."""
TYPED = {
    "given_names": "María Fernanda",
    "surname1": "de la Cruz",
    "position": "Agente del Ministerio Público",
    "email": "maria.cruz@fgr.example",
}
MOST_TAPS, MOST_KEYS = 11, 89


def test_registering_takes_few_taps_and_keys(chromium: Browser, seminar: LiveServer) -> None:
    """From the seminar's page to «look into your mail», without optional fields; and one tap more on the button of the mail."""
    with Visitor(chromium, seminar.url, width=PHONE) as visitor:
        page = visitor.page
        page.add_init_script(COUNT)
        page.goto("/seminars/merida-2091")
        page.locator("main a[href$='/register']").first.click()
        for name, value in TYPED.items():
            if name == "position":
                page.get_by_role("combobox", name="Dependencia").click()
                page.keyboard.type("PGR")
                page.locator("[role=option]").first.click()
            page.locator(f"#{name}").click()
            page.keyboard.type(value)
        page.locator("label[for=sex-0]").click()
        page.locator("label[for=notice_read]").click()
        page.locator("main form button.usa-button").click()
        page.wait_for_url("**/sent/**")
        taps, keys = int(str(page.evaluate("window.name"))), len("".join(TYPED.values()) + "PGR")
        assert (taps <= MOST_TAPS, keys <= MOST_KEYS) == (True, True), (taps, keys)
        page.goto(button_after(page.url))
        page.locator("main form button.usa-button").click()
        page.wait_for_url("**/registrations/**")
        expect(page.locator("h1")).to_have_text("Su lugar está confirmado")
