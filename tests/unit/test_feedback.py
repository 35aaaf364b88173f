"""Feedback: which figures may be shown, and their values."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import asdict

from seminar_app.core.values import replace
from seminar_app.feedback import figures, rules, standard
from seminar_app.feedback.figures import Figure, Suppressed, Tally
from seminar_app.feedback.rules import LEAST, Asked, DateFault, Dates, FormStage, Option, QuestionKind, WhyNotOpen
from seminar_app.feedback.standard import SpeakerAsked
from seminar_app.seminars.rules import SeminarState

SCALE = Asked("met_objectives", QuestionKind.SCALE, "¿Se cumplieron?", "Were they met?")
TEXT = Asked("change", QuestionKind.TEXT, "¿Qué cambiaría?", "What would you change?")
YES_NO = Asked("recommend", QuestionKind.YES_NO, "¿Lo recomienda?", "Would you recommend it?")
CHOICE = Asked(
    "level", QuestionKind.CHOICE, "¿El nivel?", "The level?", False, (Option("low", "Bajo", "Low"), Option("right", "Justo", "Right"))
)
quick = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
EVERY_KIND = (SCALE, CHOICE, YES_NO, TEXT)


def scale(**counts: int) -> Tally:
    return Tally(counts={name[1:]: count for name, count in counts.items()})


def numbers_in(value: Any) -> Iterator[Any]:
    """Yield every number in a figure, also texts that contain digits; the question itself is left out."""
    if isinstance(value, Asked):
        return
    if isinstance(value, Struct):
        for name in value.__struct_fields__:
            yield from numbers_in(getattr(value, name))
    elif isinstance(value, (tuple, list)):
        for each in value:
            yield from numbers_in(each)
    elif value is not None and not isinstance(value, bool) and (not isinstance(value, str) or any(c.isdigit() for c in value)):
        yield value


answers_to = st.sampled_from(EVERY_KIND).flatmap(
    lambda question: st.tuples(
        st.just(question), st.lists(st.sampled_from(question.values) if question.values else st.text(min_size=1), max_size=12)
    )
)


def tally_of(question: Asked, answers: list[str]) -> Tally:
    if question.kind is QuestionKind.TEXT:
        return Tally(texts=tuple(answers))
    return Tally(counts={value: answers.count(value) for value in set(answers)})


@quick
@given(answers_to, st.integers(0, 4), st.integers(0, 3000))
def test_figures_of_fewer_than_five_contain_no_number(asked: tuple[Asked, list[str]], few: int, people: int) -> None:
    question, answers = asked
    live = {question.key: tally_of(question, answers[:few])}
    shown = figures.advance({}, live)
    assert shown == {}
    for tallies in (shown, live):
        figure = figures.figure_of(question, tallies.get(question.key))
        assert isinstance(figure, Suppressed)
        assert list(numbers_in(figure)) == []
    assert list(numbers_in(figures.response_rate(answered=few, asked=people))) == []


@quick
@given(st.lists(st.lists(st.sampled_from(SCALE.values), max_size=7), max_size=12))
def test_two_looks_never_differ_by_fewer_than_five_answers(arrivals: list[list[str]]) -> None:
    answers: list[str] = []
    shown: dict[str, Tally] = {}
    for arrived in arrivals:
        answers += arrived
        next_shown = figures.advance(shown, {SCALE.key: tally_of(SCALE, answers)})
        before = shown[SCALE.key].answers if SCALE.key in shown else 0
        after = next_shown[SCALE.key].answers if SCALE.key in next_shown else 0
        assert after == before or after - before >= LEAST
        assert len(answers) - after < LEAST, "what may be shown is shown"
        shown = next_shown


@quick
@given(answers_to)
def test_the_bars_of_a_figure_add_up_to_its_answers(asked: tuple[Asked, list[str]]) -> None:
    question, answers = asked
    figure = figures.figure_of(question, tally_of(question, answers))
    assert isinstance(figure, Figure) == (len(answers) >= LEAST)
    if isinstance(figure, Figure) and question.values:
        assert sum(bar.count for bar in figure.bars) == figure.answers == len(answers)
        assert all(0 <= bar.percent <= 100 for bar in figure.bars)


def test_the_mean_of_a_scale_has_one_decimal_halves_up() -> None:
    figure = figures.figure_of(SCALE, scale(n1=1, n2=0, n3=5, n4=8, n5=6))
    assert isinstance(figure, Figure)
    assert figure.mean == Decimal("3.9")
    assert [(bar.value, bar.count, bar.percent) for bar in figure.bars] == [
        ("1", 1, 5),
        ("2", 0, 0),
        ("3", 5, 25),
        ("4", 8, 40),
        ("5", 6, 30),
    ]
    half = figures.figure_of(SCALE, scale(n3=15, n4=5))
    assert isinstance(half, Figure)
    assert half.mean == Decimal("3.3")


PAIR = figures.Pair("before", "now")
both_said = st.lists(st.tuples(st.sampled_from(["", *SCALE.values]), st.sampled_from(["", *SCALE.values])), max_size=9)


def live_of(answers: list[tuple[str, str]]) -> tuple[dict[str, Tally], dict[figures.Pair, Tally]]:
    """Return the tallies of answers to both questions; '' is no answer."""
    sides = {key: [said[place] for said in answers if said[place]] for place, key in enumerate((PAIR.before, PAIR.now))}
    both = [">".join(said) for said in answers if all(said)]
    return {key: tally_of(SCALE, values) for key, values in sides.items()}, {PAIR: tally_of(SCALE, both)}


def shown_of(shown: dict[str, Tally], answers: list[tuple[str, str]]) -> dict[str, Tally]:
    live, pairs = live_of(answers)
    return figures.advance(shown, live, pairs=pairs)


def test_confidence_moves_by_the_difference_of_the_exact_means() -> None:
    moved = figures.shift(PAIR, {PAIR.both: Tally(counts={"2>4": 3, "3>4": 1, "3>5": 2})})
    assert moved == figures.Shift(6, Decimal("2.5"), Decimal("4.3"), Decimal("1.8"))
    assert figures.shift(PAIR, {PAIR.both: Tally(counts={"2>4": 4})}) is None
    assert figures.shift(PAIR, {}) is None
    unmoved = figures.shift(PAIR, {PAIR.both: Tally(counts={"2>2": 49, "2>1": 1})})
    assert unmoved is not None
    assert str(unmoved.change) == "0.0"


def test_before_and_now_compare_the_same_people() -> None:
    shown = shown_of({}, [("2", "3")] * 5 + [("5", "")] * 5)
    moved = figures.shift(PAIR, shown)
    assert moved == figures.Shift(5, Decimal("2.0"), Decimal("3.0"), Decimal("1.0"))
    assert shown[PAIR.before] == scale(n2=5, n5=5)
    assert shown[PAIR.now] == scale(n3=5)


def test_the_one_who_left_out_a_question_is_not_found_by_subtraction() -> None:
    shown = shown_of({}, [("2", "3")] * 9 + [("5", "")])
    assert shown[PAIR.before] == scale(n2=9), "the tenth would be what the comparison lacks"
    assert figures.shift(PAIR, shown) == figures.Shift(9, Decimal("2.0"), Decimal("3.0"), Decimal("1.0"))


@quick
@given(st.lists(both_said, max_size=8))
def test_what_a_pair_shows_grows_by_groups_of_five(arrivals: list[list[tuple[str, str]]]) -> None:
    answers: list[tuple[str, str]] = []
    shown: dict[str, Tally] = {}
    for arrived in arrivals:
        answers += arrived
        before, shown = shown, shown_of(shown, answers)
        for key in PAIR.both, PAIR.only_before, PAIR.only_now:
            more = shown.get(key, Tally()).answers - before.get(key, Tally()).answers
            assert more == 0 or more >= LEAST
        live, pairs = live_of(answers)
        assert live[PAIR.before].answers - shown.get(PAIR.before, Tally()).answers <= 2 * (LEAST - 1), "what may be shown is shown"
        assert pairs[PAIR].answers - shown.get(PAIR.both, Tally()).answers < LEAST


@pytest.mark.parametrize(
    ("answers", "compared"),
    [
        ([("2", "3")] * 6, True),
        ([("2", "3")] * 8, False),
        ([("2", "3")] * 11, True),
        ([("2", "3")] * 5 + [("5", "")], False),
    ],
)
def test_figures_shown_before_the_groups_are_followed_by_five_answers_or_none(answers: list[tuple[str, str]], compared: bool) -> None:
    former = {PAIR.before: scale(n2=6), PAIR.now: scale(n3=6)}
    shown = shown_of(former, answers)
    assert (figures.shift(PAIR, shown) is not None) is compared
    if not compared:
        assert shown == former


def test_the_rate_is_of_those_asked_and_says_nothing_below_five() -> None:
    assert figures.response_rate(answered=71, asked=84).percent == 85
    assert figures.response_rate(answered=6, asked=4).percent == 100
    few = figures.response_rate(answered=4, asked=84)
    assert (few.too_few, few.answered, few.asked, few.percent) == (True, None, None, None)


def test_tallies_survive_being_kept() -> None:
    tallies = {"a": scale(n1=2, n5=4), "b": Tally(texts=("Más práctica 🎓", "\ud800"))}
    assert figures.from_json(figures.to_json(tallies)) == tallies


def test_the_standard_form_asks_about_each_speaker_once() -> None:
    ana, ana_again, bob = (SpeakerAsked(uuid.uuid4(), name) for name in ("Ana Núñez", "ANA NUÑEZ", "Bob Roe"))
    questions = standard.reaction_form([ana, bob, ana_again])
    assert [question.key for question in questions if question.key.startswith(standard.SPEAKER)] == [ana.key, bob.key]
    assert len({question.key for question in questions}) == len(questions) == 14
    assert all(question.prompt_es and question.prompt_en for question in questions)
    assert all([option.value for option in question.options] == ["1", "5"] for question in questions if question.kind is QuestionKind.SCALE)
    new = SpeakerAsked(uuid.uuid4(), "Eva " + "x" * 196)
    assert standard.speakers_missing(questions, [ana_again, bob, new]) == (new,), "whichever of Ana's sessions comes first"
    assert len(standard.about_speaker(new).prompt_es) <= rules.LONGEST_PROMPT


def test_a_form_made_before_keys_were_names_asks_about_a_speaker_once() -> None:
    ana, ana_later = (SpeakerAsked(uuid.uuid4(), "Ana Núñez") for _ in range(2))
    former = replace(standard.about_speaker(ana), key=ana.former_key)
    assert standard.speakers_missing([former], [ana_later, ana]) == ()
    assert standard.speakers_missing([former], [ana_later]) == (), "the session was deleted and restored"
    reworded = replace(former, prompt_es="¿Le sirvió el taller?", prompt_en="Was the workshop of use?")
    assert standard.speakers_missing([reworded], [ana_later, ana]) == ()
    assert standard.speakers_missing([former], [SpeakerAsked(uuid.uuid4(), "Anna Núñez")]) != (), "another name is another person"


def test_a_name_put_right_in_the_programme_is_put_right_in_its_question_and_keeps_the_key() -> None:
    wrong, right = SpeakerAsked(uuid.uuid4(), "Rosa Diaz"), SpeakerAsked(uuid.uuid4(), "Rosa Díaz")
    questions = standard.reaction_form([wrong])
    assert standard.speakers_missing(questions, [right]) == ()
    (asked,) = (question for question in standard.respelt(questions, [right]) if question.key.startswith(standard.SPEAKER))
    assert asked == replace(standard.about_speaker(right), key=wrong.key)
    reworded = replace(asked, prompt_en="Was Rosa Diaz of use?")
    assert standard.respelt([reworded], [right]) == (reworded,), "the organizer's own words stay"


def test_a_form_is_made_with_at_most_sixty_questions_and_offers_the_other_speakers() -> None:
    speakers = [SpeakerAsked(uuid.uuid4(), f"Ponente {number}") for number in range(135)]
    questions = standard.reaction_form(speakers)
    assert len(questions) == rules.MOST_QUESTIONS
    assert questions[-1].key == "recommend"
    room = rules.MOST_QUESTIONS - len(standard.reaction_form([]))
    assert standard.speakers_missing(questions, speakers) == tuple(speakers[room:])


@pytest.mark.parametrize(
    ("question", "typed", "counted"),
    [
        (SCALE, "3", "3"),
        (SCALE, "", None),
        (SCALE, None, None),
        (YES_NO, "0", "0"),
        (CHOICE, "low", "low"),
        (TEXT, " más\r\nsol ", "más\nsol"),
    ],
)
def test_an_answer_that_fits_is_taken_as_it_is_counted(question: Asked, typed: str | None, counted: str | None) -> None:
    assert rules.fitting(question, typed) == counted


@pytest.mark.parametrize(
    ("question", "typed"),
    [
        (SCALE, "6"),
        (SCALE, "0"),
        (SCALE, "1" * 21),
        (SCALE, "٣"),
        (YES_NO, "yes"),
        (CHOICE, "high"),
        (TEXT, "x" * 2001),
        (TEXT, "a\0b"),
        (TEXT, "\ud800"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused(question: Asked, typed: str) -> None:
    with pytest.raises(ValueError, match=question.key):
        rules.fitting(question, typed)


def test_a_form_opens_from_the_first_day_of_a_seminar_that_is_held() -> None:
    first = date(2014, 6, 3)
    assert rules.why_not_open(seminar_state=SeminarState.PUBLISHED, starts_on=first, today=first) is None
    assert rules.why_not_open(seminar_state=SeminarState.COMPLETED, starts_on=first, today=date(2014, 9, 1)) is None
    assert rules.why_not_open(seminar_state=SeminarState.PUBLISHED, starts_on=first, today=date(2014, 6, 2)) is WhyNotOpen.TOO_EARLY
    for state in (SeminarState.DRAFT, SeminarState.CANCELLED, SeminarState.ARCHIVED):
        assert rules.why_not_open(seminar_state=state, starts_on=first, today=first) is WhyNotOpen.SEMINAR_STATE


LAST_END = datetime(2014, 6, 5, 22, 30, tzinfo=UTC)
"""17:30 in Cancún."""


def by_dates(dates: Dates, now: datetime, stage: FormStage = FormStage.NOT_OPENED, **values: Any) -> FormStage:
    held: dict[str, Any] = {"seminar_state": SeminarState.PUBLISHED, "starts_on": date(2014, 6, 3), "time_zone": "America/Cancun"}
    return rules.next_stage(dates, stage=stage, now=now, **held | values)


def test_a_form_opens_and_closes_by_its_dates_and_not_before() -> None:
    dates, second = Dates(LAST_END, LAST_END + timedelta(days=14)), timedelta(seconds=1)
    assert by_dates(dates, LAST_END - second) is FormStage.NOT_OPENED
    assert by_dates(dates, LAST_END) is FormStage.OPEN
    assert by_dates(dates, LAST_END + timedelta(days=14) - second, FormStage.OPEN) is FormStage.OPEN
    assert by_dates(dates, LAST_END + timedelta(days=14), FormStage.OPEN) is FormStage.CLOSED
    assert by_dates(dates, LAST_END + timedelta(days=1), FormStage.CLOSED) is FormStage.CLOSED, "closed by hand stays closed"
    assert by_dates(Dates(), LAST_END) is FormStage.NOT_OPENED
    assert by_dates(Dates(), LAST_END, FormStage.OPEN) is FormStage.OPEN


def test_a_date_opens_only_what_could_be_opened_by_hand_at_that_moment() -> None:
    dates = Dates(LAST_END)
    for state in (SeminarState.DRAFT, SeminarState.CANCELLED, SeminarState.ARCHIVED):
        assert by_dates(dates, LAST_END, seminar_state=state) is FormStage.NOT_OPENED
    moved = date(2014, 7, 8)
    assert by_dates(dates, LAST_END, starts_on=moved) is FormStage.NOT_OPENED
    assert by_dates(dates, datetime(2014, 7, 8, 15, tzinfo=UTC), starts_on=moved) is FormStage.NOT_OPENED, (
        "nor at midnight of the new first day"
    )


def test_a_missed_date_is_made_up_for_while_the_form_would_be_open() -> None:
    assert by_dates(Dates(LAST_END), LAST_END + timedelta(days=13)) is FormStage.OPEN
    assert by_dates(Dates(LAST_END), LAST_END + timedelta(days=14)) is FormStage.NOT_OPENED
    closes = LAST_END + timedelta(days=2)
    assert by_dates(Dates(LAST_END, closes), closes) is FormStage.NOT_OPENED
    assert by_dates(Dates(LAST_END, closes + timedelta(days=60)), closes + timedelta(days=30)) is FormStage.OPEN


def test_dates_lie_in_the_future_and_in_order() -> None:
    now, hour = LAST_END, timedelta(hours=1)
    assert rules.fault_of_dates(Dates(now + hour, now + 2 * hour), now=now) is None
    assert rules.fault_of_dates(Dates(), now=now) is None
    assert rules.fault_of_dates(Dates(now), now=now) is DateFault.OPENS_IN_THE_PAST
    assert rules.fault_of_dates(Dates(None, now), now=now) is DateFault.CLOSES_IN_THE_PAST
    assert rules.fault_of_dates(Dates(now + hour, now + hour), now=now) is DateFault.CLOSES_FIRST


def test_proposed_is_the_end_of_the_last_session_and_two_weeks() -> None:
    def proposed(stage: FormStage, last_end: datetime | None, now: datetime) -> Dates:
        return rules.proposed_dates(stage=stage, last_end=last_end, time_zone="America/Mexico_City", now=now)

    before, after = LAST_END - timedelta(days=30), LAST_END + timedelta(minutes=40)
    two_weeks = timedelta(days=14)
    assert proposed(FormStage.NOT_OPENED, LAST_END, before) == Dates(LAST_END, LAST_END + two_weeks)
    assert proposed(FormStage.OPEN, LAST_END, before) == Dates(None, LAST_END + two_weeks)
    assert proposed(FormStage.NOT_OPENED, LAST_END, after) == Dates(None, datetime(2014, 6, 5, 23, tzinfo=UTC) + two_weeks)
    assert proposed(FormStage.NOT_OPENED, None, after).opens_at is None
    autumn = datetime(2014, 10, 20, 22, tzinfo=UTC)  # the clocks go back on 26 October: 17:00 stays 17:00
    assert proposed(FormStage.NOT_OPENED, autumn, before).closes_at == autumn + two_weeks + timedelta(hours=1)


def test_a_form_is_not_opened_then_open_then_closed() -> None:
    held = SeminarState.PUBLISHED
    steps = ((False, False), (True, False), (True, True))
    assert [rules.stage_of(opened=o, closed=c, seminar_state=held) for o, c in steps] == list(FormStage)


@pytest.mark.parametrize("state", SeminarState)
def test_an_open_form_takes_answers_only_while_its_seminar_is_held(state: SeminarState) -> None:
    held = state in (SeminarState.PUBLISHED, SeminarState.CLOSED, SeminarState.COMPLETED)
    assert rules.stage_of(opened=True, closed=False, seminar_state=state) is (FormStage.OPEN if held else FormStage.CLOSED)


def test_any_change_of_the_questions_changes_their_fingerprint() -> None:
    prints = {
        rules.fingerprint(questions)
        for questions in ([SCALE, TEXT], [TEXT, SCALE], [SCALE], [Asked(**asdict(SCALE) | {"required": True, "options": ()}), TEXT])
    }
    assert len(prints) == 4


SCALE = Asked(
    "q", QuestionKind.SCALE, "¿Se cumplieron los obgetivos?", "Were the obgectives met?", options=(Option("1", "Nada", "Not at all"),)
)


@pytest.mark.parametrize(
    ("after", "spelling"),
    [
        (replace(SCALE, prompt_es="¿Se cumplieron los objetivos?", prompt_en="Were the objectives met?"), True),
        (SCALE, True),
        (replace(SCALE, prompt_en="Was the food good?"), False),
        (replace(SCALE, prompt_en="Were not the obgectives met?"), False),
        (replace(SCALE, options=(Option("1", "Nada", "Not at all!"),)), True),
        (replace(SCALE, options=(Option("1", "Toda", "Not at all"),)), False),
        (replace(SCALE, options=(Option("1", "Mucho", "A lot"),)), False),
        (replace(SCALE, kind=QuestionKind.TEXT), False),
        (replace(SCALE, key="r"), False),
        (replace(SCALE, required=True), False),
    ],
)
def test_a_correction_of_spelling_leaves_each_question_what_it_was(after: Asked, spelling: bool) -> None:
    assert rules.corrects_spelling([SCALE], [after]) is spelling


LEVEL = replace(CHOICE, options=(Option("low", "Básico", "Basic"), Option("right", "Justo", "Right"), Option("high", "Alto", "High")))


def reordered(*words: tuple[str, str]) -> Asked:
    """Return what the editor sends: options with no values of their own."""
    return replace(LEVEL, options=tuple(Option(f"option_{n}", es, en) for n, (es, en) in enumerate(words, start=1)))


@pytest.mark.parametrize(
    ("words", "values", "same"),
    [
        ([("Alto", "High"), ("Justo", "Right"), ("Básico", "Basic")], ["high", "right", "low"], True),
        ([("¡Alto!", "High"), ("Basico", "Basic"), ("Justo", "Right")], ["high", "low", "right"], True),
        ([("Justo", "Right"), ("Alto", "High"), ("Altísimo", "Too high")], ["right", "high", "option_1"], False),
        ([("Básico", "Basic"), ("Justo", "Right")], ["low", "right"], False),
        ([("Básico", "High"), ("Justo", "Right"), ("Alto", "Basic")], ["option_1", "right", "option_2"], False),
        ([("Justo", "Right"), ("Justo", "Right"), ("Alto", "High")], ["right", "option_1", "high"], False),
    ],
)
def test_an_answer_stays_with_the_words_of_its_option(words: list[tuple[str, str]], values: list[str], same: bool) -> None:
    sent = rules.with_values_of(reordered(*words), LEVEL)
    assert [option.value for option in sent.options] == values
    assert rules.is_same_question(LEVEL, sent, answered=True) is same


def test_equal_words_find_their_answer_before_respelt_ones() -> None:
    old = replace(LEVEL, options=(Option("m", "Bueno", "Fine"), Option("f", "Buena", "Fine")))
    sent = replace(LEVEL, options=(Option("option_1", "Buena", "Fine"), Option("option_2", "Bueno", "Fine")))
    assert [option.value for option in rules.with_values_of(sent, old).options] == ["f", "m"]


ENDS = Asked("q", QuestionKind.SCALE, "¿Los materiales?", "The materials?", options=standard.QUALITY)


@pytest.mark.parametrize(
    ("after", "same"),
    [
        (replace(ENDS, required=True), True),
        (replace(ENDS, prompt_en="The matérials"), True),
        (
            replace(ENDS, options=tuple(replace(a, value=b.value) for a, b in zip(standard.QUALITY, standard.QUALITY[::-1], strict=True))),
            False,
        ),
        (replace(ENDS, prompt_es="¿La comida?", prompt_en="The food?"), False),
        (replace(ENDS, kind=QuestionKind.YES_NO, options=()), False),
    ],
)
def test_a_question_whose_words_changed_after_answers_is_another_one(after: Asked, same: bool) -> None:
    assert rules.is_same_question(ENDS, after, answered=True) is same
    assert rules.is_same_question(ENDS, after, answered=False) is (after.kind is QuestionKind.SCALE), "nobody has answered it yet"


@pytest.mark.parametrize(
    ("was", "now", "spelling"),
    [
        ("satisfied", "satisfed", True),
        ("recieved", "received", True),
        ("Util", "¡Útil!", True),
        ("satisfied", "dissatisfied", False),
        ("Útil", "Inútil", False),
        ("useful", "useless", False),
        ("moral", "amoral", False),
        ("Fue útil", "No fue útil", False),
        ("3 días", "5 días", False),
        ("", "Útil", False),
        ("👍", "👎", False),
        ("< 5", "> 5", False),
        ("-1", "1", False),
        ("Да", "Нет", False),
        ("«Si»", "¡Sí!", True),
    ],
)
def test_no_correction_of_spelling_turns_a_word_round(was: str, now: str, spelling: bool) -> None:
    asked = replace(SCALE, options=(Option("1", was, "x"),))
    assert rules.corrects_spelling([asked], [replace(asked, options=(Option("1", now, "x"),))]) is spelling
