"""What the measured server loads: the product, with the limits on attempts off since one address makes all of them."""

from __future__ import annotations

from dataclasses import replace

from config import Settings
from seminar_app import create_app
from seminar_app.cli.serving.processes import settle_memory, spare_memory, switch_threads_often

spare_memory()
switch_threads_often()
app = create_app(replace(Settings.from_environment(), limits_enabled=False))
settle_memory()
