"""The kinds of long work. Each room registers its own: what does it, and the words for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Flask

from seminar_app.long_jobs.models import LongJob

if TYPE_CHECKING:
    from seminar_app.long_jobs.running import Run


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of long work.

    Attributes:
        name: in the table.
        run: does the work, in the worker and without a request, and ends with `Run.finish`. It may be run twice: what it writes it
            writes in the transaction that `finish` opens, or so that a second time changes nothing.
        title: of the page (translated late): «An agency's list goes onto the roster».
        counted: «2,310 of 5,000 rows», of done and total.
        stages: what the work is doing, by the name that `Run.step` gives.
        said: the sentence for an outcome, in the reader's language.
        leads_to: the address of the page of what it is about, and that page's name.
    """

    name: str
    run: Callable[[Run], None]
    title: Any
    counted: Callable[[int, int], str]
    stages: Mapping[str, Any]
    said: Callable[[Mapping[str, Any]], str]
    leads_to: Callable[[LongJob], tuple[str, str]]


def add_kind(app: Flask, kind: Kind) -> None:
    """Register a kind of long work. Called in a room's `init_app`."""
    kinds_of(app)[kind.name] = kind


def kinds_of(app: Flask) -> dict[str, Kind]:
    """Return all kinds by name."""
    kinds: dict[str, Kind] = app.extensions.setdefault("long_job_kinds", {})
    return kinds
