"""`certificates verify NUMBER|FILE`: the state and facts, whether the file is what was issued, and nobody's name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy.orm import Session

from seminar_app.certificates import services
from seminar_app.certificates.models import Certificate
from seminar_app.certificates.queries import printed_of
from seminar_app.core import pdf
from seminar_app.core.sealed_files import keep_file
from seminar_app.core.unit_of_work import unit_of_work
from tests.conftest import TestDatabase, settings_for
from tests.support.commands import run
from tests.support.context import context
from tests.support.factories import THEN, Make


@dataclass
class Issued:
    """A certificate with its file, and a shell to verify it in."""

    database: TestDatabase
    session: Session
    row: Certificate
    code: str
    content: bytes

    def verify(self, what: object) -> Result:
        return run(settings_for(self.database.url, self.database.folder), "certificates", "verify", str(what))


def set_by_typst(code: str) -> bytes:
    """Return a PDF as ours are: the number in its title, and the address of the QR code as text."""
    source = f'#set document(title: "Constancia {code}")\n= Constancia\nhttps://x.example/verify/{code}'
    made = pdf._compiler().compile(input=source.encode(), format="pdf", pdf_standards=["ua-1"])
    assert isinstance(made, bytes)
    return made


@pytest.fixture
def issued(database: TestDatabase, make: Make, session: Session) -> Issued:
    seminar = make.seminar(office=make.office(name_en="Homeland Security"), title_en="Trafficking in persons")
    row = make.certificate(make.registration(seminar, pool=make.pool(seminar, make.agency("PGR"), 3)))
    printed = printed_of(session, row)
    assert printed is not None
    content = set_by_typst(str(printed.code))
    with unit_of_work(session) as writing:
        kept = keep_file(writing, kind="certificates.pdf", content=content, at=THEN)
        writing.get_one(Certificate, row.id).file_id = kept.id
    return Issued(database, session, row, str(printed.code), content)


def test_a_number_is_verified_as_typed_without_a_name(issued: Issued) -> None:
    done = issued.verify(issued.code.lower().replace("-", " "))
    assert done.exit_code == 0, done.output
    for line in ("Valid", f"Number:    {issued.code}", "Seminar:   Trafficking in persons", "Hours:     3 h of 3 h"):
        assert line in done.output.splitlines()
    assert not any(name in done.output for name in ("López", "Luz", "PGR"))


def test_what_is_not_valid_or_unknown_ends_with_1(issued: Issued) -> None:
    with unit_of_work(issued.session) as session:
        seminar_id, public_id = issued.row.seminar_id, issued.row.public_id
        services.revoke(session, context(THEN), seminar_id=seminar_id, public_id=public_id, reason="SECRETREASON")
    done = issued.verify(issued.code)
    assert (done.exit_code, done.output.splitlines()[0]) == (1, "Revoked since January 5, 2026")
    assert "SECRETREASON" not in done.output
    for what, said in (
        ("000009-BCDF-GHJK", "no certificate with the number 000009-BCDF-GHJK"),
        ("diploma.pdf", "neither a file nor a number"),
    ):
        done = issued.verify(what)
        assert done.exit_code == 1
        assert said in done.output


def test_a_file_is_what_was_issued_to_the_last_byte_or_it_is_not(issued: Issued, tmp_path: Path) -> None:
    file = tmp_path / "c.pdf"
    file.write_bytes(issued.content)
    done = issued.verify(file)
    assert done.exit_code == 0, done.output
    assert "This file is exactly what was issued." in done.output
    file.write_bytes(issued.content + b"\n")
    done = issued.verify(file)
    assert done.exit_code == 1
    assert done.output.startswith("Valid\n")
    assert "This file is not the one that was issued" in done.output


def test_a_file_without_a_number_with_two_or_of_which_none_is_kept(issued: Issued, tmp_path: Path) -> None:
    file = tmp_path / "c.pdf"
    for content, said in ((b"%PDF-1.7", "no number"), (issued.content + b" 000009-BCDF-GHJK", "several certificates")):
        file.write_bytes(content)
        done = issued.verify(file)
        assert done.exit_code == 1
        assert said in done.output
    with unit_of_work(issued.session) as session:
        services.forget_certificates(session, context(THEN), [issued.row.registration_id])
    file.write_bytes(issued.content)
    done = issued.verify(file)
    assert (done.exit_code, done.output.splitlines()[0]) == (1, "Valid, name erased")
    assert "No file of this certificate is kept" in done.output
    assert issued.verify(issued.code).exit_code == 0
