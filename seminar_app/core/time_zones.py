"""The time zones to choose from: IANA names of places, the Americas first."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

REGIONS = ("America", "Atlantic", "Europe", "Africa", "Asia", "Australia", "Pacific", "Indian", "Antarctica", "Arctic")


@cache
def time_zones() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return (region, zones) in the order in which they are offered. Old names that are not places («US/Central») are left out."""
    known = sorted(available_timezones())
    regions = [(region, tuple(zone for zone in known if zone.startswith(f"{region}/"))) for region in REGIONS]
    return (*((region, zones) for region, zones in regions if zones), ("UTC", ("UTC",)))


@cache
def _names() -> frozenset[str]:
    return frozenset(zone for _region, zones in time_zones() for zone in zones)


def is_time_zone(name: str) -> bool:
    """Whether this is one of the zones that are offered."""
    return name in _names()


def place_of(zone: str) -> str:
    """Return the place in a zone's name, as people read it: «Mexico City», «Argentina, Buenos Aires»."""
    return zone.partition("/")[2].replace("/", ", ").replace("_", " ") or zone
