"""Typed settings, read from the environment once at start. If one is missing or unsafe, the program says so and does not start.

The command `constancia` puts the lines of a settings file into the environment first; a variable that is set already wins.
"""

from __future__ import annotations

import os
import pwd
import re
import secrets
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct

PROJECT_ROOT = Path(__file__).resolve().parent
IS_CLONE = (PROJECT_ROOT / "pyproject.toml").is_file()
"""Whether the program runs from its repository; else it was installed by pip."""
RESOURCES = PROJECT_ROOT if IS_CLONE else PROJECT_ROOT / "seminar_app"
"""Folder of `templates` and `migrations`."""
SQLITE_FILE = "constancia.sqlite3"
SETTINGS_FILE = "CONSTANCIA_SETTINGS"
"""Environment variable that names the settings file."""
SHORTEST_KEY = 32
LOOPBACK = ("127.0.0.1", "::1", "localhost")
FEWEST_LETTERS = 10
"""Minimum of different characters in a key; 32 from `openssl rand -hex` have fewer once in a million million."""
WELL_KNOWN = (
    "changeme",
    "change-me",
    "change_me",
    "change me",
    "secret",
    "password",
    "example",
    "default",
    "development",
    "insecure",
    "constancia",
    "test key",
    "0123456789",
    "abcdefgh",
    "qwerty",
    "12345678",
)
"""Parts of keys that were copied from an example or typed by hand."""
THREADS = 8
"""Requests that a web worker answers at once: enough to serve reads while a few writers wait for SQLite's single write lock."""
KEPT_FOR_READING = 2
"""Threads that waiting writers leave free for readers."""
LONGEST_NUMBER = 9
"""Maximum digits of a number; longer values are refused."""
POOL_SIZE = 5
"""Database connections that a process keeps; at peak it may open as many again."""
OTHERS = 0o007
"""File permission bits of users outside owner and group."""
NETWORK_FILE_SYSTEMS = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "ceph", "fuse.ceph", "glusterfs", "fuse.glusterfs", "9p", "afs"}
)
TRUE = ("1", "true", "yes", "on")
BARE_ADDRESS = re.compile(r"https://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?")
MAIL_ADDRESS = re.compile(r"[^<>\r\n]*<[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+")
LANGUAGES = ("es", "en")
HOW_TO_MAKE = "`constancia setup --keys` makes new ones."
FALSE = ("0", "false", "no", "off")
KEY_ENTRY = re.compile(r"[a-z0-9][a-z0-9-]{0,15}:[!-~]{32,}")


class Mode(StrEnum):
    """How strict the start is: `production` refuses everything that is only acceptable for a trial."""

    DEMO = "demo"
    PRODUCTION = "production"
    TEST = "test"


class LogFormat(StrEnum):
    """Format of log lines: for a person, or for a log collector."""

    TEXT = "text"
    JSON = "json"


class SettingsError(SystemExit):
    """A setting is missing or wrong; the process prints the sentences and stops."""


def number(usual: int, sentence: str) -> int:
    """Return a field of a class of numbers: its usual value, and what it is, for `settings list`."""
    return field(default=usual, metadata={"sentence": sentence})


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessLimits:
    """How much personal data an account may access in a day before administrators are alerted. Set by `ALERT_…`.

    With the defaults, a coordinator can see all people of a seminar of ninety a few times, and an organizer can prepare several
    seminars. They do not allow an account to read through an office's past years.
    """

    rosters: int = number(12, "Different rosters and attendance sheets that an account opens in a day.")
    roster_views: int = number(400, "Openings of rosters and sheets in a day, repeated ones included.")
    people: int = number(250, "Different people that an account opens one by one in a day.")
    searches: int = number(120, "Text searches for people, and lists of mail with its addresses, in a day.")
    exports: int = number(25, "Files with personal data that an account makes in a day.")


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysKept:
    """How many days personal data are kept; the nightly job deletes what is older. Set by `RETAIN_…`."""

    identity: int = number(90, "CURP, birth data and passport, after the end of the person's last seminar.")
    messages: int = number(180, "Mail that was sent or given up, after it was written.")
    notes: int = number(365, "Notes of staff about a decision, after the seminar's end.")
    letters: int = number(365, "Words of messages to the people of a seminar, and their drafts, after the seminar's end.")
    lists: int = number(90, "Agencies' lists as they were sent and read, after the seminar's end.")
    paper: int = number(365, "Printed sheets: which row is whose, and who keyed it, after the seminar's end. The marks stay.")
    not_seated: int = number(365, "People who never held a seat to the end, after their last seminar's end.")
    phone: int = number(730, "Telephone numbers, after the end of the person's last seminar.")
    people: int = number(1826, "Everything that names a person, after the end of their last seminar.")


