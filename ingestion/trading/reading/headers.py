"""Finding the row of column names: trimmed, in any case, in any order, in any of the languages a platform speaks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from ingestion.trading.reading.rows import Document, Row

SPACES = re.compile(r"\s+")
AROUND_SLASH = re.compile(r"\s*/\s*")
LONGEST = 120  # no name is longer
SEARCHED = 400  # a header stands near the top of its table
GAP = "{}"  # stands for what a name carries along, such as a currency or an offset, but no percent

Aliases = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class HeaderMatch:
    """The header row and where its columns are.

    `columns`: canonical name → index; the second column of one name is `Name#2`.
    `captured`: canonical name → what stood in its `{}`. `index`: position in `document.rows`.
    """

    index: int
    row: Row
    columns: dict[str, int]
    captured: dict[str, str] = field(default_factory=dict)
    repeats: dict[str, int] = field(default_factory=dict)  # canonical name → how many columns answer to it

    def __contains__(self, name: object) -> bool:
        return name in self.columns


def normalise(text: str) -> str:
    """For comparing names: case, spaces (also around a slash), quotes and a colon at the end do not matter."""
    return _normalised(text[:LONGEST])


@lru_cache(maxsize=20_000)
def _normalised(text: str) -> str:
    plain = SPACES.sub(" ", text.replace("\ufeff", "").replace("\u00a0", " ")).strip(" \"'*:").casefold()
    return AROUND_SLASH.sub("/", plain)


def find_header(
    document: Document,
    names: Sequence[str],
    *,
    aliases: Aliases | None = None,
    required: Sequence[str] | None = None,
    start: int = 0,
    within: int = SEARCHED,
) -> HeaderMatch | None:
    """The first row from `start` on that has every `required` name (all of `names` unless given).

    Extra columns are fine. A name with `{}` matches any text there. A name given twice needs two columns, in that
    order. `aliases`: canonical name → other spellings.
    """
    own = tuple((name, tuple(spellings)) for name, spellings in (aliases or {}).items())
    wanted = _wanted(tuple(names), own)
    needed = frozenset(keys_of(names) if required is None else required)
    for index in range(start, min(start + within, len(document.rows))):
        row = document.rows[index]
        if len(row.cells) < len(needed):
            continue
        cells = [normalise(cell) for cell in row.cells]
        if not wanted.can_be_in(cells, needed):
            continue
        match = _match(index, row, cells, wanted)
        if needed <= match.columns.keys():
            return match
    return None


def keys_of(names: Sequence[str]) -> list[str]:
    """Canonical names: the second `Price` is `Price#2`."""
    seen: Counter[str] = Counter()
    keys = []
    for name in names:
        seen[name] += 1
        keys.append(name if seen[name] == 1 else f"{name}#{seen[name]}")
    return keys


@dataclass(frozen=True, slots=True)
class _Name:
    name: str
    keys: tuple[str, ...]
    exact: frozenset[str]
    patterns: tuple[re.Pattern[str], ...]


@dataclass(frozen=True, slots=True)
class _Wanted:
    names: tuple[_Name, ...]
    by_spelling: dict[str, _Name]

    def can_be_in(self, cells: Sequence[str], needed: frozenset[str]) -> bool:
        """A quick look that spares most rows the long one: a needed name without a gap must stand there."""
        present = frozenset(cells)
        return all(
            name.patterns or not needed.intersection(name.keys) or not present.isdisjoint(name.exact)
            for name in self.names
        )

    def find(self, cell: str) -> tuple[_Name, str] | None:
        """The name a cell is, and what stood in its gap. A spelling without a gap comes first."""
        if (name := self.by_spelling.get(cell)) is not None:
            return name, ""
        for name in self.names:
            for pattern in name.patterns:
                if match := pattern.fullmatch(cell):
                    return name, match[1].strip()
        return None


@lru_cache(maxsize=200)
def _wanted(names: tuple[str, ...], aliases: tuple[tuple[str, tuple[str, ...]], ...]) -> _Wanted:
    others = dict(aliases)
    keys: dict[str, list[str]] = {}
    for name, key in zip(names, keys_of(names), strict=True):
        keys.setdefault(name, []).append(key)
    found = []
    for name, own in keys.items():
        spellings = [normalise(spelling) for spelling in (name, *others.get(name, ()))]
        patterns = tuple(
            re.compile(re.escape(spelling).replace(r"\{\}", "([^%]*?)")) for spelling in spellings if GAP in spelling
        )
        exact = frozenset(spelling for spelling in spellings if GAP not in spelling)
        found.append(_Name(name, tuple(own), exact, patterns))
    by_spelling = {spelling: name for name in reversed(found) for spelling in name.exact}
    return _Wanted(tuple(found), by_spelling)


def _match(index: int, row: Row, cells: Sequence[str], wanted: _Wanted) -> HeaderMatch:
    columns: dict[str, int] = {}
    captured: dict[str, str] = {}
    repeats: dict[str, int] = {}
    for place, cell in enumerate(cells):
        found = wanted.find(cell) if cell else None
        if found is None:
            continue
        name, gap = found
        seen = repeats.get(name.name, 0)
        repeats[name.name] = seen + 1
        if seen < len(name.keys):
            columns[name.keys[seen]] = place
            captured[name.keys[seen]] = gap
    return HeaderMatch(index, row, columns, captured, repeats)
