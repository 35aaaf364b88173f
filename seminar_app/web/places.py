"""Countries and time zones in words of the reader's language, and as choices of a form."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import get_timezone_location
from flask import Flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs are of 3.2

from seminar_app.core.folding import fold
from seminar_app.core.time_zones import place_of, time_zones
from seminar_app.web.languages import current_language

NO_COUNTRIES = frozenset({"EU", "EZ", "UN", "ZZ", "XA", "XB", "QO", "AC", "CP", "CQ", "DG", "EA", "IC", "TA"})
REGION_NAMES = {
    "America": _l("Americas"),
    "Atlantic": _l("Atlantic"),
    "Europe": _l("Europe"),
    "Africa": _l("Africa"),
    "Asia": _l("Asia"),
    "Australia": _l("Australia"),
    "Pacific": _l("Pacific"),
    "Indian": _l("Indian Ocean"),
    "Antarctica": _l("Antarctica"),
    "Arctic": _l("Arctic"),
    "UTC": _l("Universal time"),
}


def init_app(app: Flask) -> None:
    """Let templates name countries and time zones."""
    app.jinja_env.globals.update(country_name=country_name, zone_words=zone_words)


def country_name(code: str) -> str:
    """Return the country's name in the reader's language, or its code if there is no such country."""
    return _countries(current_language()).get(code, code)


def country_choices() -> dict[str, str]:
    """Return the names of all countries by code, sorted in the reader's language, after an empty choice."""
    return {"": _("Choose a country")} | _countries(current_language())


@lru_cache(maxsize=4)
def _countries(language: str) -> dict[str, str]:
    names = {str(code): str(name) for code, name in Locale.parse(language).territories.items()}
    codes = [code for code in names if len(code) == 2 and code.isalpha() and code not in NO_COUNTRIES]
    return {code: names[code] for code in sorted(codes, key=lambda code: fold(names[code]))}


def zone_words(time_zone: str) -> str:
    """Return the time zone in words: «hora de Cancún», «hora de la Ciudad de México», «Cancún time»."""
    language = current_language()
    place = _place(time_zone, language)
    return str(_("%(place)s time", place=f"la {place}" if language == "es" and place.startswith("Ciudad ") else place))


def zone_choices() -> list[Any]:
    """Return an empty choice, then all zones by region, sorted by place in the reader's language, with other names to find them by."""
    regions = _zone_choices(current_language()).items()
    zones = (SelectChoice(*zone, optgroup=str(REGION_NAMES[region])) for region, zones in regions for zone in zones)
    return [SelectChoice("", _("Choose a time zone")), *zones]


@lru_cache(maxsize=4)
def _zone_choices(language: str) -> dict[str, list[tuple[str, str, dict[str, str]]]]:
    regions = {}
    for region, zones in time_zones():
        named: dict[str, str] = {}
        for zone in zones:
            place = _place(zone, language)
            place = place_of(zone) if place in named else place  # Babel names this zone after another town with the same clock
            named[f"{place} ({zone})" if place in named else place] = zone
        lines = [(zone, place, {"data-aliases": place_of(zone)}) for place, zone in named.items()]
        regions[region] = sorted(lines, key=lambda line: fold(line[1]))
    return regions


@lru_cache(maxsize=1024)
def _place(time_zone: str, language: str) -> str:
    return get_timezone_location(ZoneInfo(time_zone), locale=language, return_city=True)
