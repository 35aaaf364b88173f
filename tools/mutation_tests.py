"""Break one protection at a time in a copy of the program, and see whether the tests notice.

    python -m tools.mutation_tests [NAME…]     all mutations of tests/mutations/mutations.toml, or those whose name holds a word

A mutation is one line put in the place of another. It is **killed** when a test named for it fails. Before that, all the
named tests must pass on an unbroken copy. Nothing is changed in the working tree.
"""

from __future__ import annotations

import ast
import json
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
from contextlib import ExitStack
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from queue import SimpleQueue
from typing import IO, cast

ROOT = Path(__file__).resolve().parent.parent
MUTATIONS = ROOT / "tests" / "mutations" / "mutations.toml"
NOT_COPIED = shutil.ignore_patterns(".venv", ".git", ".*_cache", ".hypothesis", "node_modules", "instance", "build", "docs", "*.egg-info")
LONGEST_SECONDS = 400
AT_ONCE = 2
SQLITE, POSTGRESQL = "sqlite", "postgresql"
_one_server = threading.Lock()
"""Tests on PostgreSQL run one after the other: where the settings name a server, their databases have the same names."""


class Verdict(StrEnum):
    """What came of a mutation."""

    KILLED = "killed"
    SURVIVED = "SURVIVED"
    STALE = "STALE"
    """The line to be broken is not there, or more than once."""
    NO_ANSWER = "NO ANSWER"
    """The tests did not run to a verdict: nothing failed, and nothing passed."""


@dataclass(frozen=True, slots=True)
class Mutation:
    """One line of one file, what takes its place, and the tests that must notice."""

    name: str
    file: str
    before: str
    after: str
    tests: tuple[str, ...]
    on: str = SQLITE
    quick: bool = False

    def applied_to(self, text: str) -> str | None:
        """The file with the line broken, or None where it is not there exactly once."""
        lines = text.split("\n")
        found = [number for number, line in enumerate(lines) if line.strip() == self.before]
        if len(found) != 1:
            return None
        line = lines[found[0]]
        lines[found[0]] = line[: len(line) - len(line.lstrip())] + self.after
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A verdict, the first test that noticed (or what was said instead), and how long it took."""

    mutation: Mutation
    verdict: Verdict
    told: str
    seconds: float = 0.0


def read_mutations(path: Path = MUTATIONS) -> list[Mutation]:
    """The mutations of the file, in its order."""
    with path.open("rb") as source:
        rows = tomllib.load(source)["mutation"]
    return [Mutation(**row | {"tests": tuple(row["tests"])}) for row in rows]


def fault_of(mutation: Mutation, root: Path = ROOT) -> str | None:
    """Why this mutation cannot be tried, or None: its line must be there once, what takes its place be Python, its tests exist."""
    broken = mutation.applied_to((root / mutation.file).read_text(encoding="utf-8"))
    if broken is None:
        return f"{mutation.file} has not exactly one line «{mutation.before}»"
    try:
        ast.parse(broken)
    except SyntaxError as error:
        return f"with the line broken {mutation.file} is no Python: {error}"
    for test in mutation.tests:
        file, _colons, function = test.partition("::")
        if not (root / file).exists() or (f"def {function}(" not in (root / file).read_text(encoding="utf-8") and function):
            return f"there is no test {test}"
    return None


@dataclass(frozen=True, slots=True)
class Run:
    """How a run of tests ended: pytest's exit code (None: not in time), which tests failed, and the end of what it said."""

    code: int | None
    failed: tuple[str, ...]
    said: str


class Runner:
    """Begins the runs of tests; each thread needs one of its own."""

    def __init__(self) -> None:
        script = Path(__file__).with_name("forked_pytest.py")
        self._process = subprocess.Popen([sys.executable, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._asks, self._answers = cast(IO[str], self._process.stdin), cast(IO[str], self._process.stdout)

    def __enter__(self) -> Runner:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._process.communicate()

    def run(self, tree: Path, tests: Iterable[str], *, on: str = SQLITE, stop: bool = True) -> Run:
        """Run these tests in `tree`, on one database."""
        report, output = tree / "report.xml", tree / "output.txt"
        report.unlink(missing_ok=True)
        other = POSTGRESQL if on == SQLITE else SQLITE
        arguments = ["-p", "no:cacheprovider", "-m", "not full", "-k", f"not {other}", "--tb=short"]
        arguments += [f"--junitxml={report}", *(["-x"] if stop else []), *sorted(set(tests))]
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "SEMINAR_", "TESTS_"))}
        environment |= {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(tree)}
        limit = LONGEST_SECONDS if stop else 10 * LONGEST_SECONDS
        wanted = {"folder": str(tree), "arguments": arguments, "environment": environment, "output": str(output), "seconds": limit}
        self._asks.write(json.dumps(wanted) + "\n")
        self._asks.flush()
        code: int | None = json.loads(self._answers.readline())
        if code is None:
            return Run(None, (), f"not done in {limit} seconds")
        cases = ET.parse(report).iter("testcase") if report.exists() else ()  # noqa: S314  pytest's own report
        failed = [case.get("name", "") for case in cases if case.find("failure") is not None]
        return Run(code, tuple(failed), output.read_text(encoding="utf-8", errors="replace")[-4000:])


