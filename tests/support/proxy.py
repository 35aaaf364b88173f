"""Run a proxy with its sample file of `deploy/` on free ports, with a certificate made for it."""

from __future__ import annotations

import datetime
import http.client
import os
import re
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from config import PROJECT_ROOT
from tests.support.foreign_tools import found
from tests.support.server import free_port

NAME = "seminars.example.org"
CERTIFICATE, KEY = "/etc/ssl/constancia/certificate.pem", "/etc/ssl/constancia/key.pem"
CADDYS_OWN_LOG = re.compile(r"^\tlog \{\n.*?^\t\}\n", re.DOTALL | re.MULTILINE)
APACHES_MODULES = Path("/usr/lib/apache2/modules")
ENABLED_BY_DEBIAN = ("mpm_event", "alias", "authz_core", "deflate", "env", "filter", "mime", "setenvif")
NEEDED_BY_THEM = ("proxy", "slotmem_shm", "socache_shmcb")
"""What `a2enmod` enables with a module that needs it."""


@dataclass
class Told:
    """An answer through the proxy; status 0 means no answer."""

    status: int
    headers: http.client.HTTPMessage
    body: str

    def cookie(self) -> str:
        """Return the cookie that a browser would send back."""
        return "; ".join(line.split(";")[0] for line in self.headers.get_all("Set-Cookie") or [])


@dataclass(frozen=True)
class Place:
    """Where a proxy runs: its folder, its ports, and the ports of the app behind it."""

    folder: Path
    https: int
    http: int
    upstream: Sequence[int]
    quiet: bool

    @property
    def log(self) -> Path:
        """Everything that the proxy writes down."""
        return self.folder / "proxy.log"

    def replaced(self, text: str, changes: Mapping[str, str]) -> str:
        """Replace each text that must be there, and the paths of the certificate."""
        for before, after in changes.items():
            assert before in text, before
            text = text.replace(before, after)
        return text.replace(CERTIFICATE, str(self.folder / "certificate.pem")).replace(KEY, str(self.folder / "key.pem"))


def caddy_is_2_6() -> bool:
    """Whether the installed Caddy is the one that Debian has; newer ones buffer bodies by another directive."""
    said = subprocess.run([found("caddy"), "version"], capture_output=True, text=True, check=True).stdout
    return said.lstrip("v").startswith("2.6.")


def caddy(place: Place) -> list[str]:
    """Write the Caddyfile and return the command."""
    text = (PROJECT_ROOT / "deploy/Caddyfile").read_text(encoding="utf-8")
    options = f"\n{{\n\tadmin off\n\thttps_port {place.https}\n\thttp_port {place.http}\n"
    site = f"{{$PUBLIC_URL:{NAME}}} {{\n"
    text = place.replaced(
        text,
        {
            "\n{\n": options,
            site: f"{NAME}:{place.https} {{\n\tbind 127.0.0.1\n",
            "# tls /etc": "tls /etc",
            "{$UPSTREAM:127.0.0.1:5000}": " ".join(f"127.0.0.1:{port}" for port in place.upstream),
            **({} if caddy_is_2_6() else {"{$BODIES:bodies_2_6}": "bodies"}),
        },
    )
    file = place.folder / "Caddyfile"
    file.write_text(text if place.quiet else CADDYS_OWN_LOG.sub("", text), encoding="utf-8")
    return [found("caddy"), "run", "--config", str(file)]


