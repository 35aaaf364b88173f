"""Memory of `flask serve` as it runs in use: its web workers after all kinds of load, and all its processes together.

Measured is the proportional set size: pages that processes share count once in all. The workers are forks of one process.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from statistics import mean

from bench import data
from bench.browser import Browser
from bench.databases import Database
from bench.load import fetch
from bench.results import Row
from bench.servers import flask_serve
from bench.staff import signed_in
from seminar_app.core.actor import RoleName

MOST_WORKER_MB, MOST_IN_ALL_MB = 100, 320
PEOPLE, SESSIONS, ROUNDS = 2_000, 6, 12


def measure(database: Database) -> list[Row]:
    """Return the rows of the report."""
    made = data.seminar(database, "memory", people=PEOPLE, sessions=SESSIONS)
    cookie = signed_in(database, RoleName.ORGANIZER, office_id=made.office_id)
    with flask_serve(database) as (server, url):
        _load(url, made, cookie)
        sizes = {pid: pss_mb(pid) for pid in (server, *_descendants(server))}
        web = [size for pid, size in sizes.items() if _is_web_worker(server, pid)]
    figure = f"{sum(sizes.values()):.0f} MB: server {sizes[server]:.0f}, {len(web)} web workers {sum(web):.0f}"
    rest = sum(sizes.values()) - sum(web) - sizes[server]
    return [
        Row(
            what=f"memory of a web worker after load (PSS; {mean(web):.0f} MB on average)",
            engine=database.engine,
            figure=f"{max(web):.0f} MB",
            limit="",
            mark=f"≤ {MOST_WORKER_MB} MB",
            passed=max(web) <= MOST_WORKER_MB,
        ),
        Row(
            what="memory of all own processes after load (PSS)",
            engine=database.engine,
            figure=f"{figure}, mail and jobs {rest:.0f}",
            limit="",
            mark=f"≤ {MOST_IN_ALL_MB} MB",
            passed=sum(sizes.values()) <= MOST_IN_ALL_MB,
        ),
    ]


def _load(url: str, made: data.Made, cookie: str) -> None:
    """Ask for public pages as a crowd does, and for pages and files of staff until each worker has had its share."""
    for path in (f"/seminars/{made.slug}", f"/seminars/{made.slug}/register?"):
        fetch(url + path, seconds=2)
    staff = f"/staff/seminars/{made.slug}"
    pages = [f"{staff}/attendance/", f"{staff}/attendance/{made.sessions[0]}", f"{staff}/roster/", "/staff/"]
    files = [f"{staff}/attendance/export?format={form}&lang=es" for form in ("csv", "xlsx")]
    for _ in range(ROUNDS):
        with Browser(url) as browser:  # a connection of its own, so that any worker may take it
            browser.take(cookie)
            for path in (*pages, *files):
                if (answer := browser.get(path)).status != 200:
                    raise RuntimeError(f"{path} was answered with {answer.status}")


def pss_mb(pid: int) -> float:
    """Return the proportional set size of a process in MB."""
    found = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii"), re.M)
    return int(found.group(1)) / 1024 if found else float("nan")


def _descendants(pid: int) -> list[int]:
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    children = [int(line) for line in found.stdout.split()]
    return [*children, *(each for child in children for each in _descendants(child))]


def _is_web_worker(server: int, pid: int) -> bool:
    """Whether it is a fork in the server's session; the process of mail and jobs leads one of its own."""
    return pid != server and os.getsid(pid) == os.getsid(server)
