"""A table of a statement: its columns, how they are written, and its rows by field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from ingestion.trading.reading.conventions import Conventions
from ingestion.trading.reading.evidence import Ties
from ingestion.trading.reading.headers import HeaderMatch, find_header, keys_of, normalise
from ingestion.trading.reading.moments import Moment, to_date, to_moment
from ingestion.trading.reading.numbers import POINT, BadValue, is_null, split_unit, text_of, to_decimal
from ingestion.trading.reading.rows import Document, Row

BUYS = frozenset(
    [
        "buy",
        "b",
        "bot",
        "bought",
        "long",
        "buy long",
        "buy to open",
        "buy to close",
        "buy to cover",
        "bid",
        "kauf",
        "kaufen",
        "achat",
        "acheter",
        "compra",
        "comprar",
        "acquisto",
        "acquista",
    ]
)
SELLS = frozenset(
    [
        "sell",
        "s",
        "sld",
        "sold",
        "short",
        "sell short",
        "sell to open",
        "sell to close",
        "ask",
        "verkauf",
        "verkaufen",
        "vente",
        "vendre",
        "venta",
        "vender",
        "venda",
        "vendita",
        "vendi",
    ]
)


class What(StrEnum):
    """What the cells of a column are."""

    TEXT = "text"
    DECIMAL = "decimal"
    MOMENT = "moment"  # a date with a time, or a date alone
    ID = "id"  # a reference; a spreadsheet that shortened it makes the row bad


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table. `field` is our word, `name` the header's; `{}` in a name stands for anything.

    Two columns with one `name` are told apart by order. `needed`: without it, the header is not this table's.
    `decimals` and `dates` say what the format always does in this column; empty where it follows a locale.
    """

    field: str
    name: str
    what: What = What.TEXT
    needed: bool = True
    also: tuple[str, ...] = ()
    decimals: str = ""
    dates: str = ""


def sides(text: str) -> int:
    """1 for buy or long, −1 for sell or short. Errors: BadValue."""
    word = " ".join(text.lower().replace("_", " ").split())
    if word in BUYS:
        return 1
    if word in SELLS:
        return -1
    raise BadValue("bad_side", f"“{text[:40]}” is neither buy nor sell.")


@dataclass(slots=True)
class Table:
    """A header, the columns a format knows, and how their cells are read once `decide` ran."""

    match: HeaderMatch
    columns: tuple[Column, ...]
    conventions: Conventions
    places: dict[str, int] = field(init=False)
    styles: dict[str, str] = field(default_factory=dict)  # field → decimal style or date order

    def __post_init__(self) -> None:
        keys = keys_of([column.name for column in self.columns])
        self.places = {
            column.field: self.match.columns[key]
            for column, key in zip(self.columns, keys, strict=True)
            if key in self.match.columns
        }

    @classmethod
    def find(
        cls,
        document: Document,
        columns: Sequence[Column],
        conventions: Conventions,
        *,
        start: int = 0,
        within: int = 400,
    ) -> Table | None:
        """The table with these columns whose header comes first from `start` on."""
        found = find_columns(document, columns, start=start, within=within)
        return cls(found, tuple(columns), conventions) if found else None

    def decide(self, rows: Sequence[Row], ties: Ties | None = None) -> None:
        """Settle decimals and dates of every column, from all its cells. Asks where nothing tells."""
        decimals = {c.field: (self._label(c), self._cells(c, rows), c.decimals) for c in self._of(What.DECIMAL)}
        checks = {}
        if ties is not None and ties.symbol in self.places:
            place = self.places[ties.symbol]
            checks = ties.checks(
                {name: cells for name, (_, cells, _) in decimals.items()}, [row.cell(place) for row in rows]
            )
        self.conventions.settle_decimals(decimals, self.styles, checks)
        self.conventions.settle_dates(
            {c.field: (self._label(c), self._cells(c, rows), c.dates) for c in self._of(What.MOMENT)}, self.styles
        )

    def times(self, rows: Sequence[Row]) -> list[str]:
        """All cells that hold a time."""
        return [cell for column in self._of(What.MOMENT) for cell in self._cells(column, rows)]

    def captured(self, name: str) -> str:
        """What stood in the `{}` of a column's name."""
        return self.match.captured.get(name, "")

    def is_header(self, row: Row) -> bool:
        """Whether the row repeats the header."""
        return len(row.cells) == len(self.match.row.cells) and all(
            normalise(cell) == normalise(name) for cell, name in zip(row.cells, self.match.row.cells, strict=True)
        )

    def _of(self, what: What) -> list[Column]:
        return [column for column in self.columns if column.what is what and column.field in self.places]

    def _cells(self, column: Column, rows: Sequence[Row]) -> list[str]:
        place = self.places[column.field]
        return [row.cells[place] if place < len(row.cells) else "" for row in rows]

    def _label(self, column: Column) -> str:
        """The header's own text; the second column of one name is told apart by its number."""
        place = self.places[column.field]
        name = self.match.row.cell(place)
        before = sum(1 for cell in self.match.row.cells[:place] if cell.strip() == name)
        return f"{name or column.name} ({before + 1})" if name and before else name or column.name


