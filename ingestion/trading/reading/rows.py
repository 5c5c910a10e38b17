"""What every kind of file is turned into: rows of text, within limits that the file cannot talk its way around."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

MAX_BYTES = 25 * 1024 * 1024
MAX_ROWS = 200_000
MAX_COLUMNS = 512


class Unreadable(Exception):
    """The file as a whole cannot be read as a statement. `message` is one a trader can act on."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Row:
    """One line or table row. `titles` runs beside `cells` where the file carries tooltips, else it is empty.

    `number` is unique in the file and rises: the line of a text, the running row of tables and sheets.
    """

    number: int
    cells: tuple[str, ...]
    titles: tuple[str, ...] = ()
    table: int = 0

    @property
    def is_blank(self) -> bool:
        return not any(cell.strip() for cell in self.cells)

    def cell(self, index: int) -> str:
        """The trimmed text at `index`; empty beyond the end of a short row."""
        return self.cells[index].strip() if 0 <= index < len(self.cells) else ""

    def title(self, index: int) -> str:
        return self.titles[index] if 0 <= index < len(self.titles) else ""


@dataclass(frozen=True, slots=True)
class Document:
    """A file as rows. `container`: csv, html, xlsx, xml or text. `title` is what an HTML page calls itself."""

    encoding: str
    delimiter: str
    container: str
    rows: tuple[Row, ...]
    title: str = ""
    filename: str = ""


def limited(rows: Iterable[Row]) -> Iterator[Row]:
    """The rows, up to the limit. Errors: Unreadable for more rows or columns than a statement has."""
    for count, row in enumerate(rows, start=1):
        if count > MAX_ROWS:
            raise Unreadable("too_many_rows", f"The file has more than {MAX_ROWS:,} rows. Export a shorter period.")
        if len(row.cells) > MAX_COLUMNS:
            raise Unreadable(
                "too_many_columns", f"Row {row.number} has more than {MAX_COLUMNS} columns; this is no statement."
            )
        yield row
