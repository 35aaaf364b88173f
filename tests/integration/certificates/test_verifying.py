"""Verifying: the certificate that a code names."""

from __future__ import annotations

from sqlalchemy.orm import Session

from seminar_app.certificates.queries import find_verified, printed_of
from seminar_app.certificates.rules import read_code
from tests.support.factories import Make


def test_a_certificate_is_found_by_its_code(make: Make, session: Session) -> None:
    seminar = make.seminar()
    pool = make.pool(seminar, make.agency("PGR"), 3)
    first, second = (make.certificate(make.registration(seminar, make.person(name), pool=pool)) for name in ("Luz", "Ana"))
    printed = printed_of(session, second)
    assert printed is not None
    assert (first.number, printed.number, printed.name) == (1, 2, "Ana López Ibáñez")
    found = find_verified(session, printed.code)
    assert found is not None
    assert found.certificate.id == second.id
    code = read_code("000001" + printed.letters)
    assert code is not None
    assert find_verified(session, code) is None