@dataclass(frozen=True, slots=True)
class Setting:
    """A name that the environment or the settings file may set.

    Attributes:
        name: as it is written.
        usual: what holds where it is not set, in words where that depends.
        sentence: what it is.
        secret: whether its value is never shown.
        needed: whether production does not start without it.
    """

    name: str
    usual: str
    sentence: str
    secret: bool = False
    needed: bool = False


def _numbers(prefix: str, kind: type[AccessLimits | DaysKept]) -> tuple[Setting, ...]:
    return tuple(Setting(f"{prefix}{each.name.upper()}", str(each.default), each.metadata["sentence"]) for each in fields(kind))


CHAPTERS: dict[str, tuple[Setting, ...]] = {
    "What everybody sets": (
        Setting("SEMINAR_MODE", "demo", "`production` for real data; `demo` loads the demonstration."),
        Setting("PUBLIC_URL", "", "The https:// address that people use, with nothing behind the host.", needed=True),
        Setting(
            "SMTP_URL",
            "",
            "The mail server: smtps://user:password@host (TLS from the start), smtp://user:password@host:587 (STARTTLS), or "
            "smtp://127.0.0.1:25?tls=none for one on this machine. In a password @ is %40, / is %2F, ? is %3F.",
            secret=True,
            needed=True,
        ),
        Setting(
            "MAIL_FROM", "Constancia <no-reply@constancia.invalid>", "Sender of all mail; your mail server must be allowed to send for it."
        ),
        Setting("DEFAULT_LANGUAGE", "es", "`es` or `en`: of a visitor whose browser asks for neither, and of new offices."),
        Setting("DEFAULT_TIME_ZONE", "America/Mexico_City", "Time zone of new offices and seminars."),
    ),
    "Keys": (
        Setting("SECRET_KEYS", "", "Sign sessions and links, and recognize backups.", secret=True, needed=True),
        Setting("IDENTITY_KEYS", "", "Encrypt CURP, birth data, passports and originals of lists.", secret=True, needed=True),
        Setting("BACKUP_KEYS", "none: backups are not encrypted", "Encrypt backups.", secret=True),
        Setting("AUDIT_KEYS", "derived from SECRET_KEYS", "Chain the audit log.", secret=True),
    ),
    "Data": (
        Setting(
            "SEMINAR_DATA_DIR",
            "`instance` in a clone, else ~/.local/share/constancia",
            "Folder of the database, the job queue and small files; mode 700.",
        ),
        Setting(
            "DATABASE_URL",
            "constancia.sqlite3 in SEMINAR_DATA_DIR",
            "postgresql://user:password@host/name where one machine is not enough.",
            secret=True,
        ),
        Setting(
            "PREPARED_STATEMENTS",
            "on",
            "Whether PostgreSQL keeps statements prepared; `off` behind a pooler that gives each transaction another session.",
        ),
        Setting("AUDIT_ANCHOR", "none", "File outside the database that gets the head of the audit log every hour; copy it elsewhere."),
        Setting("DRILL_DATABASE_URL", "none", "An empty PostgreSQL database for `drill`.", secret=True),
    ),
    "Serving": (
        Setting("HOST", "127.0.0.1", "Address that `serve` listens at; visitors reach it through a proxy only."),
        Setting("PORT", "5000", "Port that `serve` listens at."),
        Setting("TRUSTED_PROXIES", "0", "Number of your own proxies before the program, usually 1."),
        Setting("WEB_WORKERS", "2", "Web processes."),
        Setting("WEB_THREADS", str(THREADS), "Requests that a web process answers at once."),
        Setting("WAITING_WRITERS", "WEB_THREADS minus 2", "Requests of a process that may write, or wait to, at once."),
        Setting("DRAIN_SECONDS", "0", "How long /readyz says no before a server that stops takes no more connections."),
        Setting("SECOND_FACTOR", "on in production", "Whether staff need a second factor; `off` for the demonstration and tests only."),
        Setting("LOG_FORMAT", "text", "`text`, or `json` for a log collector."),
        Setting("LOG_REQUESTS", "on in production", "Whether each request is a line of the log; addresses and names never are."),
    ),
    "Several machines": (
        Setting("LIMITER_STORAGE", "memory://", "redis://host:6379/0 that counts attempts for all machines.", secret=True),
        Setting(
            "JOBS_URL",
            "a file in SEMINAR_DATA_DIR",
            "redis://host:6379/1 or postgresql://…: the queue of jobs for all machines.",
            secret=True,
        ),
    ),
    "Alerts: how much an account may open": _numbers("ALERT_", AccessLimits),
    "Retention: days": _numbers("RETAIN_", DaysKept),
}
SETTINGS = tuple(setting for chapter in CHAPTERS.values() for setting in chapter)
"""Every setting. What other programs set is not read."""
FORMER_KEYS = {"SECRET_KEYS": "SECRET_KEY", "BACKUP_KEYS": "BACKUP_KEY"}
"""Before 0.2.0 these held one key without an id, and the one before it in `…_BEFORE`. They are still read."""


