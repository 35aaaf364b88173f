"""Run a command and print what it cost: seconds of processor time, its own and that of all it started, and seconds of wall clock.

    python -m tools.cost [--budget SECONDS] COMMAND…

A process that leaves its parents, as the server of PostgreSQL does, is not counted.
"""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
import time
from collections.abc import Sequence


def main(words: Sequence[str]) -> int:
    """Return the command's exit code."""
    command, budget = list(words), ""
    if command[:1] == ["--budget"]:
        budget = f"; the budget is {int(command[1])} s of CPU on a quiet machine (docs/testing.md)"
        del command[:2]
    began = time.monotonic()
    with subprocess.Popen(command) as process:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the command, and what it cost is printed all the same
        code = process.wait()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(
        f"CPU {used.ru_utime + used.ru_stime:.0f} s (user {used.ru_utime:.0f}, system {used.ru_stime:.0f}), "
        f"wall {time.monotonic() - began:.0f} s{budget}"
    )
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
