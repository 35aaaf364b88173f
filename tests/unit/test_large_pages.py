"""What a large page or a file was made of is freed once it is sent; small pages do not pay for it."""

from __future__ import annotations

import gc

import pytest
from flask import Flask, Response

from seminar_app.web import large_pages


@pytest.mark.parametrize(("size", "collected"), [(large_pages.LARGE_BYTES, [True]), (large_pages.LARGE_BYTES - 1, [])])
def test_garbage_is_collected_after_large_pages_only(monkeypatch: pytest.MonkeyPatch, size: int, collected: list[bool]) -> None:
    done: list[bool] = []
    monkeypatch.setattr(gc, "collect", lambda: done.append(True))
    app = Flask("pages")
    large_pages.init_app(app)
    app.add_url_rule("/", view_func=lambda: "x" * size)
    app.test_client().get("/").close()
    assert done == collected


@pytest.mark.parametrize(("disposition", "collected"), [("attachment; filename=a.csv", [True]), ("inline", [])])
def test_garbage_is_collected_after_files(monkeypatch: pytest.MonkeyPatch, disposition: str, collected: list[bool]) -> None:
    done: list[bool] = []
    monkeypatch.setattr(gc, "collect", lambda: done.append(True))
    app = Flask("files")
    large_pages.init_app(app)
    app.add_url_rule("/", view_func=lambda: Response("a", headers={"Content-Disposition": disposition}))
    app.test_client().get("/").close()
    assert done == collected
