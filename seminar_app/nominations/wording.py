"""Sentences about lists."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import ngettext

from seminar_app.nominations.here import ALTERNATE, ERASED, Here
from seminar_app.nominations.rules import Outcome
from seminar_app.nominations.services import Imported
from seminar_app.nominations.shapes import Problem, ProblemCode
from seminar_app.registration.labels import state_in_words
from seminar_app.registration.rules import RegistrationState
from seminar_app.web.filters import long_date
from seminar_app.web.labels import label


def counts_in_words(counts: Mapping[Outcome, int]) -> list[str]:
    """Return «18 seats», «2 alternates»: what comes of the rows that are taken."""
    words = [
        (ngettext("%(num)d seat", "%(num)d seats", counts.get(Outcome.SEATED, 0)), Outcome.SEATED),
        (ngettext("%(num)d alternate", "%(num)d alternates", counts.get(Outcome.ALTERNATE, 0)), Outcome.ALTERNATE),
        (ngettext("%(num)d for approval", "%(num)d for approval", counts.get(Outcome.FOR_APPROVAL, 0)), Outcome.FOR_APPROVAL),
        (ngettext("%(num)d on the waiting list", "%(num)d on the waiting list", counts.get(Outcome.WAITS, 0)), Outcome.WAITS),
    ]
    return [str(said) for said, outcome in words if counts.get(outcome)]


def outcome_in_words(outcome: Outcome, rows: int) -> str:
    """Return what becomes of rows, beside the figure of their number."""
    several = {
        Outcome.ALTERNATE: _("Alternates"),
        Outcome.HERE: _("There already"),
        Outcome.REPEATED: _("Repeated"),
    }
    return str(label(outcome) if rows == 1 else several.get(outcome, label(outcome)))


def kind_in_words(kind: str, rows: int = 1) -> str:
    """Return what people who were brought are now, in the roster's words, beside the figure of their number (`here.Here.kind`)."""
    if kind == ERASED:
        return str(_("Data erased"))
    if kind == ALTERNATE:
        return str(_("Alternate") if rows == 1 else _("Alternates"))
    return str(label(RegistrationState(kind)))


def here_in_words(here: Here) -> str:
    """Return what a registration is now, in the roster's words."""
    if here.number:
        return str(_("Alternate %(number)d", number=here.number))
    return kind_in_words(here.kind) if here.erased or not here.by_agency else state_in_words(here.state, by_agency=True)


def left_in_words(here: Here, time_zone: str) -> str:
    """Return how and when a person left the list of the seminar."""
    if here.left_at is None:
        return state_in_words(here.state, by_agency=here.by_agency)
    day = long_date(here.left_at.astimezone(ZoneInfo(time_zone)).date())
    by_agency = _("Withdrawn by the agency on %(day)s", day=day)
    said = {
        RegistrationState.DECLINED: _("Was not approved on %(day)s", day=day),
        RegistrationState.WITHDRAWN: by_agency if here.by_agency else _("Withdrew on %(day)s", day=day),
        RegistrationState.REMOVED: _("Was taken off the list on %(day)s", day=day),
        RegistrationState.SUBSTITUTED: _("Gave up the place on %(day)s", day=day),
    }
    return str(said[here.state])


def problem_in_words(problem: Problem) -> str:
    """Return what is wrong in a cell."""
    if problem.code is ProblemCode.NO_AGENCY and problem.value:
        return str(_("No agency of the directory is found by this."))
    if problem.row is not None and problem.code is ProblemCode.SAME_ADDRESS:
        return str(_("This is also the address of row %(row)s, where somebody else stands.", row=problem.row))
    if problem.row is not None and problem.code is ProblemCode.SAME_NAME:
        return str(_("Row %(row)s has the same name: is it one person?", row=problem.row))
    return str(label(problem.code))


def imported_in_words(done: Imported) -> str:
    """Return what an import has done, and what it has left in the list."""
    if done.came:
        people = ngettext("%(num)d person was nominated", "%(num)d people were nominated", done.came)
        said = [_("%(people)s: %(what)s.", people=people, what=", ".join(counts_in_words(done.counts)))]
    else:
        said = [_("Nobody was added: everybody on this list is on the roster already, or has something to mend.")]
    left, theirs = done.counts.get(Outcome.FAULTY, 0) + done.counts.get(Outcome.ASK, 0), done.counts.get(Outcome.ORGANIZER, 0)
    if left:
        said.append(ngettext("%(num)d row waits here to be mended.", "%(num)d rows wait here to be mended.", left))
    if theirs:
        said.append(ngettext("%(num)d row is for the organizer to decide.", "%(num)d rows are for the organizer to decide.", theirs))
    return " ".join(map(str, said))


def undone_in_words(people: int) -> str:
    """Return what undoing an import has done."""
    return str(
        ngettext(
            "%(num)d person is off the roster again. Nobody was written to.",
            "%(num)d people are off the roster again. Nobody was written to.",
            people,
        )
    )
