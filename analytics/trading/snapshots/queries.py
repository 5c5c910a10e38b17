"""Reads stored results. Nothing here computes one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic

from accounts.models import Business
from analytics.models import TradingFreshness, TradingSnapshot
from analytics.trading.modules import Module, R
from analytics.trading.snapshots.codec import from_json
from ingestion.models import Source


@dataclass(frozen=True, slots=True)
class Stored(Generic[R]):
    """A module's result with where it is kept: `snapshot_id` names it in evidence addresses."""

    snapshot_id: int
    module: str
    version: str
    seed: int
    as_of: datetime
    n: int
    computed_at: datetime
    record_hash: str
    result: R


def stored(business: Business, account: Source, module: Module[R]) -> Stored[R] | None:
    """The live result of a module for one account. Empty: None when it was never computed. One query."""
    row = TradingSnapshot.objects.of(business).live().filter(source=account, module=module.key).first()
    return None if row is None else _stored(row, module)


def stored_many(business: Business, account: Source, modules: Iterable[Module[Any]]) -> dict[str, Stored[Any]]:
    """The live results of several modules by key; those never computed are left out. One query."""
    wanted = {one.key: one for one in modules}
    rows = TradingSnapshot.objects.of(business).live().filter(source=account, module__in=wanted)
    return {row.module: _stored(row, wanted[row.module]) for row in rows}


def freshness(business: Business, account: Source) -> TradingFreshness | None:
    """Since when the account's results are stale, and which modules failed. One query."""
    found: TradingFreshness | None = TradingFreshness.objects.of(business).filter(source=account).first()
    return found


def _stored(row: TradingSnapshot, module: Module[R]) -> Stored[R]:
    return Stored(
        snapshot_id=row.pk,
        module=row.module,
        version=row.version,
        seed=row.seed,
        as_of=row.as_of,
        n=row.n,
        computed_at=row.computed_at,
        record_hash=row.record_hash,
        result=from_json(module.result, row.values),
    )
