"""Talk to the mail server named in `SMTP_URL`: `smtps://` (TLS from the start) or `smtp://` (STARTTLS).

`smtp://host:port?tls=none` sends without encryption, for a relay on the same machine.
"""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from types import TracebackType
from urllib.parse import parse_qs, unquote, urlsplit

from msgspec import Struct

from seminar_app.messages.headers import NotReadable

TIMEOUT_SECONDS = 20
"""Seconds for each answer of the server."""
NEVER = 500
"""SMTP codes from here on mean «do not try again»."""


class MailServer(Struct, frozen=True):
    """Address, credentials and encryption of the mail server."""

    host: str
    port: int
    username: str | None
    password: str | None
    encryption: str
    """`tls`, `starttls` or `none`."""

    @property
    def place(self) -> str:
        """Return `host:port`."""
        return f"{self.host}:{self.port}"

    @classmethod
    def from_url(cls, url: str) -> MailServer:
        """Parse the setting.

        Raises:
            ValueError: not an smtp:// or smtps:// address.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError(
                "SMTP_URL begins with smtp:// or smtps:// and names a host, for example smtps://user:password@mail.example.org."
            )
        in_the_clear = parse_qs(parts.query).get("tls") == ["none"]
        encryption = "tls" if parts.scheme == "smtps" else "none" if in_the_clear else "starttls"
        return cls(
            host=parts.hostname,
            port=parts.port or {"tls": 465, "starttls": 587, "none": 25}[encryption],
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            encryption=encryption,
        )


class Mailer:
    """A connection to the server, opened when first needed and again after it broke. Use it with `with`."""

    def __init__(self, server: MailServer, *, timeout: float = TIMEOUT_SECONDS) -> None:
        self._server = server
        self._timeout = timeout
        self._smtp: smtplib.SMTP | None = None

    def __enter__(self) -> Mailer:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def send(self, mail: EmailMessage) -> None:
        """Send one mail. When this returns, the server has accepted the mail.

        Raises:
            smtplib.SMTPException, OSError: the mail was refused, or the result is unknown; the connection is closed.
        """
        try:
            self._connected().send_message(mail)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the connection, with QUIT if the server still answers."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            try:
                smtp.quit()
            except (smtplib.SMTPException, OSError):
                smtp.close()

    def _connected(self) -> smtplib.SMTP:
        if self._smtp is not None and not _still_listens(self._smtp):
            self.close()
        if self._smtp is None:
            self._smtp = connect(self._server, timeout=self._timeout)
        return self._smtp


def connect(server: MailServer, *, timeout: float) -> smtplib.SMTP:
    """Return a connection that is encrypted and signed in as the setting says.

    Args:
        timeout: seconds for each answer of the server.

    Raises:
        smtplib.SMTPException, OSError: the server is not there, or refuses; the connection is closed.
    """
    context = ssl.create_default_context()
    if server.encryption == "tls":
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=timeout, context=context)
    else:
        smtp = smtplib.SMTP(server.host, server.port, timeout=timeout)
    try:
        if server.encryption == "starttls":
            smtp.starttls(context=context)
        if server.username is not None:
            smtp.login(server.username, server.password or "")
    except BaseException:
        smtp.close()
        raise
    return smtp


def _still_listens(smtp: smtplib.SMTP) -> bool:
    try:
        return smtp.noop()[0] == 250
    except (smtplib.SMTPException, OSError):
        return False


def refused_for_good(error: Exception) -> bool:
    """Whether this mail will never go: the server said «never», or it does not read back. A refused log-in is not the mail's fault."""
    if isinstance(error, NotReadable):
        return True
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= NEVER for code, _answer in error.recipients.values())
    return isinstance(error, (smtplib.SMTPSenderRefused, smtplib.SMTPDataError)) and error.smtp_code >= NEVER


def what_happened(error: Exception) -> str:
    """Return the server's answer, or the kind of failure, for the administrator who reads the outbox."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        answers = [f"{code} {_text(answer)}" for code, answer in error.recipients.values()]
        return "; ".join(answers)
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_text(error.smtp_error)}"
    return str(error) if isinstance(error, NotReadable) else f"{type(error).__name__}: {_text(str(error))}"


def _text(answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return "".join(c if c.isprintable() else " " for c in text.encode("utf-8", "replace").decode("utf-8"))
