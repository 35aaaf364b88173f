"""The compiled Spanish carries what it was made from, so that a missing or older one is noticed however files were copied."""

from __future__ import annotations

from pathlib import Path

import pytest

from seminar_app.web import compiled
from tools import translations

PO = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "Seat"\nmsgstr "{seat}"\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "seats.po").write_text(PO.format(seat="Lugar"), encoding="utf-8")
    monkeypatch.setattr(translations, "FOLDER", tmp_path)
    monkeypatch.setattr(translations, "COMPILED", tmp_path / "messages.mo")
    return tmp_path


def test_it_is_missing_until_compiled_and_stale_once_a_text_changes(folder: Path) -> None:
    assert not compiled.is_compiled(folder)
    translations.compile_catalogues()
    assert compiled.is_compiled(folder)
    (folder / "seats.po").write_text(PO.format(seat="Asiento"), encoding="utf-8")
    assert not compiled.is_compiled(folder)
    translations.compile_catalogues()
    assert compiled.is_compiled(folder)


def test_it_is_written_once_for_the_same_texts(folder: Path) -> None:
    translations.compile_catalogues()
    written = (folder / "messages.mo").stat().st_mtime_ns
    translations.compile_catalogues()
    assert (folder / "messages.mo").stat().st_mtime_ns == written


def test_without_the_texts_beside_it_a_compiled_one_is_enough(folder: Path) -> None:
    translations.compile_catalogues()
    (folder / "seats.po").unlink()
    assert compiled.is_compiled(folder)


@pytest.mark.parametrize("content", [b"", b"\xde\x12\x04\x95", b"no catalogue"])
def test_a_broken_one_counts_as_missing(folder: Path, content: bytes) -> None:
    (folder / "messages.mo").write_bytes(content)
    assert not compiled.is_compiled(folder)
