"""The first opening of a personal page: what it still asks for, and which typed words are the person's surname. No database.

Source: docs/decisions/0044-the-first-opening.md.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from seminar_app.core.folding import fold
from seminar_app.people.name_words import Words, are_written_alike, given_words, surname_words

MOST_WRONG_SURNAMES = 5
"""So many wrong surnames end a link."""


class Opening(StrEnum):
    """What stands between a personal link and its page."""

    OPEN = "open"
    NOTICE = "notice"
    """The mailbox is the person's; the privacy notice has not been shown to them yet."""
    SURNAME = "surname"
    """Nobody has shown that whoever has the link is the person."""
    ENDED = "ended"
    """Too many wrong surnames were typed: only staff can send another link."""


def decide_opening(*, proven_at: datetime | None, notice_at: datetime | None, wrong_surnames: int) -> Opening:
    """Return what a link's page asks for.

    Args:
        proven_at: when the mailbox on file was shown to be the person's.
        notice_at: when the person acknowledged the notice for this registration.
        wrong_surnames: how many were typed since the link was made.
    """
    if wrong_surnames >= MOST_WRONG_SURNAMES:
        return Opening.ENDED
    if proven_at is None:
        return Opening.SURNAME
    return Opening.OPEN if notice_at is not None else Opening.NOTICE


def is_surname_of(typed: str, *, given_names: str, surname1: str, surname2: str | None) -> bool:
    """Whether what was typed is one of the person's surnames, both in their order, or the whole name.

    Accents, capitals, particles, spaces, short forms and usual spellings do not count: the name on file may be as a list had it. For
    somebody with a single name it is that name, or its first word.
    """
    words = surname_words(fold(typed))
    if not words.words:
        return False
    surnames = [surname_words(fold(each)) for each in (surname1, surname2 or "") if fold(each)]
    given = given_words(fold(given_names))
    if not surnames:
        return _agree(given_words(fold(typed)), given) or typed_is_first(words, given)
    both = [surname_words(fold(f"{surname1} {surname2}"))] if len(surnames) > 1 else []
    whole = surname_words(fold(" ".join(filter(None, (given_names, surname1, surname2)))))
    return any(_agree(words, each) for each in (*surnames, *both, whole))


def typed_is_first(words: Words, given: Words) -> bool:
    """Whether one word was typed, and it is the first one of a single name."""
    return len(words.words) == 1 and words.words == given.words[:1]


def _agree(one: Words, other: Words) -> bool:
    """Whether the words are one name, with or without spaces and particles."""
    spaceless = {"".join(words) for words in (one.words, one.everything)} & {"".join(words) for words in (other.words, other.everything)}
    return bool(spaceless) or are_written_alike(one.joined, other.joined)
