"""Sentences about lists."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import ngettext

from seminar_app.nominations.rules import Outcome
from seminar_app.nominations.services import Imported


def counts_in_words(counts: Mapping[Outcome, int]) -> list[str]:
    """Return «18 get a seat», «2 alternates»: what comes of the rows that are taken."""
    words = {
        Outcome.SEATED: lambda n: ngettext("%(num)d seat", "%(num)d seats", n),
        Outcome.ALTERNATE: lambda n: ngettext("%(num)d alternate", "%(num)d alternates", n),
        Outcome.FOR_APPROVAL: lambda n: ngettext("%(num)d for approval", "%(num)d for approval", n),
        Outcome.WAITS: lambda n: ngettext("%(num)d on the waiting list", "%(num)d on the waiting list", n),
    }
    return [say(counts[outcome]) for outcome, say in words.items() if counts.get(outcome)]


def imported_in_words(done: Imported) -> str:
    """Return what an import has done, and what it has left in the list."""
    if not done.came:
        said = _("Nobody was added: everybody on this list is on the roster already, or has something to mend.")
    else:
        people = ngettext("%(num)d person was brought onto the roster", "%(num)d people were brought onto the roster", done.came)
        said = _("%(people)s: %(what)s.", people=people, what=", ".join(counts_in_words(done.counts)))
    left = done.counts.get(Outcome.FAULTY, 0) + done.counts.get(Outcome.ASK, 0)
    if left:
        said += " " + ngettext("%(num)d row waits here to be mended.", "%(num)d rows wait here to be mended.", left)
    if done.to_organizer:
        said += " " + ngettext("%(num)d row is for the organizer to decide.", "%(num)d rows are for the organizer to decide.", done.to_organizer)
    return said
