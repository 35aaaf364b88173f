"""Compare every built or vendored file with its checksum: browser files and type with their manifests, and the list of leaked passwords.

  python -m tools.check_vendored

Lists each file that was changed by hand, is missing, or lies beside the listed ones without being listed; then exits with 1.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
STATIC = ROOT / "seminar_app" / "static"
MANIFESTS = {
    STATIC / "vendor" / "MANIFEST.json": STATIC,
    ROOT / "tests" / "browser" / "vendor" / "MANIFEST.json": ROOT / "tests" / "browser" / "vendor",
    ROOT / "templates" / "print" / "fonts" / "MANIFEST.json": ROOT / "templates" / "print" / "fonts",
}
DATA = ROOT / "seminar_app" / "sign_in" / "common_passwords.txt"
"""Made from an npm package; the head of the file names its source, version and licence."""
SHA256_OF_DATA = "9aba690697a1aca4745db842af02eb86040a2ee232c09e394cf59318efdeab98"
OWN = {"img/favicon.svg", "MANIFEST.json", "vendor/MANIFEST.json"}
WRITTEN_HERE = ("js/", "css/")
"""Our own files; those built into these folders (css/constancia.css) are listed all the same."""


def faults() -> Iterator[str]:
    """Yield a sentence for each file that does not match its manifest."""
    if hashlib.sha256(DATA.read_bytes()).hexdigest() != SHA256_OF_DATA:
        yield f"{DATA.relative_to(ROOT)} is not the list that was made"
    for manifest, folder in MANIFESTS.items():
        files = json.loads(manifest.read_text(encoding="utf-8"))["files"]
        listed = {entry["file"] for entry in files} | {entry["licence_file"] for entry in files}
        for entry in files:
            path = folder / entry["file"]
            if not path.is_file():
                yield f"{path.relative_to(ROOT)} is missing"
            elif hashlib.sha256(path.read_bytes()).hexdigest() != entry["sha256"]:
                yield f"{path.relative_to(ROOT)} is not the file that was vendored"
            if not (folder / entry["licence_file"]).is_file():
                yield f"the licence of {entry['package']} is missing"
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            if path.is_file() and path.suffix != ".gz" and name not in listed | OWN and not name.startswith(WRITTEN_HERE):
                yield f"{path.relative_to(ROOT)} stands in no manifest"


def main() -> int:
    """Print the faults; return the exit code."""
    found = list(faults())
    print("\n".join(found) or "Every vendored file is as it came.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
