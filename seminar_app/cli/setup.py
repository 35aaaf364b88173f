"""`constancia setup`: from nothing to an installation that serves. What is there already is kept, so it can be run again."""

from __future__ import annotations

import os
import pwd
import secrets
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click
from msgspec import Struct, field

from config import (
    BARE_ADDRESS,
    FORMER_KEYS,
    LANGUAGES,
    LOOPBACK,
    MAIL_ADDRESS,
    OTHERS,
    PROJECT_ROOT,
    SETTINGS_FILE,
    SQLITE_FILE,
    Settings,
    own_folder,
    user_name,
)
from seminar_app.cli import settings_file

KEYS = ("SECRET_KEYS", "IDENTITY_KEYS", "BACKUP_KEYS", "AUDIT_KEYS")
SERVICE = "constancia"
"""The user that the program runs as where it has one of its own."""
ANCHOR = "anchor"


def new_keys() -> dict[str, str]:
    """Return a new key for each use, named after the year."""
    return {name: f"k{datetime.now(UTC).year}:{secrets.token_hex(32)}" for name in KEYS}


@click.command()
@click.option("--address", help="Address that people use, for example https://seminarios.your-office.gov.")
@click.option("--mail-server", help="smtps://user:password@host, smtp://user:password@host:587, or smtp://127.0.0.1:25?tls=none.")
@click.option("--mail-from", help="Sender of mail; else no-reply at the address's host.")
@click.option("--language", type=click.Choice(LANGUAGES))
@click.option("--time-zone", help="For example America/Mexico_City.")
@click.option("--data-dir", type=click.Path(file_okay=False, path_type=Path), help="Folder of the database.")
@click.option("--database", help="postgresql://user:password@host/name; else SQLite in the data folder.")
@click.option("--agencies/--no-agencies", default=None, help="Load the directory of Mexican agencies that comes with the program.")
@click.option("--admin-email", help="Address of the first administrator.")
@click.option("--admin-name", help="Name of the first administrator.")
@click.option("--user", envvar="CONSTANCIA_USER", help=f"For root: the user that the program runs as; else `{SERVICE}` where there is one.")
@click.option("--no-input", is_flag=True, help="Ask nothing; what is not given is as usual, or missing.")
@click.option("--keys", is_flag=True, help="Print four new keys as lines of the settings file, and do nothing else.")
def setup(*, keys: bool, **given: Any) -> None:
    """Set up an installation: settings file, keys, folders, database, agencies, first administrator.

    It asks what it must know and was not told by an option. Running it again keeps what is there and adds what is missing.
    """
    if keys:
        click.echo(settings_file.text_of(new_keys()).split("\n", 2)[2], nl=False)
        return
    _Setup(file=settings_file.usual_settings_file(os.environ), **given).run()


