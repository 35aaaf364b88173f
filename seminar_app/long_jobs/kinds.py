"""The kinds of long work. Each room registers its own: what does it, and the words for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from flask import Flask
from msgspec import Struct
from sqlalchemy.orm import Session

from seminar_app.core.actor import Actor
from seminar_app.long_jobs.models import LongJob
from seminar_app.web.access import declare_accesses

if TYPE_CHECKING:
    from seminar_app.long_jobs.running import Run


FILE_ENDPOINT = "long_jobs_staff.file"


class GivesFile(Struct, frozen=True):
    """What is to be known of the file that a kind of job makes. Only the account that began the job gets it.

    Attributes:
        may_take: raises `NotFound` where the account may no longer see what the file holds, for example a coordinator who is
            no longer assigned. It is asked each time.
        action: the kind's word in the access log: `attendance.exported`.
        details: what the access log keeps of it: format, language.
    """

    may_take: Callable[[Session, Actor, LongJob], None]
    action: str
    details: Callable[[LongJob], Mapping[str, object]]


class Kind(Struct, frozen=True):
    """A kind of long work.

    Attributes:
        name: in the table.
        run: does the work, in the worker and without a request, and ends with `Run.finish`. It may be run twice: what it writes it
            writes in the transaction that `finish` opens, or in parts (`Run.part`), or so that a second time changes nothing.
        title: of the page (translated late): «An agency's list goes onto the roster».
        counted: «2,310 of 5,000 rows», of done and total.
        stages: what the work is doing, by the name that `Run.step` gives.
        said: the sentence for an outcome, in the reader's language.
        leads_to: the address of the page of what it is about, and that page's name. A kind that makes a file is begun anew there.
        gives_file: for kinds that make a file.
        said_of_part: for kinds that write in parts: the sentence about what was done when the work was cancelled or has failed.
    """

    name: str
    run: Callable[[Run], None]
    title: Any
    counted: Callable[[int, int], str]
    stages: Mapping[str, Any]
    said: Callable[[Mapping[str, Any]], str]
    leads_to: Callable[[LongJob], tuple[str, str]]
    gives_file: GivesFile | None = None
    said_of_part: Callable[[Mapping[str, Any]], str] | None = None


def add_kind(app: Flask, kind: Kind) -> None:
    """Register a kind of long work. Called in a room's `init_app`."""
    kinds_of(app)[kind.name] = kind
    if kind.gives_file is not None:
        declare_accesses(app, FILE_ENDPOINT, kind.gives_file.action)


def kinds_of(app: Flask) -> dict[str, Kind]:
    """Return all kinds by name."""
    kinds: dict[str, Kind] = app.extensions.setdefault("long_job_kinds", {})
    return kinds
