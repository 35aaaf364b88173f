"""Time and memory of reading an agency's list: `python -m bench.lists [--rows 5004]`.

Compares the child process, which counts before it reads, with calamine alone in this process, because times of a busy machine can only be
compared with each other.
"""

from __future__ import annotations

import argparse
import io
import resource
import time
from collections.abc import Callable
from statistics import median

import xlsxwriter
from python_calamine import CalamineWorkbook

from seminar_app.nominations.tables import read_tables

COLUMNS = 10
TIMES = 9


def workbook(rows: int) -> bytes:
    """Return a list of this many rows, texts and numbers."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for row in range(rows):
            for column in range(COLUMNS):
                sheet.write(row, column, row * column if column % 3 == 0 else f"Núñez {row} {column}")
    return target.getvalue()


def milliseconds(work: Callable[[], object]) -> float:
    """Return the median of several runs."""
    times = []
    for _run in range(TIMES):
        begin = time.perf_counter()
        work()
        times.append((time.perf_counter() - begin) * 1000)
    return median(times)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.lists")
    parser.add_argument("--rows", type=int, default=5004)
    rows = parser.parse_args().rows
    content = workbook(rows)
    small = milliseconds(lambda: read_tables(b"Nombre;Cargo\nAna;Perito\n", name="list.csv"))
    child = milliseconds(lambda: read_tables(content, name="list.xlsx"))
    alone = milliseconds(lambda: CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python())
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print(f"{rows} x {COLUMNS}, {len(content) >> 10} kB: child {child:.0f} ms, calamine alone {alone:.0f} ms, ratio {child / alone:.1f}")
    print(f"two rows of text {small:.0f} ms; memory of a child at most {most} MB (no less than this process had when it began)")


if __name__ == "__main__":
    main()
