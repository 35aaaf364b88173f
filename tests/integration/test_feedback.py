"""Feedback: forms in versions, anonymous answers, figures that change by five."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from seminar_app.attendance.rules import MarkStatus
from seminar_app.audit.models import AuditRow
from seminar_app.core.errors import NotFound, StaleEdit
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.core.values import replace
from seminar_app.feedback import figures, publishing, queries, rules, services, standard
from seminar_app.feedback.answer_models import Answer, Response
from seminar_app.feedback.errors import (
    AlreadyReminded,
    AnswerNotUnderstood,
    AnswersMissing,
    FormNotOpen,
    NobodyToRemind,
    NoQuestions,
    NothingAnswered,
    NotOpenToClose,
    NotOpenToRemind,
    NotTakingPart,
    OpenAndAnswered,
    SeminarNotBegun,
    SeminarNotHeld,
    TooFewSinceTheChange,
    TooManyQuestions,
)
from seminar_app.feedback.figures import Tally
from seminar_app.feedback.models import FeedbackForm, Question, ResponseReceipt, ShownFigures
from seminar_app.feedback.rules import Asked, FormStage, QuestionKind
from seminar_app.feedback.tallying import live_tallies, paired_tally
from seminar_app.messages.models import Message
from seminar_app.messages.services import lease_next, record_sent
from seminar_app.registration.models import Registration
from seminar_app.registration.rules import RegistrationState
from seminar_app.registration.services.delayed import TIME_TO_UNDO
from seminar_app.seminars.models import Seminar, SeminarSession
from seminar_app.seminars.rules import SeminarState
from tests.support.context import context
from tests.support.factories import KEY, Make
from tests.support.feedback import REQUIRED, Held, actor, hold

OWN = Asked("", QuestionKind.TEXT, "¿Algo más?", "Anything else?")


def look(held: Held, keys: tuple[str, ...] = (KEY,)) -> dict[str, Tally]:
    with unit_of_work(held.session) as session:
        return publishing.look(session, form_id=held.form_id, keys=keys)


def count(session: Session, table: type) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def edit(held: Held, now: datetime, questions: list[Asked], seen: str | None = None) -> queries.Version:
    seen = seen or rules.fingerprint(queries.get_version(held.session, held.form_id).questions)
    with unit_of_work(held.session) as session:
        return services.edit_questions(session, context(now, actor()), seminar_id=held.seminar.id, questions=questions, seen=seen)


def remind(held: Held, now: datetime) -> None:
    with unit_of_work(held.session) as session:
        services.remind(session, context(now, actor()), seminar_id=held.seminar.id)


def reminders(held: Held) -> list[Message]:
    return list(held.session.scalars(select(Message).where(Message.kind == services.REMINDER).order_by(Message.id)))


def test_opening_makes_the_standard_form_with_the_seminars_speakers(make: Make, now: datetime) -> None:
    held = hold(make, people=1, speakers=("Luis Ortega", "LUIS ORTEGA", "Ana Núñez"))
    assert queries.stage(queries.find_form(held.session, held.seminar.id), held.seminar.state) is FormStage.NOT_OPENED
    held.open(now)
    version = queries.get_version(held.session, held.form_id)
    assert version.number == 1
    assert [q.prompt_en for q in version.questions if q.key.startswith("speaker:")] == [
        "How worthwhile was the contribution of Luis Ortega?",
        "How worthwhile was the contribution of Ana Núñez?",
    ]
    assert queries.stage(queries.find_form(held.session, held.seminar.id), held.seminar.state) is FormStage.OPEN
    held.open(now)
    assert count(held.session, FeedbackForm) == 1
    assert held.session.scalars(select(AuditRow.action).order_by(AuditRow.sequence)).all() == ["feedback.made", "feedback.opened"]


def test_a_form_is_not_opened_before_the_first_day_nor_for_a_seminar_that_is_not_held(make: Make, now: datetime) -> None:
    with pytest.raises(SeminarNotBegun):
        hold(make, people=1, starts_on=date(2026, 3, 3), ends_on=date(2026, 3, 4)).open(now)
    # 1 March 20:00 in Tijuana is 2 March in UTC: the first day counts in the seminar's zone
    with pytest.raises(SeminarNotBegun):
        hold(make, people=1, time_zone="America/Tijuana").open(datetime(2026, 3, 2, 4, 0, tzinfo=UTC))
    for state in (SeminarState.DRAFT, SeminarState.CANCELLED, SeminarState.ARCHIVED):
        with pytest.raises(SeminarNotHeld):
            hold(make, people=1, state=state).open(now)


def test_closing_reopening_and_taking_back(make: Make, now: datetime) -> None:
    held = hold(make, people=2)

    def close(*, take_back: bool = False) -> FormStage:
        with unit_of_work(held.session) as session:
            form = services.close_form(session, context(now, actor()), seminar_id=held.seminar.id, take_back=take_back)
        return queries.stage(form, held.seminar.state)

    with pytest.raises(NotOpenToClose):
        close()
    held.open(now)
    assert close(take_back=True) is FormStage.NOT_OPENED
    held.open(now)
    assert held.answer(0)
    assert close(take_back=True) is FormStage.CLOSED, "it has an answer"
    with pytest.raises(FormNotOpen):
        held.answer(1)
    assert not held.answer(0), "who has answered is told so, open or closed"
    held.open(now)
    assert held.answer(1)


def test_an_answer_counts_once(make: Make, now: datetime) -> None:
    held = hold(make, people=2)

    def awaits(person: int) -> bool:
        return queries.awaits_answer(held.session, seminar_id=held.seminar.id, registration_id=held.people[person].id)

    assert not awaits(0)
    held.open(now)
    assert awaits(0)
    assert held.answer(0, most_useful="Los casos 🎓")
    assert [awaits(person) for person in range(2)] == [False, True]
    assert not held.answer(0, most_useful="otra vez")
    assert held.answer(1)
    assert (count(held.session, Response), count(held.session, ResponseReceipt), count(held.session, Answer)) == (2, 2, 11)
    assert live_tallies(held.session, held.form_id)["most_useful"] == Tally(texts=("Los casos 🎓",))
    assert queries.count_answered(held.session, held.form_id) == 2


def test_an_answer_that_does_not_fit_changes_nothing(make: Make, now: datetime) -> None:
    held = hold(make, people=1)
    held.open(now)
    for answers, refusal in (
        ({**REQUIRED, "materials": "9" * 21}, AnswerNotUnderstood),
        ({**REQUIRED, "change": "x" * 5000}, AnswerNotUnderstood),
        ({**REQUIRED, "change": "a\0b"}, AnswerNotUnderstood),
        ({**REQUIRED, "change": "\ud800"}, AnswerNotUnderstood),
        ({"met_objectives": "4"}, AnswersMissing),
    ):
        with pytest.raises(refusal):
            held.answer_exactly(0, answers)
    with pytest.raises(NotFound):
        held.answer_exactly(0, REQUIRED, version=7)
    edit(held, now, [OWN])
    with pytest.raises(NothingAnswered):
        held.answer_exactly(0, {})
    assert count(held.session, Response) == count(held.session, ResponseReceipt) == 0
    with unit_of_work(held.session) as session:
        registration = session.get_one(Registration, held.people[0].id)
        registration.state, registration.seat_pool_id = RegistrationState.WITHDRAWN, None
    with pytest.raises(NotTakingPart):
        held.answer(0)
    other = hold(make, people=1)
    held.people[0] = other.people[0]
    with pytest.raises(NotFound):
        held.answer(0)


def test_questions_nobody_answered_change_in_place_and_answered_ones_make_the_next_version(make: Make, now: datetime) -> None:
    held = hold(make, people=3)
    held.open(now)
    first = list(queries.get_version(held.session, held.form_id).questions)
    version = edit(held, now, [*first[:3], OWN])
    assert (version.number, len(version.questions)) == (1, 4)
    own = version.questions[3].key
    assert own.startswith("own:")
    assert held.answer_exactly(0, {"met_objectives": "4", "relevance": "4", own: "no"})
    level = next(question for question in first if question.key == "level")
    shorter = Asked(level.key, level.kind, level.prompt_es, level.prompt_en, options=level.options[:2])
    reworded = Asked(own, QuestionKind.TEXT, "¿Algo más que decir?", "Anything else to say?")
    held.close(now)
    version = edit(held, now, [reworded, shorter])
    assert version.number == 2
    new = version.questions[0].key
    assert new != own, "other words are another question"
    assert version.questions[1].key != "level", "and so are other options"
    assert edit(held, now, list(version.questions)) == version, "saving what is there makes no version"
    held.open(now)
    assert held.answer_exactly(1, {new: "sí"})
    assert held.answer_exactly(2, {"met_objectives": "2", "relevance": "3"}, version=1), "who began with the first version may finish"
    tallies = live_tallies(held.session, held.form_id)
    assert (tallies[own].texts, tallies[new].texts) == (("no",), ("sí",))
    assert tallies["met_objectives"].counts == {"4": 1, "2": 1}
    now_asked, before = queries.all_questions(held.session, held.form_id)
    assert now_asked == version.questions
    assert [question.key for question in before] == ["met_objectives", "relevance", "level", own]


def test_options_that_change_places_take_no_answers_along(make: Make, now: datetime) -> None:
    held = hold(make, people=7)
    held.open(now)
    for person in range(5):
        held.answer(person, level="too_basic", materials="5")
    held.answer(5, level="too_advanced", materials="5")
    held.close(now)
    first = list(queries.get_version(held.session, held.form_id).questions)
    places = {question.key: place for place, question in enumerate(first)}
    level, materials = first[places["level"]], first[places["materials"]]
    turned = replace(level, options=tuple(replace(o, value=f"option_{n}") for n, o in enumerate(level.options[::-1], start=1)))
    low, high = materials.options
    swapped = replace(materials, options=(replace(high, value="1"), replace(low, value="5")))
    edit(held, now, [{"level": turned, "materials": swapped}.get(question.key, question) for question in first])
    shown, (now_asked, before) = look(held), queries.all_questions(held.session, held.form_id)
    (asked,) = (question for question in now_asked if question.key == "level")
    words = {option.value: option.en for option in asked.options}
    assert list(words.values()) == ["Too advanced", "About right", "Too basic"]
    assert {words[value]: times for value, times in shown["level"].counts.items()} == {"Too basic": 5, "Too advanced": 1}
    assert before == (materials,), "«Excellent» stays with the scale on which it was said"
    assert shown["materials"].counts == {"5": 6}


def test_a_form_with_too_many_questions_can_be_saved_and_made_shorter(make: Make, now: datetime) -> None:
    held = hold(make, people=1)
    held.open(now)
    with unit_of_work(held.session) as session:
        first = session.scalars(select(Question).order_by(Question.position)).all()[-1]
        for number in range(60):
            values = {"kind": QuestionKind.TEXT, "required": False, "prompt_es": "¿?", "prompt_en": "?", "options": []}
            session.add(Question(version_id=first.version_id, position=first.position + 1 + number, key=f"own:{number}", **values))
    many = list(queries.get_version(held.session, held.form_id).questions)
    assert len(edit(held, now, [replace(many[0], required=False), *many[1:]]).questions) == len(many)
    with pytest.raises(TooManyQuestions):
        edit(held, now, [*many, OWN])
    assert len(edit(held, now, many[:61]).questions) == 61
    with pytest.raises(TooManyQuestions):
        edit(held, now, [*many[:61], OWN])


def test_an_edit_of_what_somebody_else_changed_meanwhile_is_refused(make: Make, now: datetime) -> None:
    held = hold(make, people=1)
    held.open(now)
    questions = list(queries.get_version(held.session, held.form_id).questions)
    seen = rules.fingerprint(questions)
    edit(held, now, questions[1:], seen)
    with pytest.raises(StaleEdit):
        edit(held, now, questions, seen)
    with pytest.raises(NoQuestions):
        edit(held, now, [])
    with pytest.raises(TooManyQuestions):
        edit(held, now, [OWN] * 61)


def test_an_open_form_with_answers_takes_corrections_of_spelling_only(make: Make, now: datetime) -> None:
    held = hold(make, people=2)
    held.open(now)
    held.answer(0)
    first = list(queries.get_version(held.session, held.form_id).questions)
    corrected = [replace(first[0], prompt_en=first[0].prompt_en + "?"), *first[1:]]
    version = edit(held, now, corrected)
    assert (version.number, list(version.questions)) == (1, corrected)
    for other in (
        [replace(first[0], prompt_en="Did the hotel suit you?"), *first[1:]],
        [*corrected, OWN],
        corrected[1:],
        [*corrected[1:], corrected[0]],
        [replace(corrected[0], required=not corrected[0].required), *corrected[1:]],
    ):
        with pytest.raises(OpenAndAnswered):
            edit(held, now, other)
    held.close(now)
    assert edit(held, now, [*corrected, OWN]).number == 2


def test_after_a_change_of_questions_reminders_wait_for_five_answers(make: Make, now: datetime) -> None:
    """Else the one who answers the new version after a reminder is known: those reminded, less those who still have no receipt."""
    held = hold(make, people=9)
    held.open(now)
    held.answer(0)
    held.close(now)
    edit(held, now, [*queries.get_version(held.session, held.form_id).questions, OWN])
    held.open(now)
    for person in range(1, 5):
        held.answer(person)
        with pytest.raises(TooFewSinceTheChange):
            remind(held, now)
    held.answer(5)
    remind(held, now)


def test_what_was_written_to_those_asked_leaves_no_row_once_it_is_sent(make: Make, now: datetime) -> None:
    held = hold(make, people=3)
    held.open(now)
    held.answer(0)
    remind(held, now)
    later = now + TIME_TO_UNDO
    while True:
        with unit_of_work(held.session) as session:
            lease = lease_next(session, now=later)
        if lease is None:
            break
        with unit_of_work(held.session) as session:
            assert record_sent(session, lease, now=later)
    assert count(held.session, Message) == 0
    with pytest.raises(AlreadyReminded):
        remind(held, now)
    remind(held, now + timedelta(days=1))


def test_figures_change_by_five_answers_or_not_at_all(make: Make, now: datetime) -> None:
    held = hold(make, people=12)
    held.open(now)
    for person in range(4):
        held.answer(person)
    assert look(held) == {}
    assert count(held.session, ShownFigures) == 0
    held.answer(4, change="uno")
    shown = look(held)
    assert shown["met_objectives"] == Tally(counts={"4": 5})
    assert "change" not in shown
    for person in range(5, 9):
        held.answer(person, met_objectives="1", change="dos")
    again = look(held)
    assert again["met_objectives"] == Tally(counts={"4": 5}), "four more are not shown"
    assert sorted(again["change"].texts) == ["dos", "dos", "dos", "dos", "uno"], "but the fifth comment is"
    held.answer(9, met_objectives="1", change="tres")
    assert look(held)["met_objectives"] == Tally(counts={"4": 5, "1": 5})
    assert len(look(held)["change"].texts) == 5


def test_confidence_is_compared_over_the_responses_that_have_both(make: Make, now: datetime) -> None:
    held = hold(make, people=10)
    held.open(now)
    questions = queries.get_version(held.session, held.form_id).questions
    edit(held, now, [replace(question, required=False) for question in questions])
    for person in range(5):
        held.answer_exactly(person, {"confidence_before": "2", "confidence_now": "3"})
    for person in range(5, 10):
        held.answer_exactly(person, {"confidence_before": "5"})
    assert paired_tally(held.session, held.form_id, "confidence_before", "confidence_now") == Tally(counts={"2>3": 5})
    shown = look(held)
    assert figures.shift(standard.CONFIDENCE_PAIR, shown) == figures.Shift(5, Decimal("2.0"), Decimal("3.0"), Decimal("1.0"))
    assert shown["confidence_before"].counts == {"2": 5, "5": 5}
    assert look(held) == shown


def test_what_was_shown_is_sealed_and_says_nothing_by_its_length(make: Make, now: datetime) -> None:
    held = hold(make, people=11)
    held.open(now)
    for person in range(5):
        held.answer(person, change="corto")
    look(held)
    first = held.session.scalars(select(ShownFigures.sealed)).one()
    for person in range(5, 10):
        held.answer(person, change="un comentario más largo que los otros")
    look(held)
    second = held.session.scalars(select(ShownFigures.sealed)).one()
    assert first != second
    assert len(first) == len(second)
    assert b"corto" not in second
    held.answer(10)
    assert look(held, ("a new key of at least thirty-two characters", KEY))["change"].answers == 10


def mark(make: Make, held: Held, *statuses: MarkStatus, start: int = 0) -> None:
    """Mark people in the seminar's only session, beginning with the one with number `start`."""
    seminar_session = held.session.scalars(select(SeminarSession).where(SeminarSession.seminar_id == held.seminar.id)).one()
    for person, status in enumerate(statuses, start=start):
        make.mark(held.people[person], seminar_session, status)


