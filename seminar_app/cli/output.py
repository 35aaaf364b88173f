"""Where a command writes its file: to a path, whole or not at all, or to the standard output."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import IO

import click

STANDARD_OUTPUT = Path("-")
OUTPUT = click.Path(dir_okay=False, allow_dash=True, path_type=Path)
"""Type of an `--output` option: `-` is the standard output, as it is where the option is left out."""


def deliver(whole: IO[bytes], output: Path | None, *, text: bool) -> None:
    """Write a file that is ready and stands at its beginning.

    Args:
        output: replaced once the new file is complete, and readable by its owner only.
        text: whether a terminal can show it.

    Raises:
        UsageError: no text, and the standard output is a terminal.
        ClickException: the file cannot be written.
    """
    if output in (None, STANDARD_OUTPUT):
        if sys.stdout.isatty() and not text:
            raise click.UsageError("This is not text to read on a screen: say where to with --output FILE.")
        shutil.copyfileobj(whole, sys.stdout.buffer)
        sys.stdout.buffer.flush()
        return
    assert output is not None  # noqa: S101  for the type checker
    try:
        with tempfile.NamedTemporaryFile(dir=output.parent, prefix=f".{output.name}.", delete=False) as part:
            name = Path(part.name)
            try:
                shutil.copyfileobj(whole, part)
                part.close()
                name.replace(output)
            finally:
                name.unlink(missing_ok=True)
    except OSError as error:
        raise click.ClickException(f"{output} cannot be written: {error.strerror}.") from error
    click.echo(f"Written: {output}", err=True)
