"""The sizing page: how much is put at stake, when, and how much could be?"""

from __future__ import annotations

from typing import Any

from accounts.formats import number
from analytics.trading.faces import Shown, Table, face
from analytics.trading.inference.stat import decimal, minor
from analytics.trading.sizing.module import SIZING, Bucket, Sizing

STRIP = ("trading.size_room", "trading.size_spread", "trading.size_after_loss", "trading.large_against_small")
KELLY = ("trading.half_kelly", "trading.optimal_f")


def context(shown: Shown[Sizing]) -> dict[str, Any]:
    result = shown.result
    assert result is not None
    buckets = [{"label": label(one), "n": one.n, **shown.cell(one.figure)} for one in result.buckets]
    return {
        "strip": shown.cells(*STRIP),
        "kelly": shown.cells(*KELLY),
        "buckets": buckets,
        "limit": minor(result.limit, result.currency),
        "chart": [
            {
                "size": row["label"],
                "n": row["n"],
                "value": row["figure"].value,
                "low": row["figure"].low,
                "high": row["figure"].high,
            }
            for row in buckets
            if row["figure"].value is not None
        ],
    }


def label(bucket: Bucket) -> str:
    """`0.8 to 1.2 times the usual`."""
    low, high = (number(decimal(end), 2) for end in (bucket.low, bucket.high))
    return f"{low} times the usual" if low == high else f"{low} to {high} times the usual"


def table(result: Sizing) -> Table:
    """Each figure with its interval, then the buckets: money in minor units, sizes as multiples of the usual."""
    header = ("what", "value", "low", "high", "n", "size_from", "size_to")
    by_key = {bucket.figure: bucket for bucket in result.buckets}
    rows = []
    for key, figure in result.figures.items():
        bucket = by_key.get(key)
        ends = (bucket.low, bucket.high) if bucket else (None, None)
        rows.append([key, figure.value, figure.low, figure.high, figure.n, *ends])
    return Table(header, rows)


FACE = face(SIZING, "sizing", icon="few", order=130, context=context, table=table)
