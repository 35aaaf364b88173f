"""Sentences about letters: to whom one goes, by mail and by phone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from seminar_app.agencies.queries import NO_CODE, NOT_ASSIGNED
from seminar_app.letters.forms import session_name
from seminar_app.letters.queries import find_session
from seminar_app.letters.rules import Audience, Presence
from seminar_app.seminars.models import Seminar
from seminar_app.web.labels import label
from seminar_app.web.languages import current_language


def audience_in_words(session: Session, seminar: Seminar, audience: Audience) -> str:
    """Return to whom a letter goes, in one sentence: those of whom all of it is true."""
    states = [f"«{label(state)}»" if current_language() == "es" else f"“{label(state)}”" for state in audience.states]
    parts = [_("Everybody whose registration stands as %(states)s", states=one_of(states))]
    if audience.groups:
        names = [NOT_ASSIGNED.name(current_language()) if key == NO_CODE else key for key in audience.groups]
        parts.append(_("of %(groups)s", groups=one_of(names)))
    if audience.presence is not Presence.ANY:
        parts.append(_presence(session, seminar, audience))
    if audience.unanswered:
        parts.append(_("who has not answered the feedback form"))
    return ", ".join(parts) + "."


def _presence(session: Session, seminar: Seminar, audience: Audience) -> str:
    attended = audience.presence is Presence.ATTENDED
    if audience.session is None:
        return str(_("who attended one session at least") if attended else _("who attended no session"))
    held = find_session(session, seminar.id, audience.session)
    name = session_name(held, seminar.time_zone) if held is not None else _("a session that was deleted")
    return str(_("who attended %(session)s", session=name) if attended else _("who did not attend %(session)s", session=name))


def one_of(words: Sequence[str]) -> str:
    """Return «A, B or C»."""
    if len(words) < 2:
        return "".join(words)
    return str(_("%(all)s or %(last)s", all=", ".join(words[:-1]), last=words[-1]))


def by_mail_in_words(by_mail: Mapping[str, int]) -> str:
    """Return how many mails there are, for example «To 41 people by mail: 38 in Spanish, 3 in English»."""
    number = sum(by_mail.values())
    spanish, english = by_mail.get("es", 0), by_mail.get("en", 0)
    if not english or not spanish:
        only = _("in Spanish") if spanish else _("in English")
        said = ngettext("To %(num)d person by mail, %(language)s.", "To %(num)d people by mail, all %(language)s.", number, language=only)
    else:
        said = ngettext(
            "To %(num)d person by mail: %(spanish)d in Spanish, %(english)d in English.",
            "To %(num)d people by mail: %(spanish)d in Spanish, %(english)d in English.",
            number,
            spanish=spanish,
            english=english,
        )
    return str(said)
