"""Things that happen out of turn: asked for by a test or by a person playing with the sandbox."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from ingestion.sandbox.payments import charges, disputes, payouts, refunds
from ingestion.sandbox.payments.books import Books
from ingestion.sandbox.payments.charge_shape import Sale
from ingestion.sandbox.payments.customers import customer
from ingestion.sandbox.stripe.events import Event
from ingestion.sandbox.stripe.shop import Shop
from ingestion.sandbox.timeline import JSON

Given = Mapping[str, Any]
OPEN: Final = frozenset({"needs_response", "warning_needs_response", "under_review", "warning_under_review"})


class Impossible(ValueError):
    """The scenario has nothing to happen to, or would break a story that is still going on."""


def happen(shop: Shop, given: Given) -> list[Event]:
    """Play the scenario named `given["scenario"]` in `shop`, now; returns its events."""
    name = given.get("scenario", "")
    if name not in SCENARIOS:
        raise Impossible(f"unknown scenario {name!r}; there are {', '.join(sorted(SCENARIOS))}")
    return SCENARIOS[name](shop, given)


def _charge(shop: Shop, given: Given) -> list[Event]:
    books = shop.stage()
    charges.succeed(books, _sale(shop, books, given), shop.at)
    return shop.play(books)


def _failed_charge(shop: Shop, given: Given) -> list[Event]:
    books = shop.stage()
    charges.fail(books, _sale(shop, books, given), shop.at)
    return shop.play(books)


def _refund(shop: Shop, given: Given) -> list[Event]:
    charge = _pick(shop, "charge", given.get("charge"), _refundable)
    left = charge["amount"] - charge["amount_refunded"]
    amount = int(given.get("amount", left))
    if not 0 < amount <= left:
        raise Impossible(f"only {left} is left to refund on {charge['id']}")
    books = shop.stage()
    refunds.refund(books, charge, shop.at, amount, reason="requested_by_customer")
    return shop.play(books, story=charge["id"])


def _refund_failed(shop: Shop, given: Given) -> list[Event]:
    refund = _pick(shop, "refund", given.get("refund"), lambda made: made["status"] == "succeeded")
    charge = shop.store.table("charge").latest[refund["charge"]]
    books = shop.stage()
    refunds.fail_refund(books, charge, refund, shop.at)
    return shop.play(books, story=charge["id"])


def _fraud_warning(shop: Shop, given: Given) -> list[Event]:
    charge = _pick(shop, "charge", given.get("charge"), _refundable)
    books = shop.stage()
    disputes.warn(books, charge, shop.at)
    return shop.play(books, story=charge["id"])


def _dispute_opened(shop: Shop, given: Given) -> list[Event]:
    charge = _pick(shop, "charge", given.get("charge"), _refundable)
    case = disputes.Case(
        reason=str(given.get("reason", "fraudulent")),
        case_type=str(given.get("case_type", "chargeback")),
        answer_days=int(given.get("answer_days", 12)),
    )
    books = shop.stage()
    disputes.open_dispute(books, charge, shop.at, case)
    return shop.play(books, story=charge["id"])


def _dispute_answered(shop: Shop, given: Given) -> list[Event]:
    dispute = _pick(shop, "dispute", given.get("dispute"), lambda made: made["status"].endswith("needs_response"))
    books = shop.stage()
    disputes.answer(books, _charge_of(shop, dispute), dispute, shop.at)
    return shop.play(books, story=dispute["charge"])


def _dispute_closed(shop: Shop, given: Given) -> list[Event]:
    dispute = _pick(shop, "dispute", given.get("dispute"), lambda made: made["status"] in OPEN)
    status = str(given.get("status", "lost"))
    if dispute["status"].startswith("warning_"):
        status = "warning_closed"
    if status not in ("won", "lost", "warning_closed"):
        raise Impossible("a dispute is closed as won or lost")
    books = shop.stage()
    disputes.close(books, _charge_of(shop, dispute), dispute, shop.at, status)
    return shop.play(books, story=dispute["charge"])


def _payout_failed(shop: Shop, given: Given) -> list[Event]:
    payout = _pick(shop, "payout", given.get("payout"), lambda made: made["status"] == "paid" and made["amount"] > 0)
    books = shop.stage()
    payouts.return_payout(books, payout, shop.at, "failed")
    return shop.play(books, story=payout["id"])


def _account_updated(shop: Shop, given: Given) -> list[Event]:
    """`set`: account fields as Stripe names them; nested objects are merged."""
    changed = dict(given.get("set", {}))
    before = shop.account_object()
    shop.overrides |= changed
    return [shop.announce("account.updated", shop.account_object(), **{name: before.get(name) for name in changed})]


SCENARIOS: Final[Mapping[str, Callable[[Shop, Given], list[Event]]]] = {
    "charge": _charge,
    "failed_charge": _failed_charge,
    "refund": _refund,
    "refund_failed": _refund_failed,
    "fraud_warning": _fraud_warning,
    "dispute_opened": _dispute_opened,
    "dispute_answered": _dispute_answered,
    "dispute_closed": _dispute_closed,
    "payout_failed": _payout_failed,
    "account_updated": _account_updated,
}


def _sale(shop: Shop, books: Books, given: Given) -> Sale:
    currency = str(given.get("currency", "eur"))
    person = customer(books.draws, "visitor", given.get("customer", shop.happened), currency=currency)
    amount = int(given.get("amount", 4_900))
    return Sale(f"happened/{shop.at}/{shop.happened}", person, amount, currency, "Order from the sandbox")


def _charge_of(shop: Shop, dispute: JSON) -> JSON:
    return shop.store.table("charge").latest[dispute["charge"]]


def _refundable(charge: JSON) -> bool:
    return bool(
        charge["status"] == "succeeded"
        and charge["captured"]
        and not charge["disputed"]
        and charge["amount_refunded"] < charge["amount"]
    )


def _pick(shop: Shop, kind: str, name: Any, fits: Callable[[JSON], bool]) -> JSON:
    """The named object, or the newest that fits and whose story is over."""
    table = shop.store.table(kind)
    if name:
        found = table.find(str(name))
        if found is None or not fits(found):
            raise Impossible(f"{name} is not in a state for this scenario")
        if shop.has_plans(_story(found)):
            raise Impossible(f"{name} still has money to move; pick another")
        return found
    for one in reversed(table.ids):
        candidate = table.latest[one]
        if fits(candidate) and not shop.has_plans(_story(candidate)):
            return candidate
    raise Impossible(f"no {kind} fits this scenario")


def _story(obj: JSON) -> str:
    return str(obj.get("charge") or obj["id"])
