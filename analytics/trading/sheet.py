"""Writes a module's figures: statistics become decimals, money becomes minor units, and each knows its decisions."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from analytics.figures import Figure, Rows
from analytics.registry import metric_of
from analytics.trading.inference import stat
from analytics.trading.inference.bootstrap import Interval
from analytics.trading.modules import Beside
from analytics.trading.record import Record

TRADES = "trading.trades"


def decisions(beside: Beside, **filters: str | int) -> Rows | None:
    """The decisions behind a figure as a query that can be run again; see `rows.trades` for the filters.

    Empty: None where no account is known, as in simulations.
    """
    account = dict(beside.extra).get("account", "")
    return Rows.of(TRADES, account=account, **filters) if account else None


@dataclass
class Sheet:
    """Figures of one record under their keys, in the order they were written."""

    record: Record
    beside: Beside
    figures: dict[str, Figure] = field(default_factory=dict)

    def number(
        self,
        key: str,
        value: float | Decimal | int | None,
        *,
        n: int | None = None,
        interval: Interval | None = None,
        low: float | None = None,
        high: float | None = None,
        gap: str = "",
        note: str = "",
        rows: Rows | None = None,
        under: str = "",
    ) -> Figure:
        """A rate, index, count or days. Without a value its gap is `gap`, or the metric's own sentence.

        `under` is the key in the sheet where one metric has several figures, such as one a slice.
        """
        exact = value if isinstance(value, int | Decimal) else stat.decimal(value)
        ends = (interval.low, interval.high) if interval is not None and interval.known else (low, high)
        return self._keep(key, exact, n, tuple(stat.decimal(end) for end in ends), gap, note, rows, "", under)

    def money(
        self,
        key: str,
        value: float | Decimal | None,
        *,
        n: int | None = None,
        interval: Interval | None = None,
        gap: str = "",
        note: str = "",
        rows: Rows | None = None,
        under: str = "",
    ) -> Figure:
        """Money given in major units of the record's currency."""
        currency = self.record.currency
        ends = (interval.low, interval.high) if interval is not None and interval.known else (None, None)
        exact = tuple(stat.minor_decimal(end, currency) for end in ends)
        whole = stat.minor(value, currency) if value is not None else None
        return self._keep(key, whole, n, exact, gap, note, rows, currency, under)

    def _keep(
        self,
        key: str,
        value: Decimal | int | None,
        n: int | None,
        ends: tuple[Decimal | None, ...],
        gap: str,
        note: str,
        rows: Rows | None,
        currency: str,
        under: str,
    ) -> Figure:
        count = len(self.record) if n is None else n
        self.figures[under or key] = made = Figure(
            metric=key,
            value=value,
            n=count,
            as_of=self.record.as_of,
            low=None if value is None else ends[0],
            high=None if value is None else ends[1],
            currency=currency,
            rows=rows or decisions(self.beside),
            gap="" if value is not None else gap or metric_of(key).gap_sentence(count),
            note=note,
        )
        return made
