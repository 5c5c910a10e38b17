"""Facts from outside that change: network thresholds, lenders' published criteria, rules of thumb.

One table, each row with its source tag and the date it was read; pages show both. Source tags are spelled out
in the desk's README. Nothing else in this desk repeats these numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

READ_ON = date(2026, 9, 27)


@dataclass(frozen=True, slots=True)
class ProgrammeLine:
    """One threshold of a card network's monitoring programme, in force from `since` until `until`
    (exclusive).

    A merchant is over the line when the ratio and the count both are. `ratio` is a fraction.
    """

    programme: str
    label: str
    brand: str
    ratio: Decimal
    count: int
    since: date
    until: date | None
    source: str
    region: str = ""
    amount_usd_minor: int = 0
    read_on: date = READ_ON

    def in_force(self, month: date, region: str) -> bool:
        begun = self.since <= month and (self.until is None or month < self.until)
        return begun and self.region in ("any", region)


VAMP = "visa_vamp_excessive"
ECM = "mastercard_ecm"
HECM = "mastercard_hecm"

PROGRAMME_LINES = (
    ProgrammeLine(
        VAMP, "Visa VAMP excessive", "visa", Decimal("0.022"), 1500, date(2025, 6, 1), date(2026, 4, 1), "CKO"
    ),
    ProgrammeLine(VAMP, "Visa VAMP excessive", "visa", Decimal("0.015"), 1500, date(2026, 4, 1), None, "CKO"),
    ProgrammeLine(
        VAMP,
        "Visa VAMP excessive (MENA)",
        "visa",
        Decimal("0.022"),
        101,
        date(2025, 6, 1),
        None,
        "CKO",
        region="mena",
        amount_usd_minor=7_500_001,
    ),
    ProgrammeLine(
        ECM,
        "Mastercard excessive chargebacks (ECM)",
        "mastercard",
        Decimal("0.015"),
        100,
        date(2019, 10, 1),
        None,
        "BT-PP",
        region="any",
    ),
    ProgrammeLine(
        HECM,
        "Mastercard high excessive chargebacks (HECM)",
        "mastercard",
        Decimal("0.03"),
        300,
        date(2019, 10, 1),
        None,
        "BT-PP",
        region="any",
    ),
)


@dataclass(frozen=True, slots=True)
class Criterion:
    """A published or customary number, as text for people; `value` where a formula or chart uses it."""

    key: str
    label: str
    text: str
    source: str
    value: Decimal | None = None
    read_on: date = READ_ON


WORKING_LINE = Criterion(
    "dispute_working_line",
    "Widely treated as excessive",
    "0.75 % disputes a month; below 0.3 % is good. Guidance, not a network rule.",
    "IND",
    Decimal("0.0075"),
)
GOOD_LINE = Criterion("dispute_good_line", "Good dispute activity", "Below 0.3 % a month.", "IND", Decimal("0.003"))
ACQUIRER_LINE = Criterion(
    "visa_vamp_acquirer",
    "Visa VAMP, the processor's own line",
    "Above standard from 0.50 %, excessive from 0.70 % of the portfolio: why processors act near 0.75 %.",
    "CKO",
    Decimal("0.007"),
)

CRITERIA = (
    WORKING_LINE,
    GOOD_LINE,
    ACQUIRER_LINE,
    Criterion(
        "stripe_capital_platform",
        "Stripe Capital, platform programme",
        "At least 3 months, 5,000 a year and 1,000 a month on average over the last 3, local currency; "
        "a steady record, growth, many customers, few unresolved chargebacks.",
        "CAP-P",
        Decimal(1000),
    ),
    Criterion(
        "stripe_capital_us",
        "Stripe Capital, United States",
        "9 months (6 in an older copy) and 5,000 USD a year.",
        "CAP",
    ),
    Criterion(
        "stripe_capital_uk",
        "Stripe Capital, United Kingdom",
        "6 months, 5,000 GBP a year and 1,000 GBP a month on average over 3 months.",
        "CAP",
    ),
    Criterion(
        "shopify_capital",
        "Shopify Capital",
        "At least 3 months; looks at sales, disputes and chargebacks, failed billing attempts.",
        "SHOP",
    ),
    Criterion("square_loans", "Square Loans", "Likelier from 10,000 a year with a steady pattern of payments.", "SQ"),
    Criterion("paypal_working_capital", "PayPal Working Capital", "At least 3 months and 15,000 USD a year.", "PP"),
    Criterion("wayflyer", "Wayflyer, as a broker summarises it", "More than 120,000 USD a year.", "WF"),
    Criterion(
        "revenue_based_financing",
        "Guides to revenue-based financing",
        "10,000 to 20,000 a month over 6 to 12 months, spread over many customers.",
        "RBF",
    ),
    Criterion("capchase", "Capchase", "The last 12 months of data; retention and unit economics.", "CAPCH"),
    Criterion(
        "finreglab",
        "FinRegLab, more than 38,000 loans",
        "Cash-flow variables predict loan performance better than owners' scores, most for young firms.",
        "FRL",
    ),
)