@dataclass(frozen=True, slots=True)
class Cells:
    """One row of a table, by field. Everything here raises BadValue for a cell that is not what it should be."""

    row: Row
    table: Table

    def __contains__(self, name: object) -> bool:
        """Whether the table has the column."""
        return name in self.table.places

    def raw(self, name: str) -> str:
        place = self.table.places.get(name, -1)
        return self.row.cells[place] if 0 <= place < len(self.row.cells) else ""

    def text(self, name: str) -> str:
        """Trimmed, without `="…"`; empty where column or cell are missing."""
        return text_of(self.raw(name))

    def needed_text(self, name: str) -> str:
        return self.text(name) or self._missing(name)

    def title(self, name: str) -> str:
        return self.row.title(self.table.places.get(name, -1))

    def id(self, name: str) -> str:
        """A reference as text; one that a spreadsheet shortened to 1.2E+15 is refused."""
        text = self.text(name)
        if "E+" in text.upper() and text[:1].isdigit():
            raise BadValue("mangled_id", f"A spreadsheet shortened the number “{text[:40]}”. Upload the original file.")
        return "" if is_null(text) else text

    def maybe(self, name: str) -> Decimal | None:
        """The number, or None for an empty cell, a dash or a missing column."""
        raw = self.raw(name)
        return to_decimal(raw, self.table.styles.get(name, POINT)) if raw else None

    def decimal(self, name: str) -> Decimal:
        value = self.maybe(name)
        return value if value is not None else Decimal(self._missing(name))

    def money(self, name: str) -> Decimal:
        """The number, 0 where there is none."""
        return self.maybe(name) or Decimal(0)

    def cost(self, name: str) -> Decimal:
        """A cost that the file prints without a sign or with either: ours are negative."""
        return -abs(self.money(name))

    def quantity(self, name: str) -> Decimal:
        """A number above 0, with or without a unit behind it."""
        value = to_decimal(split_unit(self.raw(name))[0], self.table.styles.get(name, POINT))
        if value is None:
            return Decimal(self._missing(name))
        if value <= 0:
            raise BadValue("bad_quantity", f"A quantity of {value} cannot be traded.")
        return value

    def unit(self, name: str) -> str:
        return split_unit(self.raw(name))[1]

    def side(self, name: str) -> int:
        return sides(self.text(name))

    def moment(self, name: str, time: str = "") -> Moment:
        """The moment in a cell, or in a date cell and a time cell together."""
        return self.maybe_moment(name, time) or self._no_moment(name)

    def maybe_moment(self, name: str, time: str = "") -> Moment | None:
        text = f"{self.text(name)} {self.text(time)}".strip() if time else self.text(name)
        return to_moment(text, self.table.styles.get(name, ""), self.table.conventions.zone_in_use)

    def day(self, name: str) -> date | None:
        """The calendar date in a cell, None if it is empty."""
        return to_date(self.text(name), self.table.styles.get(name, ""))

    def _missing(self, name: str) -> str:
        raise BadValue("missing_value", f"The column “{self._label(name)}” is empty.")

    def _no_moment(self, name: str) -> Moment:
        raise BadValue("missing_value", f"The column “{self._label(name)}” is empty.")

    def _label(self, name: str) -> str:
        return self.table.match.row.cell(self.table.places.get(name, -1)) or name


def find_columns(
    document: Document, columns: Sequence[Column], *, start: int = 0, within: int = 400
) -> HeaderMatch | None:
    names = [column.name for column in columns]
    needed = [key for column, key in zip(columns, keys_of(names), strict=True) if column.needed]
    aliases: dict[str, tuple[str, ...]] = {}
    for column in columns:
        aliases[column.name] = aliases.get(column.name, ()) + column.also
    return find_header(document, names, aliases=aliases, required=needed, start=start, within=within)
