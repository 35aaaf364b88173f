"""What is said of a mail server that works, and of one that does not: a sentence that names the setting to change."""

from __future__ import annotations

import gc
import socket
import ssl
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from seminar_app.messages.diagnosis import NoMail, greet
from seminar_app.messages.smtp import MailServer
from tests.support.server import free_port


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of our own for 127.0.0.1, with its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = tmp_path_factory.mktemp("certificate") / "server.pem"
    path.write_bytes(secret + built.public_bytes(pem))
    return path


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


def secured(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


def ana_only(_server: SMTP, _session: Any, _envelope: Any, _mechanism: str, said: LoginPassword) -> AuthResult:
    return AuthResult(success=(said.login, said.password) == (b"ana", b"p@ss"), handled=False)


@contextmanager
def serving(**how: Any) -> Iterator[int]:
    """A mail server; yields its port."""
    controller = Controller(object(), hostname="127.0.0.1", port=free_port(), ready_timeout=10, **how)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()
        del controller
        with warnings.catch_warnings():  # aiosmtpd leaves connections open that did not come to TLS
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect(1)  # they are young; all that a worker holds by now takes half a second


@contextmanager
def listening(answer: bytes | None) -> Iterator[int]:
    """A port that says one thing and hangs up, or (None) takes connections and never says anything."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:

        def take() -> None:
            while True:
                try:
                    connection, _address = server.accept()
                except OSError:
                    return
                held.append(connection)
                if answer is not None:
                    connection.sendall(answer)
                    connection.close()

        held: list[socket.socket] = []
        taking = threading.Thread(target=take)
        taking.start()
        try:
            yield server.getsockname()[1]
        finally:
            server.shutdown(socket.SHUT_RDWR)
            taking.join()
            for connection in held:
                connection.close()


def fault(url: str, *, seconds: float = 5.0) -> str:
    with pytest.raises(NoMail) as told:
        greet(MailServer.from_url(url), seconds=seconds)
    return str(told.value)


def test_a_server_that_takes_mail_is_named_with_how_it_is_reached(certificate: Path, trusted: None) -> None:
    context = secured(certificate)
    with serving() as port:
        assert greet(MailServer.from_url(f"smtp://127.0.0.1:{port}?tls=none")) == f"127.0.0.1:{port} answers: not encrypted, no sign-in."
    with serving(tls_context=context, authenticator=ana_only) as port:
        said = greet(MailServer.from_url(f"smtp://ana:p%40ss@127.0.0.1:{port}"))
        assert said == f"127.0.0.1:{port} answers: encrypted by STARTTLS, signed in."
    with serving(ssl_context=context) as port:
        assert "encrypted by TLS, no sign-in" in greet(MailServer.from_url(f"smtps://127.0.0.1:{port}"))


def test_a_wrong_password_is_told_and_not_shown(certificate: Path, trusted: None) -> None:
    with serving(tls_context=secured(certificate), authenticator=ana_only) as port:
        said = fault(f"smtp://ana:guess@127.0.0.1:{port}")
    assert "does not accept the user or the password of SMTP_URL" in said
    assert "535" in said
    assert "%40" in said
    assert "guess" not in said


def test_a_password_for_a_server_that_asks_for_none(certificate: Path, trusted: None) -> None:
    with serving(tls_context=secured(certificate), auth_exclude_mechanism=["LOGIN", "PLAIN"]) as port:
        assert "takes no user and password" in fault(f"smtp://ana:p@127.0.0.1:{port}")


def test_each_of_the_three_ways_is_named_where_another_is_right(certificate: Path) -> None:
    with serving() as port:
        here = fault(f"smtp://127.0.0.1:{port}")
        assert "offers no STARTTLS" in here
        assert "add ?tls=none to SMTP_URL" in here
        assert "write smtp://" in fault(f"smtps://127.0.0.1:{port}")
    with serving(ssl_context=secured(certificate)) as port:
        assert "smtps:// is TLS from the start" in fault(f"smtp://127.0.0.1:{port}", seconds=0.5)


def test_a_certificate_that_nobody_vouches_for(certificate: Path) -> None:
    with serving(tls_context=secured(certificate)) as port:
        assert "The certificate of 127.0.0.1 is not valid (self-signed certificate)" in fault(f"smtp://127.0.0.1:{port}")


def test_nobody_listens_or_nobody_has_that_name() -> None:
    port = free_port()
    assert f"refuses connections at port {port}" in fault(f"smtp://127.0.0.1:{port}?tls=none")
    assert "No machine is named «mail.invalid»" in fault("smtps://mail.invalid")
    assert "a character" in fault(f"smtps://{'m' * 64}.example")


def test_a_server_that_hangs_is_left_after_the_time_for_everything() -> None:
    begin = time.monotonic()
    with listening(None) as port:
        said = fault(f"smtp://127.0.0.1:{port}?tls=none", seconds=0.4)
    assert time.monotonic() - begin < 3
    assert "does not answer within 0.4 seconds" in said


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (b"", "ended the connection before it took a mail"),
        (b"554 5.7.1 Not from here\r\n", "(it said: 554 5.7.1 Not from here)"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "not as a mail server"),
    ],
)
def test_something_else_listens_there(answer: bytes, told: str) -> None:
    with listening(answer) as port:
        assert told in fault(f"smtp://127.0.0.1:{port}?tls=none")
