"""What a request costs: plain arithmetic over a price's tiers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_UP, Decimal

MILLION = Decimal(10**6)
SMALLEST = Decimal("0.000001")

Tier = Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of one request. `input` is all of it, the parts read from or written to a cache included."""

    input: int = 0
    cache_read: int = 0
    cache_write: int = 0
    output: int = 0


def cost_of(tokens: Tokens, tiers: Sequence[Tier]) -> Decimal:
    """US dollars, rounded up to a millionth.

    The highest tier that the input exceeds prices the whole request, as the providers do. A cache price that is not
    known is the price of plain input.
    Errors: ValueError for a price without tiers.
    Source: agent.md § 5.
    """
    tier = _tier(tokens.input, tiers)
    plain = max(0, tokens.input - tokens.cache_read - tokens.cache_write)
    total = (
        plain * _rate(tier, "input")
        + tokens.cache_read * _rate(tier, "cache_read", "input")
        + tokens.cache_write * _rate(tier, "cache_write", "input")
        + tokens.output * _rate(tier, "output")
    )
    return (total / MILLION).quantize(SMALLEST, rounding=ROUND_UP)


def worst_case(tiers: Sequence[Tier], *, requests: int, input_tokens: int, output_tokens: int) -> Decimal:
    """The most that so many requests of that size can cost, whichever way the cache is used."""
    sizes = (
        Tokens(input_tokens, 0, 0, output_tokens),
        Tokens(input_tokens, input_tokens, 0, output_tokens),
        Tokens(input_tokens, 0, input_tokens, output_tokens),
    )
    return requests * max(cost_of(tokens, tiers) for tokens in sizes)


def _tier(input_tokens: int, tiers: Sequence[Tier]) -> Tier:
    if not tiers:
        raise ValueError("a price has at least one tier")
    lowest, *higher = sorted(tiers, key=lambda tier: int(tier["above"]))
    return next((tier for tier in reversed(higher) if input_tokens > int(tier["above"])), lowest)


def _rate(tier: Tier, *names: str) -> Decimal:
    return next(Decimal(str(tier[name])) for name in names if name in tier)
