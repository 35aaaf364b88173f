"""Send requests as fast as possible: by wrk, or where it is missing by a slower client of our own, which says so."""

from __future__ import annotations

import http.client
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

SCRIPTS = Path(__file__).parent / "wrk"
FIGURE = re.compile(r"BENCH requests=(\d+) seconds=([\d.]+) p50=([\d.]+) p95=([\d.]+) p99=([\d.]+) errors=(\d+)")


@dataclass(frozen=True, slots=True)
class Load:
    """Requests a second, latency in milliseconds, and failed answers (4xx, 5xx or none)."""

    rate: float
    p50: float
    p95: float
    p99: float
    errors: int

    def __str__(self) -> str:
        said = f"{self.rate:,.0f}/s, p50 {self.p50:.0f}, p95 {self.p95:.0f}, p99 {self.p99:.0f} ms"
        return said + (f", {self.errors} errors" if self.errors else "")


def middle(loads: Iterable[Load]) -> Load:
    """Return the load whose rate is the middle one, with the failed answers of all."""
    found = sorted(loads, key=lambda load: load.rate)
    return replace(found[len(found) // 2], errors=sum(load.errors for load in found))


@cache
def has_wrk() -> bool:
    """Whether wrk is installed; if not, print once what that means."""
    if shutil.which("wrk"):
        return True
    print("wrk is not installed (Debian: apt-get install wrk): a Python client takes its place and is itself the limit.", file=sys.stderr)
    return False


def fetch(
    url: str,
    *,
    seconds: float,
    connections: int = 8,
    threads: int = 2,
    cookie: str = "",
    script: str = "get.lua",
    arguments: tuple[str, ...] = (),
) -> Load:
    """Fetch `url` for this time over this many connections, with this cookie; another `script` of bench/wrk decides itself what is sent."""
    if not has_wrk():
        return fetch_with_threads(url, seconds=seconds, connections=connections, cookie=cookie)
    command = ["wrk", f"-t{threads}", f"-c{connections}", f"-d{seconds:.0f}s", "--timeout", "30s", "-s", str(SCRIPTS / script), url]
    done = subprocess.run([*command, "--", *((cookie,) if cookie else arguments)], capture_output=True, text=True, check=True, cwd=SCRIPTS)
    found = FIGURE.search(done.stdout)
    if found is None:
        raise RuntimeError(done.stdout + done.stderr)
    requests, lasted, p50, p95, p99, errors = (float(value) for value in found.groups())
    return Load(requests / lasted, p50, p95, p99, int(errors))


def fetch_with_threads(url: str, *, seconds: float, connections: int, cookie: str = "") -> Load:
    """Fetch with the standard library instead of wrk, for plain GETs."""
    parts = urlsplit(url)
    assert parts.hostname
    headers = {"Accept-Language": "es"} | ({"Cookie": cookie} if cookie else {})
    deadline = time.perf_counter() + seconds
    latencies: list[float] = []
    errors = 0

    def run() -> None:
        nonlocal errors
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
        while time.perf_counter() < deadline:
            begun = time.perf_counter()
            connection.request("GET", parts.path, headers=headers)
            answer = connection.getresponse()
            answer.read()
            latencies.append(time.perf_counter() - begun)
            errors += answer.status >= 400

    workers = [threading.Thread(target=run) for _ in range(connections)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    latencies.sort()
    p50, p95, p99 = (latencies[int(len(latencies) * part)] * 1000 for part in (0.5, 0.95, 0.99))
    return Load(len(latencies) / seconds, p50, p95, p99, errors)
