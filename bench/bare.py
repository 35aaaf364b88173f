"""The limit for a page: a Flask view that renders a template of the same bytes, and nothing else."""

from __future__ import annotations

import os
from pathlib import Path

from flask import Flask, render_template
from jinja2 import DictLoader

app = Flask(__name__, static_folder=None)
app.jinja_env.loader = DictLoader({"page.html": Path(os.environ["BENCH_TEMPLATE"]).read_text(encoding="utf-8")})


@app.get("/healthz")
@app.get("/readyz")
def ready() -> dict[str, str]:
    return {"status": "ok"}


@app.get("/")
def page() -> str:
    return render_template("page.html", title="Bare")
