"""Response time of the public form: a known registration is answered no sooner than new ones recently were.

A new registration writes more rows than a known one, most of all if the seminar asks for a CURP. The difference can be
measured from outside. So a request that is not a new registration waits, after its commit, until it has taken as long as one of
the last new ones. New registrations never wait (docs/decisions/0005-same-answer.md).
"""

from __future__ import annotations

import random
import time
from collections import deque

REMEMBERED = 16
LONGEST_WAIT = 0.25
"""Seconds. A new registration that took longer was waiting for a lock, so its time is not a measure."""
AT_FIRST = 0.02
"""Seconds assumed for a new registration until this process has measured one."""
clock, sleep = time.perf_counter, time.sleep
_chance = random.SystemRandom()


_taken: dict[bool, deque[float]] = {asked: deque(maxlen=REMEMBERED) for asked in (False, True)}
"""Seconds that the last new registrations of this process took, by whether their form asked for identity data."""


def keep(began: float, *, new: bool, asked: bool) -> None:
    """Remember how long a new registration took; make any other request wait as long. Called at the end of the work.

    Args:
        began: value of `clock()` when the work began.
        new: whether the request made a new registration.
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
