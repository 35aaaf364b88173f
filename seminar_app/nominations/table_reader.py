"""The child process that reads one file of strangers: bytes on standard input, JSON on standard output.

`tables.py` starts it with the path of this file, isolated (`-I`), so that neither Flask nor the program is loaded. It bounds its own
memory and time before it reads. calamine takes memory by the rows and columns of a sheet and ends the process when there is none;
then only this process ends.

Arguments: the folder that has python_calamine; the encoding that a person chose, or an empty one.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any

_HERE = Path(__file__).resolve().parent


def _find_modules(libraries: str) -> None:
    """Let `seminar_app.nominations.…` be imported without the packages' own code, which loads Flask."""
    for name, folder in (("seminar_app", _HERE.parent), ("seminar_app.nominations", _HERE)):
        package = ModuleType(name)
        package.__path__ = [str(folder)]
        sys.modules[name] = package
    sys.path.append(libraries)


def read(content: bytes, encoding: str | None) -> dict[str, Any]:
    """Return the tables of a file for JSON, by what it is and not by its name.

    Raises:
        Refused: it cannot be read.
    """
    from seminar_app.nominations.limits import Refused  # noqa: PLC0415  found only when the process is prepared
    from seminar_app.nominations.signatures import kind_of  # noqa: PLC0415

    kind = kind_of(content)
    if kind == "text":
        from seminar_app.nominations.text_lists import read_text_list  # noqa: PLC0415

        found = read_text_list(content, encoding)
        answer: dict[str, Any] = {
            "format": "csv",
            "tables": [{"name": "", "rows": found.rows, "hidden": [], "merged": []}],
            "encoding": found.encoding,
            "delimiter": found.delimiter,
            "accented": found.accented,
            "encodings": found.encodings,
        }
    else:
        from seminar_app.nominations.workbooks import read_ole, read_zipped  # noqa: PLC0415

        form, sheets = read_zipped(content) if kind == "zip" else read_ole(content)
        answer = {"format": form, "tables": sheets}
    answer["tables"] = [table for table in answer["tables"] if table["rows"]]
    if not answer["tables"]:
        raise Refused("EmptyList")
    return answer


def _place(traceback: TracebackType | None) -> str:
    """Return the file and the line where an error arose."""
    place = ""
    while traceback is not None:
        place = f"{Path(traceback.tb_frame.f_code.co_filename).name}:{traceback.tb_lineno}"
        traceback = traceback.tb_next
    return place


def main() -> None:
    """Read standard input, and write the tables or the refusal."""
    libraries, encoding = sys.argv[1:3]
    _find_modules(libraries)
    from seminar_app.nominations.limits import Refused, limit_this_process  # noqa: PLC0415

    limit_this_process()
    try:
        answer = read(sys.stdin.buffer.read(), encoding or None)
    except Refused as refused:
        answer = {"refused": refused.code, "values": refused.values}
    except MemoryError:
        answer = {"refused": "TooMuchInside", "values": {}}
    except BaseException as error:  # noqa: BLE001  also a panic of calamine's, which is no Exception
        print(type(error).__name__, _place(error.__traceback__), file=sys.stderr)  # noqa: T201  no message: it may quote a cell
        answer = {"refused": "Damaged", "values": {}}
    sys.stdout.buffer.write(json.dumps(answer).encode())


if __name__ == "__main__":
    main()
