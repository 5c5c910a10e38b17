"""What a broker's symbol means: one spelling a contract, the instrument behind it, and what a point of it is worth."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from ingestion.trading.reading.contracts import multiplier_of, root_of

MONTHS = "FGHJKMNQUVXZ"
NAMED_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_CURRENCIES = "USD EUR GBP JPY CHF AUD NZD CAD SEK NOK DKK PLN CZK HUF TRY ZAR MXN SGD HKD CNH THB ILS RON INR KRW BRL"
_COINS = "BTC XBT ETH SOL XRP ADA DOGE LTC BCH DOT LINK AVAX MATIC BNB TRX UNI ATOM ETC XLM NEAR APT ARB OP SUI TON"
CURRENCIES = frozenset(_CURRENCIES.split(" "))
METALS = frozenset(("XAU", "XAG", "XPT", "XPD"))
COINS = frozenset(f"{_COINS} PEPE SHIB FIL INJ AAVE".split(" "))
STABLE = ("USDT", "USDC", "BUSD", "FDUSD", "TUSD")

CODED = re.compile(rf".*?([{MONTHS}])(\d{{1,4}})(?:[.:@].*)?")
SPELLED = re.compile(r".* +(?:(\d{2})|([A-Z]{3}))[-/ ]?(\d{2,4}).*")
FUTURE_LIKE = re.compile(rf"/?[A-Z0-9]{{1,4}}[{MONTHS}]\d{{1,2}}|/?[A-Z0-9]{{1,4}} \d{{2}}-\d{{2}}")
PAIR = re.compile(r"[A-Z]{6}")
OPTION = re.compile(r"\.?[A-Z]{1,6} *\d{6}[CP]\d+(?:\.\d+)?|[A-Z]{1,6} .*\b[CP]\b.*|[A-Z]{1,6} .*\d(?:CALL|PUT|C|P)")
PLAIN = re.compile(r"[A-Z0-9][A-Z0-9 ._/#&:+-]{0,39}")
SUFFIX = re.compile(r"(?:[._#+!-].*|(?:MICRO|PRO|RAW|ECN|STD|SB|M|C|I|R|X|Z))")


@dataclass(frozen=True, slots=True)
class Instrument:
    """`contract` is what positions are matched in, `name` what figures are cut by: MNQ 2026-12 and MNQ.

    `multiplier` is money for one point of one unit, None where it is not known. `supported` tells whether the symbol is
    understood at all. An `inverse` contract earns quantity × (1/entry − 1/exit).
    """

    contract: str
    name: str
    asset_class: str
    multiplier: Decimal | None
    supported: bool = True
    inverse: bool = False


@lru_cache(maxsize=20_000)
def instrument_of(symbol: str, asset_class: str = "", stated: Decimal | None = None) -> Instrument:
    """The instrument of a symbol as a file spells it; `asset_class` and the multiplier `stated` there hold if given.

    Suffixes that brokers add (`eurusd-2`, `GBPUSD.`, `EURUSDm`) name no other instrument.
    Empty: a symbol of no known shape is kept, and not supported.
    """
    text = " ".join(symbol.upper().split())
    if root := root_of(text):
        return Instrument(_contract(root, text), root, "futures", stated or multiplier_of(text))
    if asset_class == "options" or OPTION.fullmatch(text):
        return Instrument(text, text.split()[0].lstrip("."), "options", stated)
    return _pair(text, asset_class, stated) or _coin(text, stated) or _other(text, asset_class, stated)


def _contract(root: str, text: str) -> str:
    """Root and expiry, however it is spelled: `MNQZ6`, `MNQZ26`, `MNQ 12-26` and `MNQ DEC26` are one."""
    if text == root or text.endswith("!") or text.endswith("=F"):
        return root
    if match := SPELLED.fullmatch(text):
        month = int(match[1]) if match[1] else NAMED_MONTHS.index(match[2]) + 1 if match[2] in NAMED_MONTHS else 0
        return f"{root} {match[3][-1]}-{month:02d}" if month else text
    tail = text[text.rfind(root) + len(root) :].lstrip(".")
    if match := CODED.fullmatch(tail):
        return f"{root} {match[2][-1]}-{MONTHS.index(match[1]) + 1:02d}"
    return root


def _pair(text: str, asset_class: str, stated: Decimal | None) -> Instrument | None:
    """Two currencies, or a metal in one."""
    bare = text[:3] + text[4:] if text[3:4] in ("/", ".") else text
    if not PAIR.match(bare) or not (bare[6:] == "" or SUFFIX.fullmatch(bare[6:])):
        return None
    base, quote = bare[:3], bare[3:6]
    if quote not in CURRENCIES or base not in CURRENCIES | METALS:
        return None
    kind = asset_class or ("cfd" if base in METALS else "fx")
    return Instrument(bare[:6], bare[:6], kind, stated)


def _coin(text: str, stated: Decimal | None) -> Instrument | None:
    bare = re.sub(r"[-/_.]?(?:PERP|SWAP|P)$", "", text) if text.endswith(("PERP", "SWAP", ".P")) else text
    joined = re.sub(r"[-/_]", "", bare)
    quote = next((q for q in (*STABLE, "USD", "EUR", "BTC", "ETH") if joined.endswith(q)), "")
    base = joined.removesuffix(quote) if quote else ""
    if not base or (base not in COINS and quote not in STABLE):
        return None
    inverse = quote == "USD" and bare != text and base in COINS
    return Instrument(joined, joined, "crypto", stated or Decimal(1), inverse=inverse)


def _other(text: str, asset_class: str, stated: Decimal | None) -> Instrument:
    """A share or an index, as far as its shape tells; a future nobody knows is not one of them."""
    if FUTURE_LIKE.fullmatch(text) and asset_class in ("", "futures"):
        return Instrument(text, text, "futures", stated, supported=stated is not None)
    is_known = bool(PLAIN.fullmatch(text)) and len(text) <= 40
    kind = asset_class or "cfd"
    return Instrument(text, text, kind, stated or (Decimal(1) if kind == "stocks" else None), supported=is_known)
