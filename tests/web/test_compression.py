"""Which pages are compressed."""

from __future__ import annotations

import gzip
from pathlib import Path

from flask import Flask

from tests.support.factories import Make
from tools.static_files import compress

GZIP = {"Accept-Encoding": "gzip"}


def test_a_public_page_is_compressed_for_browsers_that_take_it(app: Flask, make: Make) -> None:
    seminar = make.seminar()
    for hour in (9, 11, 13):
        make.seminar_session(seminar, hour=hour)
    plain = app.test_client().get(f"/seminars/{seminar.slug}")
    packed = app.test_client().get(f"/seminars/{seminar.slug}", headers=GZIP)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert b"<h1" in gzip.decompress(packed.data)
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data) / 2


def test_a_page_behind_a_secret_link_is_not(app: Flask) -> None:
    answer = app.test_client().get("/registrations/no-such-token", headers=GZIP)
    assert answer.status_code == 404
    assert "Content-Encoding" not in answer.headers


def test_a_static_file_gets_its_copy_once(tmp_path: Path) -> None:
    path = tmp_path / "a.css"
    path.write_text("a { color: red }\n" * 100, encoding="ascii")
    assert compress(path)
    assert not compress(path)
    assert gzip.decompress((tmp_path / "a.css.gz").read_bytes()) == path.read_bytes()
