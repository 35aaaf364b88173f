"""`python -m tools.static_files`: gzip static files where it saves space; WhiteNoise serves the copy to browsers that accept it."""

from __future__ import annotations

import gzip
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1] / "seminar_app" / "static"
KINDS = frozenset({".css", ".js", ".svg", ".json", ".txt", ".html"})
SMALLEST = 500


def compress(path: Path) -> bool:
    """Write the gzipped copy unless it is newer than the file; return False where nothing was to do."""
    copy = path.with_name(f"{path.name}.gz")
    if path.suffix not in KINDS or path.stat().st_size < SMALLEST:
        return False
    if copy.exists() and copy.stat().st_mtime >= path.stat().st_mtime:
        return False
    part = copy.with_suffix(".part")
    part.write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))
    part.replace(copy)
    return True


def compress_all() -> None:
    """Bring all copies up to date, and remove those whose file is gone."""
    for path in sorted(ROOT.rglob("*")):
        if path.is_file() and path.suffix != ".gz":
            compress(path)
        elif path.suffix == ".gz" and not path.with_suffix("").exists():
            path.unlink()


if __name__ == "__main__":
    compress_all()
