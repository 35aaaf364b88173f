"""What a WSGI server loads: `granian --interface wsgi seminar_app.wsgi:app`."""

from seminar_app import create_app

app = create_app()
