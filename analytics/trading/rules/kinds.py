"""The kinds of rules a trader may set: their values, and their words. Plain Python."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import time
from decimal import Decimal, InvalidOperation

from accounts.errors import InvalidInput
from analytics.trading.modules import Rule

Params = tuple[tuple[str, str], ...]
MOST_NAMES = 30


@dataclass(frozen=True, slots=True)
class Kind:
    """`read` turns what was typed into values; `say` turns a rule into a sentence; `example` helps to type."""

    key: str
    label: str
    example: str
    read: Callable[[str], Params]
    say: Callable[[dict[str, str]], str]


def read_value(kind: str, text: str) -> Params:
    """The values of a rule as they were typed. Errors: InvalidInput for an unknown kind or a value it cannot have."""
    if kind not in KINDS:
        raise InvalidInput("There is no such kind of rule.")
    return KINDS[kind].read(text.strip())


def words(rule: Rule) -> str:
    """The rule as a sentence."""
    return KINDS[rule.kind].say(dict(rule.params))


def hours_of(params: dict[str, str]) -> tuple[time, time]:
    return time.fromisoformat(params["start"]), time.fromisoformat(params["end"])


def _count(text: str) -> Params:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 1000:
        raise InvalidInput("Give a whole number from 1 to 1000.")
    return (("n", str(int(text))),)


def _amount(text: str) -> Params:
    try:
        amount = Decimal(text.replace(" ", "").replace(",", "") if text.count(".") < 2 else "x")
    except InvalidOperation:
        raise InvalidInput("Give an amount such as 250 or 99.50.") from None
    if not amount.is_finite() or not 0 < amount < 10**12:
        raise InvalidInput("Give an amount above 0.")
    return (("amount", f"{amount:f}"),)


def _hours(text: str) -> Params:
    start, _, end = text.replace("–", "-").replace(" ", "").partition("-")
    try:
        first, last = time.fromisoformat(start), time.fromisoformat(end)
    except ValueError:
        raise InvalidInput("Give two times such as 09:30-16:00.") from None
    if first == last:
        raise InvalidInput("The two times are the same.")
    return (("end", f"{last:%H:%M}"), ("start", f"{first:%H:%M}"))


def _names(text: str) -> Params:
    names = sorted({name.strip() for name in text.split(",") if name.strip()})
    if not names or len(names) > MOST_NAMES or any(len(name) > 40 for name in names):
        raise InvalidInput(f"Give one to {MOST_NAMES} instruments, separated by commas.")
    return (("names", ", ".join(names)),)


def _nothing(text: str) -> Params:
    if text:
        raise InvalidInput("This rule takes no value.")
    return ()


KINDS: dict[str, Kind] = {
    one.key: one
    for one in (
        Kind("max_trades_a_day", "Most trades a day", "4", _count, lambda p: f"At most {p['n']} trades a day"),
        Kind(
            "max_loss_a_day", "Most loss a day", "250", _amount,
            lambda p: f"Stop for the day once {p['amount']} is lost",
        ),
        Kind(
            "stop_after_losses", "Stop after losses in a row", "3", _count,
            lambda p: f"Stop for the day after {p['n']} losses in a row",
        ),
        Kind("hours", "Only between hours", "09:30-16:00", _hours, lambda p: f"Enter from {p['start']} to {p['end']}"),
        Kind("instruments", "Only these instruments", "EURUSD, MNQ", _names, lambda p: f"Trade only {p['names']}"),
        Kind("max_risk", "Most risk a trade", "100", _amount, lambda p: f"Risk at most {p['amount']} a trade"),
        Kind("stop_required", "Always with a stop", "", _nothing, lambda p: "Enter only with a stop"),
        Kind("cooldown", "Pause after a loss", "15", _count, lambda p: f"Wait {p['n']} minutes after a loss"),
    )
}  # fmt: skip
