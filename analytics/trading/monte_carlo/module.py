"""Registers the Monte Carlo module: what is asked of the simulation, and the figures it is told by."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

import numpy as np

from analytics.figures import Figure
from analytics.trading.inference.blocks import block_length
from analytics.trading.inference.samples import SIMULATION_DAYS, SIMULATION_DECISIONS
from analytics.trading.modules import Beside, module
from analytics.trading.monte_carlo import keys as _keys  # noqa: F401 - registers the metrics
from analytics.trading.monte_carlo.calc import Chance, Clock, Horizon, Mode, Plan, Simulated, simulate
from analytics.trading.monte_carlo.sessions import Sessions, sessions_of
from analytics.trading.record import Record
from analytics.trading.sheet import Sheet

#: Seconds for each mode; a run that is stopped says so and shows what it completed.
LIMIT = 5.0
LEAST_SESSIONS = 10
TOLD = 60
FALLS, FLOORS, TARGET = (0.05, 0.1, 0.2, 0.3, 0.5), (0.9, 0.8, 0.5), 1.1
DEEP, FLOOR = 1, 0  # which of them the strip tells


@dataclass(frozen=True)
class MonteCarlo:
    """Futures of one account. `modes` is empty, and `gap` says why, while the record is too short.

    start:  the balance now, or 0 without a known one; then everything is money gained or lost from now on.
    fall:   the deepest fall of the record itself, in money; without a balance drawdown levels are multiples of it.
    daily_sd: standard deviation of a session's result, in money.
    block:  mean length of the blocks, in sessions.
    """

    n: int
    sessions: int
    currency: str
    start: float
    fall: float
    daily_sd: float
    target: float
    block: float
    gap: str
    modes: tuple[Simulated, ...]
    stored: tuple[tuple[str, Figure], ...]

    @property
    def figures(self) -> dict[str, Figure]:
        return dict(self.stored)

    @property
    def complete(self) -> bool:
        return all(mode.complete for mode in self.modes)

    def mode(self, key: str) -> Simulated | None:
        return next((mode for mode in self.modes if mode.mode == key), None)


def compute(
    record: Record, beside: Beside, seed: int, *, clock: Clock | None = perf_counter, limit: float = LIMIT
) -> MonteCarlo:
    """Both modes at three horizons; fixed fraction only where the balance is known."""
    known = sessions_of(record)
    sheet = Sheet(record, beside)
    gap = gap_of(len(record), len(known.money))
    plan = plan_of(known, block_length(known.money))
    modes: list[Simulated] = []
    if not gap:
        modes.append(simulate(known.money, plan, Mode.SIZE, seed=seed, clock=clock, limit=limit))
        if known.shares is not None:
            modes.append(simulate(known.shares, plan, Mode.FRACTION, seed=seed, clock=clock, limit=limit))
    _tell(sheet, modes[0] if modes else None, plan, gap)
    _cushion(sheet, record, known)
    return MonteCarlo(
        n=len(record),
        sessions=len(known.money),
        currency=record.currency,
        start=plan.start,
        fall=known.fall,
        daily_sd=_spread(known),
        target=plan.target,
        block=plan.block,
        gap=gap,
        modes=tuple(modes),
        stored=tuple(sheet.figures.items()),
    )


def gap_of(decisions: int, sessions: int) -> str:
    """What is still missing, as a sentence; empty when nothing is. Source: trading.md § 6.3."""
    enough = sessions >= SIMULATION_DAYS or (decisions >= SIMULATION_DECISIONS and sessions >= LEAST_SESSIONS)
    if enough:
        return ""
    days, more = SIMULATION_DAYS - sessions, SIMULATION_DECISIONS - decisions
    if sessions < LEAST_SESSIONS:
        return f"Needs {days} more trading sessions; so far {sessions}."
    return f"Needs {days} more trading sessions or {more} more closed decisions; so far {sessions} and {decisions}."


def plan_of(known: Sessions, block: float) -> Plan:
    """With a balance, levels are shares of it; without, multiples of the record's own deepest fall."""
    if known.balance is not None:
        floors = tuple(share * known.balance for share in FLOORS)
        return Plan(known.balance, FALLS, floors, TARGET * known.balance, block=block)
    fall = known.fall or 1.0
    levels = tuple(times * fall for times in (0.5, 1.0, 1.5, 2.0, 3.0))
    return Plan(0.0, levels, tuple(-times * fall for times in (1.0, 1.5, 2.0)), fall, block=block)


def _tell(sheet: Sheet, found: Simulated | None, plan: Plan, gap: str) -> None:
    """The figures of the strip: sixty sessions at the same size."""
    at: Horizon | None = next((h for h in found.horizons if h.sessions == TOLD), None) if found else None
    if at is None:
        sheet.money("trading.mc_result", None, gap=gap)
        for name in ("loss", "drawdown", "floor", "target"):
            sheet.number(f"trading.mc_{name}", None, gap=gap)
        sheet.number("trading.mc_safe_size", None, gap=gap)
        return
    sheet.money("trading.mc_result", at.end[2] - plan.start)
    sheet.number("trading.mc_safe_size", at.safe_size, gap="No future came near the floor.")
    told = {"loss": at.loss, "drawdown": at.falls[DEEP], "floor": at.floors[FLOOR], "target": at.target}
    for name, chance in told.items():
        sheet.number(f"trading.mc_{name}", chance.p, low=chance.low, high=chance.high, note=_note(name, chance, plan))


def _cushion(sheet: Sheet, record: Record, known: Sessions) -> None:
    """How many ordinary days lie between the account and a floor of 90 % of what it began with."""
    spread = _spread(known)
    if record.balance is None or known.balance is None or spread <= 0:
        sheet.number("trading.mc_cushion", None)
        return
    floor = FLOORS[FLOOR] * float(record.balance)
    sheet.number("trading.mc_cushion", (known.balance - floor) / spread, n=len(known.money))


def _spread(known: Sessions) -> float:
    return float(np.std(known.money, ddof=1)) if len(known.money) > 1 else 0.0


def _note(name: str, chance: Chance, plan: Plan) -> str:
    if name == "loss":
        return ""
    if plan.in_money:
        return "as deep as the deepest so far" if name != "target" else "as much as the deepest fall so far"
    share = chance.level if name == "drawdown" else abs(chance.level / plan.start - 1)
    return f"{share:.0%} from a peak" if name == "drawdown" else f"{share:.0%} from now"


MONTE_CARLO = module("monte_carlo", "Monte Carlo", version="2", result=MonteCarlo, compute=compute)
