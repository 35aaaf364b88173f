"""What an invitation has come to: for its link, for the organizer's list, and when it is sent again by itself. No database.

Source: docs/decisions/0048-kept-seats.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from seminar_app.registration.hold_rules import HoldEnd
from seminar_app.registration.rules import RegistrationState, day_there

DAYS_BEFORE_LAST = 3
"""So many days before an invitation's last day it is sent once more to somebody who has not answered."""


class InvitationState(Struct, frozen=True):
    """The last invitation of a registration, and how the registration stands.

    Attributes:
        ending: why the seat is kept no longer; None while it is kept.
        last_day: it is kept to the end of this day, in the seminar's time zone.
    """

    state: RegistrationState
    ending: HoldEnd | None
    last_day: date

    def waits(self, *, today: date) -> bool:
        """Whether it can still be answered."""
        return self.state is RegistrationState.INVITED and self.ending is None and today <= self.last_day


class LinkLeads(StrEnum):
    """What the link of an invitation leads to."""

    QUESTION = "question"
    """Whether the person comes."""
    ACCEPTED = "accepted"
    DECLINED = "declined"
    REPLACED = "replaced"
    """The person was invited again since, by another link."""
    ENDED = "ended"
    """Its day has passed, it was taken back, or the seminar gives no seats any more."""
    CANCELLED = "cancelled"


def link_leads(invitation: InvitationState, *, newest: bool, cancelled: bool, gives_seats: bool, today: date) -> LinkLeads:
    """Return what the link of an invitation leads to. It asks once: an answer stays what the link says, until the person is invited again.

    Args:
        invitation: the one of this link.
        newest: the person was not invited again since.
        cancelled: the seminar was cancelled.
        gives_seats: the seminar still gives seats (`rules.hands_out_seats`).
        today: in the seminar's time zone.
    """
    if cancelled:
        return LinkLeads.CANCELLED
    if not newest:
        return LinkLeads.REPLACED
    if invitation.ending is HoldEnd.USED:
        return LinkLeads.ACCEPTED
    if invitation.ending is HoldEnd.DECLINED:
        return LinkLeads.DECLINED
    return LinkLeads.QUESTION if gives_seats and invitation.waits(today=today) else LinkLeads.ENDED


class Answer(StrEnum):
    """What the organizer reads of an invitation. The order is that of the list: what waits comes first."""

    WAITS = "waits"
    ENDED = "ended"
    """It was not answered in time."""
    OTHER = "other"
    """Registered in another way since, and waits for a seat or for approval."""
    COMING = "coming"
    NOT_COMING = "not_coming"
    TAKEN_BACK = "taken_back"


_ANSWERS = {
    RegistrationState.REGISTERED: Answer.COMING,
    RegistrationState.WITHDRAWN: Answer.NOT_COMING,
    RegistrationState.SUBSTITUTED: Answer.NOT_COMING,
    RegistrationState.REMOVED: Answer.TAKEN_BACK,
    RegistrationState.DECLINED: Answer.TAKEN_BACK,
}


def answer_of(invitation: InvitationState, *, today: date) -> Answer:
    """Return what has become of an invitation. Somebody who accepted and withdrew later is not coming."""
    if invitation.waits(today=today):
        return Answer.WAITS
    if invitation.state is RegistrationState.INVITED:
        return Answer.ENDED
    return _ANSWERS.get(invitation.state, Answer.OTHER)


class InvitationFigures(Struct, frozen=True):
    """How many people were invited, and what they answered. Those whose invitation was taken back do not count."""

    coming: int = 0
    not_coming: int = 0
    waiting: int = 0
    """Have not answered, and still can."""
    ended: int = 0
    """Have not answered in time."""
    other: int = 0

    @property
    def invited(self) -> int:
        """All of them."""
        return self.coming + self.not_coming + self.no_answer + self.other

    @property
    def no_answer(self) -> int:
        """Those who have not answered, in time or not."""
        return self.waiting + self.ended


def count_answers(answers: Iterable[Answer]) -> InvitationFigures:
    """Count them."""
    of = Counter(answers)
    return InvitationFigures(
        coming=of[Answer.COMING],
        not_coming=of[Answer.NOT_COMING],
        waiting=of[Answer.WAITS],
        ended=of[Answer.ENDED],
        other=of[Answer.OTHER],
    )


def reminder_due(last_day: date, *, made_at: datetime, reminded_at: datetime | None, time_zone: str, today: date) -> bool:
    """Whether an invitation that nobody has answered is sent once more by itself: from three days before its last day on.

    One that was sent or sent again within these days is not: whoever has it knows how little time there is.

    Args:
        last_day: of the invitation.
        made_at: when the person was invited.
        reminded_at: when the invitation was last sent again, if it was.
        time_zone: of the seminar.
        today: in that time zone.
    """
    begins = last_day - timedelta(days=DAYS_BEFORE_LAST)
    return begins <= today <= last_day and day_there(reminded_at or made_at, time_zone) < begins


USUAL_DAYS = 14


def usual_last_day(*, today: date, starts_on: date) -> date:
    """Return the day until which an invitation is proposed to stand: two weeks, but not to the day on which the seminar begins."""
    return max(today, min(today + timedelta(days=USUAL_DAYS), starts_on - timedelta(days=1)))
