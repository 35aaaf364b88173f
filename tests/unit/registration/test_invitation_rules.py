"""What an invitation has come to, what its link leads to, and when it is sent again by itself."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from seminar_app.registration.hold_rules import HoldEnd
from seminar_app.registration.invitation_rules import (
    Answer,
    InvitationState,
    LinkLeads,
    answer_of,
    count_answers,
    link_leads,
    reminder_due,
    usual_last_day,
)
from seminar_app.registration.rules import RegistrationState

DAY = date(2026, 5, 20)
NEXT = date(2026, 5, 21)
STATES = RegistrationState


def leads(state: RegistrationState, ending: HoldEnd | None, *, today: date = DAY, **how: bool) -> LinkLeads:
    given = {"newest": True, "cancelled": False, "gives_seats": True} | how
    return link_leads(InvitationState(state, ending, DAY), today=today, **given)


def test_a_link_asks_to_the_end_of_its_last_day() -> None:
    assert leads(STATES.INVITED, None) is LinkLeads.QUESTION
    assert leads(STATES.INVITED, None, today=NEXT) is LinkLeads.ENDED
    assert leads(STATES.INVITED, None, gives_seats=False) is LinkLeads.ENDED


@pytest.mark.parametrize("state", [STATES.REGISTERED, STATES.WITHDRAWN, STATES.INVITED])
def test_an_answer_stays_what_the_link_says_until_the_person_is_invited_again(state: RegistrationState) -> None:
    assert leads(state, HoldEnd.USED, today=NEXT) is LinkLeads.ACCEPTED
    assert leads(state, HoldEnd.DECLINED, today=NEXT) is LinkLeads.DECLINED
    assert leads(state, HoldEnd.USED, newest=False) is LinkLeads.REPLACED
    assert leads(state, HoldEnd.DECLINED, newest=False) is LinkLeads.REPLACED


def test_a_link_that_was_not_answered_says_why_it_asks_no_more() -> None:
    assert leads(STATES.INVITED, HoldEnd.GIVEN_UP, newest=False) is LinkLeads.REPLACED
    assert leads(STATES.DECLINED, HoldEnd.GIVEN_UP) is LinkLeads.ENDED
    assert leads(STATES.INVITED, HoldEnd.EXPIRED, today=NEXT) is LinkLeads.ENDED
    assert leads(STATES.REMOVED, HoldEnd.GIVEN_UP) is LinkLeads.ENDED
    assert leads(STATES.INVITED, None, cancelled=True, gives_seats=False) is LinkLeads.CANCELLED
    assert leads(STATES.REGISTERED, HoldEnd.USED, cancelled=True) is LinkLeads.CANCELLED


@pytest.mark.parametrize(
    ("state", "ending", "today", "expected"),
    [
        (STATES.INVITED, None, DAY, Answer.WAITS),
        (STATES.INVITED, None, NEXT, Answer.ENDED),
        (STATES.INVITED, HoldEnd.EXPIRED, NEXT, Answer.ENDED),
        (STATES.INVITED, HoldEnd.GIVEN_UP, DAY, Answer.ENDED),
        (STATES.REGISTERED, HoldEnd.USED, DAY, Answer.COMING),
        (STATES.WAITLISTED, HoldEnd.EXPIRED, NEXT, Answer.OTHER),
        (STATES.PENDING, HoldEnd.DECLINED, DAY, Answer.OTHER),
        (STATES.WITHDRAWN, HoldEnd.DECLINED, DAY, Answer.NOT_COMING),
        (STATES.WITHDRAWN, HoldEnd.USED, DAY, Answer.NOT_COMING),
        (STATES.SUBSTITUTED, HoldEnd.USED, DAY, Answer.NOT_COMING),
        (STATES.DECLINED, HoldEnd.GIVEN_UP, DAY, Answer.TAKEN_BACK),
        (STATES.REMOVED, HoldEnd.GIVEN_UP, DAY, Answer.TAKEN_BACK),
    ],
)
def test_the_organizer_reads_what_has_become_of_an_invitation(
    state: RegistrationState, ending: HoldEnd | None, today: date, expected: Answer
) -> None:
    assert answer_of(InvitationState(state, ending, DAY), today=today) is expected


def test_who_was_taken_back_is_no_longer_counted_as_invited() -> None:
    answers = [Answer.COMING, Answer.COMING, Answer.NOT_COMING, Answer.WAITS, Answer.ENDED, Answer.OTHER, Answer.TAKEN_BACK]
    figures = count_answers(answers)
    assert (figures.invited, figures.coming, figures.not_coming, figures.no_answer, figures.waiting) == (6, 2, 1, 2, 1)


def due(today: date, made: datetime, reminded: datetime | None = None) -> bool:
    return reminder_due(DAY, made_at=made, reminded_at=reminded, time_zone="America/Cancun", today=today)


def test_an_invitation_is_sent_again_from_three_days_before_its_last_day_on() -> None:
    long_ago = datetime(2026, 5, 1, 15, 0, tzinfo=UTC)
    assert [day for day in range(14, 24) if due(date(2026, 5, day), long_ago)] == [17, 18, 19, 20]


def test_it_is_sent_again_once_and_not_to_who_has_it_since_these_days_began() -> None:
    long_ago = datetime(2026, 5, 1, 15, 0, tzinfo=UTC)
    assert due(date(2026, 5, 17), long_ago, datetime(2026, 5, 16, 15, 0, tzinfo=UTC))
    assert not due(date(2026, 5, 18), long_ago, datetime(2026, 5, 17, 15, 0, tzinfo=UTC))
    assert not due(date(2026, 5, 19), datetime(2026, 5, 18, 15, 0, tzinfo=UTC))
    in_cancun_still_the_16th = datetime(2026, 5, 17, 4, 59, tzinfo=UTC)
    assert due(date(2026, 5, 17), in_cancun_still_the_16th)
    assert not due(date(2026, 5, 17), datetime(2026, 5, 17, 5, 0, tzinfo=UTC))


def test_two_weeks_are_proposed_but_never_the_day_on_which_the_seminar_begins() -> None:
    begins = date(2026, 6, 3)
    assert usual_last_day(today=date(2026, 5, 1), starts_on=begins) == date(2026, 5, 15)
    assert usual_last_day(today=date(2026, 5, 30), starts_on=begins) == date(2026, 6, 2)
    assert usual_last_day(today=date(2026, 6, 3), starts_on=begins) == date(2026, 6, 3)
