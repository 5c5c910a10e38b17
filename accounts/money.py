"""Money as integer minor units of an ISO currency.

Exponents follow Stripe's representation of amounts, the widest ledger Bellwether reads: ISK and UGX have no
subunit in circulation, yet their amounts travel with two decimals (docs.stripe.com/currencies, special cases).
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from accounts.errors import InvalidInput


def _codes(text: str) -> frozenset[str]:
    return frozenset(text.split())


ZERO_DECIMAL = _codes(
    """
    bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf
    """
)
THREE_DECIMAL = _codes(
    """
    bhd jod kwd omr tnd
    """
)
TWO_DECIMAL = _codes(
    """
    aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bmd bnd bob brl bsd bwp byn bzd cad cdf chf cny
    cop crc cve czk dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gtq gyd hkd hnl htg huf idr ils inr isk
    jmd kes kgs khr kyd kzt lak lbp lkr lrd lsl mad mdl mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio
    nok npr nzd pab pen pgk php pkr pln qar ron rsd rub sar sbd scr sek sgd shp sle sos srd std szl thb tjs
    top try ttd twd tzs uah ugx usd uyu uzs wst xcd yer zar zmw
    """
)
SYMBOLS = {"usd": "$", "eur": "€", "gbp": "£", "jpy": "¥", "brl": "R$", "inr": "₹", "krw": "₩"}
MINUS = "\u2212"


class UnknownCurrency(InvalidInput):
    """A currency code that no exponent is known for; guessing one would scale the amount wrongly."""

    code = "unknown_currency"


def exponent(currency: str) -> int:
    """Number of decimals between the minor and the major unit of `currency` (lower-case ISO code)."""
    if currency in TWO_DECIMAL:
        return 2
    if currency in ZERO_DECIMAL:
        return 0
    if currency in THREE_DECIMAL:
        return 3
    raise UnknownCurrency(f"Unknown currency {currency!r}.", currency=currency)


def to_minor(amount: Decimal, currency: str) -> int:
    """Whole minor units of `amount`, rounded half up as invoices are."""
    scaled = amount.scaleb(exponent(currency))
    return int(scaled.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def to_major(minor: int, currency: str) -> Decimal:
    """Major units of `minor`, exact, with as many decimals as the currency has."""
    return Decimal(minor).scaleb(-exponent(currency))


def format_money(minor: int, currency: str, *, short: bool = False) -> str:
    """Read `minor` as a person would: `$1,234.50`, `−€3.00`, short `$184.2k`.

    Units: minor units in; symbol first where there is one, else the upper-case code.
    """
    sign = MINUS if minor < 0 else ""
    symbol = SYMBOLS.get(currency, f"{currency.upper()}\u00a0")
    amount = abs(to_major(minor, currency))
    body = _short(amount) if short else f"{amount:,.{exponent(currency)}f}"
    return f"{sign}{symbol}{body}"


def _short(amount: Decimal) -> str:
    for limit, divisor, suffix in ((10**9, 10**9, "B"), (10**6, 10**6, "M"), (10**4, 10**3, "k")):
        if amount >= limit:
            scaled = (amount / divisor).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
            return f"{scaled:,}{suffix}"
    return f"{amount.quantize(Decimal(1), rounding=ROUND_HALF_UP):,}"
