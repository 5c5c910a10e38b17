"""Questions about the next entry: how soon and how large after a loss, after wins, and in bursts."""

from __future__ import annotations

import numpy as np

from analytics.trading.inference.bootstrap import Interval
from analytics.trading.psychology.asking import Asked, Contrast, Cost, Known, difference, short, size_ratio
from analytics.trading.psychology.before import Mask
from analytics.trading.psychology.drawing import median_ratio
from analytics.trading.psychology.within import centred, labels_p, linear_p, ranks, slope
from analytics.trading.record import Ints

TEMPO, SIZE, STREAK = 1.25, 1.10, 1.25
STREAK_WINS, STREAKS = 3, 20
BURST_ENTRIES, BURST_REPS = 4, 2_000


def revenge_tempo(known: Known) -> Asked:
    """Pauses after a win ÷ after a loss; and f of the fastest re-entries after a loss against the slower ones."""
    state, pause = known.state, known.state.pause
    lost, won = state.after_loss, state.after_win
    gap = short(int(lost.sum()), int(won.sum()), "entries after a loss", "entries after a win")
    behaviour = Contrast(n=int(lost.sum()), n_rest=int(won.sum()), gap=gap)
    fast = lost & (pause < np.quantile(pause[state.again], 0.25)) if not gap else np.zeros(len(lost), dtype=np.bool_)
    if not gap:
        rows, day = state.again, known.record.session
        p = labels_p(ranks(pause[rows]), lost[rows], day[rows], seed=known.seed, side="less")
        ratio, interval = median_ratio(pause, won, lost, day, seed=known.seed)
        behaviour = Contrast(ratio, p, int(lost.sum()), int(won.sum()), lambda: interval)
    cost = difference(known, fast, lost & ~fast, "fast entries after a loss", "slower ones")
    return Asked("revenge_tempo", behaviour, cost, fast, TEMPO)


def revenge_size(known: Known) -> Asked:
    """Size after a loss ÷ after a win; and how f falls with size among entries after a loss."""
    state, record = known.state, known.record
    lost, won = state.after_loss, state.after_win
    behaviour = size_ratio(known, lost, won, "entries after a loss", "entries after a win")
    if behaviour.gap:
        nothing = np.zeros(len(record), dtype=np.bool_)
        return Asked("revenge_size", behaviour, Cost(gap=behaviour.gap), nothing, SIZE)
    usual = float(np.exp(np.log(record.size[won]).mean()))
    larger = lost & (record.size > usual)
    return Asked("revenge_size", behaviour, _by_size(known, lost, larger, usual), larger, SIZE)


def _by_size(known: Known, rows: Mask, larger: Mask, usual: float) -> Cost:
    """The slope of f on size inside days; at stake is that slope times all size above the usual one."""
    size, form, day = known.record.size[rows], known.form[rows], known.record.session[rows]
    p = linear_p(size, form, day, side="less")
    if not np.isfinite(p):
        return Cost(n=int(rows.sum()), gap="All sizes after a loss are the same.")
    products, squares = np.zeros(len(rows)), np.zeros(len(rows))
    number = np.unique(day, return_inverse=True)[1]
    dx, dy = centred(size, number), centred(form, number)
    products[rows], squares[rows] = dx * dy, dx**2
    at = known.drawing.share(products, squares)
    above = float((known.record.size[larger] - usual).sum())
    rest = int(rows.sum() - larger.sum())
    draws = lambda: known.drawing.quotient(at)  # noqa: E731 - the draws exist only later
    return Cost(slope(size, form, day), p, int(larger.sum()), rest, draws, times=above)


def win_streak(known: Known) -> Asked:
    """Size after three wins in a row against all other entries, and f likewise.

    Outcomes are compared over the whole record: inside a day, the others hold the very wins that made the streak, and
    what follows them looks worse without being so.
    """
    state = known.state
    after = state.known & (state.wins >= STREAK_WINS)
    base = state.known & ~after
    words = ("entries after three wins in a row", "other entries")
    behaviour = size_ratio(known, after, base, *words, need=STREAKS)
    cost = difference(known, after, base, *words, need=STREAKS, in_days=False)
    return Asked("win_streak", behaviour, cost, after, STREAK)


def tilt_burst(known: Known) -> Asked:
    """Four entries in a row, each faster than the own fastest tenth: oftener than the same pauses in any order?"""
    state, record = known.state, known.record
    rows = np.flatnonzero(np.isfinite(state.since_entry))
    if len(rows) < 100:
        gap = f"Needs {100 - len(rows)} more entries that follow another in their session."
        return Asked("tilt_burst", Contrast(n=len(rows), gap=gap), Cost(gap=gap), np.zeros(len(record), dtype=np.bool_))
    rows = rows[np.lexsort((record.closed[rows], record.opened[rows], record.session[rows]))]
    short_pause = state.since_entry[rows] <= np.quantile(state.since_entry[rows], 0.1)
    together = record.session[rows][BURST_ENTRIES - 2 :] == record.session[rows][: len(rows) - BURST_ENTRIES + 2]
    hits = _windows(short_pause[None, :], together)[0]
    expected = _expected(short_pause, together, seed=known.seed)
    count = int(hits.sum())
    p = float((np.sum(expected >= count) + 1) / (len(expected) + 1))
    inside = _inside(known, rows, hits)
    mean = float(expected.mean())
    effect = count / mean if mean > 0 else float("nan")
    spread = np.quantile(expected, [0.05, 0.95])
    low, high = (count / float(end) if end > 0 else np.nan for end in spread[::-1])
    interval = Interval(low, high, 0.0)
    behaviour = Contrast(effect, p if count else 1.0, count, len(rows), lambda: interval)
    if not np.isfinite(effect):
        behaviour = Contrast(n=len(rows), gap="There are too few fast entries to say how often bursts are luck.")
    cost = difference(known, inside, state.known & ~inside, "decisions inside bursts", "decisions outside")
    return Asked("tilt_burst", behaviour, cost, inside, 1.0)


def _windows(flags: np.ndarray, together: Mask) -> np.ndarray:
    """Where three short pauses follow each other in one session; rows of `flags` are orders of the same pauses."""
    width = BURST_ENTRIES - 1
    m = flags.shape[1] - width + 1
    whole = flags[:, :m].copy()
    for k in range(1, width):
        whole &= flags[:, k : k + m]
    return np.asarray(whole & together)


def _expected(flags: Mask, together: Mask, *, seed: int) -> Ints:
    draw = np.random.default_rng(seed)
    made = [_windows(draw.permuted(np.tile(flags, (200, 1)), axis=1), together).sum(axis=1) for _ in range(10)]
    return np.asarray(np.concatenate(made), dtype=np.int64)


def _inside(known: Known, rows: Ints, hits: Mask) -> Mask:
    """The decisions of all bursts, with the entry that each began from."""
    inside = np.zeros(len(known.record), dtype=np.bool_)
    at = np.flatnonzero(hits)
    for k in range(BURST_ENTRIES - 1):
        inside[rows[at + k]] = True
    starts = _entry_before(known, rows[at])
    inside[starts[starts >= 0]] = True
    return inside


def _entry_before(known: Known, rows: Ints) -> Ints:
    """The session's entry before each of `rows`."""
    record, state = known.record, known.state
    places: dict[tuple[int, int], int] = {
        (int(record.session[i]), int(state.order[i])): int(i) for i in np.flatnonzero(state.known)
    }
    found = [places.get((int(record.session[i]), int(state.order[i]) - 1), -1) for i in rows]
    return np.asarray(found, dtype=np.int64)
