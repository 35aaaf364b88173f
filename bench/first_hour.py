"""python -m bench.first_hour: from `git clone` to the published seminar of Cancún, in production mode, and what it took.

It types only what README says, answers what `constancia setup` asks, puts deploy/Caddyfile in front, and does the rest in a
browser as an administrator and an organizer would: password, authenticator app, office, organizer, seminar, six sessions, seats
of four groups, publishing. Needs the system's Chromium and Caddy. Packages come from pip's cache where it has one.
"""

from __future__ import annotations

import getpass
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from email.message import EmailMessage
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from pyotp import TOTP

from config import PROJECT_ROOT, SETTINGS
from tests.browser.conftest import BROWSERS, FLAGS
from tests.integration.cli.test_installing import CLONE, blocks
from tests.support.foreign_tools import found
from tests.support.mail import ScriptedServer
from tests.support.proxy import NAME, Proxy
from tests.support.server import free_port

PASSWORD = "three horses cross the old bridge"  # noqa: S105  of this rehearsal
SLUG = "cancun-2027"
QUOTAS = (("FGR", 23), ("PGJ", 32), ("Guardia Nacional", 20), ("INM", 18))
SESSIONS = tuple((day, begins, ends) for day in range(3) for begins, ends in (("09:00", "13:00"), ("15:00", "18:00")))
READY_SECONDS = 60


class Hour:
    """Counts what is typed and how long each part takes."""

    def __init__(self) -> None:
        self.began = self.last = time.monotonic()
        self.commands: list[str] = []
        self.answers = 0
        self.pages = 0

    def tell(self, step: str) -> None:
        """Print the step that has just ended, with its seconds and the time since `git clone`."""
        now = time.monotonic()
        print(f"{now - self.last:6.1f} s  {(now - self.began) / 60:5.2f} min  {step}", flush=True)
        self.last = now


def main() -> None:
    """Run it once, print the table."""
    with tempfile.TemporaryDirectory(prefix="first-hour-") as folder, ScriptedServer() as mail, sync_playwright() as playwright:
        hour = Hour()
        home = Path(folder)
        environment = {name: os.environ[name] for name in os.environ if name.startswith(("PATH", "PIP_", "LANG"))}
        environment |= {"HOME": folder, "CONSTANCIA_SETTINGS": f"{folder}/settings/env", "PORT": str(free_port())}
        environment["CONSTANCIA_USER"] = getpass.getuser()
        link = install(hour, home, environment, mail.port)
        with served(hour, home / "constancia", environment) as port, proxied(home, port) as address:
            browser = playwright.chromium.launch(
                executable_path=found(*BROWSERS), args=[*FLAGS, f"--host-resolver-rules=MAP {NAME} 127.0.0.1"]
            )
            administrate(hour, browser, address, link)
            organize(hour, browser, address, invitation(mail))
        print(
            f"\n{len(hour.commands)} commands, {hour.answers} questions of setup, {hour.pages} pages sent, "
            f"{len(re.findall('^[A-Z_]+=', (home / 'settings' / 'env').read_text(), re.MULTILINE))} settings written "
            f"({len(SETTINGS)} exist)"
        )


