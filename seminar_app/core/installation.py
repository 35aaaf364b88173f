"""State of one installation outside its database: settings, keys and the write queue. Stored on the engine.

A service finds it through its session. So no module global holds keys or settings, and two applications in one process
do not share them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from config import Settings
from seminar_app.core.key_ring import KeyRing
from seminar_app.core.write_queue import WriteQueue

_OPTION = "installation"


@dataclass(frozen=True, slots=True)
class Installation:
    """Settings, and the objects built from them once.

    Attributes:
        ring: keys of CURP, birth data and passport.
        zone: time zone in which the office's day begins.
        write_queue: limit on concurrent and waiting writers in this process.
    """

    settings: Settings
    ring: KeyRing = field(init=False)
    zone: ZoneInfo = field(init=False)
    write_queue: WriteQueue = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "ring", KeyRing(self.settings.identity_keys))
        object.__setattr__(self, "zone", ZoneInfo(self.settings.default_time_zone))
        object.__setattr__(self, "write_queue", WriteQueue(self.settings.waiting_writers))


def install(engine: Engine, settings: Settings) -> None:
    """Store the installation on its engine; called once when the application is made."""
    engine.update_execution_options(**{_OPTION: Installation(settings)})


def installation_of(held: Session | Connection | Engine) -> Installation:
    """Return the installation that a session, connection or engine belongs to.

    Raises:
        KeyError: `install` was not called for the engine.
    """
    bind = held.get_bind() if isinstance(held, Session) else held
    found: Installation = bind.get_execution_options()[_OPTION]
    return found
