"""The time that the public form takes: whoever is known already is answered no sooner than strangers lately were.

A new registration writes more than a known one does, most of all where the seminar asks for a CURP; the difference can be
measured from outside. The new ones wait for nobody; the others wait, after their commit, for as long as one of the last new
ones took (docs/decisions/0005-same-answer.md).
"""

from __future__ import annotations

import random
import time
from collections import deque

REMEMBERED = 16
LONGEST_WAIT = 0.25
"""Seconds. A new registration that stood behind a lock for longer is no measure."""
AT_FIRST = 0.02
"""Seconds that are taken for a new registration's until this process has seen one."""
clock, sleep = time.perf_counter, time.sleep
_chance = random.SystemRandom()


_taken: dict[bool, deque[float]] = {asked: deque(maxlen=REMEMBERED) for asked in (False, True)}
"""Seconds of this process's last new registrations, by whether their form asked for identity."""


def keep(began: float, *, new: bool, asked: bool) -> None:
    """At the end of a registration's work: remember how long a new one took; let any other wait until it took as long.

    Args:
        began: what `clock()` said when the work began.
        asked: whether the form asks for CURP, birth data or a passport.
    """
    took = clock() - began
    if new:
        _taken[asked].append(took)
        return
    lately = tuple(_taken[asked])
    as_long_as = min(_chance.choice(lately) if lately else AT_FIRST, LONGEST_WAIT)
    if as_long_as > took:
        sleep(as_long_as - took)
