"""Compare what clients were told with what the database holds."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

ACCEPTED = frozenset({303})
REFUSED = range(400, 500)


class Outcome(StrEnum):
    """What a client knows after one call."""

    OK = "ok"
    FAIL = "fail"
    UNKNOWN = "unknown"


def outcome_of(status: int) -> Outcome:
    """Return the outcome of a status. No answer (0) and any 5xx leave open whether the write has happened."""
    if status in ACCEPTED:
        return Outcome.OK
    return Outcome.FAIL if status in REFUSED else Outcome.UNKNOWN


@dataclass
class Recorder:
    """Records every call by what it would write; many threads may record at once."""

    calls: dict[str, Counter[Outcome]] = field(default_factory=lambda: defaultdict(Counter))
    statuses: Counter[int] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, what: str, status: int) -> Outcome:
        """Record the answer to one call. The same `what` may be sent several times, and should be written once."""
        outcome = outcome_of(status)
        with self._lock:
            self.calls[what][outcome] += 1
            self.statuses[status] += 1
        return outcome

    def told(self, outcome: Outcome) -> list[str]:
        """Return what got this outcome at least once."""
        with self._lock:
            return [what for what, outcomes in self.calls.items() if outcomes[outcome]]


def check(recorder: Recorder, found: Iterable[str]) -> list[str]:
    """Check the database: each ok exists once, each fail does not exist, each unknown exists at most once, and nothing else exists.

    Args:
        recorder: of all calls.
        found: what the database holds, each as often as it holds it.

    Returns:
        A line for each violation.
    """
    counts = Counter(found)
    faults = [f"{what}: {count} in the database, and nobody sent it" for what, count in counts.items() if what not in recorder.calls]
    for what, outcomes in recorder.calls.items():
        least = 1 if outcomes[Outcome.OK] else 0
        most = 1 if outcomes[Outcome.OK] or outcomes[Outcome.UNKNOWN] else 0
        if not least <= counts[what] <= most:
            faults.append(f"{what}: told {dict(outcomes)}, {counts[what]} in the database")
    return faults
