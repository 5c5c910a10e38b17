"""Where the desk keeps its figures, for the evidence page: one snapshot a module and account."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ObjectDoesNotExist
from pydantic import ValidationError

from accounts.errors import NotYours
from accounts.models import Business
from analytics.evidence.queries import Kept, keeper
from analytics.figures import Figure
from analytics.models import TradingSnapshot
from analytics.trading.loading import beside_of, record_of
from analytics.trading.modules import MODULES, Module
from analytics.trading.snapshots.codec import from_json, to_json

KIND = "trading"


@keeper(KIND)
def trading(business: Business, key: str, *, as_of: datetime) -> Kept:
    """The figures of one snapshot. Errors: NotYours for an unknown one, or one this version can no longer read."""
    row = _row(business, key)
    module = MODULES.get(row.module)
    if module is None:
        raise NotYours("There is no such figure.")
    try:
        shown = dict(from_json(module.result, row.values).figures)
    except ValidationError:
        raise NotYours("This figure was computed by a version that can no longer be read.") from None
    return Kept(
        title=f"{module.label}, {row.source.label}, with decisions closed up to {row.as_of:%-d %b %Y, %H:%M} UTC",
        figures=shown,
        again=lambda: computed_again(business, row, module),
        computed_at=row.computed_at,
        superseded_at=row.superseded_at,
        model=row.version,
        inputs_hash=row.inputs_hash,
        by_day=False,
    )


def computed_again(business: Business, row: TradingSnapshot, module: Module) -> dict[str, Figure]:
    """The same module from the trades as they are now, up to the same close, reading the live results before it."""
    try:
        record = record_of(business, row.source, as_of=row.as_of)
    except ObjectDoesNotExist:
        raise NotYours("The account of this figure is gone.") from None
    beside = beside_of(business, row.source)
    before = TradingSnapshot.objects.of(business).live().filter(source=row.source, module__in=module.after)
    for earlier in before:
        beside.results[earlier.module] = from_json(MODULES[earlier.module].result, earlier.values)
    result = module.compute(record, beside, module.seed(record))
    return dict(from_json(module.result, to_json(result)).figures)


def _row(business: Business, key: str) -> TradingSnapshot:
    rows = TradingSnapshot.objects.of(business).select_related("source")
    row: TradingSnapshot | None = (
        rows.filter(pk=int(key)).first() if key.isascii() and key.isdigit() and len(key) < 19 else None
    )
    if row is None:
        raise NotYours("There is no such figure.")
    return row
