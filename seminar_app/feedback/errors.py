"""Refusals of feedback."""

from __future__ import annotations

from seminar_app.core.errors import N_, Refusal


class FormNotOpen(Refusal):
    """An answer came while the form was not open."""

    sentence = N_("This form is not open at the moment, so your answers were not sent.")


class NotTakingPart(Refusal):
    """Somebody without a seat answered."""

    sentence = N_("Only those who hold a seat at the seminar answer this form.")


class AnswersMissing(Refusal):
    """Required questions without an answer, or a form without any."""

    sentence = N_("Please answer the questions that are not optional.")


class NothingAnswered(Refusal):
    """A form without a single answer."""

    sentence = N_("Please answer at least one question.")


class AnswerNotUnderstood(Refusal):
    """An answer that the question does not have, or too long a one."""

    sentence = N_("One of the answers does not fit its question. Please look at them again.")


class SeminarNotHeld(Refusal):
    """Opening the form of a draft, cancelled or archived seminar."""

    sentence = N_("Feedback can be opened once the seminar is published, and not after it was cancelled or archived.")


class SeminarNotBegun(Refusal):
    """Opening the form before the first day."""

    sentence = N_("Feedback can be opened from the first day of the seminar.")


class NotOpenToClose(Refusal):
    """Closing a form that is not open."""

    sentence = N_("This form is not open, so there is nothing to close.")


class NotOpenToRemind(Refusal):
    """Reminding people of a form that they cannot answer."""

    sentence = N_("This form is not open. Open it before you remind people of it.")


class NoQuestions(Refusal):
    """A form without questions."""

    sentence = N_("A form needs at least one question.")


class TooManyQuestions(Refusal):
    """More questions than somebody answers on a phone."""

    sentence = N_("A form has at most %(most)d questions.")


class NobodyToRemind(Refusal):
    """Everybody has answered, or nobody has an e-mail address."""

    sentence = N_("There is nobody to remind: everybody has answered, or was already reminded today, or has no e-mail address.")
