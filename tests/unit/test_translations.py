"""Everything the program says, it says in Spanish too."""

from __future__ import annotations

from tools.translations import faults


def test_every_sentence_has_its_spanish() -> None:
    assert faults() == []
