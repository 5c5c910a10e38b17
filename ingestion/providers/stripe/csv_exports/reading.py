"""From an uploaded file to rows: which export is it, how does it write numbers, what does each line say."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from accounts.errors import InvalidInput
from ingestion.pipeline.rows import Rejected
from ingestion.providers.base import Mapped
from ingestion.providers.stripe.csv_exports.container import csv_text
from ingestion.providers.stripe.csv_exports.kinds import KINDS, Kind, Line
from ingestion.providers.stripe.csv_exports.values import Cell, ConventionFinder, Conventions
from ingestion.providers.stripe.mapping import map_object
from ingestion.providers.stripe.mapping.fields import Unreadable, clean

DELIMITERS = (",", ";", "\t")
MAX_HEADER = 64 * 1024
MAX_COLUMNS = 500
MAX_CELL = 100_000
MAX_ROWS = 2_000_000


@dataclass(frozen=True, slots=True)
class Layout:
    """What the header says: the kind, where each of its fields stands, and the headers nobody asked for."""

    kind: Kind
    delimiter: str
    places: dict[str, int]
    width: int
    unused: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Export:
    """One recognised export. `rows` reads the file lazily, once each time it is called."""

    file: IO[bytes]
    layout: Layout
    conventions: Conventions
    n_lines: int

    @property
    def key(self) -> str:
        return self.layout.kind.key

    @property
    def label(self) -> str:
        return self.layout.kind.label

    @property
    def stream(self) -> str:
        return self.layout.kind.stream

    @property
    def unused(self) -> tuple[str, ...]:
        return self.layout.unused

    def rows(self, *, version_at: datetime) -> Iterator[Mapped]:
        """One result per line, in the file's order: a row, or why there is none. Formula text stays plain text."""
        for number, cells in _lines(self.file, self.layout.delimiter):
            yield _row(self.layout, self.conventions, number, cells, version_at)


def read_export(file: IO[bytes]) -> Export:
    """Recognise an export and check it as a whole; single bad lines are left to `Export.rows`.

    Errors: InvalidInput (unknown header, wrong encoding, ambiguous numbers or dates, empty), TooLarge.
    """
    layout = _layout(file)
    finder, n_lines = ConventionFinder(), 0
    for number, cells in _lines(file, layout.delimiter):
        n_lines += 1
        if n_lines > MAX_ROWS:
            raise InvalidInput(f"A file may have {MAX_ROWS:,} lines; export a shorter period.", code="too_many_rows")
        _look(finder, layout, number, cells)
    if not n_lines:
        raise InvalidInput("The file has a header and no lines.", code="no_rows")
    return Export(file, layout, finder.conventions(), n_lines)


def _layout(file: IO[bytes]) -> Layout:
    with csv_text(file) as text:
        header = text.readline(MAX_HEADER)
    if not header.strip():
        raise InvalidInput("The file is empty.", code="no_rows")
    candidates = [_match(kind, header, delimiter) for delimiter in DELIMITERS for kind in KINDS]
    complete = [layout for layout, missing in candidates if not missing]
    if complete:
        return max(complete, key=lambda layout: (len(layout.kind.required), len(layout.places)))
    raise _unknown_header(min(candidates, key=lambda found: (len(found[1]), -len(found[0].places))))


def _match(kind: Kind, header: str, delimiter: str) -> tuple[Layout, list[str]]:
    """The layout as far as the header fits `kind`, and the required headers it lacks."""
    names = [" ".join(name.lower().split()) for name in next(csv.reader([header], delimiter=delimiter))]
    places = {
        field: names.index(known)
        for field, aliases in kind.columns.items()
        for known in [next((alias for alias in aliases if alias in names), "")]
        if known
    }
    used = set(places.values())
    unused = tuple(name for place, name in enumerate(names[:MAX_COLUMNS]) if place not in used)
    missing = [kind.columns[field][0] for field in kind.columns if field in kind.required and field not in places]
    return Layout(kind, delimiter, places, len(names), unused), missing


def _unknown_header(nearest: tuple[Layout, list[str]]) -> InvalidInput:
    layout, missing = nearest
    if len(missing) == len(layout.kind.required):
        known = ", ".join(kind.label.lower() for kind in KINDS)
        return InvalidInput(
            f"This is none of Stripe's exports that are understood ({known}). "
            f"Its columns are: {', '.join(layout.unused[:20])}.",
            code="unknown_header",
            unknown=list(layout.unused[:50]),
        )
    return InvalidInput(
        f"This looks like Stripe's {layout.kind.label.lower()} export, but these columns are missing: "
        f"{', '.join(missing)}. Export it again with all columns.",
        code="missing_columns",
        missing=missing,
        unknown=list(layout.unused[:50]),
    )


def _lines(file: IO[bytes], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Line numbers (as an editor counts them) and cells, without the header and without blank lines."""
    csv.field_size_limit(MAX_CELL)
    with csv_text(file) as text:
        reader = csv.reader(text, delimiter=delimiter, strict=True)
        try:
            next(reader, None)
            for cells in reader:
                if any(cells):
                    yield reader.line_num, cells
        except csv.Error as error:
            raise InvalidInput(f"Line {reader.line_num} cannot be read: {error}.", code="bad_csv") from None


def _look(finder: ConventionFinder, layout: Layout, number: int, cells: list[str]) -> None:
    def cell(field: str) -> str:
        place = layout.places.get(field)
        return cells[place].strip() if place is not None and place < len(cells) else ""

    currency = cell("currency").lower()
    finder.see_amounts(Cell(number, cell(field), currency) for field in layout.kind.amounts)
    finder.see_dates(Cell(number, cell(field)) for field in layout.kind.dates)


def _row(layout: Layout, conventions: Conventions, number: int, cells: list[str], version_at: datetime) -> Mapped:
    raw = json.dumps({"line": number, "cells": cells[:MAX_COLUMNS]}, ensure_ascii=True)[:20_000]
    external_id = _cell(cells, layout.places["id"])
    try:
        if len(cells) != layout.width:
            raise Unreadable("wrong_width", f"The line has {len(cells)} cells; the header has {layout.width}.")
        values = {field: cells[place] for field, place in layout.places.items()}
        obj = layout.kind.build(Line(values, conventions, version_at))
    except Unreadable as problem:
        reason = f"Line {number}: {problem}"
        return Mapped(layout.kind.stream, Rejected(clean(external_id), problem.code, reason, raw))
    mapped = next(map_object(obj, version_at=version_at))
    if isinstance(mapped.row, Rejected):
        reason = f"Line {number}: {mapped.row.reason}"
        return Mapped(mapped.stream, mapped.row._replace(reason=reason, raw=raw))
    return mapped


def _cell(cells: list[str], place: int) -> str:
    return cells[place].strip() if place < len(cells) else ""
