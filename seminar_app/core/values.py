"""Values that a request passes on: `class Seat(Struct, frozen=True)` of msgspec (decision 61)."""

from __future__ import annotations

from typing import TYPE_CHECKING

__all__ = ["replace"]

if TYPE_CHECKING:
    from dataclasses import replace  # whose fields and their types mypy checks, those of a Struct too
else:
    from msgspec.structs import replace
