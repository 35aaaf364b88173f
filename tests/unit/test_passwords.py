"""Rules for password strength."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from seminar_app.sign_in.passwords import Weakness, password_weakness
from seminar_app.sign_in.rules import session_holds
from seminar_app.sign_in.signing import browser_words

OWN = ("Ana Ruiz Peña", "ana.ruiz")


@pytest.mark.parametrize(
    ("password", "weakness"),
    [
        ("Cancun-2014-demo", None),
        ("cuatro palabras que nadie junta", None),
        ("🦜🌊🏖️🌴🦀🐚🐠🐬🦈🐙🦑🐡", None),
        ("elevenchars", Weakness.SHORT),
        ("x1y2z3" * 30, Weakness.LONG),
        ("aaaaaaaaaaaaaaaa", Weakness.COMMON),
        ("121212121212", Weakness.COMMON),
        ("password1234", Weakness.COMMON),
        ("Contraseña123!", Weakness.COMMON),
        ("123456123456", Weakness.COMMON),
        ("Qwerty-qwerty-1", Weakness.COMMON),
        ("Sony Ericsson", Weakness.COMMON),
        ("1qaz2wsx3edc", Weakness.COMMON),
        ("finalfantasy2014!", Weakness.COMMON),
        ("chocolate.chocolate", Weakness.COMMON),
        ("gandalf1gandalf1", Weakness.COMMON),
        ("chocolate sin azúcar", None),
        ("correct horse battery nine", None),
        ("Ruiz-Peña-1999", Weakness.PERSONAL),
        ("ruizruizruiz", Weakness.COMMON),
        ("ruiz vive en un faro verde", None),
    ],
)
def test_length_does_the_work_and_common_words_do_not_count(password: str, weakness: Weakness | None) -> None:
    assert password_weakness(password, own_words=OWN) == weakness


def test_a_session_holds_for_half_an_hour_of_rest_and_twelve_hours_in_all() -> None:
    now = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
    minute = timedelta(minutes=1)

    def holds(created: timedelta, seen: timedelta) -> bool:
        return session_holds(created_at=now - created, seen_at=now - seen, now=now)

    assert holds(12 * 60 * minute - minute, 29 * minute)
    assert not holds(31 * minute, 30 * minute)
    assert not holds(12 * 60 * minute, 0 * minute)


def test_a_browser_is_named_so_that_its_owner_knows_it() -> None:
    assert browser_words("Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0") == "Firefox, Windows"
    assert browser_words("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) CriOS/130.0 Mobile Safari/604.1") == "Chrome, iPhone"
    assert browser_words("\x00 nothing known") is None
