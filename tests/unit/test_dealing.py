"""Which tests run on one worker together."""

from __future__ import annotations

import pytest

from tests.support.dealing import PAIR, group_of


@pytest.mark.parametrize(
    ("nodeid", "group"),
    [
        ("tests/fuzz/test_forms.py::test_every_form[short]", PAIR),
        ("tests/fuzz/test_exports.py::test_cells_without_the_guard_are_noticed", PAIR),
        ("tests/fuzz/test_forms.py::test_every_form[full]", "tests/fuzz/test_forms.py::test_every_form[full]"),
        ("tests/fuzz/test_parsers.py::test_any_file[short]", "tests/fuzz/test_parsers.py::test_any_file[short]"),
        ("tests/web/test_forms_sent.py::test_one[full]", "tests/web/test_forms_sent.py::test_one[full]"),
    ],
)
def test_the_short_forms_on_the_pair_are_one_workers_and_all_others_go_one_by_one(nodeid: str, group: str) -> None:
    assert group_of(nodeid) == group
