"""The metric keys of the KPIs. Importing this module registers them."""

from __future__ import annotations

from analytics.registry import Better, Empty, Unit, metric

SPEC = "trading.md § 5"
UP, DOWN, NEITHER = Better.UP, Better.DOWN, Better.NEITHER
NO_DECISION = "No closed decision yet."
NO_BALANCE = "There is no starting balance to relate results to."
NO_STOP = "No decision has its initial stop, so its risk is not known."
DAYS_SHORT = "Needs {need} trading sessions; there are {n} so far."


def _known(
    key: str, label: str, unit: Unit, better: Better, formula: str, gap: str = NO_DECISION, minimum: int = 0
) -> None:
    metric(f"trading.{key}", label, unit=unit, better=better, formula=formula, source=SPEC, gap=gap, minimum=minimum)


metric(
    "trading.decisions",
    "Closed decisions",
    unit=Unit.COUNT,
    better=NEITHER,
    empty=Empty.ZERO,
    formula="round trips from flat to flat, by position when hedging",
    source="trading.md § 2",
)
metric(
    "trading.sessions",
    "Sessions traded",
    unit=Unit.COUNT,
    better=NEITHER,
    empty=Empty.ZERO,
    formula="sessions in which a decision was closed",
    source="trading.md § 3",
)
for name, label, better, formula in (
    ("net", "Net result", UP, "Σ gross + commission + fees + swap of closed decisions, costs negative"),
    ("gross", "Before costs", UP, "Σ gross of closed decisions"),
    ("costs", "Costs", UP, "Σ commission + fees + swap of closed decisions; negative is paid"),
):
    metric(
        f"trading.{name}",
        label,
        unit=Unit.MONEY,
        better=better,
        empty=Empty.ZERO,
        formula=formula,
        source="trading.md § 2",
    )
