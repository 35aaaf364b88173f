"""No page in the wrong language: what serves people starts only with the Spanish texts compiled."""

from __future__ import annotations

import click

from seminar_app.web.compiled import is_compiled


def refuse_uncompiled() -> None:
    """Refuse to start without the compiled Spanish texts: pages would be in English and say that they are Spanish.

    Raises:
        ClickException: they are missing, or older than their sources.
    """
    if not is_compiled():
        raise click.ClickException(
            "The Spanish texts are not compiled, or older than the program. In its folder, with its Python, run\n"
            "  python -m tools.translations compile"
        )
