"""Rules about size and stops. Source: trading.md § 7, Monte Carlo, Rules and Slump Prescription."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from recommendations.findings import Finding
from recommendations.registry import rule
from recommendations.trading.desk import TradingDesk
from recommendations.wording import Constant, Label, sentence


@rule("trading.reduce_size", "The floor is within reach")
def reduce_size(desk: TradingDesk) -> Iterator[Finding]:
    """At the size traded, more than one future in twenty reaches a floor of 10 % below the balance."""
    for account in desk.accounts:
        safe, floor = (
            account.figure("monte_carlo", "trading.mc_safe_size"),
            account.figure("monte_carlo", "trading.mc_floor"),
        )
        if safe is None or floor is None or Decimal(safe.value or 0) >= 1:
            continue
        yield Finding(
            rule="trading.reduce_size",
            subject=f"account:{account.id}",
            title=sentence("Reduce the size in {account} to {size} of what you traded", account=Label(account.label),
                           size=safe),
            body=(
                sentence(
                    "In {chance} of the futures drawn from your record the account reaches its floor within {span}.",
                    chance=floor, span=Constant("60 sessions"),
                ),
                sentence("At {size} of the size it would be {rarely}.", size=safe, rarely=Constant("5%")),
            ),
            figures=(safe, floor),
            evidence=Decimal(floor.value or 0),
            knowledge=("trading-habits",),
            action="trading:monte-carlo",
        )  # fmt: skip


@rule("trading.stop_sooner", "A stop would have helped")
def stop_sooner(desk: TradingDesk) -> Iterator[Finding]:
    """A rule that is not set would have helped, after all rules that were tried are counted."""
    for account in desk.accounts:
        own = account.results.get("rules")
        best = next(iter(own.suggested), None) if own is not None else None
        effect = account.figure("rules", best.key) if best is not None else None
        if best is None or effect is None:
            continue
        yield Finding(
            rule="trading.stop_sooner",
            subject=f"account:{account.id}",
            title=sentence("Set a rule in {account}: {rule}", account=Label(account.label), rule=Label(best.words)),
            body=(
                sentence("Had it been kept, the record would stand {money} higher.", money=effect),
                sentence("It fits the past; whether it helps from here on, the next weeks can tell."),
            ),
            figures=(effect,),
            evidence=Decimal(max(0, int(effect.value or 0))),
            exposure=effect,
            knowledge=("trading-habits",),
            action="trading:rules",
        )
