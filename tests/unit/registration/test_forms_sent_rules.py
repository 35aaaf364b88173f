"""How long a form waits for its mail's button, and how often its mail is sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest

from seminar_app.messages.rules import unlinkable
from seminar_app.registration.rules import form_ends, may_mail_again, takes_confirmations
from seminar_app.seminars.rules import SeminarState

SENT = datetime(2026, 6, 1, 15, tzinfo=UTC)


@dataclass
class Seminar:
    state: SeminarState = SeminarState.PUBLISHED
    ends_on: date = date(2026, 6, 5)
    time_zone: str = "America/Cancun"
    registration_opens_at: datetime | None = None
    registration_closes_at: datetime | None = None


def test_a_form_waits_five_days() -> None:
    assert form_ends(SENT, ends_on=date(2026, 9, 1), time_zone="America/Cancun") == SENT + timedelta(days=5)


def test_it_ends_with_the_seminar_s_last_day_in_its_time_zone() -> None:
    assert form_ends(SENT, ends_on=date(2026, 6, 5), time_zone="America/Cancun") == datetime(2026, 6, 6, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("state", "taken"),
    [
        (SeminarState.PUBLISHED, True),
        (SeminarState.CLOSED, True),
        (SeminarState.DRAFT, False),
        (SeminarState.CANCELLED, False),
        (SeminarState.COMPLETED, False),
        (SeminarState.ARCHIVED, False),
    ],
)
def test_closing_the_window_does_not_end_a_form_and_a_cancellation_does(state: SeminarState, taken: bool) -> None:
    assert takes_confirmations(Seminar(state), now=SENT) is taken


def test_nothing_is_confirmed_after_the_last_day_or_after_the_window_s_end() -> None:
    assert takes_confirmations(Seminar(registration_closes_at=SENT - timedelta(days=1)), now=SENT)
    assert not takes_confirmations(Seminar(), now=datetime(2026, 6, 6, 5, tzinfo=UTC))


def test_three_mails_an_hour_and_no_fourth() -> None:
    assert [may_mail_again(to_person=left, to_mailbox=left) for left in range(5)] == [True, True, True, False, False]


def test_thirty_mails_an_hour_fill_a_mailbox() -> None:
    assert [may_mail_again(to_person=0, to_mailbox=left) for left in (29, 30)] == [True, False]


@pytest.mark.parametrize(
    ("typed", "mailed"),
    [
        ("Gane en premios.mx hoy", "Gane en premios. mx hoy"),
        ("bit.ly", "bit. ly"),
        ("Ma.de la Luz", "Ma. de la Luz"),
        ("J.R. Ewing", "J. R. Ewing"),
        ("Sr. López, Lic.", "Sr. López, Lic."),
        ("premios。mx", "premios。 mx"),
        ("María José", "María José"),
        ("", ""),
        ("ana@office.example", "ana@office.example"),
    ],
)
def test_a_dot_within_a_word_makes_no_link(typed: str, mailed: str) -> None:
    assert unlinkable(typed) == mailed
