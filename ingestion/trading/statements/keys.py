"""The external id of each record of a reading, as strong as the file allows (trading.md § 4.4).

With an id of the broker's: format and that id. With a pair of fill ids: format and both. Else everything that tells
rows apart, and a running number among equal ones: of k equal rows in a file and m in the store, max(0, k − m) are new.
Equal rows of one file are never one. No key depends on how a file writes its numbers and dates, or on the zone that was
assumed for it.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from hashlib import blake2b
from typing import NamedTuple

from ingestion.trading.matching.instruments import instrument_of
from ingestion.trading.reading.model import Line, Parsed, ParsedCash, ParsedExecution, ParsedTrade, Reading
from ingestion.trading.reading.zones import parse_zone

#: One position of these formats may be closed in parts, each a row of its own with the position's id.
IN_PARTS = frozenset({"mt5"})
ASSUMED = frozenset({"person", "account"})


class Keyed(NamedTuple):
    """A record, its line and its key."""

    line: Line
    record: Parsed
    key: str


def keyed(reading: Reading) -> list[Keyed]:
    """Every record of the reading with its key, in the order of the file. Keys are unique within a kind of record."""
    zone = _assumed_zone(reading)
    found = [(line, record, _stem(reading.format, record, zone)) for line in reading.lines for record in line.records]
    numbers = _occurrences([(stem, record) for _, record, stem in found])
    return [
        Keyed(line, record, stem if number == 1 and "~" not in stem else f"{stem}#{number}")
        for (line, record, stem), number in zip(found, numbers, strict=True)
    ]


def family_of(key: str) -> str:
    """The format a key comes from."""
    return key.partition(":")[0].rstrip("~")


def _assumed_zone(reading: Reading) -> str:
    """The zone somebody named for the file; empty where the file itself tells."""
    return next((made.value for made in reading.decisions if made.key == "zone" and made.made_by in ASSUMED), "")


def _wall(at: datetime | None, zone: str) -> str:
    """What the clock of the file showed, whatever zone it was said to be in."""
    if at is None:
        return ""
    if not zone:
        return at.isoformat()
    known = parse_zone(zone)
    return (at.astimezone(known.tz).replace(tzinfo=None) + known.shift).isoformat()


def _stem(form: str, record: Parsed, zone: str) -> str:
    if record.native_id:
        if isinstance(record, ParsedTrade) and form in IN_PARTS:
            return f"{form}:{record.native_id}@{_wall(record.closed_at, zone)}"
        return f"{form}:{record.native_id}"
    if isinstance(record, ParsedTrade) and record.pair and all(record.pair):
        return f"{form}:{record.pair[0]}/{record.pair[1]}"
    digest = blake2b("|".join(_traits(record, zone)).encode("utf-8", "replace"), digest_size=12)
    return f"{form}~:{digest.hexdigest()}"


def _traits(record: Parsed, zone: str) -> tuple[str, ...]:
    if isinstance(record, ParsedCash):
        return "cash", record.kind, _plain(record.amount), _wall(record.at, zone)
    contract = instrument_of(record.symbol, record.asset_class).contract
    if isinstance(record, ParsedExecution):
        return "fill", contract, str(record.side), _plain(record.quantity), _plain(record.price), _wall(record.at, zone)
    return (
        "trade", contract, str(record.direction), _plain(record.quantity), _plain(record.entry_price),
        _plain(record.exit_price), _wall(record.opened_at, zone), _wall(record.closed_at, zone),
    )  # fmt: skip


def _plain(value: Decimal | None) -> str:
    return "" if value is None else format(value.normalize(), "f")


def _occurrences(records: list[tuple[str, Parsed]]) -> list[int]:
    """The running number of each among those of equal stem and kind, by content: the file's order is no matter."""
    groups: dict[tuple[str, type], list[int]] = {}
    for place, (stem, record) in enumerate(records):
        groups.setdefault((stem, type(record)), []).append(place)
    numbers = [1] * len(records)
    for places in groups.values():
        if len(places) > 1:
            for number, place in enumerate(sorted(places, key=lambda place: _content(records[place][1])), start=1):
                numbers[place] = number
    return numbers


def _content(record: Parsed) -> tuple[str, ...]:
    if isinstance(record, ParsedCash):
        return (record.comment,)
    if isinstance(record, ParsedExecution):
        return record.at.isoformat(), _plain(record.price), _plain(record.quantity), _plain(record.commission)
    return record.closed_at.isoformat(), _plain(record.quantity), _plain(record.exit_price), _plain(record.net)


def span(records: list[Parsed]) -> tuple[datetime, datetime] | None:
    """First and last moment of what the records tell; None without records."""
    moments = [record.closed_at if isinstance(record, ParsedTrade) else record.at for record in records]
    return (min(moments), max(moments)) if moments else None
