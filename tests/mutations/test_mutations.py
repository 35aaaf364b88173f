"""Protections broken one at a time must be noticed: five of them here, all by `make test-mutations`. And the breaking itself works."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tools.mutation_tests import ROOT, Mutation, Runner, Verdict, attempt, copied, fault_of, read_mutations, unbroken

MUTATIONS = read_mutations()
QUICK = [mutation for mutation in MUTATIONS if mutation.quick]
DOOR = "def opens(key: str) -> bool:\n    return key == 'right'\n"
ITS_TEST = """
from door import opens

def test_only_the_right_key_opens():
    assert opens("right") and not opens("wrong")

def test_nothing():
    pass
"""
OPEN = Mutation("the door is open", "door.py", "return key == 'right'", "return True", ("test_door.py::test_only_the_right_key_opens",))


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "door.py").write_text(DOOR)
    (tmp_path / "test_door.py").write_text(ITS_TEST)
    (tmp_path / "pyproject.toml").write_text("[tool.pytest.ini_options]\nmarkers = ['full']\n")
    return tmp_path


def test_there_are_forty_and_none_is_stale() -> None:
    assert len(MUTATIONS) >= 40
    assert len({mutation.name for mutation in MUTATIONS}) == len(MUTATIONS)
    assert len(QUICK) == 5
    assert [fault for mutation in MUTATIONS if (fault := fault_of(mutation))] == []


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy for this worker; each mutation is put back."""
    return copied(ROOT, tmp_path_factory.mktemp("mutations") / "copy")


@pytest.fixture(scope="session")
def runner() -> Iterator[Runner]:
    """Of this worker; it has loaded the libraries once."""
    with Runner() as runner:
        yield runner


@pytest.mark.parametrize("mutation", QUICK, ids=lambda mutation: mutation.name)
def test_the_suite_notices(mutation: Mutation, program: Path, runner: Runner) -> None:
    outcome = attempt(mutation, program, runner)
    assert outcome.verdict is Verdict.KILLED, outcome.told
    assert (program / mutation.file).read_bytes() == (ROOT / mutation.file).read_bytes()


def test_what_is_noticed_what_is_not_and_what_proves_nothing(tree: Path, runner: Runner) -> None:
    assert attempt(OPEN, tree, runner).verdict is Verdict.KILLED
    assert attempt(replace(OPEN, after="return key == 'right' or key == 'other'"), tree, runner).verdict is Verdict.SURVIVED
    assert attempt(replace(OPEN, after="return nonsense("), tree, runner).verdict is Verdict.NO_ANSWER
    assert attempt(replace(OPEN, before="return key == 'left'"), tree, runner).verdict is Verdict.STALE
    assert (tree / "door.py").read_text() == DOOR


def test_a_stale_line_an_unreadable_one_and_a_missing_test_are_said(tree: Path) -> None:
    assert fault_of(OPEN, tree) is None
    assert "exactly one line" in (fault_of(replace(OPEN, before="return"), tree) or "")
    assert "no Python" in (fault_of(replace(OPEN, after="return nonsense("), tree) or "")
    assert "no test" in (fault_of(replace(OPEN, tests=("test_door.py::test_gone",)), tree) or "")


def test_tests_that_fail_by_themselves_are_said(tree: Path, runner: Runner) -> None:
    assert unbroken([OPEN], tree, runner) is None
    (tree / "door.py").write_text(DOOR.replace("right", "left"))
    assert "test_only_the_right_key_opens" in (unbroken([OPEN], tree, runner) or "")
