"""How much room is left on the disk of the data folder, and what an administrator is to know of it."""

from __future__ import annotations

import shutil
from datetime import datetime

from flask import Flask, current_app
from flask_babel import format_decimal
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from msgspec import Struct
from sqlalchemy.orm import Session

from config import Settings
from seminar_app.web.checks import Check, Finding, State, add_check

GB = 10**9
LEAST_FREE = GB
"""With less, a backup beside the database may not fit any more."""


class DiskSpace(Struct, frozen=True):
    """Bytes that the program may still write, and those of the whole disk."""

    free: int
    total: int

    @property
    def is_short(self) -> bool:
        """Whether an administrator has to make room."""
        return self.free < LEAST_FREE

    @property
    def in_words(self) -> str:
        """Return «12.3 GB of 50 GB free»."""
        return str(_("%(free)s GB of %(total)s GB free", free=_gb(self.free), total=_gb(self.total)))


def _gb(size: int) -> str:
    """Return gigabytes to one decimal, rounded down: room that is not there is not promised."""
    return str(format_decimal(size * 10 // GB / 10))


def disk_space() -> DiskSpace:
    """Return the room on the disk of the data folder."""
    settings: Settings = current_app.extensions["settings"]
    folder = next(each for each in (settings.data_dir, *settings.data_dir.parents) if each.is_dir())
    usage = shutil.disk_usage(folder)
    return DiskSpace(usage.free, usage.total)


def init_app(app: Flask) -> None:
    """Register the check."""
    add_check(app, Check("disk", _l("Disk"), has_room, 75))


def has_room(_session: Session, _now: datetime) -> Finding:
    """Say how much room is left."""
    space = disk_space()
    if space.is_short:
        return Finding(State.WRONG, _("The disk of the data folder is nearly full: %(space)s. Make room.", space=space.in_words))
    return Finding(State.DONE, _("The data folder: %(space)s.", space=space.in_words))
