"""Rules about the data: what is old, what waits, what is missing. Source: trading.md § 4, § 5 and § 8."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from recommendations.confidence import RECORDED_WORDS
from recommendations.findings import Finding
from recommendations.outcomes.checks import Measured, Unmeasured
from recommendations.registry import HOURLY, rule
from recommendations.trading.desk import AccountState, TradingDesk, Waiting
from recommendations.wording import Label, Sentence, sentence

OLD = timedelta(days=14)
FEW_STOPS = Decimal("0.5")
ENOUGH = 30
OLD_RECORD = timedelta(days=45)


@rule(
    "trading.upload_newer", "The newest close is old", effort=1,
    needs=("trading.days_since_close",), confidence=RECORDED_WORDS,
    check=Unmeasured("It brings the record up to date; the trading itself does not change by it."),
)  # fmt: skip
def upload_newer(desk: TradingDesk) -> Iterator[Finding]:
    """Nothing was closed, or uploaded, for more than fourteen days."""
    for account in desk.accounts:
        if account.last_close is None or desk.as_of - account.last_close <= OLD:
            continue
        days = desk.own(account, "days_since_close", (desk.as_of - account.last_close).days, n=account.n)
        yield Finding(
            rule="trading.upload_newer",
            subject=f"account:{account.id}",
            title=sentence("Upload a newer statement of {account}", account=Label(account.label)),
            body=(
                sentence("The last close was on {day}, {days} days ago.", day=account.last_close, days=days),
                sentence("Levels and alerts stand still until newer trades arrive."),
            ),
            figures=(days,),
            evidence=Decimal(days.value or 0),
            knowledge=("trading-append", "trading-statements"),
            action="trading:append",
        )


@rule(
    "trading.settle_statement", "A statement waits or does not tie", cadence=HOURLY, effort=1,
    needs=("trading.open_questions",), confidence=RECORDED_WORDS,
    check=Unmeasured("It makes the record complete; the trading itself does not change by it."),
)  # fmt: skip
def settle_statement(desk: TradingDesk) -> Iterator[Finding]:
    """The newest upload asks something, failed, or differs from its own totals."""
    for account in desk.accounts:
        waiting = account.waiting
        if waiting is None:
            continue
        count = desk.own(account, "open_questions", waiting.questions, n=1)
        yield Finding(
            rule="trading.settle_statement",
            subject=f"statement:{waiting.id}",
            title=sentence("Look at the upload {file}", file=Label(waiting.filename or "of the last paste")),
            body=tuple(_trouble(waiting)),
            figures=(count,),
            evidence=Decimal(1 + waiting.questions),
            knowledge=("trading-statements",),
            action="trading:append",
        )


@rule(
    "trading.record_stops", "Stops are missing", effort=2, stale_after=OLD_RECORD,
    needs=("trading.stops_known",), confidence=RECORDED_WORDS,
    check=Measured("outcomes.stops_share", horizon=28, baseline=84, settle=7),
)  # fmt: skip
def record_stops(desk: TradingDesk) -> Iterator[Finding]:
    """Fewer than half of the decisions know their initial stop, so nothing can be said in R."""
    for account in desk.accounts:
        share = account.stops_known
        if share is None or account.n < ENOUGH or share >= FEW_STOPS:
            continue
        known = desk.own(account, "stops_known", share, n=account.n)
        yield Finding(
            rule="trading.record_stops",
            subject=f"account:{account.id}",
            title=sentence("Record the stops of {account}", account=Label(account.label)),
            body=(
                sentence("Decisions with a known initial stop: {share}.", share=known),
                sentence("With them results are told in units of risk, and stop discipline and size can be judged."),
            ),
            figures=(known,),
            evidence=1 - share,
            knowledge=("trading-statements",),
            action="trading:append",
        )


@rule(
    "trading.play_again", "Prop firm rules have changed", effort=1, stale_after=OLD_RECORD,
    needs=("trading.rules_superseded",), confidence=RECORDED_WORDS,
    check=Unmeasured("It repeats a calculation under newer rules; the trading itself does not change by it."),
)  # fmt: skip
def play_again(desk: TradingDesk) -> Iterator[Finding]:
    """A programme was played against rules that have been superseded."""
    for account in desk.accounts:
        if not account.superseded:
            continue
        count = desk.own(account, "rules_superseded", account.superseded, n=account.n)
        yield Finding(
            rule="trading.play_again",
            subject=f"account:{account.id}",
            title=sentence("Play {account} against the newest rules", account=Label(account.label)),
            body=(sentence("Programmes whose rules have changed since the last run: {count}.", count=count),),
            figures=(count,),
            evidence=Decimal(account.superseded),
            knowledge=("trading-prop-firms",),
            action="trading:shadow-boxing",
        )


def _trouble(waiting: Waiting) -> Iterator[Sentence]:
    if waiting.kind == "question":
        yield sentence("It cannot be read without an answer from you.")
    elif waiting.kind == "failed":
        yield sentence("It could not be read: {why}", why=Label(waiting.message or "the reason is on its page."))
    else:
        yield sentence("What was read does not add up to the totals that the statement prints.")


def is_fresh(account: AccountState, desk: TradingDesk) -> bool:
    """Whether the account has closes of the last fourteen days."""
    return account.last_close is not None and desk.as_of - account.last_close <= OLD
