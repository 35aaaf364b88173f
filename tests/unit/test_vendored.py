"""Vendored files are unchanged."""

from __future__ import annotations

from tools.check_vendored import faults


def test_every_vendored_file_has_its_checksum() -> None:
    assert list(faults()) == []
