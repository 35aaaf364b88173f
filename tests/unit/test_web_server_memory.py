"""The web server's allocator is told to give freed memory back, under the name by which it looks for its settings."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

from seminar_app.cli import serving

NAME = "_RJEM_MALLOC_CONF"


def test_granian_reads_the_setting_that_is_made_before_it_is_loaded() -> None:
    assert serving.__doc__
    assert "dirty_decay_ms:0" in os.environ[NAME]
    found = find_spec("granian._granian")
    assert found is not None
    assert found.origin is not None
    assert NAME.encode() in Path(found.origin).read_bytes()
