"""Rows that a broker completed itself to decisions: fragments whose open times overlap are one (trading.md § 2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from ingestion.trading.matching.fills import GRADES, PLACES, mean, text_of
from ingestion.trading.matching.model import ZERO, Made, Part

STOPS = ("none", "last_known", "initial")


def match_parts(parts: Iterable[Part], *, hedging: bool = False) -> tuple[Made, ...]:
    """One trade a decision; the order the parts are given in does not matter.

    Netting: fragments of one contract and direction, from flat to flat. Hedging: one position by its own id.
    A row without a time of entry stands alone.
    """
    groups: dict[tuple[str, ...], list[Part]] = {}
    for part in parts:
        groups.setdefault(_bucket(part, hedging=hedging), []).append(part)
    made = []
    for bucket, group in sorted(groups.items()):
        group.sort(key=_order)
        runs = [group] if bucket[0] == "position" else _flat_to_flat(group)
        made += [_one(run) for run in runs]
    return tuple(made)


def _bucket(part: Part, *, hedging: bool) -> tuple[str, ...]:
    if hedging and part.position_id:
        return "position", part.contract, part.position_id
    if part.opened_at is None or hedging:
        return "alone", part.key
    return "net", part.contract, str(part.direction)


def _order(part: Part) -> tuple[object, ...]:
    return part.opened_at or part.closed_at, part.closed_at, part.sequence, part.key


def _flat_to_flat(parts: Sequence[Part]) -> Iterator[list[Part]]:
    """Runs of parts whose open intervals overlap, or that opened at one instant."""
    run: list[Part] = []
    for part in parts:
        opened = part.opened_at or part.closed_at
        if run and opened >= max(one.closed_at for one in run) and opened != run[0].opened_at:
            yield run
            run = []
        run.append(part)
    if run:
        yield run


def _one(parts: list[Part]) -> Made:
    first = parts[0]
    by_close = sorted(parts, key=lambda part: (part.closed_at, part.sequence, part.key))
    last = by_close[-1]
    quality = min((part.stop_quality or "none" for part in parts), key=STOPS.index)
    return Made(
        key=first.key,
        symbol=first.symbol,
        instrument=first.instrument,
        asset_class=first.asset_class,
        direction=first.direction,
        opened_at=first.opened_at,
        closed_at=last.closed_at,
        quantity=_largest(parts),
        entry_price=_weighted(parts, [part.entry_price for part in parts]),
        exit_price=_weighted(parts, [part.exit_price for part in parts]),
        currency=first.currency,
        gross=sum((part.gross for part in parts), ZERO),
        commission=sum((part.commission for part in parts), ZERO),
        fees=sum((part.fees for part in parts), ZERO),
        swap=sum((part.swap for part in parts), ZERO),
        sequence=last.sequence,
        stated_session=last.session_date,
        initial_risk=_risk(parts) if quality == "initial" else None,
        stop=first.stop,
        stop_quality=quality,
        target=first.target,
        mae=_excursion(parts, [part.mae for part in parts]),
        mfe=_excursion(parts, [part.mfe for part in parts]),
        exit_reason=last.exit_reason,
        setup=next((part.setup for part in parts if part.setup), ""),
        members=[part.key for part in parts],
        exits=[_exit(part) for part in by_close],
        flags=sorted({flag for part in parts for flag in part.flags}),
        supported=all(part.supported for part in parts),
        grade=min((part.grade for part in parts), key=GRADES.index),
    )


def _exit(part: Part) -> list[str | None]:
    price = None if part.exit_price is None else text_of(part.exit_price)
    return [part.closed_at.isoformat(), text_of(part.quantity), price, text_of(part.net)]


def _weighted(parts: Sequence[Part], prices: Sequence[Decimal | None]) -> Decimal | None:
    """The mean price by quantity; None as soon as one is not known."""
    total = ZERO
    for part, price in zip(parts, prices, strict=True):
        if price is None:
            return None
        total += price * part.quantity
    return mean(total, sum((part.quantity for part in parts), ZERO))


def _largest(parts: Sequence[Part]) -> Decimal:
    """The largest size held at once; at one instant what opens counts before what closes."""
    steps = [(part.opened_at or part.closed_at, 0, part.quantity) for part in parts]
    steps += [(part.closed_at, 1, -part.quantity) for part in parts]
    held = largest = ZERO
    for _, _, change in sorted(steps, key=lambda step: step[:2]):
        held += change
        largest = max(largest, held)
    return largest


def _risk(parts: Sequence[Part]) -> Decimal | None:
    """Money lost had every part left at its initial stop. None where a stop is at or beyond its entry, or unpriced."""
    total = ZERO
    for part in parts:
        if part.stop is None or part.entry_price is None or part.multiplier is None:
            return None
        risk = part.direction * (part.entry_price - part.stop) * part.quantity * part.multiplier
        if risk <= 0:
            return None
        total += risk
    return total.quantize(PLACES)


def _excursion(parts: Sequence[Part], values: Sequence[Decimal | None]) -> Decimal | None:
    """Of fragments that opened together the sum; of others it is not known when each was worst."""
    known = [value for value in values if value is not None]
    if len(known) < len(values) or any(part.opened_at != parts[0].opened_at for part in parts):
        return None
    return sum(known, ZERO)
