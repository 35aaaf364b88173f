"""The list of the slowest tests is written and read back, and orders the tests."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from tests.support.slowest_first import LIST, in_order, read, written


def test_the_list_holds_slow_tests_only_slowest_first_and_is_read_back() -> None:
    took = {"tests/a.py::test_a[x y]": 2.0, "tests/a.py::test_b": 1.9, "tests/b.py::test_c": 31.25}
    assert written(took) == "31.2 tests/b.py::test_c\n2.0 tests/a.py::test_a[x y]\n"
    assert read(written(took)) == {"tests/b.py::test_c": 31.2, "tests/a.py::test_a[x y]": 2.0}


def test_slow_tests_come_first_and_the_others_stay_in_their_order() -> None:
    items: list[Any] = [SimpleNamespace(nodeid=name) for name in ("b", "a", "slow", "slowest[x@y.example]")]
    items.append(SimpleNamespace(nodeid="on two databases", fixturenames=["kept_pair"]))
    found = in_order(items, {"slow": 2.0, "slowest[x@y.example]": 9.5})
    assert [item.nodeid for item in found] == ["on two databases", "slowest[x@y.example]", "slow", "b", "a"]


def test_the_list_that_is_kept_can_be_read() -> None:
    assert all(name.startswith("tests/") for name in read(LIST.read_text(encoding="utf-8")))
