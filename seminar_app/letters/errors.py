"""Refusals of letters."""

from __future__ import annotations

from seminar_app.core.errors import N_, Refusal


class NobodyToWriteTo(Refusal):
    """Mail reaches nobody of those whom the letter is for."""

    sentence = N_("No mail reaches anybody of those chosen. Choose others, or phone those who are listed.")


class ReceiversChanged(Refusal):
    """The letter would go to more or fewer people than the page showed."""

    sentence = N_("While this page was open, the number of people changed from %(before)s to %(now)s. Look at it again, then send.")


class LetterChanged(Refusal):
    """The letter was changed after the page was shown."""

    sentence = N_("This message was changed after you opened the page. Read it again, then send.")


class NotADraft(Refusal):
    """The letter was sent or taken back already, so it is not changed, sent or discarded any more."""

    sentence = N_("This message is not a draft any more. You can use its words for another one.")


class TooLateToTakeBack(Refusal):
    """The first mails have left or are leaving."""

    sentence = N_("It is too late to take the message back: the first mails are leaving. You can write another one that corrects it.")


class SessionGone(Refusal):
    """The letter goes by the attendance of a session that was deleted."""

    sentence = N_("The session by which people were chosen was deleted. Choose again.")
