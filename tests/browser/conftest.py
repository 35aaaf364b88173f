"""The system's Chromium on the real server. Without Chromium these tests are skipped, or fail with REQUIRE_FOREIGN_TOOLS=1."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.conftest import TestDatabase
from tests.support.foreign_tools import found
from tests.support.server import LiveServer

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The headless shell comes first: it is the same engine without the windows around it, which take a quarter of the time."""


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Yield the library that drives browsers; a process has one."""
    with sync_playwright() as driver:
        yield driver


@contextmanager
def launched(playwright: Playwright, *, back_asks_anew: bool = True) -> Iterator[Browser]:
    """Run a browser. Its Back asks for the page anew, as phones with little memory do, or shows it as it was left."""
    ours = [] if back_asks_anew else ["--disable-back-forward-cache"]
    browser = playwright.chromium.launch(executable_path=found(*BROWSERS), args=FLAGS, ignore_default_args=ours)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """Yield one browser for all browser tests of a worker."""
    with launched(playwright) as browser:
        yield browser


@pytest.fixture
def server(database: TestDatabase, tmp_path: Path) -> Iterator[LiveServer]:
    """Run the real server with two workers on this test's database."""
    with LiveServer(database.url, tmp_path) as live:
        yield live
