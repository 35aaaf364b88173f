"""Search keys keep letters that Unicode does not decompose (Đ Ł Ø Þ) and those of other alphabets, and drop what nobody sees.

Where two people of one mailbox, or two aliases of one agency, would get one key, the later one keeps its own, and its id is printed.

Revision: 0012, after 0011.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

OPENED = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "ð": "d", "đ": "d", "þ": "th", "ł": "l", "ħ": "h", "ı": "i", "ȷ": "j", "ŋ": "n", "ŧ": "t", "ĸ": "q",
     "ə": "e", "ƒ": "f", "ƀ": "b", "ɓ": "b", "ƈ": "c", "ȼ": "c", "ɖ": "d", "ɗ": "d", "ǥ": "g", "ɠ": "g", "ɨ": "i", "ɉ": "j", "ƙ": "k",
     "ƚ": "l", "ɲ": "n", "ƞ": "n", "ɔ": "o", "ɛ": "e", "ƥ": "p", "ɍ": "r", "ƭ": "t", "ʉ": "u", "ʋ": "v", "ƴ": "y", "ɏ": "y", "ƶ": "z"}
)  # fmt: skip
IGNORED = re.compile("[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]")  # fmt: skip
TABLES = {
    "person": ("given_names", "surname1", "surname2"),
    "agency": ("code", "name_es", "name_en"),
    "agency_alias": ("alias",),
    "seminar": ("title_es", "title_en", "city", "slug"),
}
"""Columns whose words make the key, in their order."""
OWNERS = {"person": "email", "agency_alias": "agency_id"}
"""Within which of these a key stands once."""
LONGEST = {"person": 320, "agency": 600, "agency_alias": 200, "seminar": 700}
BATCH = 5_000


def upgrade() -> None:
    """Only rows with a letter beyond ASCII are looked at: the keys of the others are the same."""
    for table in TABLES:
        _fold_again(table, lambda _table, words: _now(words))


def downgrade() -> None:
    """The keys of the version before."""
    for table in TABLES:
        _fold_again(table, _before)


def _fold_again(table: str, key_of: Callable[[str, list[str]], str]) -> None:
    connection = op.get_bind()
    beyond = "GLOB '*[^ -~]*'" if connection.dialect.name == "sqlite" else "~ '[^ -~]'"
    columns, owner = TABLES[table], OWNERS.get(table, "NULL")
    wanted = " OR ".join(f"{column} {beyond}" for column in columns)
    rows = connection.execute(
        sa.text(f"SELECT id, search_key, {owner}, {', '.join(columns)} FROM {table} WHERE {wanted} ORDER BY id")
    ).all()
    change = sa.text(f"UPDATE {table} SET search_key = :key WHERE id = :id")
    taken = sa.text(f"SELECT 1 FROM {table} WHERE {owner} = :owner AND search_key = :key")
    changes = []
    for number, before, whose, *words in rows:
        key = key_of(table, [word for word in words if word])[: LONGEST[table]]
        if key == before:
            continue
        if whose is None:
            changes.append({"id": number, "key": key})
        elif connection.scalar(taken, {"owner": whose, "key": key}):
            print(f"{table} {number} has the letters of another of the same {owner}, and keeps its key.")  # noqa: T201
        else:
            connection.execute(change, {"id": number, "key": key})
    for start in range(0, len(changes), BATCH):
        connection.execute(change, changes[start : start + BATCH])


def _now(words: list[str]) -> str:
    text = unicodedata.normalize("NFKD", IGNORED.sub("", " ".join(words)))
    text = "".join(c for c in text if unicodedata.category(c)[0] != "M").casefold().translate(OPENED)
    return re.sub(r"[\W_]+", " ", text).strip()


def _before(table: str, words: list[str]) -> str:
    if table == "person":
        return " ".join(_bare(word) or word.casefold() for word in " ".join(words).split())
    return _bare(" ".join(words))


def _bare(text: str) -> str:
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return re.sub("[^0-9a-z]+", " ", bare).strip()