def install(hour: Hour, home: Path, environment: dict[str, str], mail_port: int) -> str:
    """Type README's lines up to `setup`; return the administrator's link."""
    *lines, setting_up, _serving = blocks()[0]
    answers = [
        f"https://{NAME}", "127.0.0.1", "", str(mail_port), "", "", "en", "America/Cancun", f"{home}/data", "",
        "ana@office.example", "Ana Ruiz",
    ]  # fmt: skip
    where, said = home, ""
    for line in (*lines, setting_up):
        hour.commands.append(line)
        if line.startswith("cd "):
            where /= line.removeprefix("cd ")
            continue
        done = subprocess.run(
            ["sh", "-c", "umask 022; " + line.replace(CLONE, f"git clone -q {PROJECT_ROOT} ")],
            cwd=where, env=environment, input="\n".join(answers) + "\n", capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        said = done.stdout
        hour.tell(line)
    hour.answers = len(answers)
    link = re.search(rf"https://{re.escape(NAME)}(/reset/\S+)", said)
    assert link is not None, said
    return link[1]


@contextmanager
def served(hour: Hour, folder: Path, environment: dict[str, str]) -> Iterator[int]:
    """Run README's last line."""
    line = blocks()[0][-1]
    hour.commands.append(line)
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(["sh", "-c", f"exec {line}"], cwd=folder, env=environment, stdout=log, stderr=log)
    try:
        yield int(environment["PORT"])
    finally:
        server.terminate()
        server.wait(60)


@contextmanager
def proxied(home: Path, port: int) -> Iterator[str]:
    """The sample of Caddy in front; waits until people can be served."""
    folder = home / "proxy"
    folder.mkdir()
    with Proxy(folder, [port]) as proxy:
        until = time.monotonic() + READY_SECONDS
        while proxy.ask("/readyz").status != 200:
            assert time.monotonic() < until, "the server is not ready"
            time.sleep(0.1)
        yield f"https://{NAME}:{proxy.port}"


@contextmanager
def person(browser: Browser, address: str) -> Iterator[Page]:
    """A window that believes the name of the proxy."""
    context = browser.new_context(base_url=address, locale="en-US", ignore_https_errors=True, viewport={"width": 1280, "height": 900})
    context.set_default_timeout(20_000)
    page = context.new_page()
    yield page
    context.close()


def press(hour: Hour, page: Page, selector: str) -> None:
    """Press a button that sends the page."""
    hour.pages += 1
    with page.expect_navigation():
        page.locator(selector).first.click()
    assert not page.locator(".usa-alert--error").count(), f"{page.url}: {page.locator('.usa-alert--error').first.inner_text()}"


def fill(page: Page, values: dict[str, str]) -> None:
    """Fill fields by name; a searching select takes what is typed."""
    for name, value in values.items():
        field = page.locator(f"[name='{name}']").first
        kind = field.evaluate("e => e.tagName + (e.hidden ? ' hidden' : '') + ' ' + (e.type || '')")
        if kind.startswith("SELECT hidden"):
            box = page.locator(f"#{field.get_attribute('id')}".removesuffix("-value"))
            box.fill(field.locator(f"option[value='{value}']").inner_text())
            box.press("ArrowDown")
            box.press("Enter")
        elif kind.startswith("SELECT"):
            field.select_option(value)
        elif kind.endswith("radio"):
            page.locator(f"[name='{name}'][value='{value}'] + label").click()
        else:
            field.fill(value)


def enter(hour: Hour, page: Page, link: str, email: str) -> None:
    """Choose a password by the link, sign in, set up an app, keep the codes."""
    page.goto(link)
    fill(page, {"password": PASSWORD, "password_confirm": PASSWORD})
    press(hour, page, "main form button.usa-button")
    if page.locator("[name=email]").count():
        fill(page, {"email": email, "password": PASSWORD})
        press(hour, page, "main form button.usa-button")
    page.locator("main a.usa-button", has_text="app").click()
    page.locator("details summary").click()
    key = page.locator("details code").inner_text().replace("-", "").replace(" ", "")
    fill(page, {"code": TOTP(key).now(), "name": "My phone"})
    press(hour, page, "main form button.usa-button")
    press(hour, page, "form[action$='/kept'] button")


def administrate(hour: Hour, browser: Browser, address: str, link: str) -> None:
    """Administrator: the account, the office, the organizer."""
    with person(browser, address) as page:
        enter(hour, page, link, "ana@office.example")
        hour.tell(f"administrator is in, at {page.locator('h1').inner_text()}")
        page.goto("/staff/offices/new")
        fill(
            page,
            {"code": "HSI", "name_es": "Investigaciones de Seguridad", "name_en": "Homeland Security Investigations",
             "city": "México", "country": "MX", "email": "seminars@office.example", "phone": "+1 202 555 0142"},
        )  # fmt: skip
        press(hour, page, "main form button.usa-button")
        page.locator("a[href*='accounts/new?role=organizer']").first.click()  # the page that follows says that an organizer comes next
        fill(page, {"name": "Olga Ramos", "email": "olga@office.example"})
        press(hour, page, "main form button.usa-button")
        hour.tell("office and organizer")


def invitation(mail: ScriptedServer) -> str:
    """The link in the organizer's mail."""
    until = time.monotonic() + READY_SECONDS
    while not (letters := [letter for letter in mail.taken if "olga@office.example" in str(letter["To"])]):
        assert time.monotonic() < until, "no mail for the organizer"
        time.sleep(0.2)
    link = re.search(rf"https://{re.escape(NAME)}(/reset/\S+)", _words(letters[0]))
    assert link is not None
    return link[1]


def _words(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def organize(hour: Hour, browser: Browser, address: str, link: str) -> None:
    """Organizer: the seminar, its sessions and seats, and publishing."""
    first = date.today() + timedelta(days=60)  # noqa: DTZ011  any day to come
    with person(browser, address) as page:
        enter(hour, page, link, "olga@office.example")
        hour.tell("organizer is in")
        page.goto("/staff/seminars/new")
        country = page.locator("[name=country]").first.input_value()
        assert country == "MX", f"the seminar would be in {country}"
        page.locator("details:has([name=slug]) > summary").click()
        fill(
            page,
            {"title_es": "Trata de personas", "title_en": "Human trafficking", "city": "Cancún", "starts_on": first.isoformat(),
             "ends_on": (first + timedelta(days=2)).isoformat(), "capacity": "93", "slug": SLUG},
        )  # fmt: skip
        press(hour, page, "main form button.usa-button")
        for number, (day, begins, ends) in enumerate(SESSIONS):
            on = (first + timedelta(days=day)).isoformat()
            titles = {"title_es": f"Sesión {number + 1}", "title_en": f"Session {number + 1}"}
            page.locator(f"[name=lines-{number}-day]").select_option(on)
            fill(page, {f"lines-{number}-{name}": value for name, value in {**titles, "starts": begins, "ends": ends}.items()})
        press(hour, page, "main form button.usa-button:not(.usa-button--outline)")
        for number, (agency, size) in enumerate(QUOTAS):
            box = page.locator("[role=combobox]").nth(number)
            box.fill(agency)
            box.press("ArrowDown")
            box.press("Enter")
            fill(page, {f"quotas-{number}-size": str(size)})
        press(hour, page, "main form button.usa-button:not(.usa-button--outline)")
        hour.tell("seminar, six sessions, four quotas")
        press(hour, page, "form[action$='/publish'] button")
        page.goto(f"/seminars/{SLUG}")
        assert "Human trafficking" in page.locator("h1").inner_text()
        hour.tell("published")


if __name__ == "__main__":
    main()
