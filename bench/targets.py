"""The app that the measured server loads: the product without rate limits, because all requests come from one address."""

from __future__ import annotations

from config import Settings
from seminar_app import create_app
from seminar_app.cli.serving.processes import settle_memory, switch_threads_often
from seminar_app.core.memory import spare_memory
from seminar_app.core.values import replace

spare_memory()
switch_threads_often()
app = create_app(replace(Settings.from_environment(), limits_enabled=False))
settle_memory()
