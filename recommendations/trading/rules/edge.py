"""Rules about the edge itself. Source: trading.md § 6.2, § 6.4 and § 7, Edge Health and Edge Portfolio."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

from analytics.figures import Figure
from recommendations.confidence import SIGN_WORDS, of_sign
from recommendations.findings import Finding, Impact
from recommendations.outcomes.checks import Measured, Unmeasured
from recommendations.registry import rule
from recommendations.trading.desk import AccountState, TradingDesk
from recommendations.wording import Label, sentence

#: Slices a trader chooses; an hour or a weekday is left to the slices page.
OLD_RECORD = timedelta(days=45)
BROKEN = Decimal("0.9")
SLEEVES = ("symbol", "instrument", "setup")


@rule(
    "trading.pause_edge", "The edge is gone, or was never there", effort=1, stale_after=OLD_RECORD,
    needs=("trading.expectancy",), confidence=SIGN_WORDS + " 0.9 where the edge's monitor says broken.",
    check=Unmeasured("While an account rests nothing shows what trading on would have brought."),
)  # fmt: skip
def pause_edge(desk: TradingDesk) -> Iterator[Finding]:
    """Even the upper end of the expectancy's interval is below zero, or the edge's monitor says broken."""
    for account in desk.accounts:
        expectancy = account.figure("kpis", "trading.expectancy")
        broken = str(getattr(account.results.get("edge_health"), "state", "")) == "broken"
        negative = expectancy is not None and expectancy.high is not None and expectancy.high < 0
        if expectancy is None or not (negative or broken):
            continue
        why = (
            sentence("A decision cost {expectancy} on average, and even the upper end of its range is a loss.",
                     expectancy=expectancy)
            if negative
            else sentence("The last decisions fell below what the record before them promised; on average a decision "
                          "brought {expectancy}.", expectancy=expectancy)
        )  # fmt: skip
        yield Finding(
            rule="trading.pause_edge",
            subject=f"account:{account.id}",
            title=sentence("Pause {account} until its edge is understood", account=Label(account.label)),
            body=(why, sentence("Trading on at the same size pays for it; trading small or on paper costs less.")),
            figures=(expectancy,),
            evidence=abs(Decimal(expectancy.value or 0)),
            confidence=of_sign(expectancy) if negative else BROKEN,
            impact=_saved(account, expectancy, account.monthly_decisions),
            knowledge=("trading-edge-health", "trading-edge"),
            action="trading:kpis",
        )


@rule(
    "trading.retire_sleeve", "A part of the trading loses", effort=1, stale_after=OLD_RECORD,
    needs=("trading.slice_expectancy",), confidence=SIGN_WORDS,
    check=Measured("outcomes.net_decision", horizon=56, baseline=112, settle=7, controls=True),
)  # fmt: skip
def retire_sleeve(desk: TradingDesk) -> Iterator[Finding]:
    """An instrument or setup is worse than the rest after every look was counted, and is negative by itself."""
    for account in desk.accounts:
        for label, expectancy in _losers(account):
            yield Finding(
                rule="trading.retire_sleeve",
                subject=f"account:{account.id}:sleeve:{label}",
                title=sentence("Retire {sleeve} in {account}", sleeve=Label(label), account=Label(account.label)),
                body=(
                    sentence(
                        "It brought {expectancy} a decision, and the whole range of its estimate is below zero.",
                        expectancy=expectancy,
                    ),
                    sentence("It stayed worse than the rest after all slices that were looked at are counted."),
                ),
                figures=(expectancy,),
                evidence=abs(Decimal(expectancy.value or 0)),
                confidence=of_sign(expectancy),
                impact=_saved(account, expectancy, _monthly(account, expectancy.n)),
                knowledge=("trading-edge-portfolio",),
                action="trading:slices",
            )


def _monthly(account: AccountState, n: int) -> Decimal | None:
    return Decimal(n) / account.months if account.months else None


def _saved(account: AccountState, expectancy: Figure, decisions: Decimal | None) -> Impact | None:
    """What the decisions of a month cost on average. None where they win, or nobody knows how many there are."""
    value, low, high = (Decimal(part or 0) for part in (expectancy.value, expectancy.low, expectancy.high))
    if decisions is None or value >= 0 or expectancy.low is None:
        return None
    most, cost, least = (max(Decimal(0), -part * decisions).quantize(Decimal(1)) for part in (low, value, high))
    method = "Average result of a decision × decisions a month, and the same at the ends of its 90 % interval."
    return Impact(cost, min(least, cost), max(most, cost), method, account.currency)


def _losers(account: AccountState) -> Iterator[tuple[str, Figure]]:
    result: Any = account.results.get("slices")
    for one in result.slices if result is not None else ():
        figure = account.figure("slices", one.figure)
        chosen = one.dimension in SLEEVES and one.word == "worse"
        if chosen and figure is not None and figure.high is not None and figure.high < 0:
            yield one.label, figure
