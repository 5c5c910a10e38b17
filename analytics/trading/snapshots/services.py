"""Computes the modules of an account and stores what changed. Superseded, never edited; equal inputs write nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter
from typing import Any

import structlog

from accounts.events import record as note
from accounts.models import Business
from analytics.models import TradingFreshness, TradingSnapshot
from analytics.trading.modules import Beside, Module, in_order
from analytics.trading.record import Record
from analytics.trading.snapshots.codec import from_json, to_json
from ingestion.models import Source

logger = structlog.get_logger(__name__)
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Recomputed:
    """What a recomputation did: modules written anew, kept because nothing changed, and failed with their reason."""

    written: tuple[str, ...]
    kept: tuple[str, ...]
    failed: dict[str, str]


def recompute(
    business: Business,
    account: Source,
    record: Record,
    beside: Beside,
    *,
    now: datetime,
    progress: Progress = lambda done, total, message: None,
    only: Collection[str] = (),
) -> Recomputed:
    """Compute every module of one account, or `only` some, in the caller's transaction.

    One failing module never stops the others.

    A module whose inputs are what they were keeps its snapshot, and its stored result feeds the modules after it.
    """
    live = {row.module: row for row in TradingSnapshot.objects.of(business).live().filter(source=account)}
    hashes: dict[str, str] = {}
    written, kept, failed = [], [], {}
    modules = list(in_order(only))
    for number, one in enumerate(modules):
        progress(number, len(modules), one.label)
        hashes[one.key] = one.inputs_hash(record, beside, hashes)
        held = live.get(one.key)
        try:
            if held is not None and held.inputs_hash == hashes[one.key]:
                beside.results[one.key] = from_json(one.result, held.values)
                kept.append(one.key)
                continue
            snapshot = _computed(business, account, one, record, beside, hashes[one.key], now=now)
        except Exception as error:
            logger.exception("module failed", module=one.key, account=account.pk)
            failed[one.key] = type(error).__name__
            continue
        if held is not None:
            TradingSnapshot.objects.of(business).filter(pk=held.pk).update(superseded_at=now)
        snapshot.save(force_insert=True)
        written.append(one.key)
    _remember(business, account, record, failed, now=now)
    if written:
        note(
            "trading.snapshots.recomputed", business=business, subject=account, written=len(written), failed=len(failed)
        )
    return Recomputed(tuple(written), tuple(kept), failed)


def _computed(
    business: Business,
    account: Source,
    one: Module[Any],
    record: Record,
    beside: Beside,
    inputs_hash: str,
    *,
    now: datetime,
) -> TradingSnapshot:
    began = perf_counter()
    seed = one.seed(record)
    result = one.compute(record, beside, seed)
    values = to_json(result)
    beside.results[one.key] = from_json(one.result, values)  # what follows reads exactly what is stored
    return TradingSnapshot(
        business=business,
        source=account,
        module=one.key,
        version=one.version,
        seed=seed,
        as_of=record.as_of,
        n=len(record),
        values=values,
        inputs_hash=inputs_hash,
        record_hash=record.digest,
        took_ms=round((perf_counter() - began) * 1000),
        computed_at=now,
    )


def _remember(business: Business, account: Source, record: Record, failed: dict[str, str], *, now: datetime) -> None:
    TradingFreshness.objects.update_or_create(
        business=business,
        source=account,
        defaults={
            "stale_since": None,
            "record_hash": record.digest,
            "n": len(record),
            "failed": failed,
            "computed_at": now,
        },
    )
