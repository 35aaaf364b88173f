"""Feedback: what a form asks, when it may be opened, and what a well-formed answer is. No database."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import count
from typing import Any

from msgspec import Struct, to_builtins

from seminar_app.core.folding import fold
from seminar_app.core.values import replace
from seminar_app.seminars.rules import SeminarState, local_of, moved

LEAST = 5
"""Smallest number of answers for which anything is shown."""
_OF_SENTENCES = re.compile(r"[0-9a-z\s.,;:!?¿¡…\"'«»“”‘’()]")
SHORTEST_CORRECTED = 4
"""Letters of the shortest word in which a letter may be corrected; in shorter ones it makes another word («no», «yes», «ni»)."""
SCALE = (1, 2, 3, 4, 5)
YES, NO = 1, 0
LONGEST_COMMENT = 2_000
LONGEST_PROMPT = 300
LONGEST_OPTION = 80
MOST_QUESTIONS = 60
MOST_OPTIONS = 8
OPEN_DAYS = 14
"""Days that a form is proposed to stay open, and days in which an opening that was missed is made up for."""


class FormKind(StrEnum):
    """When and for what purpose a form is answered."""

    REACTION = "reaction"
    PRE_TEST = "pre_test"
    POST_TEST = "post_test"
    FOLLOW_UP = "follow_up"
    SUPERVISOR = "supervisor"


class QuestionKind(StrEnum):
    """The type of an answer."""

    SCALE = "scale"
    """1 to 5, with words at both ends."""
    CHOICE = "choice"
    YES_NO = "yes_no"
    TEXT = "text"


class FormStage(StrEnum):
    """Stage in the life of a form."""

    NOT_OPENED = "not_opened"
    OPEN = "open"
    CLOSED = "closed"


class Option(Struct, frozen=True):
    """An option of a choice, or the word at an end of a scale (values `1` and `5`), in both languages."""

    value: str
    es: str
    en: str

    def text(self, language: str) -> str:
        """Return the words in the language asked for."""
        return self.es if language == "es" else self.en


class Asked(Struct, frozen=True):
    """A question as a form asks it.

    Attributes:
        key: stable across versions and seminars: `met_objectives`, `speaker:<public id>`, `own:<random>`.
        options: for a scale the words at both ends, for a choice its options, else none.
    """

    key: str
    kind: QuestionKind
    prompt_es: str
    prompt_en: str
    required: bool = False
    options: tuple[Option, ...] = ()

    def prompt(self, language: str) -> str:
        """Return the question in the language asked for."""
        return self.prompt_es if language == "es" else self.prompt_en

    @property
    def field_name(self) -> str:
        """The key as the name of a field and as part of an id in a page."""
        return "q-" + self.key.replace(":", "-")

    @property
    def values(self) -> tuple[str, ...]:
        """Every possible answer, as it is counted; none for text."""
        match self.kind:
            case QuestionKind.SCALE:
                return tuple(str(number) for number in SCALE)
            case QuestionKind.YES_NO:
                return str(YES), str(NO)
            case QuestionKind.CHOICE:
                return tuple(option.value for option in self.options)
            case QuestionKind.TEXT:
                return ()


TAKING_ANSWERS = frozenset({SeminarState.PUBLISHED, SeminarState.CLOSED, SeminarState.COMPLETED})
"""States of a seminar in which its form can be open. A cancelled or archived seminar takes no answers and reminds nobody."""


def stage_of(*, opened: bool, closed: bool, seminar_state: SeminarState) -> FormStage:
    """Return the stage of a form, from whether it was opened, whether it was closed since, and the state of its seminar."""
    if not opened:
        return FormStage.NOT_OPENED
    return FormStage.CLOSED if closed or seminar_state not in TAKING_ANSWERS else FormStage.OPEN


class WhyNotOpen(StrEnum):
    """Why a form cannot be opened now."""

    SEMINAR_STATE = "seminar_state"
    TOO_EARLY = "too_early"


def why_not_open(*, seminar_state: SeminarState, starts_on: date, today: date) -> WhyNotOpen | None:
    """Return why a form cannot be opened, or None: the seminar is not held, or has not begun (`today` in its own zone)."""
    if seminar_state not in TAKING_ANSWERS:
        return WhyNotOpen.SEMINAR_STATE
    return WhyNotOpen.TOO_EARLY if today < starts_on else None


class Dates(Struct, frozen=True):
    """When a form opens and closes by itself; None: only by hand."""

    opens_at: datetime | None = None
    closes_at: datetime | None = None


class DateFault(StrEnum):
    """Why dates cannot be set."""

    OPENS_IN_THE_PAST = "opens_in_the_past"
    CLOSES_IN_THE_PAST = "closes_in_the_past"
    CLOSES_FIRST = "closes_first"


def fault_of_dates(dates: Dates, *, now: datetime) -> DateFault | None:
    """Return why these dates cannot be set, or None. What is to happen by itself lies in the future, and opening comes first."""
    if dates.opens_at is not None and dates.opens_at <= now:
        return DateFault.OPENS_IN_THE_PAST
    if dates.closes_at is not None and dates.closes_at <= now:
        return DateFault.CLOSES_IN_THE_PAST
    if dates.opens_at and dates.closes_at and dates.closes_at <= dates.opens_at:
        return DateFault.CLOSES_FIRST
    return None


def proposed_dates(*, stage: FormStage, last_end: datetime | None, time_zone: str, now: datetime) -> Dates:
    """Return what is proposed where no dates are set: open when the last session ends, close 14 days later at the same time of day.

    Once the sessions are over, only a date to close: 14 days from now.
    """
    ahead = last_end if last_end is not None and last_end > now else None
    opens_at = ahead if stage is FormStage.NOT_OPENED else None
    start = ahead or now.replace(minute=0, second=0, microsecond=0)
    return Dates(opens_at, moved(start, time_zone, days=OPEN_DAYS))


def next_stage(dates: Dates, *, stage: FormStage, seminar_state: SeminarState, starts_on: date, time_zone: str, now: datetime) -> FormStage:
    """Return the stage that a form has by its dates now: it opens, it closes, or stays as it is.

    It opens only where it could be opened by hand at the moment of its date: a seminar that was moved behind that date opens nothing.
    A date that was missed is made up for until the form would close, or for 14 days: a seminar that comes out of the archive
    years later writes to nobody. A form that was closed does not open again by itself.
    """
    opens_at, closes_at = dates.opens_at, dates.closes_at
    if stage is FormStage.OPEN and closes_at is not None and closes_at <= now:
        return FormStage.CLOSED
    if stage is not FormStage.NOT_OPENED or opens_at is None:
        return stage
    day = local_of(opens_at, time_zone).date()
    if why_not_open(seminar_state=seminar_state, starts_on=starts_on, today=day) is not None:
        return stage
    return FormStage.OPEN if opens_at <= now < (closes_at or opens_at + timedelta(days=OPEN_DAYS)) else stage


def fitting(question: Asked, value: str | None) -> str | None:
    """Return the answer as it is counted, or None if nothing was answered.

    Raises:
        ValueError: not an answer to this question, or too long.
    """
    text = (value or "").replace("\r\n", "\n").strip()
    if not text:
        return None
    if question.kind is QuestionKind.TEXT:
        if len(text) > LONGEST_COMMENT or any(character == "\0" or "\ud800" <= character <= "\udfff" for character in text):
            raise ValueError(question.key)
    elif text not in question.values:
        raise ValueError(question.key)
    return text


def unanswered(questions: Iterable[Asked], answers: Mapping[str, str]) -> tuple[Asked, ...]:
    """Return the required questions that have no answer."""
    return tuple(question for question in questions if question.required and question.key not in answers)


def corrects_spelling(before: Sequence[Asked], after: Sequence[Asked]) -> bool:
    """Whether only the spelling changed: the same questions and options in the same order, and in each text the same words.

    Accents, case and punctuation may change, and in a word of four letters or more one letter after the first, or the order of its
    letters. So «useful» does not become «useless», nor «útil» «inútil», nor 1 a 5.
    """
    if len(before) != len(after):
        return False
    pairs = list(zip(before, after, strict=True))
    if any(_shape(old) != _shape(new) for old, new in pairs):
        return False
    return all(nearly_same(was, now) for old, new in pairs for was, now in zip(_texts(old), _texts(new), strict=True))


def _shape(question: Asked) -> tuple[Any, ...]:
    return question.key, question.kind, question.required, tuple(option.value for option in question.options)


def _texts(question: Asked) -> list[str]:
    return [question.prompt_es, question.prompt_en, *(text for option in question.options for text in (option.es, option.en))]


def nearly_same(was: str, now: str) -> bool:
    """Whether two texts have the same words, but for corrections of spelling."""
    before, after = fold(was).split(), fold(now).split()
    return _signs(was) == _signs(now) and len(before) == len(after) and all(map(_same_word, before, after))


def _signs(text: str) -> list[str]:
    """All that is no Latin letter, digit, accent, space or mark of a sentence: «👍», «<», «-» and other scripts, which `fold` drops."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    return [sign for sign in bare if not unicodedata.combining(sign) and not _OF_SENTENCES.match(sign)]


