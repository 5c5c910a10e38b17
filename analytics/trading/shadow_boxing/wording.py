"""Rules and verdicts in words. Money in minor units becomes text here, so that page, file and agent say the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from decimal import Decimal
from typing import Any

from accounts import formats
from analytics.trading.inference.stat import minor
from analytics.trading.shadow_boxing.replay import Cause, Verdict
from analytics.trading.shadow_boxing.rule_set import (
    Base,
    DailyLoss,
    DayBy,
    Lock,
    MaxLoss,
    Reference,
    RuleSet,
    Trailing,
)
from analytics.trading.shadow_boxing.study import PhaseResult, Programme

CAUSES = {
    Cause.TARGET: "target reached",
    Cause.MAX_LOSS: "maximum loss",
    Cause.DAILY_LOSS: "daily loss",
    Cause.CONSISTENCY: "consistency",
    Cause.TIME: "time limit",
    Cause.INACTIVITY: "inactivity",
    Cause.NONE: "still open",
}
VERDICTS = {Verdict.PASSED: "Passed", Verdict.FAILED: "Failed", Verdict.OPEN: "Open"}
TONES = {Verdict.PASSED: "good", Verdict.FAILED: "bad", Verdict.OPEN: ""}
MODES = {
    Trailing.STATIC: "stays where it is",
    Trailing.EOD: "trails the highest balance at the end of a day",
    Trailing.CLOSED: "trails the highest closed balance",
    Trailing.INTRADAY: "trails the highest equity, open profit included",
}
LOCKS = {Lock.INITIAL: "stops at the start", Lock.TARGET: "stops where it stands at the target"}
REFERENCES = {
    Reference.BALANCE: "the balance at the start of the day",
    Reference.HIGHER: "the higher of balance and equity at the start of the day",
    Reference.INTRADAY_HIGH: "the highest point of the day",
}
SHARES = {
    "best_day/total_profit": "the profit",
    "best_day/positive_days": "all green days",
    "best_day/target": "target",
}
#: What a changed rule set is compared in; not its version, its dates and its note.
COMPARED = tuple(
    one.name
    for one in fields(RuleSet)
    if one.name not in {"id", "version", "verified_on", "effective_from", "effective_to", "sources", "note", "evidence"}
)


def money(amount: float | Decimal, currency: str) -> str:
    """Major units as pages print them."""
    return formats.money(minor(amount, currency), currency)


def named(last: PhaseResult) -> str:
    """The decision that ended a phase, as a reader knows it: its instrument and time, not its key."""
    if not last.instrument:
        return "the last decision"
    return f"the decision in {last.instrument}{f' at {last.at:%H:%M} UTC' if last.at else ''}"


def verdict_sentence(one: Programme) -> str:
    """What the replay came to, with the trade that decided and the room at that moment."""
    last, currency = one.last, one.currency
    phase = f" in phase {last.rules.phase}" if len(one.rules) > 1 else ""
    if last.verdict is Verdict.OPEN:
        room = f"; the tightest moment left {money(last.room, currency)} of room" if last.room is not None else ""
        return f"Neither passed nor failed{phase}: the account would stand at {money(last.balance, currency)}{room}."
    day = formats.day(last.at)
    if last.verdict is Verdict.PASSED:
        room = f" The tightest moment left {money(last.room, currency)} of room." if last.room is not None else ""
        return f"You would have passed{phase} on {day}, with {money(last.value, currency)} after {named(last)}.{room}"
    if last.cause in (Cause.TIME, Cause.INACTIVITY):
        return f"You would have failed{phase} by {CAUSES[last.cause]}: it had run out before {named(last)} on {day}."
    if last.cause is Cause.CONSISTENCY:
        best = money(last.best_day, currency)
        return f"You would have failed{phase} on {day}: the target was reached, but one day of {best} weighs too much."
    below = money(last.level - last.value, currency)
    return (
        f"You would have failed{phase} on {day} by the {CAUSES[last.cause]}: in {named(last)} (net "
        f"{money(last.net, currency)}) the account reached {money(last.value, currency)}, {below} below the floor "
        f"of {money(last.level, currency)}."
    )


def rule_lines(rules: RuleSet) -> Iterator[tuple[str, str]]:
    """A rule card: name and words of every rule of a phase."""
    yield "Target", _amount(rules, rules.target.value, rules.target.base) if rules.target else "none known"
    yield "Maximum loss", _max_loss(rules, rules.max_loss)
    yield "Daily loss", _daily(rules, rules.daily_loss) if rules.daily_loss else "none"
    yield "Day begins", f"{rules.reset.at:%H:%M}, {rules.reset.zone.replace('_', ' ')}"
    if rules.min_days:
        counted = {DayBy.OPEN: "a position was opened", DayBy.CLOSE: "a trade was closed"}
        qualifying = f"the result was at least {_share(rules.day_threshold)}"
        yield "Trading days", f"at least {rules.min_days}, counted where {counted.get(rules.day_by, qualifying)}"
    if rules.profitable_days:
        over = f" of at least {_share(rules.profitable_threshold)}" if rules.profitable_threshold else ""
        yield "Profitable days", f"at least {rules.profitable_days}{over}"
    if rules.consistency:
        effect = "beyond it the account fails" if rules.consistency.fails else "beyond it the target waits"
        whole = SHARES[rules.consistency.share]
        yield "Best day", f"at most {_share(rules.consistency.most)} of {whole}; {effect}"
    if rules.time_limit_days:
        yield "Time limit", f"{rules.time_limit_days} days"
    if rules.inactivity_days:
        yield "Inactivity", f"fails after {rules.inactivity_days} days; looked at in the replay only"
    if rules.max_contracts:
        yield "Most contracts", f"{rules.max_contracts}; counted, not enforced"
    for restriction in rules.restrictions:
        yield "Not checked", restriction


def changed(before: RuleSet, now: RuleSet) -> list[tuple[str, str, str]]:
    """(rule, as it was, as it is) for what differs between two versions of a phase."""
    was, is_now = dict(rule_lines(before)), dict(rule_lines(now))
    names = [name for name in (*was, *is_now) if was.get(name) != is_now.get(name)]
    rows = [(name, was.get(name, "none"), is_now.get(name, "none")) for name in dict.fromkeys(names)]
    if before.disputed != now.disputed:
        rows.append(("Disputed", "yes" if before.disputed else "no", "yes" if now.disputed else "no"))
    if not rows and any(getattr(before, name) != getattr(now, name) for name in COMPARED):
        rows.append(("Details", "as before", "changed in detail"))
    return rows


def assumptions(one: Programme, *, currency: str, intratrade: bool) -> Iterator[str]:
    """What the verdict takes for granted."""
    if intratrade:
        yield "Worst and best moments inside trades come from your statement; in each the worst is taken to come first."
    else:
        yield "Closed-trade view: the worst moment inside a trade is not known; the real result is equal or worse."
    yield f"Days are the firm's own: they begin at {one.last.rules.reset.at:%H:%M} in {one.last.rules.reset.zone}."
    yield "The money is that of your account at the same size, fees and financing included."
    yield "The firm is taken to allow the same instruments and hours; news, weekend and holding rules are not checked."
    yield "Positions that are open when a day begins count by their closed result, so equity then equals the balance."
    if one.currency != currency:
        yield f"Your account is kept in {currency.upper()}; amounts are taken one to one as {one.currency.upper()}."


def outcome(phase: PhaseResult) -> dict[str, Any]:
    """Verdict of a phase for tables: word, tone and cause."""
    return {"word": VERDICTS[phase.verdict], "tone": TONES[phase.verdict], "cause": CAUSES[phase.cause]}


def _share(value: Decimal) -> str:
    return formats.percent(value, 0 if value * 100 % 1 == 0 else 1)


def _amount(rules: RuleSet, value: Decimal, base: Base) -> str:
    if base is Base.AMOUNT:
        return money(value, rules.currency)
    return f"{_share(value)}, {money(value * rules.size, rules.currency)}"


def _max_loss(rules: RuleSet, loss: MaxLoss) -> str:
    lock = LOCKS.get(loss.lock, "")
    if loss.lock is Lock.AMOUNT:
        lock = f"stops {money(loss.lock_amount, rules.currency)} above the start"
    words = [_amount(rules, loss.value, loss.base), f"the floor {MODES[loss.mode]}", lock]
    words.append("reaching it is a breach" if loss.touch else "only falling below it is a breach")
    if loss.at_close_of_day:
        words.append("looked at once a day")
    return "; ".join(word for word in words if word)


def _daily(rules: RuleSet, daily: DailyLoss) -> str:
    amount = f"{_share(daily.value)} of it" if daily.base is Base.DAY_START else _amount(rules, daily.value, daily.base)
    seen = "on equity" if daily.on_equity else "on closed trades"
    effect = "pauses the day" if daily.pauses else "fails"
    return f"{amount} below {REFERENCES[daily.reference]}, {seen}; {effect}"
