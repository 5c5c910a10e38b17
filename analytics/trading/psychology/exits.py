"""Questions about exits: holding losers, and keeping stops."""

from __future__ import annotations

import numpy as np

from analytics.trading.inference.intervals import wilson
from analytics.trading.psychology.asking import Asked, Contrast, Cost, Known, difference, short
from analytics.trading.psychology.drawing import median_ratio
from analytics.trading.psychology.within import labels_p, ranks

HELD = 1.5
BEYOND_STOP, LOOSE_SHARE = 1.1, 0.1


def disposition(known: Known) -> Asked:
    """Holding time of losers ÷ winners; and f of losers held longer than three in four winners against other losers.

    Where the average win is at least the average loss, long losers are a style that pays, and no habit is told.
    """
    record, hold = known.record, known.record.hold
    timed = np.isfinite(hold)
    lost, won = timed & (record.net < 0), timed & (record.net > 0)
    gap = short(int(lost.sum()), int(won.sum()), "losers with a known holding time", "winners with one")
    if gap:
        return Asked("disposition", Contrast(n=int(lost.sum()), gap=gap), Cost(gap=gap), lost & ~lost, HELD)
    rows = lost | won
    p = labels_p(ranks(hold[rows]), lost[rows], record.session[rows], seed=known.seed, side="greater")
    ratio, interval = median_ratio(hold, lost, won, record.session, seed=known.seed)
    behaviour = Contrast(ratio, p, int(lost.sum()), int(won.sum()), lambda: interval)
    if not np.isfinite(ratio):
        behaviour = Contrast(n=int(lost.sum()), gap="Winners are closed in the moment they are opened.")
    long = lost & (hold > np.quantile(hold[won], 0.75))
    cost = difference(known, long, lost & ~long, "losers held long", "other losers")
    payoff = float(record.net[won].mean() / -record.net[lost].mean())
    spared = "Your average win is at least your average loss, so this is a style and no habit." if payoff >= 1 else ""
    return Asked("disposition", behaviour, cost, long, HELD, spared=spared)


def stop_discipline(known: Known) -> Asked:
    """Share of losers that lost more than 1.1 of their initial risk; and what went beyond that risk, a loser."""
    record = known.record
    risked = record.risk > 0
    losers = risked & (record.net < 0)
    n = int(losers.sum())
    if n < 30:
        gap = "No initial stop is in this file, so stops cannot be judged." if not risked.any() else (
            f"Needs {30 - n} more losers with a known initial stop."
        )  # fmt: skip
        return Asked("stop_discipline", Contrast(n=n, gap=gap), Cost(n=n, gap=gap), losers & ~losers, LOOSE_SHARE)
    beyond = losers & (record.r < -BEYOND_STOP)
    share = wilson(int(beyond.sum()), n, level=0.9)
    behaviour = Contrast(float(beyond.sum()) / n, float("nan"), int(beyond.sum()), n, lambda: share)
    over = np.where(losers, np.minimum(record.r + 1.0, 0.0), 0.0)
    at = known.drawing.share(np.nan_to_num(over), losers.astype(np.float64))
    cost = Cost(float(over[losers].mean()), 0.0, n, 0, lambda: known.drawing.quotient(at), times=float(n))
    return Asked("stop_discipline", behaviour, cost, beyond, LOOSE_SHARE, kept=share.low > LOOSE_SHARE)
