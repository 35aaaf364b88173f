"""Refusals about seminars and sessions: one class and one sentence for each."""

from __future__ import annotations

from collections.abc import Sequence

from seminar_app.core.errors import N_, Refusal, StaleEdit


class SlugTaken(Refusal):
    """Another seminar has this slug."""

    sentence = N_("Another seminar already has the address «%(slug)s». Please choose another.")
    field = "slug"


class SlugMalformed(Refusal):
    """The slug has characters that a slug may not have."""

    sentence = N_("An address takes small letters without accents, digits and hyphens, for example cancun-2026.")
    field = "slug"


class TitleMissing(Refusal):
    """The seminar has a title in neither language."""

    sentence = N_("Please give the seminar a title in Spanish, in English, or in both.")
    field = "title_es"


class DatesReversed(Refusal):
    """The last day is before the first day."""

    sentence = N_("The last day comes before the first day. Please correct one of them.")
    field = "ends_on"


class DatesOutOfReach(Refusal):
    """The date is before 2000 or after 2099."""

    sentence = N_("Please write dates between 2000 and 2099.")
    field = "starts_on"


class SeminarTooLong(Refusal):
    """The seminar is longer than a year."""

    sentence = N_("A seminar lasts a year at most. Please correct the first or the last day.")
    field = "ends_on"


class UnknownTimeZone(Refusal):
    """The time zone is not one of those offered."""

    sentence = N_("«%(time_zone)s» is not a time zone we know. Please choose one of the list.")
    field = "time_zone"


class WindowReversed(Refusal):
    """Registration would close before it opens."""

    sentence = N_("Registration would close before it opens. Please correct one of the two.")
    field = "registration_closes"


class FreezesTooLate(Refusal):
    """The list would be frozen after the seminar, or on a day that is out of range."""

    sentence = N_("The list can be frozen until %(last)s, the last day of the seminar. Please write an earlier day, or none.")
    field = "list_freezes_on"


class IdentityReasonMissing(Refusal):
    """Birth data, CURP or passport are asked for, but no reason is given."""

    sentence = N_(
        "People are told why they are asked for their birth data, CURP or passport. Please write the reason, in one language at least."
    )
    field = "identity_reason_es"


class CodeMissing(Refusal):
    """The registration mode is by code, but there is no code."""

    sentence = N_("Registration by code needs the code that people will type.")
    field = "registration_code"


class SeatsOutOfReach(Refusal):
    """The number of seats is less than 1, or above the largest number allowed."""

    sentence = N_("Please write a number of seats between 1 and %(most)d.")
    field = "capacity"


class ThresholdOutOfReach(Refusal):
    """The attendance threshold is not a percentage from 0 to 100."""

    sentence = N_("The attendance needed is a percentage from 0 to 100.")
    field = "threshold_percent"


class ExtraSeatsOutOfReach(Refusal):
    """The number of extra seats at the door is below 0, or too large."""

    sentence = N_("Extra seats at the door are a number from 0 to %(most)d.")
    field = "extra_at_door"


class UnknownOffice(Refusal):
    """A host is not in the list of offices, or is no longer active."""

    sentence = N_("One of the hosts is not in the list of offices any more. Please choose the hosts again.")
    field = "hosts"


class FieldLocked(Refusal):
    """The field may not be changed in the seminar's present state."""

    def __init__(self, *, field: str) -> None:
        super().__init__()
        self.field = field

    sentence = N_("This can no longer be changed: the seminar is past the point where it may be.")


class LanguageOfTextMissing(Refusal):
    """The session has a title in neither language."""

    sentence = N_("Please give the session a title in Spanish, in English, or in both.")
    field = "title_es"


class SeminarChanged(StaleEdit):
    """The seminar was saved by another user after this form was opened. What was typed stays in the form."""

    sentence = N_(
        "Somebody else changed this seminar while you were editing it. What you typed is still here and nothing of it is saved yet: "
        "look at what differs below, then save again to keep yours."
    )


class NotInThisState(Refusal):
    """The change is not allowed from the seminar's present state."""

    sentence = N_("This cannot be done now: meanwhile the seminar is in another state. Look at it again and choose from there.")


class NotReady(Refusal):
    """Something is missing before the seminar can be published."""

    sentence = N_("The seminar cannot be published yet. What it still needs is listed below.")


class QuotaHeldByNobody(Refusal):
    """The seminar cannot be published while nobody could hold the seats of one of its quotas."""

    sentence = N_(
        "The seminar cannot be published yet: nobody could hold the seats of %(agencies)s. No agency that exists on the first day is one "
        "of these or succeeded one. Please share these seats out anew."
    )


