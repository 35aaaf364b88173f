"""Every text of the program has a Spanish translation."""

from __future__ import annotations

from tools.translations import faults


def test_every_sentence_has_its_spanish() -> None:
    assert faults() == []
