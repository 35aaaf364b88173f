"""Reconcile the numbers of a seminar: from what was announced to who completed it, with what explains each difference. No database.

Each registration is looked at once for each step, and falls under one reason there, so the differences add up to the next number. A
registration whose person has another one in the seminar, because two records were merged, is taken out before anything is counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from enum import StrEnum

from msgspec import Struct, field

from seminar_app.registration.rules import RegistrationState, RemovalReason


class Stage(StrEnum):
    """A number of a seminar, in their order."""

    ANNOUNCED = "announced"
    """What a source said."""
    PLACES = "places"
    LISTED = "listed"
    """People who were named or registered before the door."""
    SEATED = "seated"
    """People who hold a seat at the end."""
    ATTENDED = "attended"
    COMPLETED = "completed"


class Reason(StrEnum):
    """What explains a difference between two numbers; each is a number of people, and adds or takes away."""

    ANNOUNCED_OTHERWISE = "announced_otherwise"
    """Places and the announced number differ; no record says why."""
    NOT_ASKED_FOR = "not_asked_for"
    """Places for which nobody was named or registered."""
    MORE_THAN_PLACES = "more_than_places"
    """Registrations beyond the places."""
    MERGED = "merged"
    """A second registration of the same person."""
    WALK_IN = "walk_in"
    CAME_INSTEAD = "came_instead"
    SUBSTITUTED = "substituted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    REMOVED_ADMINISTRATIVE = "removed_administrative"
    REMOVED_CANCELLED = "removed_cancelled"
    REMOVED_DOCUMENTS = "removed_documents_incomplete"
    REMOVED_NO_SHOW = "removed_no_show"
    REMOVED_PREREQUISITES = "removed_prerequisites_unmet"
    REMOVED_OTHER = "removed_other"
    WAITLISTED = "waitlisted"
    NOMINATED = "nominated"
    INVITED = "invited"
    PENDING = "pending"
    WITHOUT_SEAT = "without_seat"
    """They came and hold no seat at the end."""
    ABSENT = "absent"
    """They hold a seat, and no attendance of theirs is on record."""
    BELOW_THRESHOLD = "below_threshold"
    """They came, and not for long enough or without a seat."""


class Way(StrEnum):
    """How a registration came about."""

    BEFORE = "before"
    AT_THE_DOOR = "at_the_door"
    INSTEAD = "instead"
    """As a substitute who had not been on the list."""


class Entered(Struct, frozen=True):
    """What reconciling needs to know of one registration.

    Attributes:
        merged: it left because its person has another registration in the seminar.
    """

    state: RegistrationState
    removal_reason: RemovalReason | None = None
    way: Way = Way.BEFORE
    merged: bool = False
    attended: bool = False
    completed: bool = False


class Step(Struct, frozen=True):
    """A number, and the differences that lead to it from the number before; none lead to the first."""

    stage: Stage
    number: int
    differences: Mapping[Reason, int] = field(default_factory=dict)


def reconcile(entered: Iterable[Entered], *, announced: int | None = None, places: int | None = None) -> list[Step]:
    """Return the numbers of a seminar in order; those that are not known are left out.

    Each number is the one before it plus its differences.

    Args:
        entered: all registrations of the seminar, or of a part of it.
        announced: what a source said; None if nothing is recorded.
        places: seats offered; None where they are not known, or where only a part of the seminar is looked at.
    """
    rows = list(entered)
    people = [each for each in rows if not each.merged]
    listed = [each for each in people if each.way is Way.BEFORE]
    steps = []
    if announced is not None:
        steps.append(Step(Stage.ANNOUNCED, announced))
    if places is not None:
        steps.append(Step(Stage.PLACES, places, _gap(announced, places)))
    merged = [each for each in rows if each.merged and each.way is Way.BEFORE]
    before = len(listed) + len(merged)
    from_places = Counter({Reason.MERGED: -len(merged)}) if steps else Counter[Reason]()
    if places is not None:
        from_places[Reason.MORE_THAN_PLACES if before > places else Reason.NOT_ASKED_FOR] = before - places
    elif announced is not None:
        from_places[Reason.ANNOUNCED_OTHERWISE] = before - announced
    steps.append(Step(Stage.LISTED, len(listed), _told(from_places)))
    seated = [each for each in people if each.state is RegistrationState.REGISTERED]
    steps.append(Step(Stage.SEATED, len(seated), _told(_to_seats(people))))
    attended = [each for each in people if each.attended]
    to_door = Counter(Reason.WITHOUT_SEAT for each in attended if each.state is not RegistrationState.REGISTERED)
    to_door[Reason.ABSENT] = -sum(not each.attended for each in seated)
    steps.append(Step(Stage.ATTENDED, len(attended), _told(to_door)))
    completed = [each for each in attended if each.completed]
    steps.append(Step(Stage.COMPLETED, len(completed), _told(Counter({Reason.BELOW_THRESHOLD: len(completed) - len(attended)}))))
    return steps


def _gap(announced: int | None, places: int) -> Mapping[Reason, int]:
    return {} if announced is None else _told(Counter({Reason.ANNOUNCED_OTHERWISE: places - announced}))


def _to_seats(people: Iterable[Entered]) -> Counter[Reason]:
    """Return what leads from those who were named before to those who hold a seat: others who came, less those who have none."""
    found: Counter[Reason] = Counter()
    for each in people:
        if each.way is not Way.BEFORE:
            found[Reason.WALK_IN if each.way is Way.AT_THE_DOOR else Reason.CAME_INSTEAD] += 1
        if each.state is not RegistrationState.REGISTERED:
            found[_why_without_seat(each)] -= 1
    return found


def _why_without_seat(each: Entered) -> Reason:
    if each.state is RegistrationState.REMOVED:
        return Reason(f"removed_{(each.removal_reason or RemovalReason.OTHER).value}")
    return Reason(each.state.value)


def _told(differences: Counter[Reason]) -> Mapping[Reason, int]:
    """Return the differences that are any, in the order of the reasons."""
    return {reason: differences[reason] for reason in Reason if differences[reason]}
