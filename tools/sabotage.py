"""Mutation tests: break one protection at a time in a copy of the program, and check that the tests notice.

  python -m tools.sabotage [NAME…]     all mutations of tests/sabotage/breakages.toml, or those whose name contains a word

A mutation replaces one line by another. It is **killed** when a test named for it fails. Before that, all named tests must
pass on an unchanged copy. Nothing is changed in the working tree.
"""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import tomllib
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from queue import SimpleQueue

ROOT = Path(__file__).resolve().parent.parent
BREAKAGES = ROOT / "tests" / "sabotage" / "breakages.toml"
NOT_COPIED = shutil.ignore_patterns(".venv", ".git", ".*_cache", ".hypothesis", "node_modules", "instance", "build", "docs", "*.egg-info")
LONGEST_SECONDS = 400
AT_ONCE = 2
SQLITE, POSTGRESQL = "sqlite", "postgresql"
_one_server = threading.Lock()
"""Makes tests on PostgreSQL run one after the other: where the settings name a server, their databases have the same names."""


class Verdict(StrEnum):
    """Result of a mutation."""

    KILLED = "killed"
    SURVIVED = "SURVIVED"
    STALE = "STALE"
    """The line to replace is missing, or occurs more than once."""
    NO_ANSWER = "NO ANSWER"
    """The tests gave no verdict: none failed, and none passed."""


@dataclass(frozen=True, slots=True)
class Breakage:
    """One line of one file, its replacement, and the tests that must notice."""

    name: str
    file: str
    before: str
    after: str
    tests: tuple[str, ...]
    on: str = SQLITE
    quick: bool = False

    def applied_to(self, text: str) -> str | None:
        """Return the text with the line replaced, or None where the line does not occur exactly once."""
        lines = text.split("\n")
        found = [number for number, line in enumerate(lines) if line.strip() == self.before]
        if len(found) != 1:
            return None
        line = lines[found[0]]
        lines[found[0]] = line[: len(line) - len(line.lstrip())] + self.after
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A verdict, the first test that noticed (or the output instead), and the seconds it took."""

    breakage: Breakage
    verdict: Verdict
    told: str
    seconds: float = 0.0


def read_breakages(path: Path = BREAKAGES) -> list[Breakage]:
    """Return the mutations of the file, in its order."""
    with path.open("rb") as source:
        rows = tomllib.load(source)["breakage"]
    return [Breakage(**row | {"tests": tuple(row["tests"])}) for row in rows]


def fault_of(breakage: Breakage, root: Path = ROOT) -> str | None:
    """Return why this mutation cannot be tried, or None: the line must occur once, the replacement be valid Python, the tests exist."""
    broken = breakage.applied_to((root / breakage.file).read_text(encoding="utf-8"))
    if broken is None:
        return f"{breakage.file} has not exactly one line «{breakage.before}»"
    try:
        ast.parse(broken)
    except SyntaxError as error:
        return f"with the line broken {breakage.file} is no Python: {error}"
    for test in breakage.tests:
        file, _colons, function = test.partition("::")
        if not (root / file).exists() or (f"def {function}(" not in (root / file).read_text(encoding="utf-8") and function):
            return f"there is no test {test}"
    return None


@dataclass(frozen=True, slots=True)
class Run:
    """Result of a test run: pytest's exit code (None: out of time), the failed tests, and the end of its output."""

    code: int | None
    failed: tuple[str, ...]
    said: str


def run_tests(tree: Path, tests: Iterable[str], *, on: str = SQLITE, stop: bool = True) -> Run:
    """Run these tests in a child process in `tree`, on one database."""
    report = tree / "report.xml"
    report.unlink(missing_ok=True)
    other = POSTGRESQL if on == SQLITE else SQLITE
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-m", "not full", "-k", f"not {other}", "--tb=short"]
    command += [f"--junitxml={report}", *(["-x"] if stop else []), *sorted(set(tests))]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "SEMINAR_"))}
    environment |= {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(tree)}
    limit = LONGEST_SECONDS if stop else 10 * LONGEST_SECONDS
    try:
        done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False, timeout=limit)
    except subprocess.TimeoutExpired:
        return Run(None, (), f"not done in {limit} seconds")
    cases = ET.parse(report).iter("testcase") if report.exists() else ()  # noqa: S314  pytest's own report
    failed = [case.get("name", "") for case in cases if case.find("failure") is not None]
    return Run(done.returncode, tuple(failed), (done.stdout + done.stderr)[-4000:])


