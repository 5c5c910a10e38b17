"""Taking part, and the nightly cells. Nothing here reads another business's rows while somebody waits for a page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction

from accounts.events import record
from accounts.models import Business, User
from analytics.models import CohortCell, TradingSnapshot
from analytics.trading.cohort.calc import Cell, Place, Share, cells
from analytics.trading.cohort.module import COHORT
from analytics.trading.loading import beside
from analytics.trading.snapshots.codec import from_json
from ingestion.models import Source, TradingAccount


def take_part(business: Business, account: Source, *, share: bool, actor: User) -> bool:
    """Set whether the account gives to the cohort and is placed in it. Returns whether that changed."""
    held = TradingAccount.objects.of(business).filter(source=account).exclude(shares_cohort=share)
    if not held.update(shares_cohort=share):
        return False
    name = "trading.cohort.joined" if share else "trading.cohort.left"
    record(name, business=business, actor=actor, subject=account)
    return True


def aggregate(*, now: datetime) -> int:
    """Replace all cells by those of the accounts that take part now; returns how many may be told. As the owner."""
    told = cells(shares())
    with transaction.atomic():
        CohortCell.objects.all().delete()
        CohortCell.objects.bulk_create(
            CohortCell(
                asset_class=cell.place.asset_class,
                style=cell.place.style,
                size=cell.place.size,
                businesses=cell.businesses,
                decisions=cell.decisions,
                quantiles={name: list(values) for name, values in cell.quantiles},
                computed_at=now,
            )
            for cell in told
        )
    return len(told)


def shares() -> Iterator[Share]:
    """What the accounts that take part give, from their stored results. Demo businesses give nothing."""
    taking_part = TradingAccount.objects.filter(shares_cohort=True, business__is_demo=False).values("source_id")
    live = TradingSnapshot.objects.live().filter(module=COHORT.key, version=COHORT.version, source__in=taking_part)
    for row in live.iterator(chunk_size=500):
        result = from_json(COHORT.result, row.values)
        if result.own:
            yield Share(str(row.business_id), result.place, result.n, result.own)


@beside("cohort")
def told_cells(business: Business, account: Source) -> tuple[Cell, ...] | None:
    """All cells that may be told, for an account that takes part; None for others. Two queries."""
    if not TradingAccount.objects.of(business).filter(source=account, shares_cohort=True).exists():
        return None
    return cells_told()


def cells_told() -> tuple[Cell, ...]:
    """All cells that may be told, to anybody. One query."""
    return tuple(
        Cell(
            Place(row.asset_class, row.style, row.size),
            row.businesses,
            row.decisions,
            tuple((name, tuple(values)) for name, values in sorted(row.quantiles.items())),
        )
        for row in CohortCell.objects.order_by("asset_class", "style", "size")
    )
