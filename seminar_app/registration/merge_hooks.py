"""What rooms that depend on registrations or people do when two of one person become one, for example with marks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from sqlalchemy.orm import Session

from seminar_app.core.change_context import ChangeContext


class MergeHook(Protocol):
    """The part of another room in a merge. It runs in the merge's transaction, after the seats and people are locked."""

    @property
    def name(self) -> str:
        """Table of the rows that are copied; ids of the copies are kept under it."""
        ...

    def lock(self, session: Session, registration_ids: Collection[int]) -> None:
        """Lock what `credited_minutes` and `copy` will read of these registrations."""
        ...

    def credited_minutes(self, session: Session, registration_ids: Collection[int]) -> Mapping[int, int]:
        """Return the credited minutes of these registrations, those without any left out. A page that only compares asks too."""
        ...

    def copy(self, session: Session, context: ChangeContext, *, leaves: int, stays: int) -> Sequence[int]:
        """Copy rows of the registration that leaves to the one that stays, where that has none; return the ids of the copies."""
        ...

    def take_back(self, session: Session, context: ChangeContext, copies: Collection[int], *, left: Collection[int]) -> None:
        """Take copies back that nobody has changed since; `left` are the registrations that had left and are back."""
        ...


class PersonMergeHook(Protocol):
    """The part of a room that keeps rows of people. It runs in the merge's transaction, after the people are locked."""

    @property
    def name(self) -> str:
        """Table of the rows that are moved; their ids are kept under it."""
        ...

    def move(self, session: Session, *, gone: int, kept: int) -> Sequence[int]:
        """Move the rows of the record that goes to the one that is kept; return their ids."""
        ...

    def move_back(self, session: Session, moved: Collection[int], *, gone: int, kept: int) -> None:
        """Move rows back that are still with the kept record."""
        ...


_hooks: list[MergeHook] = []
_person_hooks: list[PersonMergeHook] = []


def when_merging(hook: MergeHook) -> MergeHook:
    """Register a room's part in merges."""
    if all(each.name != hook.name for each in _hooks):
        _hooks.append(hook)
    return hook


def when_people_merge(hook: PersonMergeHook) -> PersonMergeHook:
    """Register the part in merges of a room that keeps rows of people."""
    if all(each.name != hook.name for each in _person_hooks):
        _person_hooks.append(hook)
    return hook


def person_hooks() -> Sequence[PersonMergeHook]:
    """Return the registered hooks of people."""
    return tuple(_person_hooks)


def hooks() -> Sequence[MergeHook]:
    """Return the registered hooks."""
    return tuple(_hooks)


def minutes_of(session: Session, registration_ids: Collection[int], *, lock: bool = False) -> Mapping[int, int]:
    """Return the credited minutes of these registrations from all rooms; with `lock` nobody changes them until the transaction ends."""
    minutes: Counter[int] = Counter()
    for hook in hooks() if registration_ids else ():
        if lock:
            hook.lock(session, registration_ids)
        minutes.update(hook.credited_minutes(session, registration_ids))
    return minutes
