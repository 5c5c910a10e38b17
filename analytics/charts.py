"""Charts: one reviewed Vega-Lite spec file each, one house style, rows injected by name.

The same built spec is drawn by the browser and by `vl_convert`. In a page its colours stay CSS variables, so
a theme change needs no redraw; on paper and in mail they become the light values.
"""

from __future__ import annotations

import copy
import functools
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from accounts import formats
from accounts.money import MINUS, SYMBOLS, to_major

SPECS = Path(__file__).resolve().parent
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
HEIGHTS = {"s": 120, "m": 240, "l": 320}

MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
          "December"]  # fmt: skip
WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
TIME_LOCALE: dict[str, Any] = {
    "dateTime": "%-d %b %Y, %H:%M", "date": "%-d %b %Y", "time": "%H:%M", "periods": ["am", "pm"],
    "days": WEEKDAYS, "shortDays": [day[:3] for day in WEEKDAYS],
    "months": [month[:3] for month in MONTHS], "shortMonths": [month[:3] for month in MONTHS],
}  # fmt: skip

#: Light values of the tokens in static/css/tokens.css, for drawings outside a page.
PAPER_COLOURS = {
    "--ink": "#1b1f24", "--ink-2": "#5b6470", "--ink-3": "#b3bac4", "--line": "#e3e6ea", "--surface": "#ffffff",
    "--series-1": "#0072b2", "--series-2": "#d55e00", "--series-3": "#009e73", "--series-4": "#cc79a7",
    "--series-rest": "#b3bac4", "--before": "#9aa4b2", "--good": "#0b6e99", "--bad": "#b4470b", "--accent": "#4148c4",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a chart's rows: the field, its heading, its unit in `formats.by_unit` (or day, month,
    text).
    """

    field: str
    label: str
    unit: str = "text"

    @property
    def numeric(self) -> bool:
        return self.unit not in {"text", "day", "month"}


@functools.cache
def house_config() -> dict[str, Any]:
    """The style under every chart: quiet axes, series in the order of the tokens, no frame."""
    config: dict[str, Any] = json.loads((SPECS / "house.vl.json").read_text(encoding="utf-8"))
    return config


@functools.cache
def load_spec(name: str) -> dict[str, Any]:
    """The spec file `name`, such as `payments/metrics/revenue`.

    Errors: FileNotFoundError for an unknown name.
    """
    spec: dict[str, Any] = json.loads((SPECS / f"{name}.vl.json").read_text(encoding="utf-8"))
    return spec


def columns_of(spec: Mapping[str, Any]) -> tuple[Column, ...]:
    """The columns a spec names in `usermeta.columns`; they head the table under the chart."""
    return tuple(Column(**column) for column in spec.get("usermeta", {}).get("columns", ()))


def build(
    spec: Mapping[str, Any], rows: Iterable[Mapping[str, Any]], *, currency: str = "", size: str = "m"
) -> dict[str, Any]:
    """A whole spec: house style under the spec's own choices, rows inside, width from the page, height by
    `size`.

    Units:  money columns come in minor units and are drawn in major units of `currency`.
    """
    whole = copy.deepcopy(dict(spec))
    columns = columns_of(spec)
    _say_money(whole, {column.field for column in columns if column.unit == "money"})
    whole["$schema"] = SCHEMA
    whole["data"] = {"values": [_drawn(row, columns, currency) for row in rows]}
    whole.setdefault("width", "container")
    whole.setdefault("height", HEIGHTS[size])
    whole["config"] = _over(house_config() | {"locale": _locale(currency)}, whole.get("config", {}))
    whole.pop("usermeta", None)
    return whole


def table_rows(
    spec: Mapping[str, Any], rows: Iterable[Mapping[str, Any]], *, currency: str = ""
) -> list[list[tuple[str, bool]]]:
    """The same rows for the table under the chart: (text, is a number) by column."""
    columns = columns_of(spec)
    return [[(_said(row.get(c.field), c, row.get("currency", currency)), c.numeric) for c in columns] for row in rows]


def for_paper(spec: Mapping[str, Any], *, width: int = 640) -> dict[str, Any]:
    """The spec with plain light colours and a fixed width, for PDF and mail."""
    text = json.dumps(spec)
    for name, colour in PAPER_COLOURS.items():
        text = text.replace(f"var({name})", colour)
    whole: dict[str, Any] = json.loads(text)
    return whole | {"width": width}


def _say_money(part: Any, money: set[str]) -> None:
    """Give the channels of money fields the currency's sign: short on an axis, exact in a tooltip."""
    if isinstance(part, list):
        for item in part:
            _say_money(item, money)
    if not isinstance(part, dict):
        return
    for channel, definition in part.items():
        if isinstance(definition, dict) and definition.get("field") in money and channel in ("x", "y"):
            definition["axis"] = {"format": "$~s", **(definition.get("axis") or {})}
        if channel == "tooltip" and isinstance(definition, list):
            for entry in definition:
                if entry.get("field") in money:
                    entry["format"] = "$,.2f"
        _say_money(definition, money)


def _locale(currency: str) -> dict[str, Any]:
    """How d3 writes: the currency's sign, a true minus, months in three letters."""
    sign = SYMBOLS.get(currency, f"{currency.upper()} " if currency else "")
    return {
        "number": {"decimal": ".", "thousands": ",", "grouping": [3], "currency": [sign, ""], "minus": MINUS},
        "time": TIME_LOCALE,
    }


def _over(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`over` laid on `under`, nested."""
    merged = dict(under)
    for key, value in over.items():
        below = merged.get(key)
        merged[key] = _over(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return merged


def _drawn(row: Mapping[str, Any], columns: Sequence[Column], currency: str) -> dict[str, Any]:
    units = {column.field: column.unit for column in columns}
    return {name: _mark(value, units.get(name, ""), currency) for name, value in row.items()}


def _mark(value: Any, unit: str, currency: str) -> Any:
    """One value as JSON holds it. A float is fine here and only here: it places a mark on a screen.

    A day gets a time of day, or a browser west of Greenwich would read it as the evening before.
    """
    if value is None:
        return None
    if unit == "money":
        return float(to_major(int(value), currency))
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, date) or (unit in {"day", "month"} and len(value) == 10):
        return f"{value}T00:00:00"
    return value


def _said(value: Any, column: Column, currency: str) -> str:
    if value is None:
        return formats.DASH
    if column.unit == "day":
        return formats.day(_date(value))
    if column.unit == "month":
        return formats.month(_date(value))
    return formats.by_unit(value, column.unit, currency=currency) if column.numeric else str(value)


def _date(value: Any) -> date:
    return date.fromisoformat(value[:10]) if isinstance(value, str) else value
