"""What an administrator is to know of this installation.

Each room registers its checks; the page «Installation», the command `settings check` and `/readyz` ask them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Any

from flask import Flask, current_app
from msgspec import Struct
from sqlalchemy.orm import Session


class State(StrEnum):
    """What a check found."""

    DONE = "done"
    """All is well."""
    LEFT = "left"
    """A step of the first hour that nobody has done yet; nothing is broken."""
    WAITS = "waits"
    """A decision of an administrator is waited for; nothing is broken."""
    WRONG = "wrong"
    """Something needs an administrator now."""


class Finding(Struct, frozen=True):
    """An answer of a check: one sentence in the reader's language."""

    state: State
    sentence: str


class Check(Struct, frozen=True):
    """A question about this installation.

    Attributes:
        name: stable, for `settings check` and `/readyz`: letters and hyphens.
        label: two or three words for the page, translated lazily.
        look: asks, with a session for reading and the present time; quick, without network.
        order: place on the page. Steps of the first hour: office 10, organizer 20, agencies 30, test mail 40. State: worker 60, waiting
            mail 70, backup 80, and so on.
        endpoint: page where it is mended, or None.
        action: label of the button that leads there, translated lazily.
        in_readyz: whether `/readyz` names it while it is wrong.
    """

    name: str
    label: Any
    look: Callable[[Session, datetime], Finding]
    order: int
    endpoint: str | None = None
    action: Any = None
    in_readyz: bool = False


def add_check(app: Flask, check: Check) -> None:
    """Let pages and commands ask this. Called in a room's `init_app`."""
    checks: dict[str, Check] = app.extensions.setdefault("checks", {})
    checks[check.name] = check


def checks() -> list[Check]:
    """Return all checks in the page's order."""
    return sorted(current_app.extensions.get("checks", {}).values(), key=lambda check: check.order)


def findings(session: Session, *, now: datetime) -> list[tuple[Check, Finding]]:
    """Ask every check."""
    return [(check, check.look(session, now)) for check in checks()]
