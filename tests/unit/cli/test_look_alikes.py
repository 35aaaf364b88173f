from __future__ import annotations

import pytest

from config import SETTINGS
from seminar_app.cli.look_alikes import unknown_names

KNOWN = [setting.name for setting in SETTINGS]


@pytest.mark.parametrize(
    ("misspelt", "meant"),
    [
        ("TRUSTED_PROXY", "TRUSTED_PROXIES"),
        ("SMPT_URL", "SMTP_URL"),
        ("SMTP_URI", "SMTP_URL"),
        ("SEMINAR_DATADIR", "SEMINAR_DATA_DIR"),
        ("seminar_mode", "SEMINAR_MODE"),
        ("PUBLIC-URL", "PUBLIC_URL"),
        ("DEFAULT_TIMEZONE", "DEFAULT_TIME_ZONE"),
        ("IDENTITY_KEY", "IDENTITY_KEYS"),
        ("JOB_URL", "JOBS_URL"),
    ],
)
def test_a_misspelt_setting_is_found(misspelt: str, meant: str) -> None:
    assert list(unknown_names([misspelt], KNOWN)) == [(misspelt, meant)]


def test_settings_themselves_and_names_of_others_are_left_alone() -> None:
    others = """PATH HOME HOSTNAME LOGNAME LANG LC_ALL USER SHELL PWD OLDPWD TERM EDITOR MAIL TZ TMPDIR XDG_RUNTIME_DIR INVOCATION_ID
        JOURNAL_STREAM SYSTEMD_EXEC_PID LISTEN_FDS NOTIFY_SOCKET VIRTUAL_ENV PYTHONPATH PYTHONUNBUFFERED FLASK_APP FLASK_DEBUG REDIS_URL
        SSL_CERT_FILE PIP_INDEX_URL HTTP_PROXY HTTPS_PROXY NO_PROXY LOG_LEVEL DEBUG BASE_URL SERVER_NAME POSTGRES_PASSWORD PGHOST PGDATABASE
        TEST_DATABASE_URL KUBERNETES_SERVICE_PORT SMTP_HOST SECRET WEB_CONCURRENCY"""
    assert list(unknown_names([*KNOWN, *others.split()], KNOWN)) == []
