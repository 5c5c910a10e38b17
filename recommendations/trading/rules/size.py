"""Rules about size and stops. Source: trading.md § 7, Monte Carlo, Rules and Slump Prescription."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from analytics.figures import Figure
from recommendations.confidence import SIGN_WORDS, of_sample, of_sign
from recommendations.findings import Finding, Impact
from recommendations.outcomes.checks import Measured
from recommendations.registry import rule
from recommendations.trading.desk import AccountState, TradingDesk
from recommendations.wording import Constant, Label, sentence

OLD_RECORD = timedelta(days=45)
RARELY = Decimal("0.05")


@rule(
    "trading.reduce_size", "The floor is within reach", effort=1, stale_after=OLD_RECORD,
    needs=("trading.mc_safe_size", "trading.mc_floor"),
    confidence="Decisions ÷ (decisions + 30): one half at thirty.",
    check=Measured("outcomes.swing", horizon=56, baseline=84, settle=7),
)  # fmt: skip
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
            confidence=of_sample(account.n, half=30),
            impact=_ruin(floor),
            knowledge=("trading-sizing",),
            action="trading:monte-carlo",
        )  # fmt: skip


@rule(
    "trading.stop_sooner", "A stop would have helped", effort=1, stale_after=OLD_RECORD,
    needs=("trading.rule_effect",), confidence=SIGN_WORDS,
    check=Measured("outcomes.net_decision", horizon=56, baseline=112, settle=7, controls=True),
)  # fmt: skip
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
            confidence=of_sign(effect),
            impact=_kept(account, effect),
            exposure=effect,
            knowledge=("trading-own-rules",),
            action="trading:rules",
        )


def _ruin(floor: Figure) -> Impact | None:
    """The chance of the floor beyond the one in twenty that is left at the safe size. None below that."""
    chance, low, high = (Decimal(part or 0) for part in (floor.value, floor.low, floor.high))
    taken, least, most = (max(Decimal(0), part - RARELY) for part in (chance, low, max(high, chance)))
    method = "Share of drawn futures that reach the floor within 60 sessions, less 5 %, and its 90 % interval."
    return Impact(taken, min(least, taken), most, method, unit="ruin") if taken else None


def _kept(account: AccountState, effect: Figure) -> Impact | None:
    """The effect on the record, a month. None where nobody knows how long the record is."""
    if not account.months or effect.low is None or effect.high is None or (effect.value or 0) <= 0:
        return None
    low, value, high = (
        (Decimal(part or 0) / account.months).quantize(Decimal(1)) for part in (effect.low, effect.value, effect.high)
    )
    method = "Effect on the past record ÷ its months, and its 90 % interval; the past flatters a rule chosen by it."
    return Impact(value, min(low, value), max(high, value), method, account.currency)