class OfficeNotReachable(Refusal):
    """The seminar cannot be published while its office lacks an e-mail address or a phone."""

    sentence = N_(
        "The seminar cannot be published yet: %(office)s has no e-mail address or no phone, and people who need help use both. "
        "An administrator can write them down."
    )


class QuotasToShare(Refusal):
    """A copy needs to be told who gets the seats of agencies that have ended by its first day."""

    sentence = N_("By that day these agencies, or most of their offices, have ended: %(agencies)s. Please say below who gets their seats.")


class SharesDiffer(Refusal):
    """The shares of a quota do not add up to it, or one goes to an agency that is not its heir."""

    sentence = N_("The quota of %(agency)s has %(seats)d seats; what you wrote adds up to %(sum)d. Please correct one of the numbers.")


class PeopleRegistered(Refusal):
    """The seminar cannot become a draft again, because it has registrations."""

    sentence = N_("People have already registered, so the seminar cannot become a draft again. You can close registration or cancel it.")


class NotOverYet(Refusal):
    """The seminar cannot be completed before its end."""

    sentence = N_("The seminar has not ended yet. It can be completed from the end of its last session on.")


class ReasonMissing(Refusal):
    """A cancellation has no reason."""

    sentence = N_("Please say why it is cancelled: the people registered will read it.")
    field = "reason"


class ReasonToResumeMissing(ReasonMissing):
    """A completed seminar is reopened without a reason."""

    sentence = N_("Please say why the seminar is reopened. The audit log keeps your reason.")


class SessionsFixed(Refusal):
    """The sessions of a seminar that is completed, cancelled or archived cannot change."""

    sentence = N_("The sessions can no longer be changed: the seminar is completed, cancelled or archived.")


class SessionReversed(Refusal):
    """The session ends before it begins."""

    sentence = N_("The session ends before it begins. Please correct one of the two times.")
    field = "ends"


class SessionOutsideDates(Refusal):
    """The session is not within the seminar's days."""

    sentence = N_("The session lies outside the seminar's days (%(first)s to %(last)s). Choose one of them, or change the seminar's days.")
    field = "day"


class SessionsOutsideDates(Refusal):
    """A session would not be within the seminar's new days."""

    sentence = N_("The session «%(session)s» on %(day)s would lie outside the new days. Move or delete it first.")
    field = "ends_on"


class SessionsOverlap(Refusal):
    """Two sessions of the seminar would be held at the same time."""

    sentence = N_("This overlaps with «%(session)s», which is from %(starts)s to %(ends)s. Please choose a time when nothing else is held.")
    field = "starts"


class MinutesOutOfReach(Refusal):
    """The contact minutes are less than 1, or more than the session lasts."""

    sentence = N_("Contact minutes are between 1 and the %(minutes)d minutes that the session lasts.")
    field = "contact_minutes"


class SessionChanged(StaleEdit):
    """A session of the program was saved by another user after the page was opened."""

    sentence = N_(
        "Somebody else has changed this session meanwhile: it is now «%(session)s» on %(day)s, from %(starts)s to %(ends)s. What you typed "
        "is still here; saving again replaces that."
    )
    field = "title_es"


class SessionGone(StaleEdit):
    """A session of the program was deleted by another user after the page was opened."""

    sentence = N_("Somebody else has deleted this session meanwhile. Saving again makes it anew; empty its line to leave it out.")
    field = "title_es"


class LinesRefused(Refusal):
    """Lines of the program cannot be saved. `faults`: the place of each line, from 0, and what is wrong with it."""

    sentence = N_("Nothing is saved yet: please look at the lines that are marked.")

    def __init__(self, faults: Sequence[tuple[int, Refusal]]) -> None:
        super().__init__()
        self.faults = faults


class SessionHasMarks(Refusal):
    """The session has attendance or feedback, so it cannot be deleted."""

    sentence = N_("Attendance or feedback was already recorded for this session, so it cannot be deleted.")


class SpeakerHasFeedback(Refusal):
    """The speaker has feedback, so the speaker cannot be deleted."""

    sentence = N_("Feedback was already given about a speaker whom you took out. Please leave that line as it was.")
    field = "speakers"


class TimeSkipped(Refusal):
    """The local time in `field` does not exist: the clocks skip it."""

    def __init__(self, *, field: str, **values: object) -> None:
        super().__init__(**values)
        self.field = field

    sentence = N_("On %(day)s the clocks in this time zone skip %(time)s. Please choose another time.")


class TimeTwice(Refusal):
    """The local time in `field` exists twice, so it is ambiguous."""

    def __init__(self, *, field: str, **values: object) -> None:
        super().__init__(**values)
        self.field = field

    sentence = N_("On %(day)s the clocks in this time zone show %(time)s twice. Please choose another time, so that nobody has to guess.")
