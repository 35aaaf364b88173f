"""Mails keep their lines: what stands in a line of its own in the template does so in the mail, with and without the optional facts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined, meta

FOLDER = Path(__file__).parents[2] / "templates" / "email"
MAILS = sorted(path.name for path in FOLDER.glob("*.??.txt"))
TAG = re.compile(r"\{%.*?%\}")
LABEL = re.compile(r"^(?:[A-ZÁÉÍÓÚ][\w ]{2,24}): \{\{", re.MULTILINE)
CHANGES = [{"what": "«Fechas»", "old": "«antes»", "new": "«ahora»", "note": "«nota»"}] * 2
REGISTRATIONS = [
    {"name": name, "title": "«Curso»", "days": "«3»", "link": "«enlace»", "office": "«Oficina»", "office_email": "", "office_phone": ""}
    for name in ("«Ana»", "")
]


def environment() -> Environment:
    """Return templates as the program renders mails (`web.filters`, `messages.rendering`)."""
    made = Environment(loader=FileSystemLoader(FOLDER), trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined)  # noqa: S701  text
    made.globals["page"] = lambda *_given, **_named: "https://x.example/page"
    return made


def rendered(name: str) -> Iterator[tuple[str, str]]:
    """Render a mail with all facts, without each of those that it asks for in a condition, without all of these, and for each state."""
    made = environment()
    source = (FOLDER / name).read_text(encoding="utf-8")
    names = meta.find_undeclared_variables(made.parse(source)) - {"page"}
    full: dict[str, Any] = {each: f"«{each}»" for each in names} | {"changes": CHANGES, "registrations": REGISTRATIONS}
    full |= {each: 2 for each in ("lost", "left") if each in names}
    optional = sorted(each for each in names if re.search(rf"\{{%[^%]*\b(?:if|elif)[^%]*\b{each}\b", source))
    yield "full", made.get_template(name).render(full)
    yield "bare", made.get_template(name).render(full | dict.fromkeys(optional, ""))
    for each in optional:
        yield f"without {each}", made.get_template(name).render(full | {each: ""})
        yield f"undefined {each}", _or_none(made, name, {key: value for key, value in full.items() if key != each})
        for word in sorted(set(re.findall(rf"\b{each} == '(\w+)'", source))):
            yield f"{each} {word}", made.get_template(name).render(full | {each: word})


def _or_none(made: Environment, name: str, facts: dict[str, Any]) -> str:
    """Return the mail without a fact; nothing where the mail needs it."""
    try:
        return made.get_template(name).render(facts)
    except Exception:  # noqa: BLE001  the fact is not optional
        return ""


def faults(name: str, text: str) -> list[str]:
    """Return the lines in which two that were apart in the template run together, and the paragraphs that do."""
    source = (FOLDER / name).read_text(encoding="utf-8")
    labels = {found[0].removesuffix("{{").strip() for found in LABEL.finditer(source)}
    lines = text.splitlines()
    found = [line for line in lines if sum(f"{label} «" in line for label in labels) > 1]
    found += [line for line in lines for label in labels if f"{label} «" in line and not line.startswith(label)]
    found += [line for line in lines if "«begins»" in line and line.strip() != "«begins»"]
    for block in re.split(r"\n\s*\n", text.strip()):
        inside = block.splitlines()
        labelled = [any(line.startswith(f"{label} «") for label in labels) or line == "«begins»" for line in inside]
        if any(labelled) and not all(labelled) and not name.startswith("first_mail") and "Antes:" not in block and "Before:" not in block:
            found.append(block)
    return found


@pytest.mark.parametrize("name", MAILS)
def test_no_two_lines_of_a_mail_run_together(name: str) -> None:
    assert {how: bad for how, text in rendered(name) if (bad := faults(name, text))} == {}


@pytest.mark.parametrize("name", MAILS)
def test_a_line_of_text_does_not_end_in_a_tag_that_swallows_its_end(name: str) -> None:
    """`{% endif %}` at the end of a line takes the line's end with it; `{% endif +%}` does not."""
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    swallowing = [line for line in lines if line.endswith("%}") and not line.endswith(("+%}", "-%}")) and TAG.sub("", line).strip()]
    assert swallowing == []


def test_the_lines_of_before_are_found() -> None:
    """The mail that said «2026Comienza a las 9:00Dónde»."""
    made = environment()
    source = "Cuándo: {{ days }}\n{%- if begins is defined %}\n{{ begins }}\n{%- endif %}\nDónde: {{ place }}\n"
    text = made.from_string(source).render(days="«days»", begins="«begins»", place="«place»")
    assert faults("registered.es.txt", text) != []
