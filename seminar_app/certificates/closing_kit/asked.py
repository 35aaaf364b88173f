"""What somebody asks of the closing kit, as a form and a job hand it on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict


class Asked(Struct, frozen=True):
    """The kit that is wanted.

    Attributes:
        language: `es` or `en`, of the office's part; an agency's folder is in the office's language.
        agency: id of the only agency whose folder is wanted; None for the whole kit.
        certificates: whether the certificates go in.
    """

    language: str
    agency: int | None = None
    certificates: bool = True

    def as_given(self) -> dict[str, Any]:
        """Return it as a job keeps it."""
        return asdict(self)

    @classmethod
    def from_given(cls, given: Mapping[str, Any]) -> Asked:
        """Return what a job keeps."""
        return cls(**given)
