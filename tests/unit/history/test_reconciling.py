"""The numbers of a seminar add up, whatever became of its registrations."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from seminar_app.history.rules import Entered, Reason, Stage, Way, reconcile
from seminar_app.registration.rules import RegistrationState, RemovalReason

R = RegistrationState


@st.composite
def registrations(draw: st.DrawFn) -> Entered:
    state = draw(st.sampled_from(RegistrationState))
    attended = draw(st.booleans())
    return Entered(
        state,
        draw(st.sampled_from(RemovalReason)) if state is R.REMOVED else None,
        way=draw(st.sampled_from(Way)),
        merged=draw(st.booleans()),
        attended=attended,
        completed=attended and state is R.REGISTERED and draw(st.booleans()),
    )


@given(
    entered=st.lists(registrations(), max_size=60),
    announced=st.none() | st.integers(1, 500),
    places=st.none() | st.integers(0, 500),
)
def test_every_number_is_the_one_before_it_plus_its_differences(entered: list[Entered], announced: int | None, places: int | None) -> None:
    steps = reconcile(entered, announced=announced, places=places)
    for before, after in pairwise(steps):
        assert before.number + sum(after.differences.values()) == after.number
        assert all(after.differences.values())
    assert not steps[0].differences
    people = [each for each in entered if not each.merged]
    numbers = {step.stage: step.number for step in steps}
    assert numbers[Stage.SEATED] == sum(each.state is R.REGISTERED for each in people)
    assert numbers[Stage.ATTENDED] == sum(each.attended for each in people)
    assert numbers[Stage.COMPLETED] == sum(each.completed for each in people)


def test_each_person_falls_under_one_reason() -> None:
    entered = [
        *[Entered(R.REGISTERED, attended=True, completed=True)] * 3,
        Entered(R.REGISTERED, attended=True),
        Entered(R.REGISTERED),
        Entered(R.REGISTERED, way=Way.AT_THE_DOOR, attended=True, completed=True),
        Entered(R.SUBSTITUTED),
        Entered(R.REGISTERED, way=Way.INSTEAD, attended=True, completed=True),
        Entered(R.REMOVED, RemovalReason.DOCUMENTS),
        Entered(R.REMOVED, RemovalReason.ADMINISTRATIVE, merged=True, attended=True),
        Entered(R.WITHDRAWN, attended=True),
    ]
    announced, places, listed, seated, attended, completed = reconcile(entered, announced=10, places=6)
    assert (announced.number, places.number, listed.number) == (10, 6, 8)
    assert places.differences == {Reason.ANNOUNCED_OTHERWISE: -4}
    assert listed.differences == {Reason.MORE_THAN_PLACES: 3, Reason.MERGED: -1}
    assert seated.differences == {
        Reason.WALK_IN: 1,
        Reason.CAME_INSTEAD: 1,
        Reason.SUBSTITUTED: -1,
        Reason.WITHDRAWN: -1,
        Reason.REMOVED_DOCUMENTS: -1,
    }
    assert (seated.number, attended.number, completed.number) == (7, 7, 5)
    assert attended.differences == {Reason.WITHOUT_SEAT: 1, Reason.ABSENT: -1}
    assert completed.differences == {Reason.BELOW_THRESHOLD: -2}
