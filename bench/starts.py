"""Time from the command to the first answer, and the weight of a first visit to the registration page."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from statistics import median

from bench import data, servers
from bench.databases import Database
from bench.results import Row
from tests.support.server import free_port

ROUNDS = 3
MOST_START_SECONDS = 1.0
MOST_CLONE_SECONDS, LONGEST_CLONE_SECONDS = 30, 300
MOST_FIRST_KB, MOST_SECOND_KB, MOST_USABLE_SECONDS = 60, 15, 2.0
SLOW_3G = {"offline": False, "latency": 400, "downloadThroughput": 400 * 1024 / 8, "uploadThroughput": 400 * 1024 / 8}


def cold_start(database: Database) -> Row:
    """Measure `flask serve` on a prepared database, as in a second `make run`."""
    waits = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        with servers.flask_serve(database, "--no-jobs"):
            waits.append(time.perf_counter() - begun)
    return Row(
        what="from the command to the first answer",
        engine=database.engine,
        figure=f"{median(waits):.2f} s",
        limit="",
        mark=f"≤ {MOST_START_SECONDS} s",
        passed=median(waits) <= MOST_START_SECONDS,
    )


def clone_to_demo() -> Row:
    """Measure `git clone` and `make run` in a new folder until the demonstration's seminar answers; packages come from pip's cache."""
    root = Path(__file__).parents[1]
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="constancia-clone-") as name:
        folder = Path(name) / "constancia"
        ours = ("SEMINAR_", "DATABASE_", "SECRET_", "VIRTUAL_")
        environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        begun = time.perf_counter()
        subprocess.run(["git", "clone", "--quiet", str(root), str(folder)], check=True)
        process = subprocess.Popen(
            ["make", "--silent", "run", f"PORT={port}"],
            cwd=folder,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        seconds = None
        while seconds is None and process.poll() is None and time.perf_counter() - begun < LONGEST_CLONE_SECONDS:
            if servers.answers(f"http://127.0.0.1:{port}/seminars/cancun-2014"):
                seconds = time.perf_counter() - begun
            time.sleep(0.2)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(60)
    return Row(
        what="clone to demo page",
        engine="sqlite",
        figure="it did not come up (are the packages within reach?)" if seconds is None else f"{seconds:.0f} s",
        limit="",
        mark=f"≤ {MOST_CLONE_SECONDS} s",
        passed=seconds is not None and seconds <= MOST_CLONE_SECONDS,
    )


def page_weight(database: Database) -> list[Row]:
    """Measure bytes over the wire in a real browser, first and second visit, and the time until usable at 400 kbit/s and 400 ms."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        print("Chromium is not installed: the weight of the registration page was not measured.", file=sys.stderr)
        return []
    from playwright.sync_api import sync_playwright

    made = data.seminar(database, "weight")
    flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
    with servers.product(database) as server, sync_playwright() as playwright:
        url = f"{server.url}/seminars/{made.slug}/register"
        urllib.request.urlopen(url, timeout=10).close()
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        context = browser.new_context(locale="es-MX")
        weights = []
        page = context.new_page()
        devtools = context.new_cdp_session(page)
        devtools.send("Network.enable")
        received: list[float] = []
        devtools.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
        for _ in range(2):
            received.clear()
            page.goto(url, wait_until="networkidle")
            weights.append(sum(received) / 1024)
        slow = browser.new_context(locale="es-MX").new_page()
        network = slow.context.new_cdp_session(slow)
        network.send("Network.enable")
        network.send("Network.emulateNetworkConditions", SLOW_3G)
        begun = time.perf_counter()
        slow.goto(url, wait_until="domcontentloaded", timeout=60_000)
        usable = time.perf_counter() - begun
        browser.close()
    first, second = weights
    return [
        _row(
            database,
            "first visit of the registration page, over the wire",
            f"{first:.0f} kB",
            f"≤ {MOST_FIRST_KB} kB",
            first <= MOST_FIRST_KB,
        ),
        _row(database, "second visit", f"{second:.0f} kB", f"≤ {MOST_SECOND_KB} kB", second <= MOST_SECOND_KB),
        _row(
            database,
            "usable at 400 kbit/s and 400 ms (slow 3G)",
            f"{usable:.1f} s",
            f"≤ {MOST_USABLE_SECONDS:.0f} s",
            usable <= MOST_USABLE_SECONDS,
        ),
    ]


def _row(database: Database, what: str, figure: str, mark: str, passed: bool) -> Row:
    return Row(what=what, engine=database.engine, figure=figure, limit="", mark=mark, passed=passed)


def machine() -> str:
    """Return a description of the machine, in a line."""
    cpu = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    return f"{os.cpu_count()} × {cpu.group(1) if cpu else 'unknown'}, Python {sys.version.split()[0]}"
