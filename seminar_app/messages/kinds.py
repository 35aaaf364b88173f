"""Kinds of mail whose rows would tell too much. The room that writes such mail registers its kinds."""

from __future__ import annotations

_deleted_when_sent: set[str] = set()


def delete_when_sent(kind: str) -> None:
    """Have the rows of a kind of mail deleted as soon as they are sent.

    For the same reason no page of a seminar or of a person shows them while they wait.
    """
    _deleted_when_sent.add(kind)


def kinds_deleted_when_sent() -> frozenset[str]:
    """Return these kinds."""
    return frozenset(_deleted_when_sent)
