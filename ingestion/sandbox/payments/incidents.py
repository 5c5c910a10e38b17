"""What is sure to have happened: one of each kind of trouble, dated back from `as_of`.

Chance alone would leave a small company without a prevented dispute or a negative payout; these make every status
of payments.md § 5 appear in every eventful company, and give the demo its open deadlines.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ingestion.sandbox.moments import DAY, HOUR
from ingestion.sandbox.payments.books import Books
from ingestion.sandbox.payments.charge_shape import Sale
from ingestion.sandbox.payments.customers import customer
from ingestion.sandbox.payments.disputes import Case
from ingestion.sandbox.payments.lives import DisputePlan, Life, Plan, RefundPlan


@dataclass(frozen=True, slots=True)
class Story:
    """One scripted sale and its fate."""

    sale: Sale
    plan: Plan


def live_incidents(books: Books, as_of: int, *, wholesale: int) -> None:
    """Tell every story to the end of the books; `wholesale` is the order that is returned, minor units of USD."""
    for story in (*_disputes(books, as_of), *_money_back(books, as_of, wholesale), *_odd_charges(books, as_of)):
        if story.plan.at <= books.until:
            Life(books, story.sale, story.plan).live()


@dataclass(frozen=True, slots=True)
class _Dispute:
    """Days before `as_of`; `moves` as (days before, status)."""

    key: str
    amount: int
    charged: int
    opened: int
    brand: str
    case: Case
    moves: tuple[tuple[int, str], ...] = ()
    currency: str = "eur"
    warned: int = 0
    method: str = "card"
    refunded: int = 0


DISPUTES: Final = (
    _Dispute("answer-soon", 24_900, 31, 9, "visa", Case("product_not_received", answer_days=12), ((-5, "lost"),)),
    _Dispute(
        "answer-later", 8_900, 16, 3, "mastercard", Case("fraudulent", answer_days=14), ((-13, "lost"),), warned=6
    ),
    _Dispute("in-review", 7_400, 58, 30, "visa", Case("fraudulent"), ((24, "under_review"), (-20, "lost"))),
    _Dispute("question", 4_200, 20, 4, "amex", Case("unrecognized", "inquiry"), ((-11, "warning_closed"),)),
    _Dispute(
        "question-answered",
        5_600,
        49,
        26,
        "amex",
        Case("unrecognized", "inquiry"),
        ((22, "warning_under_review"), (-30, "warning_closed")),
    ),
    _Dispute(
        "question-closed",
        3_900,
        140,
        120,
        "discover",
        Case("fraudulent", "inquiry"),
        ((115, "warning_under_review"), (70, "warning_closed")),
        currency="usd",
    ),
    _Dispute(
        "won",
        12_500,
        150,
        130,
        "visa",
        Case("product_unacceptable"),
        ((126, "under_review"), (82, "won")),
    ),
    _Dispute("lost", 6_300, 120, 101, "mastercard", Case("credit_not_processed"), ((87, "lost"),), currency="usd"),
    _Dispute("prevented", 4_400, 75, 61, "visa", Case("fraudulent", "block")),
    _Dispute("resolved-at-once", 3_300, 92, 80, "visa", Case("fraudulent", "resolution")),
    _Dispute(
        "compliance", 15_800, 66, 35, "visa", Case("general", "compliance"), ((31, "under_review"), (-40, "lost"))
    ),
    _Dispute(
        "appealed",
        9_900,
        160,
        135,
        "mastercard",
        Case("duplicate"),
        ((131, "under_review"), (90, "lost"), (60, "appeal_needs_response"), (55, "appeal_under_review")),
    ),
    _Dispute("pay-later", 11_200, 88, 55, "visa", Case("product_not_received"), ((41, "lost"),), method="klarna"),
    _Dispute(
        "after-refund",
        5_200,
        70,
        40,
        "visa",
        Case("product_not_received"),
        ((36, "under_review"), (8, "won")),
        refunded=60,
    ),
    _Dispute("in-pounds", 6_800, 95, 72, "visa", Case("fraudulent"), ((58, "lost"),), currency="gbp", warned=76),
)


def _disputes(books: Books, as_of: int) -> Iterator[Story]:
    for one in DISPUTES:
        at = as_of - one.charged * DAY - 3 * HOUR
        moves = tuple((as_of - days * DAY, status) for days, status in one.moves)
        refunds = (RefundPlan(as_of - one.refunded * DAY, one.amount),) if one.refunded else ()
        yield Story(
            _sale(books, f"dispute-{one.key}", one.amount, currency=one.currency, brand=one.brand, method=one.method),
            Plan(
                at,
                refunds=refunds,
                dispute=DisputePlan(as_of - one.opened * DAY - HOUR, one.case, moves),
                warned_at=as_of - one.warned * DAY if one.warned else 0,
            ),
        )


def _money_back(books: Books, as_of: int, wholesale: int) -> Iterator[Story]:
    """Refunds that hang or come back, and one wholesale order returned after it was paid out."""
    yield Story(
        _sale(books, "refund-pending", 6_600),
        Plan(as_of - 20 * DAY, refunds=(RefundPlan(as_of - 2 * DAY, 6_600, ends_at=as_of + 3 * DAY),)),
    )
    yield Story(
        _sale(books, "refund-failed", 5_400),
        Plan(
            as_of - 45 * DAY,
            refunds=(RefundPlan(as_of - 20 * DAY, 5_400, ends="failed", ends_at=as_of - 13 * DAY),),
        ),
    )
    yield Story(
        _sale(books, "wholesale-returned", wholesale, currency="usd", brand="amex"),
        Plan(as_of - 210 * DAY, refunds=(RefundPlan(as_of - 168 * DAY, wholesale),)),
    )


def _odd_charges(books: Books, as_of: int) -> Iterator[Story]:
    """Holds, partial captures, bank debits, a warning to act on, a payment in a shop, one in yen."""
    yield Story(_sale(books, "held", 9_800), Plan(as_of - 2 * DAY, start="authorised", expires_at=as_of + 5 * DAY))
    yield Story(
        _sale(books, "hold-expired", 4_700), Plan(as_of - 47 * DAY, start="authorised", expires_at=as_of - 40 * DAY)
    )
    yield Story(
        _sale(books, "partly-captured", 10_000),
        Plan(as_of - 12 * DAY, start="authorised", capture=(as_of - 11 * DAY, 7_000)),
    )
    yield Story(
        _sale(books, "debit-pending", 8_300, method="sepa_debit"),
        Plan(as_of - DAY, start="debited", settles=(as_of + 4 * DAY, 0)),
    )
    yield Story(
        _sale(books, "debit-returned", 7_700, method="sepa_debit"),
        Plan(as_of - 38 * DAY, start="debited", settles=(as_of - 33 * DAY, as_of - 27 * DAY)),
    )
    yield Story(_sale(books, "warned", 13_900), Plan(as_of - 9 * DAY, warned_at=as_of - 5 * DAY))
    yield Story(
        _sale(books, "warned-and-refunded", 6_100),
        Plan(as_of - 33 * DAY, warned_at=as_of - 28 * DAY, refunds=(RefundPlan(as_of - 27 * DAY, 6_100),)),
    )
    yield Story(_sale(books, "in-the-shop", 3_450, card_present=True), Plan(as_of - 15 * DAY))
    yield Story(_sale(books, "in-yen", 7_800, currency="jpy"), Plan(as_of - 65 * DAY))
    yield Story(
        _sale(books, "in-yen-refunded", 5_300, currency="jpy"),
        Plan(as_of - 63 * DAY, refunds=(RefundPlan(as_of - 50 * DAY, 2_000),)),
    )


def _sale(
    books: Books,
    key: str,
    amount: int,
    *,
    currency: str = "eur",
    brand: str = "visa",
    method: str = "card",
    card_present: bool = False,
) -> Sale:
    person = customer(books.draws, "incident", key, currency=currency, brand=brand)
    return Sale(f"incident/{key}", person, amount, currency, "Order", method=method, card_present=card_present)
