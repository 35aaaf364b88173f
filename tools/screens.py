"""`python -m tools.screens` (`make screens`): pictures of the main pages for docs/screens, from a temporary demonstration.

Spanish at 360 px, as officials see it on a phone, and English at 1280 px, as an office sees it. Needs the system's Chromium.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from seminar_app.core.clock import now
from seminar_app.demo.content import next_seminar
from seminar_app.demo.state import DEMO_DOMAIN, PASSWORD
from tests.support.server import free_port

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "screens"
LARGEST_BYTES = 150_000
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
START_SECONDS = 90


@dataclass(frozen=True, slots=True)
class Screen:
    """A page and the role that views it (None: a visitor). `link`: follow the page's first link whose address contains this."""

    name: str
    path: str
    account: str | None = None
    link: str | None = None


def screens() -> list[Screen]:
    """Return the main pages."""
    coming = next_seminar(now().date()).slug
    return [
        Screen("calendar", "/"),
        Screen("seminar", f"/seminars/{coming}"),
        Screen("register", f"/seminars/{coming}/register"),
        Screen("sign-in", "/login"),
        Screen("seminars", "/staff/seminars/", "organizer"),
        Screen("overview", "/staff/seminars/cancun-2014/", "organizer"),
        Screen("roster", "/staff/seminars/cancun-2014/roster/", "organizer"),
        Screen("attendance", "/staff/seminars/cancun-2014/attendance/", "coordinator"),
        Screen("marking", "/staff/seminars/cancun-2014/attendance/", "coordinator", link="/attendance/"),
        Screen("feedback", "/staff/seminars/cancun-2014/feedback/", "organizer"),
        Screen("trail", "/staff/audit-log/", "auditor"),
    ]


@contextmanager
def demonstration() -> Iterator[tuple[str, Path]]:
    """Run a server with the demonstration in a temporary folder; yield its address, and the folder."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="constancia-demonstration-") as folder:
        environment = {key: value for key, value in os.environ.items() if key not in {"DATABASE_URL", "SEMINAR_MODE"}}
        environment |= {"SEMINAR_DATA_DIR": folder, "PORT": str(port)}
        process = subprocess.Popen([sys.executable, "-m", "flask", "--app", "seminar_app", "serve", "--no-jobs"], env=environment, cwd=ROOT)
        try:
            deadline = time.monotonic() + START_SECONDS
            while not _ready(f"http://127.0.0.1:{port}/readyz"):
                if process.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit("The demonstration did not start.")
                time.sleep(0.1)
            yield f"http://127.0.0.1:{port}", Path(folder)
        finally:
            process.terminate()
            process.wait(20)


def _ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1) as answer:  # noqa: S310  our own loopback address
            return bool(answer.status == 200)
    except OSError:
        return False


def take(browser: Browser, url: str, *, language: str, width: int, height: int) -> Iterator[Path]:
    """Take all screens in one language and width."""
    contexts: dict[str | None, BrowserContext] = {}
    for screen in screens():
        if screen.account not in contexts:
            contexts[screen.account] = browser.new_context(
                locale="es-MX" if language == "es" else "en-US", viewport={"width": width, "height": height}
            )
            if screen.account:
                sign_in(contexts[screen.account].new_page(), url, screen.account, language)
        page = contexts[screen.account].new_page()
        page.goto(url + screen.path)
        if screen.link:
            page.goto(url + _link(page, screen))
        path = FOLDER / f"{screen.name}-{language}-{width}.png"
        page.screenshot(path=path)
        page.close()
        yield path
    for context in contexts.values():
        context.close()


def _link(page: Page, screen: Screen) -> str:
    hrefs = [str(link.get_attribute("href")) for link in page.query_selector_all("main a[href]")]
    return next(href for href in hrefs if screen.link and screen.link in href and href.count("-") >= 5)


def sign_in(page: Page, url: str, account: str, language: str) -> None:
    """Sign in, and switch to the wanted language in place of the account's."""
    page.goto(f"{url}/login")
    page.fill("input[name=email]", f"{account}@{DEMO_DOMAIN}")
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit], main form button:not([type])")
    page.wait_for_url("**/staff/**")
    if page.get_attribute("html", "lang") != language:
        page.eval_on_selector(f"header button[lang={language}]", "button => button.click()")  # in a menu on a phone
        page.wait_for_selector(f"html[lang={language}]")


def main() -> int:
    """Take all pictures; return 1 where a picture is too large to keep."""
    chromium = next(filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "chromium-browser"))), None)
    if chromium is None:
        raise SystemExit("Chromium was not found: install Debian's package chromium.")
    FOLDER.mkdir(parents=True, exist_ok=True)
    large = []
    with demonstration() as (url, _folder), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for language, width, height in (("es", 360, 780), ("en", 1280, 720)):
            for path in take(browser, url, language=language, width=width, height=height):
                print(path.relative_to(ROOT), f"{path.stat().st_size // 1024} kB")
                if path.stat().st_size > LARGEST_BYTES:
                    large.append(path.name)
        browser.close()
    if large:
        print("Too large to keep:", ", ".join(large))
    return 1 if large else 0


if __name__ == "__main__":
    sys.exit(main())
