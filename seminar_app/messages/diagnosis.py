"""Say in a sentence why the mail server takes no mail, and which setting to change. For commands, in English.

`smtps://` means TLS from the first byte (usually port 465); `smtp://` begins in the clear and turns to TLS by STARTTLS
(usually port 587); `smtp://…?tls=none` stays in the clear, for a server on this machine.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
import threading
from collections.abc import Callable

from config import LOOPBACK
from seminar_app.messages.smtp import MailServer, connect, what_happened

SECONDS = 5.0
"""How long a server may take for everything that `greet` asks."""
SECURED = {"tls": "encrypted by TLS", "starttls": "encrypted by STARTTLS", "none": "not encrypted"}
TLS_PORT = 465
NOT_TLS = {"WRONG_VERSION_NUMBER", "PACKET_LENGTH_TOO_LONG", "UNKNOWN_PROTOCOL", "RECORD_LAYER_FAILURE"}
"""What OpenSSL says of an answer that is no TLS at all."""
NO_SIGN_IN = "No suitable authentication method"
"""Of `smtplib`, where the server offers ways to sign in, but none that it knows."""


class NoMail(Exception):
    """The mail server would take no mail; the text is a sentence for an administrator."""


def greet(server: MailServer, *, seconds: float = SECONDS) -> str:
    """Connect, encrypt, sign in, and leave again without sending; return what the server answered.

    A thread of its own talks to the server, because a look-up of its name, or a server that answers byte by byte, keeps to no limit.

    Raises:
        NoMail: the server is not there, refuses, or takes longer than `seconds`.
    """
    outcome: list[str | Exception] = []
    reached = ["looking up its name"]
    talk = threading.Thread(target=_talk, args=(server, seconds, outcome.append, reached.append), name="greet", daemon=True)
    talk.start()
    talk.join(seconds)
    if not outcome:
        raise NoMail(f"{_hangs(server, seconds)} It got as far as {reached[-1]}.")
    if isinstance(outcome[0], Exception):
        raise NoMail(explain(outcome[0], server, seconds=seconds)) from outcome[0]
    return outcome[0]


def _talk(server: MailServer, seconds: float, done: Callable[[str | Exception], None], reach: Callable[[str], None]) -> None:
    try:
        socket.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM)
        reach("connecting and signing in")
        smtp = connect(server, timeout=seconds)
        try:
            reach("asking whether it listens")
            smtp.ehlo_or_helo_if_needed()
            code, _answer = smtp.noop()
            if code != 250:
                raise smtplib.SMTPResponseException(code, _answer)
            smtp.quit()
        finally:
            smtp.close()
    except (smtplib.SMTPException, OSError, ValueError) as error:  # ValueError: a host or a password that cannot be sent
        done(error)
    else:
        who = "signed in" if server.username is not None else "no sign-in"
        done(f"{server.place} answers: {SECURED[server.encryption]}, {who}.")


def explain(error: Exception, server: MailServer, *, seconds: float | None = None) -> str:
    """Return what went wrong, and which part of SMTP_URL to look at."""
    if isinstance(error, smtplib.SMTPException):
        return _hangs(server, seconds) if isinstance(error.__context__, TimeoutError) else _of_the_server(error, server)
    if isinstance(error, socket.gaierror):
        return f"No machine is named «{server.host}», or this one cannot look up names: check the host in SMTP_URL."
    if isinstance(error, ConnectionRefusedError):
        return f"{server.host} refuses connections at port {server.port}: check host and port in SMTP_URL. {_ports(server)}"
    if isinstance(error, ssl.SSLCertVerificationError):
        return (
            f"The certificate of {server.host} is not valid ({error.verify_message.rstrip('.')}): SMTP_URL must name the server as its "
            "certificate does, and this machine must know the authority that signed it."
        )
    if isinstance(error, ssl.SSLError):
        if server.encryption == "tls" and error.reason in NOT_TLS:
            return (
                f"{server.place} does not begin with TLS, as smtps:// wants: write smtp:// for a server that turns to TLS by STARTTLS "
                "(usually port 587), or the port where it begins with TLS (usually 465)."
            )
        return f"{server.place} and this machine do not agree on TLS ({error.reason or 'no reason given'}): its TLS may be too old."
    if isinstance(error, TimeoutError):
        return _hangs(server, seconds)
    if isinstance(error, ConnectionError):
        return _hung_up(server)
    if isinstance(error, OSError):
        return f"{server.place} cannot be reached ({error.strerror or type(error).__name__}): check host and port in SMTP_URL."
    if isinstance(error, UnicodeError):
        return "SMTP_URL has a character in host, user or password that cannot be sent to a mail server."
    return f"The mail could not be written ({type(error).__name__})."


def _of_the_server(error: smtplib.SMTPException, server: MailServer) -> str:
    said = what_happened(error)
    if isinstance(error, smtplib.SMTPNotSupportedError) or NO_SIGN_IN in str(error):
        return _not_offered(str(error), server)
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return (
            f"{server.host} does not accept the user or the password of SMTP_URL (it said: {said}). In a password @ is written %40, "
            "/ is %2F and : is %3A."
        )
    if isinstance(error, smtplib.SMTPSenderRefused):
        return f"{server.host} takes no mail from the address in MAIL_FROM (it said: {said})."
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return f"{server.host} takes no mail for this receiver (it said: {said})."
    if isinstance(error, smtplib.SMTPDataError):
        return f"{server.host} did not take the mail (it said: {said})."
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return _hung_up(server)
    return f"{server.place} answers, but not as a mail server that takes mail (it said: {said}): check host and port in SMTP_URL."


def _not_offered(missing: str, server: MailServer) -> str:
    if "STARTTLS" in missing:
        here = "add ?tls=none to SMTP_URL, which is right for a server on this machine" if server.host in LOOPBACK else _no_clear_mail()
        return f"{server.place} offers no STARTTLS, as smtp:// wants. If it begins with TLS (usually at 465), write smtps://; else {here}."
    if "AUTH" in missing or NO_SIGN_IN in missing:
        return (
            f"{server.place} takes no user and password, at least not {SECURED[server.encryption]}: take them out of SMTP_URL, or use "
            "its other port (587 with smtp://, 465 with smtps://)."
        )
    return f"{server.place} lacks something that this mail needs ({missing})."


def _no_clear_mail() -> str:
    return "use another server or port: ?tls=none is for a server on this machine only, because mail carries secret links"


def _hangs(server: MailServer, seconds: float | None) -> str:
    within = f"within {seconds:g} seconds" if seconds is not None else "in time"
    begins_with_tls = server.encryption != "tls" and server.port == TLS_PORT
    hint = "write smtps:// for this port" if begins_with_tls else "a firewall may stand between, or SMTP_URL has the wrong port"
    return f"{server.place} does not answer {within}: {hint}. {_ports(server)}"


def _hung_up(server: MailServer) -> str:
    return f"{server.place} ended the connection before it took a mail: check the port in SMTP_URL. {_ports(server)}"


def _ports(server: MailServer) -> str:
    """Return what SMTP_URL says now, and what else it may say, each with its usual port."""
    ways = {
        "tls": "smtps:// is TLS from the start, usually port 465",
        "starttls": "smtp:// is STARTTLS, usually port 587",
        "none": "smtp://…?tls=none is no TLS, usually port 25",
    }
    others = "; ".join(way for kind, way in ways.items() if kind != server.encryption)
    return f"SMTP_URL says {ways[server.encryption].replace(' is ', ', that is ')}. Else, {others}."
