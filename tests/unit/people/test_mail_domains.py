"""Which mistyped domain means which."""

from __future__ import annotations

import pytest

from seminar_app.people.mail_domains import USUAL, domain_meant


@pytest.mark.parametrize(
    ("address", "meant"),
    [
        ("tipo@gmial.con", "gmail.com"),
        ("ana@gmail.co", "gmail.com"),
        ("ana@gmail.com", None),
        ("ana@GMAIL.com", None),
        ("ana@hotmal.com", "hotmail.com"),
        ("ana@hotmail.com.mx", None),
        ("ana@yahoo.com.mz", "yahoo.com.mx"),
        ("ana@outlok.com", "outlook.com"),
        ("ana@mail.com", None),
        ("ana@ymail.com", None),
        ("ana@fgr.org.mx", None),
        ("ana@pgr.example", None),
        ("ana@mns.com", "msn.com"),
        ("ana@inm.gob.mx", None),
        ("ana@hsi.dhs.gov", None),
    ],
)
def test_a_slip_in_a_usual_domain_is_questioned_and_others_are_left_alone(address: str, meant: str | None) -> None:
    assert domain_meant(address) == meant


def test_no_usual_domain_is_a_slip_of_another() -> None:
    assert [domain for domain in USUAL if domain_meant(f"ana@{domain}")] == []
