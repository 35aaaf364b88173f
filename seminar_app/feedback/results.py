"""Compose a form's results from what may be shown. No database."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct

from seminar_app.feedback import figures
from seminar_app.feedback.figures import Figure, ResponseRate, Shift, Suppressed, Tallies
from seminar_app.feedback.rules import Asked, QuestionKind
from seminar_app.feedback.standard import CONFIDENCE_BEFORE, CONFIDENCE_NOW, CONFIDENCE_PAIR, SPEAKER

SHOWN_SCALE = 5
"""The end of the scale that means are drawn against."""


class Results(Struct, frozen=True):
    """All that is shown of a form's answers.

    Attributes:
        rate: how many have answered.
        confidence: before and now.
        closed_questions: about the seminar, each with a distribution; `speakers` the same about each speaker.
        comments: the questions answered in words.
        earlier: questions that only earlier versions asked.
    """

    rate: ResponseRate
    confidence: Shift | None
    closed_questions: tuple[Figure | Suppressed, ...]
    speakers: tuple[Figure | Suppressed, ...]
    comments: tuple[Figure | Suppressed, ...]
    earlier: tuple[Figure | Suppressed, ...]

    @property
    def everything(self) -> tuple[Figure | Suppressed, ...]:
        """Each question once, in the order of the page."""
        return self.closed_questions + self.speakers + self.comments + self.earlier

    @property
    def shown(self) -> bool:
        """Whether any figure is shown."""
        return any(isinstance(figure, Figure) for figure in self.everything)

    @property
    def means(self) -> tuple[tuple[Figure, Decimal], ...]:
        """The scale questions with their means, for the overview."""
        asked = self.closed_questions + self.speakers
        return tuple((figure, figure.mean) for figure in asked if isinstance(figure, Figure) and figure.mean is not None)


def results(*, rate: ResponseRate, asked_now: Sequence[Asked], asked_before: Sequence[Asked], shown: Tallies) -> Results:
    """Compose the results. With fewer than five responses, not even which questions have answers is shown."""
    if rate.too_few:
        return Results(rate, None, (), (), (), ())
    by_key = {question.key: question for question in asked_now}

    def figures_of(questions: Sequence[Asked]) -> tuple[Figure | Suppressed, ...]:
        return tuple(figures.figure_of(question, shown.get(question.key)) for question in questions)

    words = [question for question in asked_now if question.kind is QuestionKind.TEXT]
    about_speakers = [question for question in asked_now if question.key.startswith(SPEAKER) and question not in words]
    return Results(
        rate,
        figures.shift(CONFIDENCE_PAIR, shown) if {CONFIDENCE_BEFORE, CONFIDENCE_NOW} <= by_key.keys() else None,
        figures_of([question for question in asked_now if question not in words and question not in about_speakers]),
        figures_of(about_speakers),
        figures_of(words),
        figures_of(asked_before),
    )
