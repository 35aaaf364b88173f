"""Deal the tests out to the workers one by one, and the short forms on the two databases of `tests/fuzz` to one worker together.

Each worker that gets one of these makes the databases and looks round in them, which costs more than the short forms.
pytest-xdist's own mark `xdist_group` does nothing with pytest 9.2: https://github.com/pytest-dev/pytest-xdist/issues/1386.
"""

from __future__ import annotations

import re

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

PAIR = "kept_pair"
"""The fixture, and the group of its short forms."""
_OF_THE_PAIR = re.compile(r"(?:^|/)tests/fuzz/test_(?:addresses|exports|forms|nothing_typed_is_lost)\.py::(?!.*\[full\]$)")


def group_of(nodeid: str) -> str:
    """Return the group of a test; those of one group run on one worker, one after the other."""
    return PAIR if _OF_THE_PAIR.search(nodeid) else nodeid


class Dealing(LoadScopeScheduling):  # type: ignore[misc]  # xdist tells no types
    """Keeps each group together."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)


def scheduler(config: pytest.Config, log: Producer) -> Dealing | None:
    """The scheduler of `--dist loadgroup`; the other ways to deal out are pytest-xdist's."""
    return Dealing(config, log) if config.getoption("dist") == "loadgroup" else None
