"""Read an agency's file into tables, in a child process, because it comes from strangers and calamine can end the process it runs in."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from seminar_app.core.errors import InBothLanguages
from seminar_app.nominations import errors, table_reader
from seminar_app.nominations.errors import (
    EmptyList,
    FileTooLarge,
    ReadersBusy,
    ReadingFailed,
    ReadingTooSlow,
    TooMuchInside,
    UnreadableList,
)
from seminar_app.nominations.kept_tables import tables_of
from seminar_app.nominations.limits import FILE_MB, Refused
from seminar_app.nominations.shapes import FileFormat, Table, Tables
from seminar_app.nominations.side_by_side import apart
from seminar_app.nominations.text_lists import read_records

READING_SECONDS = 30
"""A list of 5,000 rows takes less than one."""
READER = Path(table_reader.__file__)

_KEPT = ("LD_LIBRARY_PATH", "SYSTEMROOT")
"""Variables without which some installations of Python do not start."""

_AT_ONCE = threading.BoundedSemaphore(2)
"""Files that one server process has read at the same time, because each may take `CHILD_MEMORY_MB`."""
_WAITING_SECONDS = 3
"""How long a file waits for its turn: most are read in less than one second, and whoever waits keeps others from their pages."""

_log = logging.getLogger(__name__)


def read_tables(
    content: bytes, *, name: str, encoding: str | None = None, timeout: float = READING_SECONDS, reader: Path = READER
) -> Tables:
    """Return the tables of a file: XLSX, XLSM, XLS, ODS, or text with delimiters, told by its content.

    Nothing of it is written to a disk.

    Args:
        content: of the file.
        name: of the file, for the sentences of refusals.
        encoding: of text, if a person chose one; see `Tables.encodings`.
        timeout: seconds after which the child process is ended.
        reader: program of the child process.

    Raises:
        UnreadableList: in one of its subclasses, which says what is wrong and what to do.
    """
    if len(content) > FILE_MB << 20:
        raise FileTooLarge(limit=FILE_MB)
    if not content:
        raise EmptyList
    answered = _read_in_child(content, Path(name).suffix[:8], encoding, timeout, reader)
    try:
        answer = json.loads(answered)
    except ValueError as error:  # it ended in the middle of its answer
        raise ReadingFailed from error
    if "refused" in answer:
        raise _refusal(answer["refused"], answer["values"], Path(name).name[:60])
    return apart(tables_of(answer))


def paste_tables(text: str) -> Tables:
    """Return the table of cells that were copied from a spreadsheet and pasted: tabs between them, line breaks quoted.

    Raises:
        UnreadableList: in one of its subclasses.
    """
    if len(text) > FILE_MB << 20:
        raise FileTooLarge(limit=FILE_MB)
    try:
        rows, delimiter = read_records(text, "\t" if "\t" in text else None)
    except Refused as refused:
        raise _refusal(refused.code, refused.values, InBothLanguages("celdas pegadas", "pasted cells")) from refused
    if not rows:
        raise EmptyList
    return apart(Tables(FileFormat.TEXT, (Table("", tuple(map(tuple, rows))),), delimiter=delimiter))


@contextmanager
def _turn() -> Iterator[None]:
    """Wait for the turn of a file.

    Raises:
        ReadersBusy: others are being read.
    """
    if not _AT_ONCE.acquire(timeout=_WAITING_SECONDS):
        raise ReadersBusy
    try:
        yield
    finally:
        _AT_ONCE.release()


def _read_in_child(content: bytes, ending: str, encoding: str | None, timeout: float, reader: Path) -> bytes:
    """Return what the child process answers. It has none of this process's environment or files."""
    with (
        _turn(),
        subprocess.Popen(  # noqa: S603  our own interpreter and program
            [sys.executable, "-I", "-S", str(reader), _libraries(), encoding or ""],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={name: os.environ[name] for name in _KEPT if name in os.environ},
            cwd="/",
        ) as child,
    ):
        try:
            answer, complaint = child.communicate(content, timeout)
        except subprocess.TimeoutExpired as error:
            raise ReadingTooSlow from error
        finally:
            child.kill()
    if complaint or child.returncode:
        _log.warning("reading a %s file of %d bytes ended with %d: %s", ending, len(content), child.returncode, _first_line(complaint))
    if child.returncode == 0 and answer:
        return answer
    raise _ENDED_BY.get(-child.returncode, ReadingFailed)


_ENDED_BY: dict[int, type[UnreadableList]] = {signal.SIGABRT: TooMuchInside, signal.SIGXCPU: ReadingTooSlow}
"""Why the child ended: calamine ends it where memory is short, the system where it computes too long."""


def _first_line(complaint: bytes) -> str:
    """Return the first line of what the child complained of; calamine's says how much memory it wanted."""
    return complaint.decode("utf-8", "replace").strip().partition("\n")[0][:200]


@cache
def _libraries() -> str:
    """Return the folder that has python_calamine."""
    spec = find_spec("python_calamine")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("python_calamine")
    return str(Path(spec.origin).parents[1])


def _refusal(code: str, values: dict[str, Any], whole: str | InBothLanguages) -> UnreadableList:
    """Return the refusal that the reader means. `whole` stands for the sheet where there is only one, without a name."""
    kind = getattr(errors, code, None)
    if not (isinstance(kind, type) and issubclass(kind, UnreadableList)):
        return ReadingFailed()
    return kind(**values | ({"sheet": whole} if values.get("sheet") == "" else {}))
