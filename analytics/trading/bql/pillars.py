"""The six pillars: what is measured, on what, and how it becomes points. Plain NumPy.

Each measure is taken at the end of its 90 % interval that favours the trader: a pillar falls by what the record shows,
never by how short it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.trading.bql.window import Entries, entries
from analytics.trading.inference.blocks import block_length
from analytics.trading.inference.bootstrap import day_sums, decision_sums, indices
from analytics.trading.inference.permutation import within_day
from analytics.trading.record import Floats, Record

LEAST_ARM = 8
LEAST_LOSSES = 10
REPS, HISTORY_REPS = 2_000, 400
FAVOUR = 0.05


@dataclass(frozen=True, slots=True)
class Pillar:
    """`points` 0 to 100, or None with the reason in `gap`. `measure` is what was seen, `bound` what was scored.

    n: what it stands on: losses, re-entries, days or decisions.
    """

    key: str
    points: float | None
    measure: float | None = None
    bound: float | None = None
    n: int = 0
    gap: str = ""
    note: str = ""


def linear(value: float, best: float, worst: float) -> float:
    """100 at `best` or better, 0 at `worst` or worse, linear between."""
    return float(np.clip((worst - value) / (worst - best), 0.0, 1.0) * 100)


def pillars(record: Record, *, limit: float | None, obeyed: float | None, seed: int, reps: int) -> tuple[Pillar, ...]:
    """All six, in their order. `obeyed` is the share of decisions inside the trader's own rules, None without rules."""
    before = entries(record)
    return (
        loss_containment(record, limit=limit, seed=seed, reps=reps),
        size_discipline(record, before, seed=seed + 1, reps=reps),
        tempo(record, before, seed=seed + 2, reps=reps),
        exit_symmetry(record, seed=seed + 3, reps=reps),
        concentration(record, seed=seed + 4, reps=reps),
        own_rules(record, obeyed),
    )


def loss_containment(record: Record, *, limit: float | None, seed: int, reps: int) -> Pillar:
    """P95|loss| ÷ median|loss|, in R where risks are known; and the share of days past the daily limit."""
    lost = record.net < 0
    known = np.isfinite(record.r[lost])
    losses = -record.r[lost][known] if len(known) and known.mean() >= 0.5 else -record.net[lost]
    past = days_past(record, limit)
    by_days = None if past is None else max(0.0, 100 - 400 * past)
    note = "" if past is None or not past else "days past the daily limit count"
    if len(losses) < LEAST_LOSSES:
        gap = f"Needs {LEAST_LOSSES} losses in the window; there are {len(losses)}."
        return Pillar("loss", None, n=len(losses), gap=gap)

    def spread(rows: Floats) -> Floats:
        middle, high = np.quantile(rows, [0.5, 0.95], axis=-1)
        return np.asarray(high / middle)

    seen = float(spread(losses[None, :])[0])
    bound = min(seen, _low(np.concatenate([spread(losses[c]) for c in _draws(losses, seed, reps)])))
    points = linear(bound, 2.5, 8.0)
    return Pillar("loss", points if by_days is None else min(points, by_days), seen, bound, len(losses), note=note)


def days_past(record: Record, limit: float | None) -> float | None:
    """Share of sessions that lost the daily limit or more. Empty: None without a limit."""
    if not limit or not len(record):
        return None
    days = day_sums(record.session, record.net[:, None])[:, 0]
    return float((days <= -abs(limit)).mean())


def size_discipline(record: Record, before: Entries, *, seed: int, reps: int) -> Pillar:
    """Geometric mean of normalised size after a loss ÷ after a win, in one session."""
    after_loss, after_win = _arms(record, before)
    gap = _arm_gap(record, after_loss, after_win)
    if gap:
        return Pillar("size", None, n=int(after_loss.sum()), gap=gap)
    size = np.log(np.maximum(record.size, 1e-9))
    table = np.stack([size * after_loss, after_loss, size * after_win, after_win], axis=1).astype(np.float64)
    sums, _ = decision_sums(record.session, table, seed=seed, reps=reps)
    seen = float(np.exp(size[after_loss].mean() - size[after_win].mean()))
    with np.errstate(divide="ignore", invalid="ignore"):
        drawn = np.exp(sums[:, 0] / sums[:, 1] - sums[:, 2] / sums[:, 3])
    bound = min(seen, _low(drawn))
    return Pillar("size", linear(bound, 1.10, 2.0), seen, bound, int(after_loss.sum()))


def tempo(record: Record, before: Entries, *, seed: int, reps: int) -> Pillar:
    """Median gap after a win ÷ after a loss; below 70 only where fast re-entries also earn less."""
    after_loss, after_win = _arms(record, before)
    gap = _arm_gap(record, after_loss, after_win)
    if gap:
        return Pillar("tempo", None, n=int(after_loss.sum()), gap=gap)
    seen, bound = _ratio_of_medians(before.gap[after_win], before.gap[after_loss], seed=seed, reps=reps)
    points, note = linear(bound, 1.25, 4.0), ""
    if points < 70 and not fast_costs(record, before, after_loss, seed=seed, reps=reps):
        points, note = 70.0, "fast re-entries do not earn less, so far"
    return Pillar("tempo", points, seen, bound, int(after_loss.sum()), note=note)