def attempt(mutation: Mutation, tree: Path, runner: Runner) -> Outcome:
    """Break the line in `tree`, run the tests named, and put the line back."""
    target = tree / mutation.file
    whole = target.read_text(encoding="utf-8")
    broken = mutation.applied_to(whole)
    if broken is None:
        return Outcome(mutation, Verdict.STALE, mutation.before)
    began = time.monotonic()
    target.write_text(broken, encoding="utf-8")
    try:
        if mutation.on == POSTGRESQL:
            with _one_server:
                run = runner.run(tree, mutation.tests, on=mutation.on)
        else:
            run = runner.run(tree, mutation.tests, on=mutation.on)
    finally:
        target.write_text(whole, encoding="utf-8")
    return Outcome(mutation, *_judged(run), time.monotonic() - began)


def _judged(run: Run) -> tuple[Verdict, str]:
    """Killed only by a test that failed: an error before any test ran is no verdict, and neither are tests that were all skipped."""
    if run.code == 1 and run.failed:
        return Verdict.KILLED, run.failed[0]
    if run.code == 0 and " passed" in run.said:
        return Verdict.SURVIVED, "all of its tests passed"
    return Verdict.NO_ANSWER, run.said


def copied(root: Path, to: Path) -> Path:
    """A copy of the tree without what is made from it, but for the compiled modules: a broken file is newer than its own."""
    shutil.copytree(root, to, ignore=NOT_COPIED)
    return to


def unbroken(mutations: Sequence[Mutation], tree: Path, runner: Runner) -> str | None:
    """None where all the tests named pass as things are; else what was said."""
    for kind in (SQLITE, POSTGRESQL):
        tests = {test for mutation in mutations if mutation.on == kind for test in mutation.tests}
        if tests:
            run = runner.run(tree, tests, on=kind, stop=False)
            if run.code != 0 or " passed" not in run.said:
                return run.said
    return None


def try_all(mutations: Sequence[Mutation], root: Path = ROOT) -> list[Outcome]:
    """Try each, two at a time, and say each outcome as it comes."""
    with (
        tempfile.TemporaryDirectory(prefix="constancia-mutations-") as folder,
        ExitStack() as runners,
        ThreadPoolExecutor(AT_ONCE) as pool,
    ):
        places: SimpleQueue[tuple[Path, Runner]] = SimpleQueue()
        for number in range(AT_ONCE):
            places.put((copied(root, Path(folder) / str(number)), runners.enter_context(Runner())))

        def one(mutation: Mutation) -> Outcome:
            tree, runner = places.get()
            try:
                outcome = attempt(mutation, tree, runner)
            finally:
                places.put((tree, runner))
            print(f"{outcome.verdict.value:<9} {outcome.seconds:5.1f} s  {mutation.name}  ({outcome.told[-2000:]})", flush=True)
            return outcome

        return list(pool.map(one, mutations))


def main(words: Sequence[str]) -> int:
    """0 where every mutation is killed."""
    mutations = [mutation for mutation in read_mutations() if not words or any(word in mutation.name for word in words)]
    with tempfile.TemporaryDirectory(prefix="constancia-mutations-") as folder, Runner() as runner:
        said = unbroken(mutations, copied(ROOT, Path(folder) / "unbroken"), runner)
    if said is not None:
        print(f"The tests named fail without any mutation, so that they prove nothing:\n{said}")
        return 1
    print("Unbroken, all the tests named pass.", flush=True)
    outcomes = try_all(mutations)
    killed = sum(outcome.verdict is Verdict.KILLED for outcome in outcomes)
    print(f"{killed} of {len(outcomes)} killed.")
    return 0 if outcomes and killed == len(outcomes) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
