"""Limit how often one visitor or mailbox may try the actions that attackers repeat."""

from __future__ import annotations

import math
import time
from ipaddress import IPv6Address, ip_address, ip_network
from threading import Lock

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from limits.storage import MemoryStorage

from config import Settings
from seminar_app.web.access import find_actor

OF_ONE_SUBSCRIBER = 64
"""Bits of an IPv6 address that a subscriber cannot choose; a subscriber can change the other bits at will."""


def visitor_key() -> str:
    """Return the key to count a visitor by: the IPv4 address, or the network of the IPv6 address. Private addresses count too."""
    try:
        address = ip_address(get_remote_address())
    except ValueError:
        return get_remote_address()
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ip_network((address, OF_ONE_SUBSCRIBER), strict=False))
    return str(address)


def account_key() -> str:
    """Return the key to count a signed-in account by, from whatever address its requests come."""
    actor = find_actor()
    return actor.audit_name if actor else "nobody"


limiter = Limiter(key_func=visitor_key, headers_enabled=False)


class OneAtATime(MemoryStorage):
    """Memory storage that counts one attempt at a time: two at one moment would start the library's timer twice, an error."""

    STORAGE_SCHEME = ["one-at-a-time"]

    def __init__(self, uri: str | None = None, **options: str) -> None:
        self._counting = Lock()
        super().__init__(uri, **options)  # type: ignore[arg-type]

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Increase the counter and return it."""
        with self._counting:
            return super().incr(key, expiry, amount)


def init_app(app: Flask, settings: Settings) -> None:
    """Count in memory for one process, or in the storage that `LIMITER_STORAGE` names for several."""
    app.config["RATELIMIT_STORAGE_URI"] = settings.limiter_storage.replace("memory://", "one-at-a-time://")
    app.config["RATELIMIT_ENABLED"] = settings.limits_enabled
    app.config["RATELIMIT_FAIL_ON_FIRST_BREACH"] = False  # evaluate all limits, so that the longest wait is known
    limiter.init_app(app)


def seconds_to_wait() -> int:
    """Return the seconds until the refused request may be tried again: the longest of the limits it met, at least 1."""
    ends = [limit.window.reset_time for limit in limiter.current_limits if limit.breached]
    return max(1, math.ceil(max(ends, default=0) - time.time()))
