"""Entry point for a WSGI server: `granian --interface wsgi seminar_app.wsgi:app`, or any other.

`flask serve` uses it only where processes cannot be forked.
"""

from __future__ import annotations

from config import Settings
from seminar_app import create_app
from seminar_app.cli.serving.processes import begin_worker, settle_memory

settings = Settings.from_environment()
begin_worker(settings)
app = create_app(settings)
settle_memory()
