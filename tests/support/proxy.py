"""Run the proxy of `deploy/Caddyfile` on a free port, with a certificate of its own."""

from __future__ import annotations

import http.client
import os
import re
import socket
import ssl
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from config import PROJECT_ROOT
from tests.support.foreign_tools import found
from tests.support.server import free_port

NAME = "seminars.example.org"
FILE = PROJECT_ROOT / "deploy" / "Caddyfile"
CADDYS_OWN_LOG = re.compile(r"^\tlog \{\n.*?^\t\}\n", re.DOTALL | re.MULTILINE)
ROOT_CERTIFICATE = Path("caddy/pki/authorities/local/root.crt")


@dataclass
class Told:
    """An answer through the proxy; status 0 means no answer."""

    status: int
    headers: http.client.HTTPMessage
    body: str

    def cookie(self) -> str:
        """Return the cookie that a browser would send back."""
        return "; ".join(line.split(";")[0] for line in self.headers.get_all("Set-Cookie") or [])


class Proxy:
    """Caddy with the project's own file; only name, ports and certificate are replaced.

    Args:
        upstream: ports of the app on the loopback address.
        quiet: whether to keep the log settings of the file; else Caddy's defaults apply.
    """

    def __init__(self, folder: Path, upstream: Sequence[int], *, quiet: bool = True) -> None:
        self.port, self._folder = free_port(), folder
        text = FILE.read_text(encoding="utf-8")
        for before, after in {
            "\n{\n": f"\n{{\n\tadmin off\n\tskip_install_trust\n\tauto_https disable_redirects\n\thttps_port {self.port}\n",
            f"{NAME} {{\n": f"{NAME}:{self.port} {{\n\tbind 127.0.0.1\n\ttls internal\n",
            "127.0.0.1:5000": " ".join(f"127.0.0.1:{port}" for port in upstream),
        }.items():
            assert text.count(before) == 1, before
            text = text.replace(before, after)
        if not quiet:
            text = CADDYS_OWN_LOG.sub("", text)
        (folder / "Caddyfile").write_text(text, encoding="utf-8")
        self.log, self._caddy = folder / "caddy.log", found("caddy")

    def __enter__(self) -> Proxy:
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [self._caddy, "run", "--config", str(self._folder / "Caddyfile")],
                env=os.environ | {"XDG_DATA_HOME": str(self._folder), "XDG_CONFIG_HOME": str(self._folder)},
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + 60
        while not self._proves_its_name():
            assert self._process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.1)
        return self

    def __exit__(self, *_exception: object) -> None:
        self._process.terminate()
        self._process.wait(20)

    def ask(
        self,
        path: str,
        *,
        fields: Mapping[str, str] | None = None,
        cookie: str = "",
        headers: Mapping[str, str] | None = None,
        source: str = "127.0.0.1",
    ) -> Told:
        """Send one request over its own TLS connection, and check the certificate; with `fields` a form is sent.

        Args:
            path: of the request.
            fields: of the form.
            cookie: the Cookie header.
            headers: further headers.
            source: the loopback address that the request comes from.
        """
        connection = Verified("127.0.0.1", self.port, timeout=60, context=self.trust, source=source)
        sent = {"Host": f"{NAME}:{self.port}"} | ({"Cookie": cookie} if cookie else {}) | dict(headers or {})
        body = None
        if fields is not None:
            sent["Content-Type"], body = "application/x-www-form-urlencoded", urlencode(fields)
        try:
            connection.request("POST" if body is not None else "GET", path, body, sent)
            answer = connection.getresponse()
            return Told(answer.status, answer.headers, answer.read().decode(errors="replace"))
        except (OSError, http.client.HTTPException) as error:
            return Told(0, http.client.HTTPMessage(), type(error).__name__)
        finally:
            connection.close()

    def _proves_its_name(self) -> bool:
        try:
            self.trust = ssl.create_default_context(cafile=str(self._folder / ROOT_CERTIFICATE))
            with closing(Verified("127.0.0.1", self.port, timeout=5, context=self.trust)) as connection:
                connection.connect()
        except OSError:
            return False
        return True


class Verified(http.client.HTTPSConnection):
    """A connection to an IP address that checks the certificate against the name."""

    def __init__(self, host: str, port: int, *, timeout: float, context: ssl.SSLContext, source: str = "") -> None:
        super().__init__(host, port, timeout=timeout, context=context)
        self._source = (source, 0)
        self._trust = context

    def connect(self) -> None:
        """Connect, and fail if the certificate is not for the name."""
        self.sock = socket.create_connection((self.host, self.port), self.timeout, self._source)
        self.sock = self._trust.wrap_socket(self.sock, server_hostname=NAME)