class _Setup(Struct, kw_only=True):
    """One run: the answers given as options, and the settings as they become."""

    file: Path
    address: str | None
    mail_server: str | None
    mail_from: str | None
    language: str | None
    time_zone: str | None
    data_dir: Path | None
    database: str | None
    agencies: bool | None
    admin_email: str | None
    admin_name: str | None
    user: str | None
    no_input: bool
    values: dict[str, str] = field(default_factory=dict)

    def run(self) -> None:
        """Do all steps, and say what each did."""
        self.values = settings_file.read(self.file) if self.file.exists() else {}
        service = self._service()
        self._ask()
        self._refuse_foreign_database()
        self._make_keys()
        # A wrong one stops here, before anything is written. The folder is looked at by the commands, as the program's user.
        Settings.from_environment(self.values | {"SEMINAR_DATA_DIR": "/nonexistent"})
        data_dir = Path(self.values["SEMINAR_DATA_DIR"])
        self._make_folder(data_dir, service)
        if "AUDIT_ANCHOR" in self.values:
            self._make_folder(Path(self.values["AUDIT_ANCHOR"]).parent, service)
        settings_file.write(self.file, self.values, group=service.pw_gid if service else None)
        _say(f"Settings file: {self.file} ({len(self.values)} settings). Keep a copy of it elsewhere: no backup opens without its keys.")
        self._command(service, "database", "prepare")
        if self._wants_agencies():
            self._command(service, "agencies", "seed")
        self._command(service, "settings", "check", may_fail=True)
        self._first_administrator(service)
        self._next_steps(service)

    def _ask(self) -> None:
        """Take each setting from its option, else from the file, else ask for it."""
        values = self.values
        values["SEMINAR_MODE"] = "production"
        self._take("PUBLIC_URL", self.address, "Address that people use (https://…)", _address)
        if self.mail_server or "SMTP_URL" not in values:
            values["SMTP_URL"] = self.mail_server or self._ask_mail_server()
        host = urlsplit(values["PUBLIC_URL"]).hostname
        self._take("MAIL_FROM", self.mail_from, "Sender of mail", _sender, usual=f"Constancia <no-reply@{host}>")
        self._take("DEFAULT_LANGUAGE", self.language, "Language, es or en", _language, usual="es")
        self._take("DEFAULT_TIME_ZONE", self.time_zone, "Time zone", _zone, usual="America/Mexico_City")
        usual = os.environ.get("SEMINAR_DATA_DIR") or str(own_folder(os.environ, "XDG_DATA_HOME", ".local/share", of_root="/var/lib"))
        self._take("SEMINAR_DATA_DIR", str(self.data_dir) if self.data_dir else None, "Folder of the data", _folder, usual=usual)
        if self.database:
            values["DATABASE_URL"] = self.database
        values.setdefault("AUDIT_ANCHOR", f"{values['SEMINAR_DATA_DIR']}-anchor/{ANCHOR}")
        values.setdefault("TRUSTED_PROXIES", "1")

    def _take(self, name: str, given: str | None, question: str, check: Callable[[str], str], *, usual: str | None = None) -> None:
        if given is None and name in self.values:
            return
        answer = given if given is not None or not self.no_input else usual
        if answer is not None:
            self.values[name] = check(answer)
        elif self.no_input:
            raise click.UsageError(f"{question}: give it as an option, or leave out --no-input.")
        else:
            self.values[name] = click.prompt(question, default=usual, value_proc=check)

    def _ask_mail_server(self) -> str:
        if self.no_input:
            raise click.UsageError("The mail server is missing: give it as --mail-server.")
        host = click.prompt("Mail server, for example mail.your-office.gov")
        here = host in LOOPBACK
        kinds = (
            {"tls": ("smtps", 465), "starttls": ("smtp", 587), "none": ("smtp", 25)}
            if here
            else {"tls": ("smtps", 465), "starttls": ("smtp", 587)}
        )
        kind = click.prompt("Encryption", type=click.Choice(list(kinds)), default="none" if here else "tls")
        scheme, usual = kinds[kind]
        port = click.prompt("Port", default=usual, type=click.IntRange(1, 65535))
        user = click.prompt("User of the mail server (empty where it needs none)", default="", show_default=False)
        password = click.prompt("Password", hide_input=True) if user else ""
        who = f"{quote(user, safe='')}:{quote(password, safe='')}@" if user else ""
        return f"{scheme}://{who}{host}:{port}" + ("?tls=none" if kind == "none" else "")

    def _refuse_foreign_database(self) -> None:
        """Refuse to make keys for data that other keys sealed: a mistyped name of the settings file must not break the audit log.

        Only SQLite's file is seen; a PostgreSQL database is not asked.
        """
        found = Path(self.values["SEMINAR_DATA_DIR"]) / SQLITE_FILE
        if found.exists() and not self.values.get("IDENTITY_KEYS"):
            raise click.ClickException(
                f"There is a database already, {found}, and {self.file} has no keys for it: its keys are in another settings file. Name "
                "that one (`constancia --settings FILE setup`), or choose another folder (`--data-dir`)."
            )

    def _make_keys(self) -> None:
        made = []
        for name, entry in new_keys().items():
            if not self.values.get(name) and not self.values.get(FORMER_KEYS.get(name, name)):
                self.values[name] = entry
                made.append(name)
        _say(f"Keys: {', '.join(made)} are new." if made else "Keys: kept.")

    def _make_folder(self, folder: Path, service: pwd.struct_passwd | None) -> None:
        """Make a folder that only the program's user can open, or check that this one is so."""
        try:
            there = folder.exists()
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if service is not None and (not there or not any(folder.iterdir())):
                os.chown(folder, service.pw_uid, service.pw_gid)
            found = folder.stat()
            if found.st_mode & OTHERS and not any(folder.iterdir()):
                folder.chmod(0o700)
        except OSError as error:
            raise click.ClickException(f"The folder {folder} cannot be made: {error.strerror}.") from error
        owner = service.pw_uid if service else os.getuid()
        if found.st_uid != owner:
            raise click.ClickException(
                f"The folder {folder} belongs to {user_name(found.st_uid)}, and the program runs as {user_name(owner)}."
            )
        _say(f"Folder: {folder} {'was there' if there else 'is new'}.")

    def _service(self) -> pwd.struct_passwd | None:
        """Return the user that the program runs as where that is not the one who runs this."""
        if os.getuid() != 0:
            if self.user and self.user != pwd.getpwuid(os.getuid()).pw_name:
                raise click.UsageError("Only root can set up for another user.")
            return None
        try:
            service = pwd.getpwnam(self.user or SERVICE)
        except KeyError as error:
            if self.user:
                raise click.ClickException(
                    f"There is no user {self.user}: useradd --system --home-dir /var/lib/{SERVICE} {self.user}"
                ) from error
            _say(f"Mind: there is no user {SERVICE}, so all of this is root's, and the program will run as root.")
            return None
        return service if service.pw_uid else None

    def _command(self, service: pwd.struct_passwd | None, *arguments: str, may_fail: bool = False) -> None:
        """Run a command of the program as its user, with the settings as written, and print its output."""
        # Only what the file says: a variable of this shell would not be there at the next start.
        environment = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "HOME")}
        try:
            done = subprocess.run(  # noqa: S603  our own interpreter and program
                [sys.executable, "-m", "seminar_app", *arguments],
                cwd=PROJECT_ROOT,
                env=environment | {SETTINGS_FILE: str(self.file)},
                check=False,
                capture_output=True,
                text=True,
                stdin=subprocess.DEVNULL,
                **({"user": service.pw_uid, "group": service.pw_gid, "extra_groups": []} if service else {}),  # type: ignore[call-overload]
            )
        except OSError as error:
            raise click.ClickException(f"The user of the program cannot run {sys.executable}: {error.strerror}.") from error
        if done.returncode and not may_fail:
            raise click.ClickException(f"`constancia {' '.join(arguments)}` failed:\n{done.stderr or done.stdout}")
        _say(f"{done.stdout}{done.stderr}".strip().replace("\n", "\n  "))

    def _wants_agencies(self) -> bool:
        if self.agencies is None and not self.no_input:
            self.agencies = click.confirm("Load the directory of 71 Mexican agencies?", default=True)
        return self.agencies is not False

    def _first_administrator(self, service: pwd.struct_passwd | None) -> None:
        if self.admin_email is None and not self.no_input:
            self.admin_email = click.prompt("First administrator's e-mail (empty: later)", default="", show_default=False)
        if not self.admin_email:
            _say("Administrator: none was named. `constancia users create --role admin` makes one.")
            return
        if self.admin_name is None and not self.no_input:
            self.admin_name = click.prompt("First administrator's name")
        if not self.admin_name:
            raise click.UsageError("The first administrator's name is missing: give it as --admin-name.")
        self._command(
            service, "users", "create", "--if-new", "--role", "admin", "--email", self.admin_email, "--name", self.admin_name,
            "--language", self.values["DEFAULT_LANGUAGE"],
        )  # fmt: skip

    def _next_steps(self, service: pwd.struct_passwd | None) -> None:
        who = f", as the user {service.pw_name}" if service else ""
        port = self.values.get("PORT", "5000")
        _say(
            f"Next: `constancia serve`{who} is web, mail and jobs together. A proxy with TLS for {self.values['PUBLIC_URL']} stands in "
            f"front of 127.0.0.1:{port}: samples are in deploy/. `constancia settings check` asks again whether all of it answers."
        )


def _say(sentence: str) -> None:
    click.echo(f"- {sentence}")


def _address(value: str) -> str:
    value = value.strip().rstrip("/").lower()
    if not BARE_ADDRESS.fullmatch(value):
        raise click.BadParameter("it begins with https:// and has nothing behind the host, for example https://seminarios.your-office.gov.")
    return value


def _sender(value: str) -> str:
    value = value.strip().replace("'", "’")
    if not MAIL_ADDRESS.fullmatch(value):
        raise click.BadParameter("it is a mail address, with or without a name: Constancia <no-reply@your-office.gov>.")
    return value


def _language(value: str) -> str:
    if value not in LANGUAGES:
        raise click.BadParameter("es or en.")
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value.strip())
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise click.BadParameter("it is a name such as America/Mexico_City.") from error
    return value.strip()


def _folder(value: str) -> str:
    return str(Path(value.strip()).expanduser().absolute())