def asked_of(held: Held) -> int:
    return queries.count_asked(held.session, seminar_id=held.seminar.id, form_id=held.form_id)


def test_asked_are_those_who_attended_and_those_whose_attendance_nobody_has_recorded(make: Make, now: datetime) -> None:
    held = hold(make, people=8)
    held.open(now)
    assert asked_of(held) == 8
    mark(make, held, MarkStatus.PRESENT)
    assert asked_of(held) == 8, "the other seven are not known to be absent"
    mark(make, held, MarkStatus.LATE, MarkStatus.LEFT_EARLY, MarkStatus.ABSENT, MarkStatus.EXCUSED, start=1)
    assert asked_of(held) == 6
    mark(make, held, *[MarkStatus.ABSENT] * 3, start=5)
    assert asked_of(held) == 3
    held.answer(7)
    assert asked_of(held) == 4, "whoever answered was asked"


def test_a_half_typed_sheet_reminds_everybody_who_is_not_marked_absent(make: Make, now: datetime) -> None:
    held = hold(make, people=4)
    held.open(now)
    mark(make, held, MarkStatus.ABSENT)
    remind(held, now)
    assert [message.link_owner for message in reminders(held)] == [person.public_id for person in held.people[1:]]


@pytest.mark.parametrize("state", [SeminarState.CANCELLED, SeminarState.ARCHIVED])
def test_a_seminar_cancelled_or_archived_with_an_open_form_takes_no_answer_and_reminds_nobody(
    make: Make, now: datetime, state: SeminarState
) -> None:
    held = hold(make, people=2)
    held.open(now)
    with unit_of_work(held.session) as session:
        session.get_one(Seminar, held.seminar.id).state = state
    with pytest.raises(FormNotOpen):
        held.answer(0)
    with pytest.raises(SeminarNotHeld):
        remind(held, now)
    with pytest.raises(NotOpenToClose):
        held.close(now)
    assert (count(held.session, Response), reminders(held)) == (0, [])
    assert not queries.awaits_answer(held.session, seminar_id=held.seminar.id, registration_id=held.people[0].id)


