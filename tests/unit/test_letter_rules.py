from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from seminar_app.letters.rules import TIME_TO_UNDO, Audience, LetterState, Presence, Words, language_read, may_be_taken_back
from seminar_app.registration.rules import RegistrationState

NOW = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
WRITTEN, EMPTY = Words("Cambio de sala", "Nos vemos en la sala B."), Words()


def test_to_whom_a_letter_goes_is_kept_as_it_was_chosen() -> None:
    chosen = Audience(
        states=(RegistrationState.REGISTERED, RegistrationState.WAITLISTED),
        groups=("INM", "PGR"),
        presence=Presence.MISSED,
        session=uuid.UUID(int=7),
        unanswered=True,
    )
    assert Audience.from_json(chosen.as_json()) == chosen
    everybody = Audience(states=(RegistrationState.REGISTERED,))
    assert Audience.from_json(everybody.as_json()) == everybody


@pytest.mark.parametrize(
    ("language", "written", "read"),
    [
        ("es", {"es": WRITTEN, "en": WRITTEN}, "es"),
        ("en", {"es": WRITTEN, "en": WRITTEN}, "en"),
        ("en", {"es": WRITTEN, "en": EMPTY}, "es"),
        ("es", {"es": EMPTY, "en": WRITTEN}, "en"),
        ("es", {"es": Words("Sin texto"), "en": EMPTY}, None),
    ],
)
def test_each_reads_their_own_language_where_it_was_written_else_the_other(
    language: str, written: dict[str, Words], read: str | None
) -> None:
    assert language_read(language, written) == read


def test_a_subject_without_text_is_half_a_letter() -> None:
    assert Words("Solo asunto").half
    assert Words(text="Solo texto").half
    assert not EMPTY.half
    assert not WRITTEN.half
    assert WRITTEN.whole


def test_only_a_letter_that_is_held_can_be_taken_back() -> None:
    leaves = NOW + TIME_TO_UNDO
    assert may_be_taken_back(LetterState.SENT, leaves_at=leaves, now=leaves - timedelta(seconds=1))
    assert not may_be_taken_back(LetterState.SENT, leaves_at=leaves, now=leaves)
    assert not may_be_taken_back(LetterState.DRAFT, leaves_at=None, now=NOW)
    assert not may_be_taken_back(LetterState.TAKEN_BACK, leaves_at=leaves, now=NOW)
