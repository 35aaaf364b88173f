"""Mail domains that people mistype. No database."""

from __future__ import annotations

from rapidfuzz.distance import OSA

USUAL = (
    *("gmail.com", "hotmail.com", "outlook.com", "yahoo.com", "yahoo.com.mx", "live.com", "live.com.mx", "icloud.com"),
    *("hotmail.es", "outlook.es", "hotmail.com.mx", "msn.com", "prodigy.net.mx", "protonmail.com", "proton.me"),
)
"""Domains at which officials have private addresses."""

OTHERS = frozenset(
    ("mail.com", "email.com", "ymail.com", "gmx.com", "gmx.es", "me.com", "mac.com", "aol.com", "live.mx", "outlook.mx", "yahoo.es")
)
"""Domains that exist and look like one of them."""

MOST_SLIPS = 2
"""Letters typed wrong, left out, added or exchanged with their neighbour that still look like a slip."""


def domain_meant(address: str) -> str | None:
    """Return the usual domain that an address almost has, or None: `ana@gmial.con` means `gmail.com`.

    Only a question for the person: the address may be right. Distance: optimal string alignment, in which an exchange of neighbours
    is one slip; a domain of eight letters or fewer may have one slip.
    """
    domain = address.rpartition("@")[2].casefold()
    if domain in USUAL or domain in OTHERS:
        return None
    slips = {usual: OSA.distance(domain, usual, score_cutoff=MOST_SLIPS) for usual in USUAL}
    nearest = min(USUAL, key=slips.__getitem__)
    return nearest if slips[nearest] <= (MOST_SLIPS if len(nearest) > 8 else 1) else None