def fast_costs(record: Record, before: Entries, after_loss: np.ndarray, *, seed: int, reps: int) -> bool:
    """Whether re-entries after a loss that are faster than their own P25 earn less than the others (p < 0.10)."""
    gaps = before.gap[after_loss]
    fast = gaps <= np.quantile(gaps, 0.25)
    found = within_day(record.form[after_loss], fast, record.session[after_loss], seed=seed, reps=reps, side="less")
    return bool(found.p < 0.10)


def exit_symmetry(record: Record, *, seed: int, reps: int) -> Pillar:
    """Median hold of losers ÷ winners; not below 70 while the mean win is at least the mean loss."""
    held = np.isfinite(record.hold)
    lost, won = record.hold[held & (record.net < 0)], record.hold[held & (record.net > 0)]
    if not held.any():
        return Pillar("exit", None, gap="Needs the time of entry, a column this statement does not have.")
    if min(len(lost), len(won)) < LEAST_ARM:
        gap = f"Needs {LEAST_ARM} winners and {LEAST_ARM} losers; there are {len(won)} and {len(lost)}."
        return Pillar("exit", None, n=len(lost), gap=gap)
    seen, bound = _ratio_of_medians(lost, won, seed=seed, reps=reps)
    points, note = linear(bound, 1.0, 4.0), ""
    wins, losses = record.net[record.net > 0], -record.net[record.net < 0]
    if points < 70 and float(wins.mean()) >= float(losses.mean()):
        points, note = 70.0, "the mean win makes up for it"
    return Pillar("exit", points, seen, bound, len(lost), note=note)


def concentration(record: Record, *, seed: int, reps: int) -> Pillar:
    """Best day ÷ sum of positive days; left out while the window is not in profit."""
    days = day_sums(record.session, record.net[:, None])[:, 0]
    if float(record.net.sum()) <= 0:
        return Pillar("concentration", None, n=len(days), gap="Left out while the window is not in profit.")

    def share(rows: Floats) -> Floats:
        gains = np.maximum(rows, 0)
        total = gains.sum(axis=-1)
        return np.divide(gains.max(axis=-1), total, out=np.ones_like(total), where=total > 0)

    seen = float(share(days[None, :])[0])
    bound = min(seen, _low(np.concatenate([share(days[c]) for c in _draws(days, seed, reps)])))
    return Pillar("concentration", linear(bound, 0.20, 0.60), seen, bound, len(days))


def own_rules(record: Record, obeyed: float | None) -> Pillar:
    """Share of decisions inside the trader's own rules. It is counted, not estimated, so it has no interval."""
    if obeyed is None:
        return Pillar("rules", None, gap="Left out until you set rules of your own.")
    return Pillar("rules", linear(obeyed, 1.0, 0.5), obeyed, obeyed, len(record))


def _arms(record: Record, before: Entries) -> tuple[np.ndarray, np.ndarray]:
    """Entries after a loss and after a win of the same session."""
    result = record.net[np.maximum(before.before, 0)]
    return before.known & (result < 0), before.known & (result > 0)


def _arm_gap(record: Record, after_loss: np.ndarray, after_win: np.ndarray) -> str:
    if not np.isfinite(record.opened).any():
        return "Needs the time of entry, a column this statement does not have."
    losses, wins = int(after_loss.sum()), int(after_win.sum())
    if min(losses, wins) >= LEAST_ARM:
        return ""
    need = f"Needs {LEAST_ARM} entries after a loss and {LEAST_ARM} after a win in one session"
    return f"{need}; there are {losses} and {wins}."


def _ratio_of_medians(above: Floats, below: Floats, *, seed: int, reps: int) -> tuple[float, float]:
    """The ratio, gaps of less than a second counted as one, and the end of its interval that favours the trader."""
    a, b = np.maximum(above, 1.0), np.maximum(below, 1.0)
    seen = float(np.median(a) / np.median(b))
    return seen, min(seen, _low(_medians(a, seed, reps) / _medians(b, seed + 1, reps)))


def _medians(x: Floats, seed: int, reps: int) -> Floats:
    return np.concatenate([np.median(x[chunk], axis=1) for chunk in _draws(np.log(x), seed, reps)])


def _draws(x: Floats, seed: int, reps: int) -> list[np.ndarray]:
    return list(indices(len(x), block=block_length(x), seed=seed, reps=reps))


def _low(drawn: Floats) -> float:
    return float(np.quantile(drawn[np.isfinite(drawn)], FAVOUR))
