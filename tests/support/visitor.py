"""A person with a browser, who notices faults of each page.

Faults are axe's findings, sideways scrolling, errors in the console (among them refused scripts), and server errors.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response

AXE = Path(__file__).resolve().parents[1] / "browser" / "vendor" / "axe.min.js"
RUN = "axe.run(document, {resultTypes: ['violations']}).then(found => found.violations)"
KINDS = """[...new Set([...document.querySelectorAll('body *')].map(
    e => [e.tagName, e.className, e.type, e.getAttribute('role'), e.hidden].join(' ')))].sort().join('\\n')"""
"""Script for the kinds of elements on a page. In one process, axe checks the same page with the same kinds once."""
_looked_through: set[tuple[str, str, int, str]] = set()
PHONE = 360
DESK = 1280


def settled(page: Page) -> None:
    """Wait until the page has loaded and no form of it is being sent: its answer stands in its place, or another page."""
    page.wait_for_load_state("load")
    page.locator("form[aria-busy=true]").first.wait_for(state="detached")
    page.wait_for_load_state("load")


@dataclass
class Visitor:
    """A browser window of its own, `width` pixels wide, that asks for `language`.

    Call `look()` on each page that the journey reaches.
    """

    browser: Browser
    base_url: str
    language: str = "es"
    width: int = PHONE
    javascript: bool = True
    complaints: list[str] = field(default_factory=list)
    context: BrowserContext = field(init=False)
    page: Page = field(init=False)

    def __post_init__(self) -> None:
        self.context = self.browser.new_context(
            base_url=self.base_url,
            locale="es-MX" if self.language == "es" else "en-US",
            viewport={"width": self.width, "height": 800},
            java_script_enabled=self.javascript,
            bypass_csp=False,
            accept_downloads=True,
        )
        self.context.set_default_timeout(10_000)
        self.page = self.context.new_page()
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(f"script failed: {error}"))
        self.page.on("response", self._response)

    def __enter__(self) -> Visitor:
        return self

    def __exit__(self, kind: object, *_rest: object) -> None:
        self.context.close()
        if kind is None:
            assert not self.complaints, "\n".join(self.complaints)

    def go(self, path: str) -> Page:
        """Open an address of the site and check the page."""
        self.page.goto(path)
        self.look()
        return self.page

    def look(self) -> None:
        """Check the open page as far as a program can: accessibility, width, language. A form that is being sent is waited for."""
        settled(self.page)
        where = f"{self.page.url} ({self.language}, {self.width} px)"
        assert self.page.locator("html").get_attribute("lang") == self.language, where
        overflow: int = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, f"{where} scrolls {overflow} px sideways"
        findings = self._axe()
        assert not findings, f"{where}:\n" + "\n".join(findings)

    def sign_in(self, email: str, password: str) -> None:
        """Sign in through the form, as a person does."""
        self.page.goto("/login")
        self.look()
        self.page.locator("input[type=email], input[name=email]").first.fill(email)
        self.page.locator("input[type=password]").fill(password)
        self.page.locator("main form button[type=submit], main form input[type=submit]").first.click()
        self.page.wait_for_url("**/staff/**")

    def _axe(self) -> list[str]:
        if not self.javascript:
            return []
        shape = (urlsplit(self.page.url).path, self.language, self.width, str(self.page.evaluate(KINDS)))
        if shape in _looked_through:
            return []
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found: list[dict[str, Any]] = self.page.evaluate(RUN)
        if not found:
            _looked_through.add(shape)
        return [
            f"{violation['id']}: {violation['help']}: " + "; ".join(" ".join(node["target"]) for node in violation["nodes"][:3])
            for violation in found
        ]

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "the server responded with a status of 4" not in message.text:
            self.complaints.append(f"{self.page.url}: {message.text}")

    def _response(self, response: Response) -> None:
        if response.status >= 500:
            self.complaints.append(f"{response.url} answered {response.status}")
