"""Run a command and print what it cost: seconds of processor time and of wall clock.

    python -m tools.cost [--budget SECONDS] COMMAND…

Processes that leave their parents, as the server of PostgreSQL and servers of the tests' fork server do, would be counted by
nobody. On Linux this process takes them on and prints what they cost beside the rest.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Sequence

SET_CHILD_SUBREAPER = 36
"""Of prctl(2): orphans below this process become its children."""
PATIENCE_SECONDS = 5.0
"""For the last of them to end."""


def main(words: Sequence[str]) -> int:
    """Return the command's exit code."""
    command, budget = list(words), ""
    if command[:1] == ["--budget"]:
        budget = f"; the budget is {int(command[1])} s on a quiet machine (docs/testing.md)"
        del command[:2]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    began = time.monotonic()
    process = subprocess.Popen(command)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the command, and what it cost is printed all the same
    code, own, orphans = _wait(process.pid)
    print(f"CPU {own:.0f} s{budget}; {orphans:.0f} s more of servers that outlived who began them; wall {time.monotonic() - began:.0f} s")
    return code if code >= 0 else 128 - code


def _wait(command: int) -> tuple[int, float, float]:
    """The command's exit code, its seconds with all that its processes waited for, and those of the orphans."""
    code, own, orphans = 1, 0.0, 0.0
    deadline = None
    while deadline is None or time.monotonic() < deadline:
        try:
            pid, status, used = os.wait4(-1, 0 if deadline is None else os.WNOHANG)
        except ChildProcessError:
            break
        if pid == command:
            code, own, deadline = os.waitstatus_to_exitcode(status), _seconds(used), time.monotonic() + PATIENCE_SECONDS
        elif pid:
            orphans += _seconds(used)
        else:
            time.sleep(0.05)
    return code, own, orphans


def _seconds(used: resource.struct_rusage) -> float:
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
