"""How a record is cut: by which words, and which decisions lead to each slice. Plain NumPy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from analytics.trading.record import Record, Texts

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
#: (until seconds of holding, label)
HOLDS = ((60, "under 1 min"), (300, "1 to 5 min"), (1800, "5 to 30 min"), (14_400, "½ to 4 h"), (86_400, "4 to 24 h"))
LONGEST = "over a day"
#: (from hour UTC, until, label): the day's sessions of the market, not of the account.
MARKETS = ((0, 7, "Asia, 0 to 7 UTC"), (7, 13, "Europe, 7 to 13 UTC"), (13, 21, "America, 13 to 21 UTC"),
           (21, 24, "Late, 21 to 24 UTC"))  # fmt: skip
MOST_INSTRUMENTS = 12
LAST_PLACE = 6


@dataclass(frozen=True)
class Slice:
    """Decisions of one label in one dimension. `filters` list them again; empty where no filter can."""

    dimension: str
    label: str
    member: np.ndarray
    filters: dict[str, str] = field(default_factory=dict)


DIMENSIONS = {
    "hour": "Hour of entry", "weekday": "Weekday", "market": "Market session", "instrument": "Instrument",
    "direction": "Direction", "setup": "Setup", "hold": "Time held", "order": "Place in the day",
}  # fmt: skip


def slices(record: Record) -> Iterator[Slice]:
    """Every slice of every dimension that the record knows; hours in the record's zone.

    Empty: a dimension of one label only is no cut and is left out, as is what a statement does not have.
    """
    for cut in (_hours, _weekdays, _markets, _instruments, _directions, _setups, _holds, _places):
        made = [one for one in cut(record) if one.member.any()]
        if len(made) > 1:
            yield from made


Cut = Callable[[Record], Iterator[Slice]]


def _hours(record: Record) -> Iterator[Slice]:
    hours = np.array([-1 if t is None else t.hour for t in record.local_opened])
    for hour in range(24):
        yield Slice("hour", f"{hour:02d}:00", hours == hour, {"hour": str(hour)})


def _weekdays(record: Record) -> Iterator[Slice]:
    weekday = (record.session + 3) % 7
    for number, name in enumerate(WEEKDAYS):
        yield Slice("weekday", name, weekday == number, {"weekday": str(number + 1)})


def _markets(record: Record) -> Iterator[Slice]:
    hour = np.where(np.isfinite(record.opened), (record.opened % 86_400) // 3600, -1)
    for start, end, name in MARKETS:
        yield Slice("market", name, (hour >= start) & (hour < end))


def _instruments(record: Record) -> Iterator[Slice]:
    yield from _words(record.instrument, "instrument")


def _directions(record: Record) -> Iterator[Slice]:
    for sign, name in ((1, "long"), (-1, "short")):
        yield Slice("direction", name, record.direction == sign, {"direction": str(sign)})


def _setups(record: Record) -> Iterator[Slice]:
    yield from (one for one in _words(record.setup, "setup") if one.label)


def _holds(record: Record) -> Iterator[Slice]:
    edges = [0.0, *(float(until) for until, _ in HOLDS), np.inf]
    for place, name in enumerate([*(name for _, name in HOLDS), LONGEST]):
        low, high = edges[place], edges[place + 1]
        filters = {"held_from": f"{low:g}"} | ({"held_to": f"{high:g}"} if np.isfinite(high) else {})
        yield Slice("hold", name, (record.hold >= low) & (record.hold < high), filters)


def _places(record: Record) -> Iterator[Slice]:
    place = places(record)
    for number in range(1, LAST_PLACE):
        yield Slice("order", f"no. {number}", place == number, {"order": str(number)})
    yield Slice("order", f"no. {LAST_PLACE} and later", place >= LAST_PLACE, {"order": f"{LAST_PLACE}+"})


def places(record: Record) -> np.ndarray:
    """1 for a session's first decision by entry, 2 for its second, and so on."""
    entered = record.by_entry
    order = entered[np.argsort(record.session[entered], kind="stable")]
    day = record.session[order]
    first = np.searchsorted(day, day, side="left")
    place = np.empty(len(record), dtype=np.int64)
    place[order] = np.arange(len(record)) - first + 1
    return place


def _words(column: Texts, dimension: str) -> Iterator[Slice]:
    """The most frequent words of a column, by frequency, then name."""
    names, counts = np.unique(column, return_counts=True)
    ranked = sorted(zip(names.tolist(), counts.tolist(), strict=True), key=lambda pair: (-pair[1], pair[0]))
    for name, _ in ranked[:MOST_INSTRUMENTS]:
        yield Slice(dimension, name, column == name, {dimension: name})
