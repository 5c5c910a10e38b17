"""What exchanges have in common: coins that stand for a dollar, and fees paid in whatever coin."""

from __future__ import annotations

from decimal import Decimal

#: Coins that are kept at a dollar by whoever issues them; results in them are told in dollars.
DOLLARS = frozenset(["usdt", "usdc", "busd", "fdusd", "tusd", "usd"])
#: Longest first, so that BTCFDUSD is not taken for a pair against USD.
QUOTES = ("fdusd", "usdt", "usdc", "busd", "tusd", "usd", "eur", "gbp", "try", "brl", "btc", "eth", "bnb")


def currency_of(coin: str) -> str:
    """The currency of an amount in `coin`, lower case: dollars for coins kept at one."""
    word = coin.lower()
    return "usd" if word in DOLLARS else word


def quote_of(pair: str) -> str:
    """The coin a pair is priced in, lower case; empty where no known one ends its name."""
    word = pair.lower().replace("/", "").replace("-", "").replace("_", "")
    return next((quote for quote in QUOTES if word.endswith(quote) and word != quote), "")


def fee_in(fee: Decimal, coin: str, *, pair: str, price: Decimal) -> Decimal | None:
    """A fee in the pair's quote: as it is, or a part of the bought coin at the trade's price; always negative.

    Empty: None for a third coin, whose worth at that moment the file does not say.
    """
    quote, word = quote_of(pair), coin.lower()
    if not fee or not word or word == quote or currency_of(word) == currency_of(quote):
        return -abs(fee)
    return -abs(fee) * price if pair.lower().startswith(word) else None
