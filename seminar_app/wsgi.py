"""Entry point for a WSGI server: `granian --interface wsgi seminar_app.wsgi:app`, or any other."""

from __future__ import annotations

import signal

from config import Settings
from seminar_app import create_app
from seminar_app.cli.serving.processes import end_with_server, settle_memory, spare_memory, switch_threads_often, work_with_database
from seminar_app.core.spool import forget_abandoned
from seminar_app.web import logs

end_with_server(signal.SIGKILL)  # a granian worker that is asked to end may wait for its own threads for ever
forget_abandoned()
spare_memory()
switch_threads_often()
settings = Settings.from_environment()
logs.set_up(settings)
work_with_database(settings)
app = create_app(settings)
settle_memory()
