"""Refusals of past seminars, headcounts, announced numbers and training elsewhere."""

from __future__ import annotations

from seminar_app.core.errors import N_, Refusal


class NotHeldYet(Refusal):
    """A seminar is entered as a past one only when it is over."""

    sentence = N_("The last day, %(day)s, is not over. Create it as a new seminar instead.")
    field = "ends_on"


class HoursOutOfReach(Refusal):
    """The contact hours do not fit into the seminar's days."""

    sentence = N_("These hours do not fit into the seminar's days: at least one minute and at most %(most)s hours each day.")
    field = "hours"


class NotFromBefore(Refusal):
    """Only a seminar that was entered afterwards gets its outcomes from lists."""

    sentence = N_("This seminar was not entered as a past one: its outcomes follow from the attendance that was taken.")


class AlreadyCompleted(Refusal):
    """The seminar is completed, so its outcomes stand."""

    sentence = N_("The seminar is completed already. To bring more people, reopen it first.")


class NobodyOnTheRoster(Refusal):
    """A past seminar is completed with people on its roster, or with headcounts."""

    sentence = N_("Nobody is on the roster, and no headcount is recorded. Bring a list first, or record how many people there were.")


class NoHeadcountsNow(Refusal):
    """Headcounts belong to seminars that have been held."""

    sentence = N_("Headcounts are recorded once the seminar is completed, and until it is archived.")


class EmptyHeadcount(Refusal):
    """No number was typed."""

    sentence = N_("Please write how many people were registered, in one line at least.")


class HeadcountThere(Refusal):
    """The agency has headcounts in this seminar already."""

    sentence = N_("%(agency)s already has a headcount in this seminar. Change that one.")
    field = "agency"


class NamesThere(Refusal):
    """People of the agency are on the roster, so a headcount would count them twice."""

    sentence = N_(
        "On the roster are people of %(agencies)s. A headcount would count them a second time. "
        "Add the missing names to the roster, or take these people off it."
    )
    field = "agency"


class CountedAlready(Refusal):
    """A headcount has counted the people of the agency, so their names would count them twice."""

    sentence = N_(
        "A headcount of this seminar has counted people of %(agencies)s already, so their names would count them a second time. "
        "Remove the headcount first."
    )


class MoreAttended(Refusal):
    """A headcount says that more attended than were registered."""

    sentence = N_("%(more)d attended, but only %(fewer)d were registered. Who attended was registered too.")


class MoreCompleted(Refusal):
    """A headcount says that more completed than attended."""

    sentence = N_("%(more)d completed, but only %(fewer)d attended. Who completed has attended too.")


class NumberOutOfReach(Refusal):
    """A number below zero, or far above any seminar."""

    sentence = N_("«%(number)s» cannot be a number of people.")


class SourceMissing(Refusal):
    """An announced number names where it stands."""

    sentence = N_("Please say where this number stands, for example the press release and its date.")
    field = "source"


class TrainingReversed(Refusal):
    """Training that ends before it begins."""

    sentence = N_("The last day is before the first.")
    field = "ends_on"


class TrainingNotOver(Refusal):
    """Only training that was held is reported."""

    sentence = N_("Only training that is over is reported. The last day is %(day)s.")
    field = "ends_on"


class TrainingTooLong(Refusal):
    """More hours than its days have."""

    sentence = N_("So many hours do not fit into these days: at most %(most)s hours each day.")
    field = "hours"


class ReasonNeeded(Refusal):
    """A report is declined with a reason."""

    sentence = N_("Please say why: the agency's liaison reads it.")
    field = "reason"


class DecidedAlready(Refusal):
    """Somebody has decided meanwhile."""

    sentence = N_("This report has been decided already. Nothing was changed.")


class NotYoursToWithdraw(Refusal):
    """A report that was decided stays."""

    sentence = N_("This report has been decided, so it cannot be withdrawn any more.")