def _same_word(was: str, now: str) -> bool:
    if was == now:
        return True
    if min(len(was), len(now)) < SHORTEST_CORRECTED or was[0] != now[0] or not (was + now).isalpha():
        return False
    edits = [edit for edit in SequenceMatcher(None, was, now, autojunk=False).get_opcodes() if edit[0] != "equal"]
    one_letter = len(edits) == 1 and max(edits[0][2] - edits[0][1], edits[0][4] - edits[0][3]) == 1
    return one_letter or sorted(was) == sorted(now)


def with_values_of(new: Asked, old: Asked) -> Asked:
    """Give the options of a choice the values that the same words had before; other words get values that were never used in it.

    An answer is stored as the value of its option. So it stays with the words that were chosen, whatever their order becomes.
    """
    if new.kind is not QuestionKind.CHOICE or old.kind is not QuestionKind.CHOICE:
        return new
    left, values = list(old.options), dict[int, str]()
    for agrees in (_same_words, _respelt):  # words that are equal come first: «Bueno» must not take the place of «Buena»
        for place, option in enumerate(new.options):
            match = next((each for each in left if place not in values and agrees(each, option)), None)
            if match is not None:
                left.remove(match)
                values[place] = match.value
    fresh = (f"option_{number}" for number in count(1) if f"option_{number}" not in old.values)
    return replace(new, options=tuple(replace(o, value=values.get(place) or next(fresh)) for place, o in enumerate(new.options)))