metric(
    "trading.zeros",
    "Flat decisions",
    unit=Unit.COUNT,
    better=NEITHER,
    empty=Empty.ZERO,
    formula="decisions with a net result of exactly 0",
    source=SPEC,
)
_known("win_rate", "Win rate", Unit.RATE, UP, "decisions with x > 0 ÷ all; Wilson 95 % interval")
_known("win_rate_platform", "Win rate, platform’s way", Unit.RATE, UP, "decisions with x ≥ 0 ÷ all, as MetaTrader")
_known("profit_factor", "Profit factor", Unit.INDEX, UP, "Σ winners ÷ Σ |losers|", "No losses yet.")
_known("expectancy", "Expectancy", Unit.MONEY, UP, "mean x over all decisions, flat ones included")
_known(
    "expectancy_r",
    "Expectancy in R",
    Unit.INDEX,
    UP,
    "mean of x ÷ initial risk where the initial stop is known",
    NO_STOP,
)
_known(
    "expectancy_proxy",
    "Expectancy in median losses",
    Unit.INDEX,
    UP,
    "mean x ÷ median |loss|: a proxy for R",
    "There is no loss to measure by.",
)
_known("average_win", "Average win", Unit.MONEY, UP, "mean of x > 0", "No winning decision yet.")
_known("average_loss", "Average loss", Unit.MONEY, UP, "mean of x < 0", "No losing decision yet.")
_known("payoff", "Payoff", Unit.INDEX, UP, "mean win ÷ mean |loss|", "Needs at least one win and one loss.")
_known(
    "sqn",
    "SQN",
    Unit.INDEX,
    UP,
    "√min(N, 100) · mean R ÷ sample deviation of R",
    "Needs {need} decisions with a known initial risk; there are {n}.",
    minimum=30,
)
_known(
    "t_score",
    "t-like score",
    Unit.INDEX,
    UP,
    "√min(N, 100) · mean x ÷ sample deviation of x, in money",
    "Needs {need} decisions; there are {n}.",
    minimum=30,
)
_known("winning_run", "Longest winning streak", Unit.COUNT, UP, "longest run of x > 0; a flat decision ends it")
_known("winning_run_platform", "Longest winning streak, platform’s way", Unit.COUNT, UP, "longest run of x ≥ 0")
_known("losing_run", "Longest losing streak", Unit.COUNT, DOWN, "longest run of x < 0; a flat decision ends it")
_known(
    "runs_z",
    "Runs Z-score",
    Unit.INDEX,
    NEITHER,
    "(N(runs − ½) − P) ÷ √(P(P − N) ÷ (N − 1)), P = 2·wins·losses",
    "Needs 20 wins and 20 losses.",
)
_known(
    "max_drawdown",
    "Maximum drawdown",
    Unit.RATE,
    DOWN,
    "max (peak − value) ÷ peak of the NAV of closed decisions, start counted as first peak",
    NO_BALANCE,
)
_known(
    "max_drawdown_money",
    "Maximum drawdown, money",
    Unit.MONEY,
    DOWN,
    "deepest fall of the running result from its peak",
)
_known("current_drawdown", "Drawdown now", Unit.MONEY, DOWN, "highest running result − running result")
_known("drawdown_days", "Longest drawdown", Unit.DAYS, DOWN, "days from a peak to its recovery, or to the last close")
_known("under_water", "Time under water", Unit.RATE, DOWN, "share of the record’s time below an earlier peak")
_known(
    "sharpe",
    "Sharpe ratio",
    Unit.INDEX,
    UP,
    "mean ÷ sample deviation of session returns · √252 (crypto √365), rf = 0",
    DAYS_SHORT,
    minimum=30,
)
_known(
    "sortino",
    "Sortino ratio",
    Unit.INDEX,
    UP,
    "mean ÷ √(mean squared shortfall, all sessions) · √252 (crypto √365)",
    "Needs 30 trading sessions and a losing one; there are {n} sessions so far.",
    minimum=30,
)
_known("calmar", "Calmar ratio", Unit.INDEX, UP, "CAGR ÷ maximum drawdown", "Needs a year of history and a drawdown.")
_known(
    "return_over_drawdown",
    "Return ÷ drawdown",
    Unit.INDEX,
    UP,
    "return of the period ÷ maximum drawdown",
    "Needs a starting balance and a drawdown.",
)
_known(
    "recovery_factor", "Recovery factor", Unit.INDEX, UP, "net result ÷ maximum drawdown in money", "No drawdown yet."
)
_known("ulcer", "Ulcer index", Unit.RATE, DOWN, "√mean of squared drawdowns at session ends", NO_BALANCE)
_known(
    "cvar",
    "Worst 5 % of sessions",
    Unit.RATE,
    UP,
    "mean return of the worst twentieth of sessions",
    DAYS_SHORT,
    minimum=60,
)
_known(
    "psr",
    "Chance of a true edge",
    Unit.RATE,
    UP,
    "PSR: Φ((S − 0)√(T − 1) ÷ √(1 − g₃S + (g₄ − 1)S² ÷ 4)) of sessions",
    DAYS_SHORT,
    minimum=30,
)
_known(
    "min_trl",
    "Record needed for 95 %",
    Unit.COUNT,
    DOWN,
    "MinTRL: 1 + (1 − g₃S + (g₄ − 1)S² ÷ 4)(1.645 ÷ S)² sessions",
    "Never on this record: its Sharpe ratio is not above 0.",
)
_known(
    "half_kelly",
    "Size that the record supports",
    Unit.RATE,
    NEITHER,
    "½ · argmax mean ln(1 + f·R) at the lower 25 % of resampled records: equity risked a decision",
    "No size is supported by this record.",
)
_known(
    "optimal_f",
    "Optimal f",
    Unit.RATE,
    NEITHER,
    "argmax Π(1 + f·x ÷ |largest loss|)",
    "Needs a loss, and a positive expectancy.",
)
_known(
    "ruin",
    "Chance to lose half",
    Unit.RATE,
    DOWN,
    "share of resampled futures of 120 sessions whose NAV falls to half",
    "Needs a starting balance and 30 sessions; there are {n}.",
    minimum=30,
)
_known(
    "edge_ratio",
    "Edge ratio",
    Unit.INDEX,
    UP,
    "mean MFE ÷ mean |MAE|",
    "Not measurable from this file: it has no best and worst prices within trades.",
)
_known(
    "capture",
    "Captured of the best price",
    Unit.RATE,
    UP,
    "Σ net ÷ Σ MFE of decisions with MFE > 0",
    "Not measurable from this file: it has no best prices within trades.",
)
_known("without_best_trade", "Net without the best trade", Unit.MONEY, UP, "net result − the largest single result")
_known("without_best_day", "Net without the best day", Unit.MONEY, UP, "net result − the largest session’s result")
