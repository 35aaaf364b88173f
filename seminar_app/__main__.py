"""The command `constancia`: the program's commands, with the settings of a file. `python -m seminar_app` is the same."""

from __future__ import annotations

import os
from pathlib import Path

import click
from flask.cli import ScriptInfo

from config import SETTINGS_FILE, SettingsError
from seminar_app import create_app
from seminar_app.cli import settings_file
from seminar_app.cli.sentences import put_in_sentences
from seminar_app.cli.setup import setup
from seminar_app.web.version import program_version


class Program(click.Group):
    """The commands of the application, which is made when one of them is asked for, and those that need none."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands; where the settings allow no application, of those that need none."""
        try:
            return sorted({*super().list_commands(ctx), *ctx.ensure_object(ScriptInfo).load_app().cli.list_commands(ctx)})
        except SettingsError as error:
            click.secho(f"{error}\n", err=True, fg="yellow")
            return super().list_commands(ctx)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Return the command of this name, ready to run within the application."""
        if (own := super().get_command(ctx, name)) is not None:
            return own
        refuse_missing_file()
        app = ctx.ensure_object(ScriptInfo).load_app()
        ctx.with_resource(app.app_context())
        return app.cli.get_command(ctx, name)


def refuse_missing_file() -> None:
    """Refuse to go on without the settings file that was named: a mistyped name must not begin a demonstration.

    Raises:
        SettingsError: there is no such file.
    """
    if (named := os.environ.get(SETTINGS_FILE)) and not Path(named).exists():
        raise SettingsError(f"There is no settings file {named}. `constancia setup` makes one.")


def use_settings(context: click.Context, _parameter: click.Parameter, named: Path | None) -> None:
    """Put the settings file's lines into the environment, where a variable that is set already wins."""
    if context.resilient_parsing:
        return
    os.environ["FLASK_SKIP_DOTENV"] = "1"  # children begun as `flask …` have all settings from here
    path = named or settings_file.usual_settings_file(os.environ)
    if named is not None or path.exists():
        os.environ[SETTINGS_FILE] = str(path.absolute())
    if path.exists():
        for name, value in settings_file.read(path).items():
            os.environ.setdefault(name, value)


@click.group(
    cls=Program,
    context_settings={"obj": ScriptInfo(create_app=create_app), "help_option_names": ["-h", "--help"]},
    epilog="Begin with `constancia setup`; without it, `constancia serve` shows a demonstration.",
)
@click.version_option(program_version(), "--version", prog_name="Constancia", message="%(prog)s %(version)s")
@click.option(
    "--settings",
    type=click.Path(dir_okay=False, path_type=Path),
    envvar=SETTINGS_FILE,
    is_eager=True,
    expose_value=False,
    callback=use_settings,
    help="Settings file; else /etc/constancia/env, or ~/.config/constancia/env.",
)
def main() -> None:
    """Registration and tracking for training seminars."""


put_in_sentences(setup)
main.add_command(setup)

if __name__ == "__main__":
    main(prog_name="constancia")
