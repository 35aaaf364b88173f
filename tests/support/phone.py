"""A phone with an authenticator app: it reads the page's key and shows codes."""

from __future__ import annotations

from datetime import datetime

from pyotp import TOTP

from tests.support.checking_client import Page


class Phone:
    """An authenticator app that has read the key."""

    def __init__(self, key: str) -> None:
        self.key = key.replace("-", "")
        self._app = TOTP(self.key)

    @classmethod
    def that_read(cls, page: Page) -> Phone:
        """Type the key of the set-up page into the app."""
        return cls(page.one("code").to_text().strip())

    def shows(self, at: datetime) -> str:
        """Return the six digits at this moment."""
        return self._app.at(at)
