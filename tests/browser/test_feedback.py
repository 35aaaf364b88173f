"""Half-answered feedback is not left behind by a touch on a link, and sending it asks nothing."""

from __future__ import annotations

from datetime import datetime

import pytest
from playwright.sync_api import Browser, Dialog, expect

from tests.support.factories import Make
from tests.support.feedback import REQUIRED, address, hold
from tests.support.server import LiveServer
from tests.support.visitor import PHONE, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.sqlite_first]


def test_leaving_asks_while_something_is_answered_and_not_sent(server: LiveServer, chromium: Browser, make: Make, now: datetime) -> None:
    held = hold(make, people=1)
    held.open(now)
    form, asked = address(held), list[str]()
    held.session.rollback()

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    with Visitor(chromium, server.url, width=PHONE) as visitor:
        page = visitor.go(form)
        page.on("dialog", stay)
        page.locator("header .brand").click()
        expect(page).to_have_url(f"{server.url}/")
        assert asked == [], "nothing was answered"
        visitor.go(form)
        page.locator("label", has=page.locator("[name=q-met_objectives][value='4']")).click()
        page.locator("textarea").first.fill("Los casos prácticos")
        page.locator("header .brand").click()
        expect(page.locator("#feedback-form")).to_be_visible()
        assert asked == ["beforeunload"]
        page.locator("header button[lang=en]").click()
        expect(page.locator("html")).to_have_attribute("lang", "en")
        expect(page.locator("textarea").first).to_have_value("Los casos prácticos")
        for key, value in REQUIRED.items():
            page.locator(f"[name=q-{key}][value='{value}']").check(force=True)
        page.locator("main form button[type=submit]").click()
        expect(page.locator("h1")).to_have_text("Thank you for your answers")
        assert asked == ["beforeunload"], "sending and changing the language ask nothing"


def test_in_forced_colours_what_is_chosen_is_seen(server: LiveServer, chromium: Browser, make: Make, now: datetime) -> None:
    held = hold(make, people=1)
    held.open(now)
    form = address(held)
    held.session.rollback()
    with Visitor(chromium, server.url, width=PHONE) as visitor:
        visitor.page.emulate_media(forced_colors="active")
        page = visitor.go(form)
        four, three = (page.locator("label", has=page.locator(f"[name=q-met_objectives][value='{value}']")) for value in (4, 3))
        yes, no = page.locator(".choice", has=page.locator("[name=q-recommend]")).all()
        four.click()
        yes.click()
        ground = "element => getComputedStyle(element).backgroundColor"
        assert four.evaluate(ground) != three.evaluate(ground)
        expect(yes).to_have_css("border-top-width", "3px")
        expect(no).to_have_css("border-top-width", "1px")
        visitor.page.evaluate("document.activeElement.blur()")


@pytest.mark.parametrize("language", ["es", "en"])
def test_characters_left_are_written_as_the_hint_writes_them(
    server: LiveServer, chromium: Browser, make: Make, now: datetime, language: str
) -> None:
    held = hold(make, people=1)
    held.open(now)
    form = address(held)
    held.session.rollback()
    with Visitor(chromium, server.url, width=PHONE) as visitor:
        page = visitor.go(form)
        if language == "en":
            page.locator("header button[lang=en]").click()
            expect(page.locator("html")).to_have_attribute("lang", "en")
        area = page.locator("textarea").first
        area.fill("x" * 26)
        expect(page.locator(".usa-hint").first).to_contain_text("2,000")
        expect(page.locator(".characters-left").first).to_contain_text("1,974")
