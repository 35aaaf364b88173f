"""What each sample file of `deploy/` promises, before a program that repeats what it was told.

A proxy that is not on this machine is skipped.
"""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from seminar_app.web.logs import request_id_of
from tests.support.proxy import KINDS, NAME, Kind, Proxy, Told, Verified, apache, caddy, caddy_is_2_6, nginx

SECRET = "an-unmistakable-secret-in-an-address"
SLOW = 64
DEADLINE_SECONDS = 10
MOST_SECONDS = 1.0


class Repeating(BaseHTTPRequestHandler):
    """Answer with the request's headers as JSON."""

    protocol_version = "HTTP/1.1"
    heard: ClassVar[list[str]] = []
    """Method and path of each request that arrived."""

    def do_GET(self) -> None:
        """Answer."""
        self.heard.append(f"{self.command} {self.path}")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        told = json.dumps([*([name.lower(), value] for name, value in self.headers.items()), ["body", len(body)]]).encode()
        self.send_response(503 if self.path == "/busy" else 200)
        if self.path == "/busy":
            self.send_header("Retry-After", "7")
            self.send_header("Content-Security-Policy", "default-src 'self'")
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    do_POST = do_GET  # noqa: N815

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module", params=KINDS, ids=lambda kind: kind.__name__)
def proxy(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Repeating)
    server.daemon_threads = True
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    try:
        with Proxy(tmp_path_factory.mktemp("proxy"), [server.server_port], kind=request.param) as running:
            yield running
    finally:
        server.shutdown()
        serving.join()
        server.server_close()


def test_the_program_is_told_the_truth_and_nothing_that_a_stranger_says(proxy: Proxy) -> None:
    given = uuid.uuid4().hex
    forged = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "http", "X-Request-ID": given}
    told = [json.loads(proxy.ask("/", headers=forged, source="127.0.0.7").body) for _ in range(2)]
    for headers in told:
        assert [value for name, value in headers if name == "host"] == [f"{NAME}:{proxy.port}"]
        assert [value for name, value in headers if name == "x-forwarded-for"] == ["127.0.0.7"]
        assert [value for name, value in headers if name == "x-forwarded-proto"] == ["https"]
    ids = [value for headers in told for name, value in headers if name == "x-request-id"]
    assert len({*ids, given}) == 3
    assert [request_id_of(one) for one in ids] == [one.replace("-", "") for one in ids], "the program does not take these ids"


def test_a_form_with_a_file_arrives_whole(proxy: Proxy) -> None:
    assert ["body", 4_000_000] in json.loads(proxy.ask("/language", body=b"x" * 4_000_000).body)


def test_what_the_program_answers_itself_is_left_as_it_is(proxy: Proxy) -> None:
    told = proxy.ask("/busy")
    assert told.status == 503
    assert told.body.startswith("[")
    assert told.headers.get_all("Retry-After") == ["7"]
    assert "Refresh" not in told.headers


def test_http_becomes_https(proxy: Proxy) -> None:
    told = proxy.ask_without_tls("/seminars/cancun-2014?lang=en")
    assert told.status in (301, 308)
    assert told.headers["Location"] == f"https://{NAME}/seminars/cancun-2014?lang=en"


def test_slow_senders_reach_no_program_stop_no_page_and_are_cut_off(proxy: Proxy) -> None:
    with ExitStack() as stack:
        senders = []
        for _ in range(SLOW):
            sender = Verified("127.0.0.1", proxy.port, timeout=DEADLINE_SECONDS + 5, context=proxy.trust)
            stack.callback(sender.close)
            sender.putrequest("POST", "/slow", skip_host=True)
            sender.putheader("Host", NAME)
            sender.putheader("Content-Length", "5000")
            sender.endheaders(b"x")
            senders.append(sender)
        began = time.monotonic()
        for _ in range(5):
            asked = time.monotonic()
            assert proxy.ask("/").status == 200
            assert time.monotonic() - asked < MOST_SECONDS
        assert "POST /slow" not in Repeating.heard
        if proxy.kind is caddy and not caddy_is_2_6():
            return  # Caddy 2.11.7 lets them wait, whatever `read_body` says; they still cost the program nothing
        for sender in senders:
            try:
                while sender.sock.recv(1000):  # an answer that says so, or nothing
                    pass
            except ConnectionError:
                pass
        assert time.monotonic() - began < DEADLINE_SECONDS + 4
    assert "POST /slow" not in Repeating.heard


def log_of_a_failure(folder: Path, kind: Kind, *, quiet: bool) -> tuple[Told, str]:
    """Ask for an address with a secret while no program answers; return the answer and what the proxy wrote down."""
    with Proxy(folder, [9], kind=kind, quiet=quiet) as proxy:
        told = proxy.ask(f"/reset/{SECRET}", headers={"Referer": SECRET})
        assert proxy.ask_without_tls(f"/reset/{SECRET}").status in (301, 308)
        time.sleep(0.2)  # the log is written after the answer
        return told, proxy.log.read_text()


@pytest.mark.parametrize("quiet", [True, pytest.param(False, id="broken: the log that it keeps by itself")])
@pytest.mark.parametrize("kind", [nginx, apache], ids=lambda kind: kind.__name__)  # Caddy: test_behind_proxy.py
def test_what_the_proxy_says_of_a_failure_holds_no_address(tmp_path: Path, kind: Kind, *, quiet: bool) -> None:
    told, log = log_of_a_failure(tmp_path, kind, quiet=quiet)
    assert told.status == 503
    assert told.headers["Retry-After"] == told.headers["Refresh"] == "5"
    assert "503 GET" in log
    assert (SECRET in log) is not quiet