def _same_words(one: Option, other: Option) -> bool:
    return (one.es, one.en) == (other.es, other.en)


def _respelt(one: Option, other: Option) -> bool:
    return nearly_same(one.es, other.es) and nearly_same(one.en, other.en)


def is_same_question(old: Asked, new: Asked, *, answered: bool) -> bool:
    """Whether the figures of both add up: they are of one kind, and a choice has the same options in any order.

    Once people may have answered it, its words are the same too, but for spelling: those of the question, and at the ends of a scale.

    Args:
        new: with the values that `with_values_of` gives.
        answered: the old question was on a form that was answered.
    """
    if old.kind is not new.kind or set(old.values) != set(new.values):
        return False
    if not answered:
        return True
    before, after = ({option.value: option for option in question.options} for question in (old, new))
    same_prompt = nearly_same(old.prompt_es, new.prompt_es) and nearly_same(old.prompt_en, new.prompt_en)
    return same_prompt and before.keys() == after.keys() and all(_respelt(before[value], after[value]) for value in before)


def fingerprint(questions: Sequence[Asked]) -> str:
    """Return a short hash of the questions that an editor sees, so that two editors do not overwrite each other unseen."""
    return hashlib.sha256(json.dumps([to_builtins(question) for question in questions], sort_keys=True).encode()).hexdigest()[:32]


def option_of(row: Mapping[str, Any]) -> Option:
    """Build an option from its stored JSON."""
    return Option(value=str(row["value"]), es=str(row["es"]), en=str(row["en"]))
