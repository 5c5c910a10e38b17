"""Ledger rows by the million, streamed, for benchmarks: the same shapes and identities without the stories.

About 89 % charges, 5 % refunds, 0.5 % disputes, a few fee rows, and a weekly payout per currency that carries all
that became available before it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Final, TextIO

from ingestion.sandbox.draws import ALPHABET
from ingestion.sandbox.moments import DAY, epoch, utc_midnight
from ingestion.sandbox.payments.books import DISPUTE_FEE, PRICES
from ingestion.sandbox.timeline import JSON

WEEK: Final = 7 * DAY
HELD: Final = 4 * DAY


@dataclass(slots=True)
class Ledger:
    """A stream of `rows` ledger rows over `months`, oldest first.

    sums and counts are complete once the stream is read: currency → Σ net, category → rows.
    """

    rows: int
    as_of: datetime
    months: int = 24
    seed: int = 1
    sums: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    _made: int = 0
    _held: dict[str, list[tuple[int, int]]] = field(default_factory=lambda: {"eur": [], "usd": []})

    def __iter__(self) -> Iterator[JSON]:
        """Exactly `rows` rows in order of `created`; every one as the API would list it."""
        rng = Random(f"scale/{self.seed}")  # noqa: S311 - a simulation, no secret
        end = epoch(self.as_of)
        start = end - self.months * 30 * DAY
        paid_at = utc_midnight(start) + WEEK
        for number in range(self.rows):
            if self._made >= self.rows:
                return
            at = start + (end - start) * number // self.rows
            while paid_at <= at and self._made < self.rows:
                yield from self._pay_out(paid_at, end)
                paid_at += WEEK
            if self._made < self.rows:
                yield self._draw(rng, at, end)

    def _draw(self, rng: Random, at: int, end: int) -> JSON:
        lot = rng.random()
        currency = "usd" if rng.random() < 0.3 else "eur"
        amount = rng.randrange(500, 20_000)
        if lot < 0.93:
            bps, fixed = PRICES[currency]
            fee = (amount * bps + 5000) // 10_000 + fixed
            return self._row("charge", "charge", "ch_3", at, end, currency, amount, fee, held=True)
        if lot < 0.985:
            return self._row("refund", "refund", "re_3", at, end, currency, -amount, 0)
        if lot < 0.99:
            return self._row("adjustment", "dispute", "du_1", at, end, currency, -amount, DISPUTE_FEE[currency])
        return self._row("stripe_fee", "fee", "", at, end, currency, -amount // 50, 0)

    def _pay_out(self, at: int, end: int) -> Iterator[JSON]:
        for currency, held in self._held.items():
            ripe = sum(net for available, net in held if available <= at)
            self._held[currency] = [entry for entry in held if entry[0] > at]
            if ripe and self._made < self.rows:
                yield self._row("payout", "payout", "po_1", at, end, currency, -ripe, 0)

    def _row(
        self, kind: str, category: str, source: str, at: int, end: int, currency: str, amount: int, fee: int,
        *, held: bool = False,
    ) -> JSON:  # fmt: skip
        number = self._made = self._made + 1
        available = utc_midnight(at) + HELD if held else at
        net = amount - fee
        self.sums[currency] += net
        self.counts[category] += 1
        if kind != "payout":
            self._held[currency].append((available, net))
        name = _name(number)
        return {
            "id": f"txn_3{name}",
            "object": "balance_transaction",
            "amount": amount,
            "available_on": available,
            "balance_type": "payments",
            "created": at,
            "currency": currency,
            "description": None,
            "exchange_rate": None,
            "fee": fee,
            "fee_details": [
                {"amount": fee, "application": None, "currency": currency, "description": "Stripe processing fees",
                 "type": "stripe_fee"}
            ] if fee else [],
            "net": net,
            "reporting_category": category,
            "source": f"{source}{name}" if source else None,
            "status": "available" if available <= end else "pending",
            "type": kind,
        }  # fmt: skip


def write_ledger(ledger: Ledger, file: TextIO) -> int:
    """One JSON object a line; returns the number of lines. Needs memory for a week of rows at most."""
    encode = json.JSONEncoder(separators=(",", ":")).encode
    count = 0
    for row in ledger:
        file.write(encode(row))
        file.write("\n")
        count += 1
    return count


def _name(number: int) -> str:
    """Twenty-three letters that look like an id and never repeat: a mixed counter in base 62."""
    mixed = number * 0x9E3779B97F4A7C15 % (1 << 64)
    letters = []
    for value, length in ((mixed, 12), (number, 11)):
        for _ in range(length):
            value, rest = divmod(value, 62)
            letters.append(ALPHABET[rest])
    return "".join(letters)
