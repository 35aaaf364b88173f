"""`settings list`: every setting with its value and where that comes from; the page docs/settings.md is made from the same."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

import click

from config import CHAPTERS, FORMER_KEYS, SETTINGS_FILE, Setting
from seminar_app.cli import settings_file

PAGE = """# Settings

`constancia setup` writes those that an office needs into a settings file. Others are lines NAME=value of the same file, or variables of
the environment, which win over it. `constancia settings list` prints what holds on a machine and where it comes from, `constancia
settings check` whether it is right. This page is made by `constancia settings list --page`.

Each of the four keys is a list of `<id>:<secret>` with commas between, newest first: the first is used for what is new, all for what is
there. `constancia setup --keys` makes them. docs/operations.md says how to change one.
"""


@click.command("list")
@click.option("--page", is_flag=True, help="Print docs/settings.md instead.")
def list_settings(*, page: bool) -> None:
    """Print every setting: name, value, where the value comes from, and what it is."""
    if page:
        click.echo(settings_page(), nl=False)
        return
    path = settings_file.usual_settings_file(os.environ)
    in_file = settings_file.read(path) if os.environ.get(SETTINGS_FILE) and path.exists() else {}
    for chapter, settings in CHAPTERS.items():
        click.secho(f"\n{chapter}", bold=True)
        for setting in settings:
            name, value, source = held(setting, in_file)
            click.echo(f"  {name}={value}  [{source}]\n      {setting.sentence}")
    if in_file:
        click.echo(f"\nSettings file: {path}")


def held(setting: Setting, in_file: dict[str, str]) -> tuple[str, str, str]:
    """Return the name under which the setting is given, its value as it may be shown, and where it comes from: environment, file, usual."""
    former = FORMER_KEYS.get(setting.name)
    name = former if former and os.environ.get(former) and not os.environ.get(setting.name) else setting.name
    value = os.environ.get(name) or ""
    if not value:
        return name, setting.usual or "-", "missing" if setting.needed else "usual"
    return name, shown(setting, value), "file" if in_file.get(name) == value else "environment"


def shown(setting: Setting, value: str) -> str:
    """Return a value as it may be printed: of keys only their ids, of addresses no password."""
    if setting.name.endswith("_KEYS"):
        ids = [entry.partition(":")[0] for entry in value.replace(",", " ").split() if ":" in entry]
        return f"{', '.join(ids) or 'one key'} (secret)"
    return without_password(value) if setting.secret else value


def without_password(url: str) -> str:
    """Return an address with its password hidden."""
    password = urlsplit(url).password
    return url.replace(f":{password}@", ":***@") if password else url


def settings_page() -> str:
    """Return the text of docs/settings.md."""
    parts = [PAGE]
    for chapter, settings in CHAPTERS.items():
        parts += [f"\n## {chapter}\n\n| name | if not set | what it is |\n|---|---|---|\n"]
        parts += [f"| `{each.name}` | {_usual(each)} | {each.sentence} |\n" for each in settings]
    return "".join(parts)


def _usual(setting: Setting) -> str:
    if setting.needed:
        return "production does not start"
    return f"`{setting.usual}`" if " " not in setting.usual or "@" in setting.usual else setting.usual