def attempt(breakage: Breakage, tree: Path) -> Outcome:
    """Replace the line in `tree`, run the named tests, and restore the line."""
    target = tree / breakage.file
    whole = target.read_text(encoding="utf-8")
    broken = breakage.applied_to(whole)
    if broken is None:
        return Outcome(breakage, Verdict.STALE, breakage.before)
    began = time.monotonic()
    target.write_text(broken, encoding="utf-8")
    try:
        if breakage.on == POSTGRESQL:
            with _one_server:
                run = run_tests(tree, breakage.tests, on=breakage.on)
        else:
            run = run_tests(tree, breakage.tests, on=breakage.on)
    finally:
        target.write_text(whole, encoding="utf-8")
    return Outcome(breakage, *_judged(run), time.monotonic() - began)


def _judged(run: Run) -> tuple[Verdict, str]:
    """Judge a run. Only a failed test kills: an error before any test ran, or only skipped tests, give no verdict."""
    if run.code == 1 and run.failed:
        return Verdict.KILLED, run.failed[0]
    if run.code == 0 and " passed" in run.said:
        return Verdict.SURVIVED, "all of its tests passed"
    return Verdict.NO_ANSWER, run.said


def copied(root: Path, to: Path) -> Path:
    """Copy the tree without generated files. Compiled modules are copied, because a mutated file is newer than its own."""
    shutil.copytree(root, to, ignore=NOT_COPIED)
    return to


def unbroken(breakages: Sequence[Breakage], tree: Path) -> str | None:
    """Return None if all named tests pass without a mutation, else the output."""
    for kind in (SQLITE, POSTGRESQL):
        tests = {test for breakage in breakages if breakage.on == kind for test in breakage.tests}
        if tests:
            run = run_tests(tree, tests, on=kind, stop=False)
            if run.code != 0 or " passed" not in run.said:
                return run.said
    return None


def try_all(breakages: Sequence[Breakage], root: Path = ROOT) -> list[Outcome]:
    """Try all mutations, two at a time, and print each outcome when it is known."""
    with tempfile.TemporaryDirectory(prefix="constancia-sabotage-") as folder, ThreadPoolExecutor(AT_ONCE) as pool:
        trees: SimpleQueue[Path] = SimpleQueue()
        for number in range(AT_ONCE):
            trees.put(copied(root, Path(folder) / str(number)))

        def one(breakage: Breakage) -> Outcome:
            tree = trees.get()
            try:
                outcome = attempt(breakage, tree)
            finally:
                trees.put(tree)
            print(f"{outcome.verdict.value:<9} {outcome.seconds:5.1f} s  {breakage.name}  ({outcome.told[-2000:]})", flush=True)
            return outcome

        return list(pool.map(one, breakages))


def main(words: Sequence[str]) -> int:
    """Return 0 if every mutation is killed."""
    breakages = [breakage for breakage in read_breakages() if not words or any(word in breakage.name for word in words)]
    with tempfile.TemporaryDirectory(prefix="constancia-sabotage-") as folder:
        said = unbroken(breakages, copied(ROOT, Path(folder) / "unbroken"))
    if said is not None:
        print(f"The tests named fail without any breakage, so that they prove nothing:\n{said}")
        return 1
    print("Unbroken, all the tests named pass.", flush=True)
    outcomes = try_all(breakages)
    killed = sum(outcome.verdict is Verdict.KILLED for outcome in outcomes)
    print(f"{killed} of {len(outcomes)} killed.")
    return 0 if outcomes and killed == len(outcomes) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
