"""Refusals of feedback."""

from __future__ import annotations

from seminar_app.core.errors import N_, Refusal


class FormNotOpen(Refusal):
    """An answer came while the form was not open."""

    sentence = N_("This form is not open at the moment, so your answers were not sent.")


class NotTakingPart(Refusal):
    """A person without a seat answered."""

    sentence = N_("Only those who hold a place at the seminar answer this form.")


class AnswersMissing(Refusal):
    """At least one required question has no answer."""

    sentence = N_("Please answer the questions that are not optional.")


class NothingAnswered(Refusal):
    """The form has no answer at all."""

    sentence = N_("Please answer at least one question.")


class AnswerNotUnderstood(Refusal):
    """An answer is not among the options of its question, or is too long."""

    sentence = N_("One of the answers does not fit its question. Please look at them again.")


class SeminarNotHeld(Refusal):
    """The form of a draft, cancelled or archived seminar cannot be opened."""

    sentence = N_("Feedback can be opened once the seminar is published, and not after it was cancelled or archived.")


class SeminarNotBegun(Refusal):
    """The form cannot be opened before the first day."""

    sentence = N_("Feedback can be opened from the first day of the seminar.")


class OpensInThePast(Refusal):
    """The date to open lies in the past."""

    sentence = N_("That has passed already. Please choose a moment that is still to come, or leave it empty and open feedback by hand.")
    field = "opens"


class OpensTooEarly(Refusal):
    """The date to open lies before the first day."""

    sentence = N_("Feedback can be opened from the first day of the seminar, %(day)s.")
    field = "opens"


class ClosesInThePast(Refusal):
    """The date to close lies in the past."""

    sentence = N_("That has passed already. Please choose a moment that is still to come, or leave it empty and close feedback by hand.")
    field = "closes"


class ClosesFirst(Refusal):
    """The date to close lies before the date to open."""

    sentence = N_("Feedback would close before it opens. Please choose a later moment.")
    field = "closes"


class NotOpenToClose(Refusal):
    """A form that is not open cannot be closed."""

    sentence = N_("This form is not open, so there is nothing to close.")


class NotOpenToRemind(Refusal):
    """The form is not open, so reminding people of it is refused."""

    sentence = N_("This form is not open. Open it before you remind people of it.")


class NoQuestions(Refusal):
    """The form has no questions."""

    sentence = N_("A form needs at least one question.")


class TooManyQuestions(Refusal):
    """The form has more questions than a person answers on a phone."""

    sentence = N_("A form has at most %(most)d questions.")


class OpenAndAnswered(Refusal):
    """The questions of an open form that has been answered cannot change but for their spelling."""

    sentence = N_(
        "This form is open and has been answered, so only spelling can be corrected now. Close it first to change, add, remove or "
        "reorder questions."
    )


class TooFewSinceTheChange(Refusal):
    """The newest questions have too few answers: one that follows a reminder could be tied to its author."""

    sentence = N_(
        "The questions were changed. Reminders wait until %(least)d people have answered them, so that no answer can be tied to a person."
    )


class AlreadyReminded(Refusal):
    """Reminders of this form went out today."""

    sentence = N_("Reminders have already gone out today. People get at most one a day, so the next can go tomorrow.")


class NobodyToRemind(Refusal):
    """No reminder is due: all who are asked have answered or have no e-mail address."""

    sentence = N_("There is nobody to remind: everybody who is asked has answered or has no e-mail address.")
