"""Find names in the environment that are nearly those of settings: a misspelt setting has no effect, and nothing else says so."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator

ALIKE = 0.83
"""How alike two names must be, from 0 to 1 (`difflib`), without their underscores: two letters of a usual name."""
SHORTEST = 6
"""Shorter settings (HOST, PORT) are too near to names of others."""
NOT_OURS = frozenset({"TEST_DATABASE_URL"})


def unknown_names(env: Iterable[str], known: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield each name of the environment that is no setting but looks like one, with that setting."""
    settings = {_bare(name): name for name in known if len(name) >= SHORTEST}
    ours = set(settings.values())
    for name in sorted(env):
        if name in ours or name in NOT_OURS:
            continue
        near = difflib.get_close_matches(_bare(name), settings, n=1, cutoff=ALIKE)
        if near:
            yield name, settings[near[0]]


def _bare(name: str) -> str:
    return name.upper().replace("_", "").replace("-", "").replace(".", "")
