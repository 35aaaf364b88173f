"""Words for the actor and the subject of an audit row."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext as _

from seminar_app.audit.words import kind_words
from seminar_app.web.filters import SHORT, short_id

STRANGERS = ("public", "registration", "command", "rule")


def actor_words(actor: str, names: Mapping[str, str]) -> str:
    """Return the actor in words: staff by name, an official by the short code of the registration."""
    kind, _colon, code = actor.partition(":")
    match kind:
        case "account":
            return names.get(actor) or str(_("account %(code)s", code=code[:SHORT].upper()))
        case "registration" if code:
            return str(_("an official, registration %(code)s", code=code[:SHORT].upper()))
        case "registration":
            return str(_("officials, by their links"))
        case "public":
            return str(_("somebody not signed in"))
        case "command":
            return str(_("the command line"))
        case "rule":
            return str(_("the program itself"))
    return actor


def subject_words(subject: str, names: Mapping[str, str]) -> str:
    """Return the subject in words: staff by name, any other row by its kind and the beginning of its id."""
    kind, _colon, code = subject.partition(":")
    if subject in names:
        return names[subject]
    if subject == "user_account:unknown":
        return str(_("an address without an account"))
    if subject in ("outbox:list", "person:many"):
        return ""  # the action says it all
    return f"{kind_words(kind)} {short_id(code)}".strip()
