"""Programs of other makers that a test needs: used where they are, demanded with REQUIRE_FOREIGN_TOOLS=1, as CI does."""

from __future__ import annotations

import os
import shutil

import pytest


def found(*names: str) -> str:
    """Return the path of the first program that is installed; skip the test where none is.

    Raises:
        Failed: none is installed, and they are demanded.
    """
    for name in names:
        if (path := shutil.which(name)) is not None:
            return path
    sentence = f"{' or '.join(names)} is not installed"
    if os.environ.get("REQUIRE_FOREIGN_TOOLS") == "1":
        pytest.fail(sentence)
    pytest.skip(sentence)