class Settings(Struct, frozen=True, kw_only=True):
    """All settings, as the program reads them. `SETTINGS` says what each is; the rest is here.

    Attributes:
        database_url: SQLAlchemy URL.
        secret_keys: newest first; the first signs, all verify.
        backup_keys: newest first; the first writes, all read.
        identity_keys, audit_keys: `<id>:<secret>`, newest first; the first seals, all open.
        public_url: without a slash at the end.
        smtp_url: None keeps mail in the outbox.
        limits_enabled, page_cache: tests turn them off.
        pool_size: database connections a process keeps.
        waiting_writers: requests of one process that may write, or wait to, at once; the other threads are left for reading.
        body_readers: requests of one process whose bodies may be read at once; slow senders leave the other threads alone.
        warnings: sentences about settings that are allowed but probably not intended.
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
    page_cache: bool = True
    pool_size: int = POOL_SIZE
    prepared_statements: bool = True
    waiting_writers: int = THREADS - KEPT_FOR_READING
    body_readers: int = THREADS // 2
    jobs_url: str | None = None
    log_format: LogFormat = LogFormat.TEXT
    log_requests: bool = False
    trusted_proxies: int = 0
    backup_keys: tuple[str, ...] = ()
    drain_seconds: int = 0
    second_factor: bool = True
    warnings: tuple[str, ...] = ()
    identity_keys: tuple[str, ...] = ()
    audit_keys: tuple[str, ...] = ()
    audit_anchor: Path | None = None
    access_limits: AccessLimits = AccessLimits()
    kept: DaysKept = DaysKept()

    @property
    def secure_cookies(self) -> bool:
        """Whether cookies carry `Secure` and the `__Host-` prefix: True where the public URL is HTTPS."""
        return self.public_url.startswith("https://")

    @property
    def trusted_hosts(self) -> tuple[str, ...]:
        """Return the host names that requests may name: the public URL's in production, else empty, which allows any."""
        host = urlsplit(self.public_url).hostname
        return (host,) if self.mode is Mode.PRODUCTION and host else ()

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read the settings.

        Raises:
            SettingsError: something is missing or unsafe for the mode; each fault is one line.
        """
        env = os.environ if environ is None else environ
        faults: list[str] = []
        mode = _mode(env, faults)
        data_dir = Path(env.get("SEMINAR_DATA_DIR") or usual_data_dir(env)).resolve()
        port = env.get("PORT") or "5000"
        public_url = (env.get("PUBLIC_URL") or ("" if mode is Mode.PRODUCTION else f"http://127.0.0.1:{port}")).rstrip("/")
        if mode is Mode.PRODUCTION and not BARE_ADDRESS.fullmatch(public_url):
            faults.append(
                "PUBLIC_URL must be the https:// address people use and nothing behind it, for example https://seminarios.example.org."
            )
        if mode is Mode.PRODUCTION and not env.get("SMTP_URL"):
            faults.append(
                "SMTP_URL is missing: officials get their personal link by mail, for example smtps://user:password@mail.example.org."
            )
        if (smtp_url := env.get("SMTP_URL")) and not smtp_url.startswith(("smtp://", "smtps://")):
            faults.append("SMTP_URL begins with smtp:// or smtps://, for example smtps://user:password@mail.example.org.")
        elif smtp_url and "?" in smtp_url and not smtp_url.endswith("?tls=none"):
            faults.append("SMTP_URL may end with ?tls=none, and with nothing else behind a question mark; in a password it is written %3F.")
        elif smtp_url and mode is Mode.PRODUCTION and "tls=none" in smtp_url and _host_of(smtp_url) not in (None, *LOOPBACK):
            faults.append("SMTP_URL says tls=none, which is for a mail server on this same machine only: mail carries secret links.")
        keys = _secrets(_ring(env, "SECRET_KEYS", mode, faults))
        database_url = env.get("DATABASE_URL") or f"sqlite:///{data_dir / SQLITE_FILE}"
        if not database_url.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
            faults.append(
                "DATABASE_URL begins with sqlite:/// or postgresql://, for example postgresql://constancia@db.example.org/constancia."
            )
        if (jobs_url := env.get("JOBS_URL")) and not jobs_url.startswith(("redis://", "rediss://", "unix://", "postgresql://")):
            faults.append("JOBS_URL begins with redis:// or postgresql://, for example redis://queue.example.org:6379/1.")
        if (storage := env.get("LIMITER_STORAGE") or "memory://") and not storage.startswith(("memory://", "redis://", "rediss://")):
            faults.append("LIMITER_STORAGE is memory:// or redis://…, for example redis://queue.example.org:6379/0.")
        faults += _addresses(env)
        mail_from, default_language, default_time_zone, log_requests = _choices(env, mode, faults)
        second_factor = _second_factor(env, mode, faults)
        waiting_writers = _waiting_writers(env, faults)
        body_readers = max(1, _web_threads(env, faults) // 2)
        if mode is Mode.PRODUCTION:
            faults += _unsafe_in_production(env, data_dir, database_url)
        log_format = _log_format(env, faults)
        prepared_statements = _is_on(env, "PREPARED_STATEMENTS", faults)
        trusted_proxies = _whole_number(env, "TRUSTED_PROXIES", 0, 5, faults)
        drain_seconds = _whole_number(env, "DRAIN_SECONDS", 0, 120, faults)
        backup_keys = _secrets(_ring(env, "BACKUP_KEYS", mode, faults, apart_from=keys))
        identity_keys = _ring(env, "IDENTITY_KEYS", mode, faults, apart_from=keys)
        audit_keys = _ring(env, "AUDIT_KEYS", mode, faults, apart_from=keys)
        for name, found, use in (
            ("SECRET_KEYS", keys, "links and sessions are signed"),
            ("IDENTITY_KEYS", identity_keys, "documents are sealed"),
        ):
            if not found and mode is Mode.PRODUCTION and not any(name.rstrip("S") in fault for fault in faults):
                faults.append(f"{name} is missing: {use} with it. {HOW_TO_MAKE}")
        access_limits = AccessLimits(**_whole_numbers(env, "ALERT_", AccessLimits, faults))
        kept = DaysKept(**_whole_numbers(env, "RETAIN_", DaysKept, faults))
        if faults:
            raise SettingsError("Constancia cannot start:\n" + "\n".join(f"  - {fault}" for fault in faults))
        return cls(
            mode=mode,
            data_dir=data_dir,
            database_url=database_url,
            prepared_statements=prepared_statements,
            secret_keys=keys or (_kept_key(data_dir, "secret_key"),),
            public_url=public_url,
            smtp_url=env.get("SMTP_URL") or None,
            mail_from=mail_from,
            default_language=default_language,
            default_time_zone=default_time_zone,
            limiter_storage=storage,
            jobs_url=jobs_url or None,
            log_format=log_format,
            log_requests=log_requests,
            trusted_proxies=trusted_proxies,
            backup_keys=backup_keys,
            drain_seconds=drain_seconds,
            waiting_writers=waiting_writers,
            body_readers=body_readers,
            second_factor=second_factor,
            warnings=_warnings(
                mode,
                server=database_url.startswith("postgresql"),
                storage=storage,
                jobs_url=jobs_url,
                proxies=trusted_proxies,
                encrypted=bool(backup_keys),
                sender=bool(env.get("MAIL_FROM")),
            ),
            identity_keys=identity_keys or (f"kept:{_kept_key(data_dir, 'identity_key')}",),
            audit_keys=audit_keys,
            audit_anchor=Path(env["AUDIT_ANCHOR"]).resolve() if env.get("AUDIT_ANCHOR") else None,
            access_limits=access_limits,
            kept=kept,
        )


def _host_of(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:  # a bracket that is not closed
        return None


def _addresses(env: Mapping[str, str]) -> list[str]:
    """Return the faults in server URLs that show without a connection. URLs with other schemes are checked elsewhere."""
    faults = []
    for name in ("SMTP_URL", "DATABASE_URL", "JOBS_URL", "LIMITER_STORAGE"):
        address = env.get(name) or ""
        if not address.startswith(("smtp", "sqlite:", "postgresql", "redis")):
            continue
        if address.startswith("sqlite:"):
            if not address.startswith(("sqlite:////", "sqlite:///file:/")):
                faults.append(f"{name} names an SQLite file by its whole path, with four slashes: sqlite:////var/lib/constancia/x.sqlite3.")
            continue
        try:
            parts = urlsplit(address)
            whole = bool(parts.hostname) and (parts.port is None or parts.port > 0)
        except ValueError:
            whole = False
        if not whole and not (address.startswith("postgresql") and "host=" in address):
            faults.append(
                f"{name} needs a host after the two slashes, and a number where it has a port; in a password @ is %40 and / is %2F."
            )
    return faults


def _choices(env: Mapping[str, str], mode: Mode, faults: list[str]) -> tuple[str, str, str, bool]:
    """Return sender, language, time zone, and whether requests are logged."""
    sender = env.get("MAIL_FROM") or "Constancia <no-reply@constancia.invalid>"
    if not MAIL_ADDRESS.fullmatch(sender):
        faults.append("MAIL_FROM is no mail address, for example Constancia <no-reply@seminarios.example.org>.")
    language = env.get("DEFAULT_LANGUAGE") or "es"
    if language not in LANGUAGES:
        faults.append(f"DEFAULT_LANGUAGE is «{language}»; it may be es or en.")
    zone = env.get("DEFAULT_TIME_ZONE") or "America/Mexico_City"
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        faults.append(f"DEFAULT_TIME_ZONE is «{zone}», which is no time zone, for example America/Mexico_City.")
    logged = env.get("LOG_REQUESTS", "").lower()
    if logged not in ("", *TRUE, *FALSE):
        faults.append(f"LOG_REQUESTS is «{logged}»; it may be on or off.")
    return sender, language, zone, logged in TRUE if logged else mode is Mode.PRODUCTION


def _mode(env: Mapping[str, str], faults: list[str]) -> Mode:
    name = env.get("SEMINAR_MODE") or Mode.DEMO
    try:
        return Mode(name)
    except ValueError:
        faults.append(f"SEMINAR_MODE is «{name}»; it may be demo, production or test.")
        return Mode.PRODUCTION


def _second_factor(env: Mapping[str, str], mode: Mode, faults: list[str]) -> bool:
    wanted = _is_on(env, "SECOND_FACTOR", faults, usual=mode is Mode.PRODUCTION)
    if mode is Mode.PRODUCTION and not wanted:
        faults.append("SECOND_FACTOR=off is for the demonstration and for tests: a password alone must not open a real roster.")
    return wanted


def _is_on(env: Mapping[str, str], name: str, faults: list[str], *, usual: bool = True) -> bool:
    wanted = env.get(name) or ("on" if usual else "off")
    if wanted not in ("on", "off"):
        faults.append(f"{name} is «{wanted}»; it may be on or off.")
        return usual
    return wanted == "on"


def _log_format(env: Mapping[str, str], faults: list[str]) -> LogFormat:
    name = env.get("LOG_FORMAT") or LogFormat.TEXT
    try:
        return LogFormat(name)
    except ValueError:
        faults.append(f"LOG_FORMAT is «{name}»; it may be text or json.")
        return LogFormat.TEXT


def _web_threads(env: Mapping[str, str], faults: list[str]) -> int:
    return _whole_number(env, "WEB_THREADS", 1, 64, faults, usual=THREADS)


def _waiting_writers(env: Mapping[str, str], faults: list[str]) -> int:
    """Return the configured number, else the smaller of threads and connections, minus two; at least one."""
    threads = _web_threads(env, [])
    return _whole_number(env, "WAITING_WRITERS", 1, 64, faults, usual=max(1, min(threads, 2 * POOL_SIZE) - KEPT_FOR_READING))


def _whole_number(env: Mapping[str, str], name: str, least: int, most: int, faults: list[str], *, usual: int | None = None) -> int:
    value = env.get(name) or str(least if usual is None else usual)
    if value.isascii() and value.isdigit() and len(value) <= LONGEST_NUMBER and least <= int(value) <= most:
        return int(value)
    faults.append(f"{name} is «{value}»; it is a whole number from {least} to {most}.")
    return least


def _ring(env: Mapping[str, str], name: str, mode: Mode, faults: list[str], *, apart_from: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return the keys of this name, `<id>:<secret>`, newest first; add a fault for each that cannot be used.

    Args:
        apart_from: secrets that none of them may equal.
    """
    entries = tuple((env.get(name) or "").replace(",", " ").split())
    if not entries and name in FORMER_KEYS:
        return _former_ring(env, FORMER_KEYS[name], mode, faults, apart_from=apart_from)
    if not all(KEY_ENTRY.fullmatch(entry) for entry in entries):
        faults.append(
            f"{name} is a list of <id>:<secret>, newest first, with commas between: the id of at most 16 small letters, digits and "
            f"hyphens, the secret of at least {SHORTEST_KEY} characters. {HOW_TO_MAKE}"
        )
        return ()
    ids = [entry.partition(":")[0] for entry in entries]
    if len(set(ids)) < len(ids):
        faults.append(f"{name} has two keys with the same id: the id in a sealed value decides which key opens it.")
    _find_weak({f"The key «{entry.partition(':')[0]}» of {name}": entry.partition(":")[2] for entry in entries}, mode, faults, apart_from)
    return entries


