"""PDF files read back by programs of other makers: poppler's for text, tags and pictures, outloud for PDF/UA."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import zxingcpp

from tests.support.foreign_tools import found


def text_of(content: bytes) -> str:
    """Return the text of all pages in reading order."""
    return _run("pdftotext", "-raw", "-", "-", given=content).decode()


def facts_of(content: bytes) -> dict[str, str]:
    """Return what `pdfinfo` says: Title, Tagged, Pages, Page size."""
    lines = _run("pdfinfo", "-", given=content).decode().splitlines()
    return {name: value.strip() for name, _colon, value in (line.partition(":") for line in lines)}


def structure_of(content: bytes) -> list[str]:
    """Return the elements of the tag tree in order, without their attributes: «H1», «Table», «TR», «TH»."""
    lines = _run("pdfinfo", "-struct", "-", given=content).decode(errors="replace").splitlines()
    return [line.split()[0].rstrip(":") for line in lines if line.strip() and not line.strip().startswith(("/", '"'))]


def codes_in(content: bytes, *, page: int = 1) -> list[str]:
    """Return what a camera reads on a page as it is printed at 150 dots an inch."""
    picture = _run("pdftoppm", "-gray", "-r", "150", "-f", str(page), "-l", str(page), "-", given=content)
    _kind, size, _most, dots = picture.split(b"\n", 3)
    width, height = map(int, size.split())
    return [each.text for each in zxingcpp.read_barcodes(memoryview(dots).cast("B", shape=[height, width]))]


def faults_of(files: Mapping[str, bytes], folder: Path) -> str:
    """Return what `outloud` finds against PDF/UA, warnings too; empty if it finds nothing."""
    paths = []
    for name, content in files.items():
        paths.append(folder / f"{name}.pdf")
        paths[-1].write_bytes(content)
    command = [str(Path(sys.executable).with_name("outloud")), "--no-info", "--fail-on", "warning", *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return done.stdout + done.stderr if done.returncode else ""


def _run(program: str, *options: str, given: bytes) -> bytes:
    command = [found(program), *options]
    return subprocess.run(command, input=given, capture_output=True, timeout=60, check=True).stdout