def test_reminders_go_once_a_day_to_those_who_have_not_answered(make: Make, now: datetime) -> None:
    held = hold(make, people=4)
    with pytest.raises(NotOpenToRemind):
        remind(held, now)
    held.open(now)
    held.answer(1)
    with unit_of_work(held.session) as session:
        session.execute(text("UPDATE person SET email = NULL WHERE id = :id"), {"id": held.people[2].person_id})
    remind(held, now)
    sent = reminders(held)
    assert [message.link_owner for message in sent] == [held.people[0].public_id, held.people[3].public_id]
    assert {(message.kind, message.link_endpoint, message.link_purpose) for message in sent} == {
        ("feedback_reminder", "feedback.answer", "registration")
    }
    with pytest.raises(AlreadyReminded):
        remind(held, now)
    held.answer(0)
    remind(held, now + timedelta(days=1))
    assert len(reminders(held)) == 3
    held.answer(3)
    with pytest.raises(NobodyToRemind):
        remind(held, now + timedelta(days=2))


def test_answering_leaves_no_trail_and_no_message(make: Make, now: datetime) -> None:
    held = hold(make, people=2)
    held.open(now)
    before = {table: count(held.session, table) for table in (AuditRow, Message)}
    held.answer(0, change="Más tiempo")
    assert {table: count(held.session, table) for table in before} == before


def test_a_change_leaves_a_trail_without_figures(make: Make, now: datetime) -> None:
    held = hold(make, people=2)
    held.open(now)
    remind(held, now)
    edit(held, now, [OWN])
    rows = held.session.execute(select(AuditRow.action, AuditRow.details, AuditRow.seminar).order_by(AuditRow.sequence)).all()
    assert [(action, details) for action, details, _seminar in rows] == [
        ("feedback.made", {}),
        ("feedback.opened", {"people": 2}),
        ("feedback.reminded", {}),
        ("feedback.questions_changed", {"version": 1, "questions": 1}),
    ]
    assert {row.seminar for row in rows} == {held.seminar.slug}