def _former_ring(env: Mapping[str, str], name: str, mode: Mode, faults: list[str], *, apart_from: tuple[str, ...]) -> tuple[str, ...]:
    named = {place: key for place in (name, f"{name}_BEFORE") if (key := env.get(place))}
    if named and name not in named:
        faults.append(f"{name}_BEFORE is set without {name}: the older key would be used for what is new.")
    _find_weak(named, mode, faults, apart_from)
    return tuple(f"{len(named) - place}:{key}" for place, key in enumerate(named.values()))


def _find_weak(keys: Mapping[str, str], mode: Mode, faults: list[str], apart_from: tuple[str, ...]) -> None:
    for what, key in keys.items():
        if (weakness := key_weakness(key, strict=mode is Mode.PRODUCTION)) is not None:
            faults.append(f"{what} {weakness}. {HOW_TO_MAKE}")
        if key in apart_from:
            faults.append(f"{what} is the key of SECRET_KEYS: a person who learns one of them must not have the other.")


def _secrets(entries: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(entry.partition(":")[2] for entry in entries)


def key_weakness(key: str, *, strict: bool = True) -> str | None:
    """Return why the key could be guessed, or None; without `strict` only its length is checked."""
    if len(key) < SHORTEST_KEY:
        return f"is too short: it needs at least {SHORTEST_KEY} characters"
    if not strict:
        return None
    if len(set(key)) < FEWEST_LETTERS or any(key == key[:length] * (len(key) // length) for length in range(1, len(key) // 2 + 1)):
        return "repeats itself"
    if any(word in key.lower() for word in WELL_KNOWN):
        return "holds a well-known word, as keys copied from an example do"
    return None


def _unsafe_in_production(env: Mapping[str, str], data_dir: Path, database_url: str) -> list[str]:
    """Return faults that are acceptable on a developer's machine but not with real data."""
    faults = []
    if env.get("FLASK_DEBUG", "").lower() not in ("", "0", "false", "no"):  # as Flask reads it
        faults.append("FLASK_DEBUG is set, which shows the program's code and data to any visitor who causes an error: unset it.")
    files = [data_dir]
    if database_url.startswith(("sqlite:////", "sqlite:///file:/")):
        database = Path(database_url.removeprefix("sqlite:///").removeprefix("file:").split("?")[0])
        files += [database.parent, database]
        if (kind := file_system_of(database)) in NETWORK_FILE_SYSTEMS:
            faults.append(
                f"The SQLite file {database} lies on a network file system ({kind}), whose locks do not hold: put it on a disk of this "
                "machine, or use PostgreSQL (DATABASE_URL)."
            )
    for path in dict.fromkeys(files):
        try:
            found = path.stat()
        except FileNotFoundError:
            continue
        except OSError as error:
            faults.append(f"{path} cannot be checked by the user who runs this (number {os.getuid()}): {error.strerror}.")
            continue
        if os.getuid() == 0 != found.st_uid:
            faults.append(
                f"{path} belongs to {user_name(found.st_uid)}, and this runs as root, whose new files that user could not open: begin the "
                f"command with `runuser -u {user_name(found.st_uid)} --`."
            )
        elif path == data_dir and not path.is_dir():
            faults.append(f"SEMINAR_DATA_DIR is {path}, which is no folder.")
        elif found.st_mode & OTHERS:
            way_out = f"`chmod 700 {path}`, if it is the program's own folder" if path.is_dir() else f"`chmod 600 {path}`"
            faults.append(f"Other users of this machine have access to {path}: {way_out}.")
    return faults


def user_name(number: int) -> str:
    """Return the name of a user of this machine, or the number where it has none."""
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def file_system_of(path: Path) -> str | None:
    """Return the kind of the file system that holds `path` (`ext4`, `nfs4`), or None where it is unknown (only Linux tells)."""
    try:
        lines = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    mounts = [(fields[4].replace("\\040", " "), line.partition(" - ")[2].split(" ")[0]) for line in lines if (fields := line.split(" "))]
    holding = [(len(place), kind) for place, kind in mounts if path.resolve().is_relative_to(place)]
    return max(holding)[1] if holding else None


def _warnings(
    mode: Mode, *, server: bool, storage: str, jobs_url: str | None, proxies: int, encrypted: bool, sender: bool
) -> tuple[str, ...]:
    """Return warnings about production settings that are allowed but probably not intended."""
    if mode is not Mode.PRODUCTION:
        return ()
    told = {
        "BACKUP_KEYS is not set, so backups are written in the clear, and a backup holds the roster.": not encrypted,
        "MAIL_FROM is not set, so mail comes from an address that does not exist, and mail servers refuse it.": not sender,
        "LIMITER_STORAGE is memory://, so each machine counts attempts by itself; several need redis://…": server
        and storage.startswith("memory:"),
        "TRUSTED_PROXIES is 0: behind a proxy all requests seem to come from its one address, so a few strangers use up the limits of all."
        " Say how many proxies stand before this program, usually 1.": not proxies,
        "JOBS_URL is not set, so this machine has a queue of jobs of its own: with several machines name one for all, or run `flask worker`"
        " on one only.": server and not jobs_url,
    }
    return tuple(sentence for sentence, holds in told.items() if holds)


def _whole_numbers(env: Mapping[str, str], prefix: str, kind: type[AccessLimits | DaysKept], faults: list[str]) -> dict[str, int]:
    """Return the fields of `kind` that the environment sets. An unknown `RETAIN_…` name is a fault, because only we use that prefix."""
    known = {f"{prefix}{limit.name.upper()}" for limit in fields(kind)}
    if kind is DaysKept:
        faults += [
            f"There is no setting {name}; there are {', '.join(sorted(known))}."
            for name in sorted(env)
            if name.startswith(prefix) and name not in known
        ]
    given = {}
    for limit in fields(kind):
        name = f"{prefix}{limit.name.upper()}"
        if text := env.get(name):
            if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER and int(text) > 0:
                given[limit.name] = int(text)
            else:
                faults.append(f"{name} is «{text}»; it must be a whole number of at least 1.")
    return given


def _kept_key(data_dir: Path, name: str) -> str:
    """Return a key made at the first start outside production, stored so that sessions and sealed data survive a restart.

    The file gets its name only when it is complete, and the first one stays, so processes that start together agree on it.
    """
    path = data_dir / name
    try:
        if not path.exists():
            data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile("w", dir=data_dir, prefix=f".{name}.", encoding="ascii") as made:  # mode 0600
                made.write(secrets.token_hex(32))
                made.flush()
                with suppress(FileExistsError):
                    os.link(made.name, path)
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise SettingsError(
            f"Constancia cannot start:\n  - SEMINAR_DATA_DIR is {data_dir}, which cannot hold a key: {error.strerror}."
        ) from error


def usual_data_dir(env: Mapping[str, str]) -> Path:
    """Return the data folder where SEMINAR_DATA_DIR is not set: `instance` of a clone, else one beneath /var/lib or the home."""
    if IS_CLONE:
        return PROJECT_ROOT / "instance"
    return own_folder(env, "XDG_DATA_HOME", ".local/share", of_root="/var/lib")


def own_folder(env: Mapping[str, str], name: str, beneath_home: str, *, of_root: str) -> Path:
    """Return the program's folder of one kind, as the XDG base directory specification says for users."""
    base = Path(of_root) if os.getuid() == 0 else Path(env.get(name) or Path.home() / beneath_home)
    return base / "constancia"
