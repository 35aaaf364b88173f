"""The details of a row of the trail in words. What is not worded yet is shown by its name, never hidden."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from seminar_app.messages.words import kind_in_words
from seminar_app.web.filters import long_date
from seminar_app.web.labels import word_of

ID = re.compile("[0-9a-f]{32}")
SHORT = 8
"""Letters of an id that tell one row from another on a page, and nothing about whose it is."""

STATES = {"registration": "RegistrationState", "attendance": "MarkStatus", "seminar": "SeminarState", "messages": "MessageState"}
"""Of which enum a state is, by the first word of the action."""

FIELDS: dict[str, Any] = {
    "given_names": _l("Given names"),
    "surname1": _l("First surname"),
    "surname2": _l("Second surname"),
    "certificate_name": _l("Name on the certificate"),
    "sex": _l("Sex"),
    "email": _l("E-mail"),
    "phone": _l("Phone"),
    "language": _l("Language"),
    "agency_id": _l("Agency"),
    "unit": _l("Unit"),
    "position": _l("Position"),
    "name": _l("Name"),
    "name_es": _l("Name in Spanish"),
    "name_en": _l("Name in English"),
    "code": _l("Code"),
    "level": _l("Level"),
    "country": _l("Country"),
    "state": _l("State"),
    "parent_id": _l("Belongs to"),
    "valid_from": _l("First day"),
    "curp": _l("CURP"),
    "birth_date": _l("Date of birth"),
    "birth_place": _l("Place of birth"),
    "passport": _l("Passport"),
    "slug": _l("Address"),
    "office_id": _l("Office"),
    "city": _l("City"),
    "venue": _l("Venue"),
    "time_zone": _l("Time zone"),
    "starts_on": _l("First day"),
    "ends_on": _l("Last day"),
    "title_es": _l("Title in Spanish"),
    "title_en": _l("Title in English"),
    "topic_es": _l("Topic in Spanish"),
    "topic_en": _l("Topic in English"),
    "objectives_es": _l("Objectives in Spanish"),
    "objectives_en": _l("Objectives in English"),
    "audience_es": _l("Audience in Spanish"),
    "audience_en": _l("Audience in English"),
    "hosts": _l("Hosts"),
    "funding_source": _l("Funding source"),
    "registration_mode": _l("Registration"),
    "registration_code": _l("Registration code"),
    "approval": _l("Approval"),
    "registration_opens_at": _l("Registration opens"),
    "registration_closes_at": _l("Registration closes"),
    "threshold_percent": _l("Threshold"),
    "excused_rule": _l("Excused sessions"),
    "asks_birth": _l("Asks for birth data"),
    "asks_curp": _l("Asks for the CURP"),
    "asks_passport": _l("Asks for the passport"),
    "identity_reason_es": _l("Why it asks, in Spanish"),
    "identity_reason_en": _l("Why it asks, in English"),
}

Codes = Mapping[str, Mapping[int, str]]
"""Codes of offices and agencies by their ids: {"office": {1: "HSI"}, "agency": {9: "INM"}}."""


def details_words(action: str, details: Mapping[str, Any], codes: Codes) -> str:
    """«Registered → Withdrawn», «210 minutes», «PGR 0 → 28»."""
    room = action.partition(".")[0]
    told = [_change(room, details, codes)]
    for key, value in details.items():
        if key not in ("from", "to", "before", "after") and value not in (None, False, "", [], {}):
            told.append(_told(room, key, value, codes))
    return ", ".join(words for words in told if words)


def _change(room: str, details: Mapping[str, Any], codes: Codes) -> str:
    before = details.get("from", details.get("before"))
    after = details.get("to", details.get("after"))
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        return _seats(before, after, codes["agency"])
    if isinstance(after, Mapping):
        return ", ".join(f"{_state(room, str(key))} {number}" for key, number in after.items())
    return " → ".join(_state(room, str(value)) for value in (before, after) if value is not None)


def _seats(before: Mapping[str, Any], after: Mapping[str, Any], agencies: Mapping[int, str]) -> str:
    """Only what changed; the pool that is open to all is kept under «None»."""
    changed = []
    for key in dict.fromkeys((*before, *after)):
        was, now = before.get(key, 0), after.get(key, 0)
        if was != now:
            name = agencies.get(int(key), key) if key.isdecimal() else str(_("Open to all"))
            changed.append(f"{name} {was} → {now}")
    return ", ".join(changed)


def _state(room: str, value: str) -> str:
    if value == "cleared":
        return str(_("cleared"))
    return word_of(STATES.get(room, ""), value) or value


def _told(room: str, key: str, value: Any, codes: Codes) -> str:
    if key in codes:
        return codes[key].get(value, f"{key} {value}")
    if isinstance(value, bool):
        return str(_("searched for an address")) if key == "searched" else key
    if isinstance(value, int) and key in _NUMBERS:
        return _NUMBERS[key](value)
    if isinstance(value, list) and key in ("columns", "fields", "changed"):
        return ", ".join(str(FIELDS.get(each, each)) for each in value)
    if isinstance(value, str) and key in _WORDS:
        return _WORDS[key](room, value)
    return "" if key == "seminar_id" else f"{key} {_plain(value)}"  # the name of a seminar is on the account's own page


_NUMBERS: dict[str, Callable[[int], str]] = {
    "minutes": lambda n: ngettext("%(num)d minute", "%(num)d minutes", n),
    "rosters": lambda n: ngettext("%(num)d roster", "%(num)d rosters", n),
    "roster_views": lambda n: ngettext("%(num)d opening of rosters", "%(num)d openings of rosters", n),
    "people": lambda n: ngettext("%(num)d person", "%(num)d people", n),
    "searches": lambda n: ngettext("%(num)d search", "%(num)d searches", n),
    "exports": lambda n: ngettext("%(num)d export", "%(num)d exports", n),
    "rows": lambda n: ngettext("%(num)d row", "%(num)d rows", n),
    "seats": lambda n: ngettext("%(num)d seat", "%(num)d seats", n),
    "changed": lambda n: ngettext("%(num)d mark", "%(num)d marks", n),
    "added": lambda n: ngettext("%(num)d agency", "%(num)d agencies", n),
    "questions": lambda n: ngettext("%(num)d question", "%(num)d questions", n),
    "version": lambda n: str(_("version %(number)s", number=n)),
    "left": lambda n: ngettext("%(num)d left", "%(num)d left", n),
    "sessions_ended": lambda n: ngettext("%(num)d browser signed out", "%(num)d browsers signed out", n),
}
_WORDS: dict[str, Callable[[str, str], str]] = {
    "session": lambda _room, value: str(_("session %(code)s", code=_short(value))),
    "as": lambda _room, value: str(_("message %(code)s", code=_short(value))),
    "kind": lambda _room, value: kind_in_words(value),
    "role": lambda _room, value: word_of("RoleName", value) or value,
    "reason": lambda _room, value: word_of("RemovalReason", value) or value,
    "level": lambda _room, value: word_of("AgencyLevel", value) or value,
    "state": _state,
    "day": lambda _room, value: long_date(date.fromisoformat(value)),
    "valid_to": lambda _room, value: long_date(date.fromisoformat(value)),
    "alias": lambda _room, value: f"«{value}»",
    "source": lambda _room, value: value,
    "factor": lambda _room, value: word_of("FactorKind", value) or _how(value),
    "how": lambda _room, value: _how(value),
    "why": lambda _room, value: {
        "wrong": str(_("wrong")),
        "used": str(_("used before")),
        "resting": str(_("too many wrong ones")),
    }.get(value, value),
    "format": lambda _room, value: value.upper(),
    "language": lambda _room, value: {"es": "Español", "en": "English"}.get(value, value),
}


def _how(value: str) -> str:
    words = {"code": _("a code"), "passkey": _("a passkey"), "password": _("the password")}
    return str(words.get(value, value))


def _short(value: str) -> str:
    return value[:SHORT].upper() if ID.fullmatch(value) else value


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return "(" + ", ".join(f"{key} {_plain(part)}" for key, part in value.items()) + ")"
    if isinstance(value, list):
        return "; ".join(_plain(part) for part in value)
    return _short(str(value))
