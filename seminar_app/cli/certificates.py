"""`flask certificates …`: verify a certificate by its number or its file."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup

from seminar_app.certificates.files import codes_in
from seminar_app.certificates.rules import CertificateCode, Validity, read_code
from seminar_app.certificates.verification import Verification, kept_pdf, verify
from seminar_app.core.clock import now
from seminar_app.core.dates import date_range, hours_and_minutes, long_date
from seminar_app.web.database import session

group = AppGroup("certificates", help="Certificates of seminars.")
LARGEST = 20_000_000
WORDS = {Validity.VALID: "Valid", Validity.ERASED: "Valid, name erased", Validity.REPLACED: "Replaced", Validity.REVOKED: "Revoked"}
GOOD = (Validity.VALID, Validity.ERASED)


@group.command("verify")
@click.argument("what", metavar="FILE|NUMBER")
def verify_certificate(what: str) -> None:
    """Say what a certificate is worth: by its NUMBER as printed, or by its FILE, a PDF.

    Of a file the command says too whether it is, byte by byte, the one that was issued. It never shows the name. It ends with 1 where
    the certificate is not valid, is unknown, or the file is not the one that was issued.
    """
    path = Path(what)
    content = _content(path) if _is_file(path) else None
    code = read_code(what) if content is None else _code_in(content)
    if code is None:
        raise click.ClickException("This is neither a file nor a number. A number has digits and eight letters: 000123-BCDF-GHJK.")
    found = verify(session(), code, now=now())
    if found is None:
        raise click.ClickException(f"There is no certificate with the number {code}.")
    _say(found)
    same = content is None or _say_of_file(found, content)
    if found.validity not in GOOD or not same:
        raise click.exceptions.Exit(1)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a text that can be no path
        return False


def _content(path: Path) -> bytes:
    if path.stat().st_size > LARGEST:
        raise click.ClickException(f"{path} is larger than any certificate. Give the number instead.")
    return path.read_bytes()


def _code_in(content: bytes) -> CertificateCode:
    codes = codes_in(content)
    if not codes:
        raise click.ClickException("The file holds no number of a certificate. Give the number as it is printed.")
    if len(codes) > 1:
        numbers = ", ".join(map(str, codes))
        raise click.ClickException(f"The file holds the numbers of several certificates: {numbers}. Give one of them.")
    return codes[0]


def _say(found: Verification) -> None:
    facts = found.facts
    click.echo(WORDS[found.validity] + (f" since {long_date(found.ended_on, 'en')}" if found.ended_on else ""))
    lines = {
        "Number": found.code,
        "Seminar": facts.seminar_en or facts.seminar_es,
        "Hosts": "; ".join(english or spanish for spanish, english in facts.hosts),
        "Dates": date_range(facts.first_day, facts.last_day, "en"),
        "Place": f"{facts.city}, {facts.country}",
        "Hours": f"{hours_and_minutes(facts.minutes)} of {hours_and_minutes(facts.contact_minutes or 0)}"
        if facts.minutes is not None
        else "",
        "Issued on": long_date(facts.issued_on, "en"),
    }
    for name, value in lines.items():
        if value:
            click.echo(f"{name + ':':<11}{value}")


def _say_of_file(found: Verification, content: bytes) -> bool:
    """Say whether the file is what was issued, and return it."""
    kept = kept_pdf(session(), found)
    if kept is None:
        click.echo("No file of this certificate is kept, so this one cannot be compared.")
        return False
    same = kept == content
    click.echo("This file is exactly what was issued." if same else "This file is not the one that was issued: trust the lines above.")
    return same