def nginx(place: Place) -> list[str]:
    """Write the site and a main file around it as Debian's is, and return the command."""
    text = (PROJECT_ROOT / "deploy/nginx.conf").read_text(encoding="utf-8")
    text = place.replaced(
        re.sub(r"^\tlisten \[::\].*\n", "", text, flags=re.MULTILINE),  # not every machine has IPv6
        {
            "listen 80;": f"listen 127.0.0.1:{place.http};",
            "listen 443 ": f"listen 127.0.0.1:{place.https} ",
            "server 127.0.0.1:5000;": " ".join(f"server 127.0.0.1:{port};" for port in place.upstream),
            "/var/log/nginx/constancia.log": str(place.log),
        },
    )
    site, file = place.folder / "site", place.folder / "nginx.conf"
    site.write_text(text if place.quiet else text.replace("error_log /dev/null emerg;", ""), encoding="utf-8")
    spools = "".join(f"{kind}_temp_path {place.folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    user = "user root;" if os.getuid() == 0 else ""
    file.write_text(
        f"daemon off; {user} pid {place.folder}/pid; error_log {place.log}; worker_processes 1;"
        f"events {{ worker_connections 768; }} http {{ access_log {place.log}; gzip on; {spools} include {site}; }}",
        encoding="utf-8",
    )
    return [found("nginx", "/usr/sbin/nginx"), "-e", str(place.log), "-c", str(file)]


def apache(place: Place) -> list[str]:
    """Write the site and a main file with the modules that it names, and return the command."""
    text = (PROJECT_ROOT / "deploy/apache.conf").read_text(encoding="utf-8")
    enabled = re.search(r"^#   a2enmod (.+)$", text, re.MULTILINE)
    assert enabled
    member = re.search(r"BalancerMember http://127\.0\.0\.1:5000", text)
    assert member
    text = place.replaced(
        re.sub(
            r"^(\s*BalancerMember http://127\.0\.0\.1:)5000(.*)$",
            lambda line: "\n".join(f"{line[1]}{port}{line[2]}" for port in place.upstream),
            text,
            flags=re.MULTILINE,
        ),
        {
            "*:80>": f"127.0.0.1:{place.http}>",
            "*:443>": f"127.0.0.1:{place.https}>",
            "/var/log/apache2/constancia-error.log": str(place.log),
            "/var/log/apache2/constancia.log": str(place.log),
        },
    )
    site, file = place.folder / "site", place.folder / "apache2.conf"
    site.write_text(text if place.quiet else re.sub(r"^\t(LogLevel|ErrorLogFormat) .*$", "", text, flags=re.MULTILINE), encoding="utf-8")
    names = (*ENABLED_BY_DEBIAN, *NEEDED_BY_THEM, *enabled[1].split())
    lines = [
        *(f"LoadModule {name}_module {APACHES_MODULES}/mod_{name}.so" for name in names),
        f"Listen 127.0.0.1:{place.http}",
        f"Listen 127.0.0.1:{place.https}",
        f"DefaultRuntimeDir {place.folder}",
        f"PidFile {place.folder}/pid",
        f"ErrorLog {place.log}",
        "TypesConfig /dev/null",
        f"ServerName {NAME}",
        *(["User www-data", "Group www-data"] if os.getuid() == 0 else []),
        "AddOutputFilterByType DEFLATE text/html",
        f"Include {site}",
    ]
    file.write_text("\n".join((*lines, "")), encoding="utf-8")
    return [found("apache2", "/usr/sbin/apache2"), "-d", str(place.folder), "-f", str(file), "-DFOREGROUND"]


Kind = Callable[[Place], list[str]]
KINDS: tuple[Kind, ...] = (caddy, nginx, apache)


class Proxy:
    """A proxy with the project's own file; only names, ports, paths and certificate are replaced.

    Args:
        upstream: ports of the app on the loopback address.
        kind: which one.
        quiet: whether to keep the log settings of the file; else the proxy's defaults apply.
    """

    def __init__(self, folder: Path, upstream: Sequence[int], *, kind: Kind = caddy, quiet: bool = True) -> None:
        folder.mkdir(exist_ok=True)
        self.kind = kind
        self._place = Place(folder, free_port(), free_port(), upstream, quiet)
        self.port, self.http_port, self.log = self._place.https, self._place.http, self._place.log
        make_certificate(folder)
        self.trust = ssl.create_default_context(cafile=str(folder / "certificate.pem"))
        self._command = kind(self._place)

    def __enter__(self) -> Proxy:
        folder = str(self._place.folder)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, env=os.environ | {"XDG_DATA_HOME": folder, "XDG_CONFIG_HOME": folder}, stdout=log, stderr=log
            )
        deadline = time.monotonic() + 60
        while not self._proves_its_name():
            assert self._process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.05)
        return self

    def __exit__(self, *_exception: object) -> None:
        self._process.terminate()
        self._process.wait(20)

    def ask(
        self,
        path: str,
        *,
        fields: Mapping[str, str] | None = None,
        body: bytes | None = None,
        cookie: str = "",
        headers: Mapping[str, str] | None = None,
        source: str = "127.0.0.1",
    ) -> Told:
        """Send one request over its own TLS connection, and check the certificate; with `fields` or `body` a form is sent.

        Args:
            path: of the request.
            fields: of the form.
            body: the form as it is sent, instead of its fields.
            cookie: the Cookie header.
            headers: further headers.
            source: the loopback address that the request comes from.
        """
        connection = Verified("127.0.0.1", self.port, timeout=60, context=self.trust, source=source)
        sent = {"Host": f"{NAME}:{self.port}"} | ({"Cookie": cookie} if cookie else {}) | dict(headers or {})
        if fields is not None:
            body = urlencode(fields).encode()
        if body is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request("POST" if body is not None else "GET", path, body, sent)
            answer = connection.getresponse()
            return Told(answer.status, answer.headers, answer.read().decode(errors="replace"))
        except (OSError, http.client.HTTPException) as error:
            return Told(0, http.client.HTTPMessage(), type(error).__name__)
        finally:
            connection.close()

    def ask_without_tls(self, path: str) -> Told:
        """Get a page as a person does who types the name without https://."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.http_port, timeout=10)) as connection:
            connection.request("GET", path, headers={"Host": NAME})
            answer = connection.getresponse()
            return Told(answer.status, answer.headers, answer.read().decode(errors="replace"))

    def _proves_its_name(self) -> bool:
        try:
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


def make_certificate(folder: Path) -> None:
    """Write a self-signed certificate of the name and its key."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    (folder / "key.pem").chmod(0o600)
