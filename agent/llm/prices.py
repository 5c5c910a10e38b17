"""What models cost: read from the snapshot that comes with genai-prices, kept as rows, found by name and day."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from fnmatch import fnmatchcase
from importlib.metadata import version
from itertools import groupby
from typing import Any

from genai_prices import types
from genai_prices.data_snapshot import get_snapshot

from agent.llm.configuration import PROVIDERS
from agent.models import ModelPrice

#: Of a price whose first day nobody names.
EVER = date(2020, 1, 1)
SOURCE = "genai-prices"
RATES = {"input": "input_mtok", "output": "output_mtok", "cache_read": "cache_read_mtok",
         "cache_write": "cache_write_mtok"}  # fmt: skip
#: Names with a day at their end: the snapshot writes them as patterns of digits.
DATED = re.compile(r"\^(?P<name>[\w.-]+?-)(?P<day>(?:\\d\{\d\}-?)+)\$")


@dataclass(frozen=True, slots=True)
class PriceLine:
    """One name, as it may be set, with its price from a day on."""

    provider: str
    model: str
    starts: date
    tiers: list[dict[str, str | int]]


def price_of(provider: str, model: str, *, on: date) -> ModelPrice | None:
    """The price in force: the exact name first, then the longest pattern. None means: do not ask this model."""
    rows = ModelPrice.objects.filter(provider=provider, starts__lte=on).order_by("starts", "pk")
    fitting = [row for row in rows if fnmatchcase(model, row.model)]
    return max(fitting, key=lambda row: (row.model == model, len(row.model), row.starts), default=None)


def ensure_prices(*, today: date) -> int:
    """Write what the snapshot knows and the table does not; run at every start and deployment."""
    return write_prices(ModelPrice.objects, today=today)


def write_prices(prices: Any, *, today: date) -> int:
    """Write a row for every new name, and from today on one for every new price; returns how many.

    Rows are never changed, and a name that staff gave a price keeps theirs. Takes the manager, so that a migration can
    give its own.
    """
    known: dict[tuple[str, str], list[Any]] = {}
    for row in prices.order_by("starts", "pk"):
        known.setdefault((row.provider, row.model), []).append(row)
    missing = [
        line
        for name, lines in groupby(snapshot_lines(), key=lambda line: (line.provider, line.model))
        for line in _missing(list(lines), known.get(name, []), today=today)
    ]
    source = f"{SOURCE} {version('genai-prices')}"
    rows = [
        prices.model(provider=line.provider, model=line.model, starts=line.starts, tiers=line.tiers, source=source)
        for line in missing
    ]
    prices.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _missing(lines: list[PriceLine], rows: list[Any], *, today: date) -> list[PriceLine]:
    """Of one name's lines those to write, given the rows it has; both with the oldest first."""
    if not rows:
        return lines
    line = next((line for line in reversed(lines) if line.starts <= today), None)
    row = next((row for row in reversed(rows) if row.starts <= today), None)
    if line is None or (row and (row.tiers == line.tiers or not row.source.startswith(SOURCE))):
        return []
    return [replace(line, starts=today)]


def snapshot_lines() -> list[PriceLine]:
    """Every name of our providers that the bundled snapshot prices for text, oldest price first."""
    lines = [
        PriceLine(provider.id, name, starts, tiers)
        for provider in get_snapshot().providers
        if provider.id in PROVIDERS
        for model in provider.models
        for starts, tiers in _periods(model)
        for name in sorted({model.id, *_names(model.match)})
    ]
    return sorted(lines, key=lambda line: (line.provider, line.model, line.starts))


def _names(match: Any) -> Iterator[str]:
    """The names a rule of the snapshot matches; rules that are no list of names or beginnings are left out."""
    if isinstance(match, types.ClauseOr):
        for part in match.or_:
            yield from _names(part)
    elif isinstance(match, types.ClauseEquals):
        yield match.equals
    elif isinstance(match, types.ClauseStartsWith):
        yield f"{match.starts_with}*"
    elif isinstance(match, types.ClauseRegex) and (dated := DATED.fullmatch(match.regex)):
        yield dated["name"] + re.sub(r"\\d\{(\d)\}", lambda digits: "?" * int(digits[1]), dated["day"])


def _periods(model: types.ModelInfo) -> Iterator[tuple[date, list[dict[str, str | int]]]]:
    """First day and tiers of each price; prices by the hour of the day are left out, as are models without text."""
    priced: Iterable[Any] = (
        model.prices if isinstance(model.prices, list) else [types.ConditionalPrice(prices=model.prices)]
    )
    for each in priced:
        if isinstance(each.constraint, types.TimeOfDateConstraint):
            return
        tiers = _tiers(each.prices)
        if tiers:
            yield (each.constraint.start_date if each.constraint else EVER), tiers


def _tiers(prices: types.ModelPrice) -> list[dict[str, str | int]]:
    """Empty: a model whose text input or output has no price."""
    rates = {ours: value for ours, theirs in RATES.items() if (value := getattr(prices, theirs, None)) is not None}
    if not {"input", "output"} <= set(rates):
        return []
    tiered = [value for value in rates.values() if isinstance(value, types.TieredPrices)]
    starts = sorted({0, *(tier.start for value in tiered for tier in value.tiers)})
    return [{"above": above} | {name: str(_at(value, above)) for name, value in rates.items()} for above in starts]


def _at(value: Any, above: int) -> Any:
    if not isinstance(value, types.TieredPrices):
        return value
    return next((tier.price for tier in reversed(value.tiers) if tier.start <= above), value.base)
