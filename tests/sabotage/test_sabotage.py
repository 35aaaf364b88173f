"""Protections broken one at a time must be noticed: ten of them here, all by `make test-sabotage`. And the breaking itself works."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tools.sabotage import ROOT, Breakage, Verdict, attempt, copied, fault_of, read_breakages, unbroken

BREAKAGES = read_breakages()
QUICK = [breakage for breakage in BREAKAGES if breakage.quick]
DOOR = "def opens(key: str) -> bool:\n    return key == 'right'\n"
ITS_TEST = """
from door import opens

def test_only_the_right_key_opens():
    assert opens("right") and not opens("wrong")

def test_nothing():
    pass
"""
OPEN = Breakage("the door is open", "door.py", "return key == 'right'", "return True", ("test_door.py::test_only_the_right_key_opens",))


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "door.py").write_text(DOOR)
    (tmp_path / "test_door.py").write_text(ITS_TEST)
    (tmp_path / "pyproject.toml").write_text("[tool.pytest.ini_options]\nmarkers = ['full']\n")
    return tmp_path


def test_there_are_forty_and_none_is_stale() -> None:
    assert len(BREAKAGES) >= 40
    assert len({breakage.name for breakage in BREAKAGES}) == len(BREAKAGES)
    assert len(QUICK) == 10
    assert [fault for breakage in BREAKAGES if (fault := fault_of(breakage))] == []


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy for this worker; each breakage is put back."""
    return copied(ROOT, tmp_path_factory.mktemp("sabotage") / "copy")


@pytest.mark.parametrize("breakage", QUICK, ids=lambda breakage: breakage.name)
def test_the_suite_notices(breakage: Breakage, program: Path) -> None:
    outcome = attempt(breakage, program)
    assert outcome.verdict is Verdict.KILLED, outcome.told
    assert (program / breakage.file).read_bytes() == (ROOT / breakage.file).read_bytes()


def test_what_is_noticed_what_is_not_and_what_proves_nothing(tree: Path) -> None:
    assert attempt(OPEN, tree).verdict is Verdict.KILLED
    assert attempt(replace(OPEN, after="return key == 'right' or key == 'other'"), tree).verdict is Verdict.SURVIVED
    assert attempt(replace(OPEN, after="return nonsense("), tree).verdict is Verdict.NO_ANSWER
    assert attempt(replace(OPEN, before="return key == 'left'"), tree).verdict is Verdict.STALE
    assert (tree / "door.py").read_text() == DOOR


def test_a_stale_line_an_unreadable_one_and_a_missing_test_are_said(tree: Path) -> None:
    assert fault_of(OPEN, tree) is None
    assert "exactly one line" in (fault_of(replace(OPEN, before="return"), tree) or "")
    assert "no Python" in (fault_of(replace(OPEN, after="return nonsense("), tree) or "")
    assert "no test" in (fault_of(replace(OPEN, tests=("test_door.py::test_gone",)), tree) or "")


def test_tests_that_fail_by_themselves_are_said(tree: Path) -> None:
    assert unbroken([OPEN], tree) is None
    (tree / "door.py").write_text(DOOR.replace("right", "left"))
    assert "test_only_the_right_key_opens" in (unbroken([OPEN], tree) or "")
