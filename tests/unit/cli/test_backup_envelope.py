"""A file that is no backup, or a damaged one, is refused with a sentence."""

from __future__ import annotations

import io

import pytest

from seminar_app.cli.backup.envelope import MAGIC, MANIFEST, BackupFault, BackupReader

HEADER = b'{"made_at": "2026-03-02", "app_version": "1", "schema": "0001", "engine": "sqlite"}\n'


def frame(body: bytes) -> bytes:
    return MANIFEST + len(body).to_bytes(4, "big") + body


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(MAGIC + b"[" * 4_000 + b"\n", id="a header too deep to be read"),
        pytest.param(MAGIC + HEADER + frame(b"{"), id="a manifest that is cut off"),
        pytest.param(MAGIC + HEADER + frame(b"\xff"), id="a manifest that is no text"),
        pytest.param(MAGIC + HEADER + frame(b"[1]"), id="a list for a manifest"),
        pytest.param(MAGIC + HEADER + frame(b"[" * 100_000), id="a manifest too deep to be read"),
    ],
)
def test_a_damaged_beginning_is_a_sentence(content: bytes) -> None:
    with pytest.raises(BackupFault, match="damaged"):
        BackupReader(io.BytesIO(content), keys=[], secrets=[], allow_unauthenticated=True)
