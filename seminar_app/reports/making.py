"""Put figures together for a file: as an account may take them, or as the command line does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from seminar_app.core.actor import Actor
from seminar_app.core.installation import installation_of
from seminar_app.reports.asked import sees_fixed_tables
from seminar_app.reports.figure import Language, figure_of
from seminar_app.reports.handout import Handout
from seminar_app.reports.queries import EVERYTHING, scope_of
from seminar_app.reports.rules import Definition
from seminar_app.reports.wording import scope_words

HIDDEN_CELLS, ALL_CELLS = "hidden", "all"


def cells_word(*, hides: bool) -> str:
    """Return what the audit log keeps of how small cells were treated."""
    return HIDDEN_CELLS if hides else ALL_CELLS


def by_account(
    session: Session, actor: Actor, definitions: Sequence[Definition], *, language: Language, shows_all: bool, now: datetime
) -> Handout:
    """Return figures as an account takes them along.

    Args:
        session: reads.
        actor: the account. Of one that sees fixed tables only, small cells are always hidden.
        definitions: one or two, as `asked` returns them for the account.
        language: of the file.
        shows_all: whether small cells are shown, because the file stays within the office.
        now: instant.
    """
    installation = installation_of(session)
    today = now.astimezone(installation.zone).date()
    hides, scope = not may_show_all(actor) or not shows_all, scope_of(session, actor, today=today)
    with force_locale(_spoken(language)):
        words = scope_words(session, actor, scope)
    figures = [figure_of(session, each, scope, hides=hides, today=today) for each in definitions]
    leads = not hides and scope.agencies is None
    site = installation.settings.public_url if leads else None
    return Handout(figures, language, words, hides, now, installation.zone.key, actor.name, site)


def by_command(session: Session, definition: Definition, *, language: Language, hides: bool, now: datetime) -> Handout:
    """Return a figure of everything, as the command line writes it."""
    zone = installation_of(session).zone
    figure = figure_of(session, definition, EVERYTHING, hides=hides, today=now.astimezone(zone).date())
    with force_locale(_spoken(language)):
        scope, who = str(_("Seminars of all offices")), str(_("the command line"))
    return Handout([figure], language, scope, hides, now, zone.key, who)


def may_show_all(actor: Actor) -> bool:
    """Whether the account may take a file in which small cells are shown."""
    return not sees_fixed_tables(actor)


def _spoken(language: Language) -> str:
    return "en" if language is Language.ENGLISH else "es"
