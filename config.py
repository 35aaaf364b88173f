"""Typed settings, read from the environment once at start. What is missing or unsafe is said in a sentence, and nothing starts."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

PROJECT_ROOT = Path(__file__).resolve().parent
SHORTEST_KEY = 32
LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Mode(StrEnum):
    """How strict the start is: `production` refuses anything that is only good enough to look at."""

    DEMO = "demo"
    PRODUCTION = "production"
    TEST = "test"


class SettingsError(SystemExit):
    """A setting is missing or wrong; the process stops with the sentences as its last words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything the environment decides.

    Attributes:
        data_dir: folder of the database, the generated key and the job queue.
        database_url: SQLAlchemy address; SQLite in `data_dir` unless DATABASE_URL says otherwise.
        secret_keys: newest first; the first signs, all verify.
        public_url: address that links in mail begin with, without a slash at the end.
        smtp_url: `smtp://user:password@host:port` (STARTTLS) or `smtps://`; None keeps mail in the outbox.
        jobs_url: `redis://…` or `postgresql://…` of the queue of jobs; None keeps it in a file in `data_dir`.
        pool_size: database connections a process keeps.
        keep_pages: whether public pages are kept until the database changes; tests replace the database itself.
    """

    mode: Mode
    data_dir: Path
    database_url: str
    secret_keys: tuple[str, ...]
    public_url: str
    smtp_url: str | None
    mail_from: str
    default_language: str = "es"
    default_time_zone: str = "America/Mexico_City"
    limiter_storage: str = "memory://"
    limits_enabled: bool = True
    keep_pages: bool = True
    pool_size: int = 5
    jobs_url: str | None = None

    @property
    def secure_cookies(self) -> bool:
        """Whether cookies carry `Secure` and the `__Host-` prefix: wherever the public address is HTTPS."""
        return self.public_url.startswith("https://")

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read the settings.

        Raises:
            SettingsError: something is missing or unsafe for the mode; each fault is one line.
        """
        env = os.environ if environ is None else environ
        faults: list[str] = []
        mode = _mode(env, faults)
        data_dir = Path(env.get("SEMINAR_DATA_DIR") or PROJECT_ROOT / "instance").resolve()
        port = env.get("PORT") or "5000"
        public_url = (env.get("PUBLIC_URL") or ("" if mode is Mode.PRODUCTION else f"http://127.0.0.1:{port}")).rstrip("/")
        if mode is Mode.PRODUCTION and not public_url.startswith("https://"):
            faults.append("PUBLIC_URL must be the https:// address people use, for example https://seminarios.example.org.")
        if mode is Mode.PRODUCTION and not env.get("SMTP_URL"):
            faults.append(
                "SMTP_URL is missing: officials get their personal link by mail, for example smtps://user:password@mail.example.org."
            )
        if (smtp_url := env.get("SMTP_URL")) and not smtp_url.startswith(("smtp://", "smtps://")):
            faults.append("SMTP_URL begins with smtp:// or smtps://, for example smtps://user:password@mail.example.org.")
        elif smtp_url and mode is Mode.PRODUCTION and "tls=none" in smtp_url and urlsplit(smtp_url).hostname not in LOOPBACK:
            faults.append("SMTP_URL says tls=none, which is for a mail server on this same machine only: mail carries secret links.")
        keys = tuple(key for key in (env.get("SECRET_KEY"), env.get("SECRET_KEY_BEFORE")) if key)
        if any(len(key) < SHORTEST_KEY for key in keys):
            faults.append(f"SECRET_KEY is too short: at least {SHORTEST_KEY} characters, for example from `openssl rand -hex 32`.")
        if not keys and mode is Mode.PRODUCTION:
            faults.append("SECRET_KEY is missing: make one with `openssl rand -hex 32` and keep it out of the repository.")
        if faults:
            raise SettingsError("Constancia cannot start:\n" + "\n".join(f"  - {fault}" for fault in faults))
        return cls(
            mode=mode,
            data_dir=data_dir,
            database_url=env.get("DATABASE_URL") or f"sqlite:///{data_dir / 'constancia.sqlite3'}",
            secret_keys=keys or (_kept_key(data_dir),),
            public_url=public_url,
            smtp_url=env.get("SMTP_URL") or None,
            mail_from=env.get("MAIL_FROM") or "Constancia <no-reply@constancia.invalid>",
            default_language=env.get("DEFAULT_LANGUAGE") or "es",
            default_time_zone=env.get("DEFAULT_TIME_ZONE") or "America/Mexico_City",
            limiter_storage=env.get("LIMITER_STORAGE") or "memory://",
            jobs_url=env.get("JOBS_URL") or None,
        )


def _mode(env: Mapping[str, str], faults: list[str]) -> Mode:
    name = env.get("SEMINAR_MODE") or Mode.DEMO
    try:
        return Mode(name)
    except ValueError:
        faults.append(f"SEMINAR_MODE is «{name}»; it may be demo, production or test.")
        return Mode.PRODUCTION


def _kept_key(data_dir: Path) -> str:
    """The key made at the first start outside production, kept so that sessions survive a restart."""
    path = data_dir / "secret_key"
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32), encoding="ascii")
    return path.read_text(encoding="ascii").strip()
