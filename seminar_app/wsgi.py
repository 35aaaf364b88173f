"""What a WSGI server loads: `granian --interface wsgi seminar_app.wsgi:app`, or any other."""

from __future__ import annotations

from seminar_app import create_app
from seminar_app.cli.processes import end_with_server, settle_memory, spare_memory

end_with_server()
spare_memory()
app = create_app()
settle_memory()
