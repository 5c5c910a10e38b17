"""Subscriptions period by period: invoices, renewals that fail, upgrades, pauses in payment and goodbyes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from random import Random
from typing import Final

from ingestion.sandbox.journal import RecurringStep
from ingestion.sandbox.moments import DAY, HOUR, cycle
from ingestion.sandbox.payments import charges
from ingestion.sandbox.payments.books import Books
from ingestion.sandbox.payments.catalog import PER_MONTH, Coupon, coupon_object
from ingestion.sandbox.payments.charge_shape import Sale, intent_id
from ingestion.sandbox.payments.contracts import Contract
from ingestion.sandbox.payments.fates import drawn_plan
from ingestion.sandbox.payments.lives import Life
from ingestion.sandbox.payments.subscription_shape import Line, discount, invoice, items, payment_of, subscription
from ingestion.sandbox.timeline import JSON
from ingestion.sandbox.variants import Profile

#: When a declined renewal is tried again, as Smart Retries would; after the last the subscription is given up.
RETRY_DAYS: Final = (3, 5, 7)
RENEWAL_FAILS, RETRY_WORKS = 0.05, 0.55
LEAVES_A_MONTH, CHANGES_A_PERIOD = 0.032, 0.03
MONTHS: Final = {"week": 0.25, "month": 1.0, "year": 9.0}


@dataclass(slots=True)
class Subscriber:
    """One subscription while it runs."""

    books: Books
    profile: Profile
    contract: Contract
    rng: Random
    sub: JSON = field(default_factory=dict)
    quantities: list[int] = field(default_factory=list)
    discount_id: str = ""
    discount_ends: int | None = None

    def run(self) -> JSON:
        """From the first day to the end of the books; returns the subscription as it is then."""
        self._start()
        number = 0
        if self.contract.ends == "incomplete_expired":
            return self._expire()
        while self.sub["status"] in ("active", "trialing", "past_due") and self._period(number):
            number += 1
        return self.sub

    # --- beginning ---

    def _start(self) -> None:
        contract, books = self.contract, self.books
        sub_id = books.draws.id("sub_1", books.account, contract.key)
        self.quantities = [quantity for _, quantity in contract.offers]
        given: JSON = {}
        if contract.trial_days:
            trial_end = contract.starts_at + contract.trial_days * DAY
            given = {"status": "trialing", "trial_start": contract.starts_at, "trial_end": trial_end}
        if contract.ends == "incomplete_expired":
            given = {"status": "incomplete"}
        if contract.coupon:
            given["discounts"] = [self._redeem(contract.coupon, sub_id)]
        lines = self._lines(sub_id, contract.starts_at, self._boundary(0) if contract.trial_days else self._boundary(1))
        self.sub = subscription(books, sub_id, contract.customer, lines, contract.starts_at, **given)
        books.publish(contract.starts_at, "customer.subscription.created", self.sub, story=sub_id)
        if contract.trial_days:
            bill = self._bill(lines, contract.starts_at, 0, reason="subscription_create", trial=True)
            self._paid(bill, contract.starts_at, "")
        self._note(contract.starts_at)

    def _redeem(self, coupon: Coupon, sub_id: str) -> str:
        books, start = self.books, self.contract.starts_at
        currency = self.contract.offers[0][0].currency
        end = cycle(start, "month", coupon.months, 1) if coupon.months else None
        given = discount(books, sub_id, self.contract.customer, coupon, currency, start, end)
        books.publish(start, "", coupon_object(books, coupon, currency), story=sub_id)
        books.publish(start, "customer.discount.created", given, story=sub_id)
        self.discount_id, self.discount_ends = given["id"], end
        return str(given["id"])

    def _expire(self) -> JSON:
        at = self.contract.starts_at
        lines = self._lines(self.sub["id"], at, self._boundary(1))
        bill = self._bill(lines, at, 1, reason="subscription_create")
        charges.fail(self.books, self._sale(bill), at)
        later = at + 23 * HOUR
        self._change(later, status="incomplete_expired", ended_at=later)
        self.books.change(later, "invoice.voided", bill, story=self.sub["id"], status="void")
        return self.sub

    # --- one period ---

    def _period(self, number: int) -> bool:
        """Bill period `number` and see what happens in it; False when the books or the subscription end."""
        start, end = self._boundary(number), self._boundary(number + 1)
        if start > self.books.until:
            return False
        self._end_discount(start)
        if number:
            self._change_quantity(start, number)
        lines = self._lines(self.sub["id"], start, end)
        if number or self.contract.trial_days:
            self._change(start, items=items(self.books, self.sub["id"], lines, self.sub["created"]), status="active")
        reason = "subscription_cycle" if number or self.contract.trial_days else "subscription_create"
        bill = self._bill(lines, start, number + 1, reason=reason)
        self._note(start)
        self._collect(bill, start + (HOUR if number else 0), must_fail=self._is_doomed(start, end))
        if self.sub["status"] != "active":
            return False
        return not self._leaves(start, end)

    def _collect(self, bill: JSON, at: int, *, must_fail: bool) -> None:
        """Try to take the money, again after days if declined; give up after the last try."""
        sale = self._sale(bill)
        if bill["total"] == 0:
            self._paid(bill, at, "")
            return
        failing = must_fail or self.rng.random() < RENEWAL_FAILS
        if not failing:
            self._take(bill, sale, at)
            return
        for tried, days in enumerate((0, *RETRY_DAYS)):
            moment = at + days * DAY
            if tried and not must_fail and self.rng.random() < RETRY_WORKS:
                self._take(bill, sale, moment)
                self._change(moment, status="active")
                return
            if moment > self.books.until:
                return
            charges.fail(self.books, sale, moment)
            upcoming = at + RETRY_DAYS[tried] * DAY if tried < len(RETRY_DAYS) else None
            bill = self.books.change(
                moment,
                "invoice.payment_failed",
                bill,
                story=self.sub["id"],
                attempted=True,
                attempt_count=tried + 1,
                next_payment_attempt=upcoming,
            )
            if not tried:
                self._change(moment, status="past_due")
        self._give_up(bill, at + RETRY_DAYS[-1] * DAY + HOUR)

    def _take(self, bill: JSON, sale: Sale, at: int) -> None:
        if at > self.books.until:
            return
        plan = drawn_plan(self.rng, self.profile, sale, at)
        Life(self.books, sale, replace(plan, start="captured", capture=None)).live()
        self._paid(bill, at, intent_id(self.books, sale))

    def _paid(self, bill: JSON, at: int, intent: str) -> None:
        changed: JSON = {
            "amount_paid": bill["total"],
            "amount_remaining": 0,
            "attempted": True,
            "status": "paid",
            "status_transitions": {**bill["status_transitions"], "paid_at": at},
        }
        if intent:
            changed |= {
                "attempt_count": bill["attempt_count"] + 1,
                "payments": payment_of(self.books, bill, intent, at),
            }
        self.books.change(at, "invoice.paid", bill, story=self.sub["id"], **changed)

    def _give_up(self, bill: JSON, at: int) -> None:
        if self.contract.ends == "unpaid":
            self._change(at, status="unpaid")
        elif self.contract.ends == "past_due":
            return
        else:
            self._end(at, "payment_failed")
        self.books.change(at, "invoice.marked_uncollectible", bill, story=self.sub["id"], status="uncollectible")

    # --- changes of heart ---

    def _change_quantity(self, at: int, number: int) -> None:
        lot = self.rng.random()
        if lot < CHANGES_A_PERIOD:
            self.quantities[0] += 1
        elif lot > 1 - CHANGES_A_PERIOD / 2 and self.quantities[0] > 1:
            self.quantities[0] -= 1

    def _end_discount(self, at: int) -> None:
        if self.discount_ends is not None and self.discount_ends <= at:
            self._change(self.discount_ends, discounts=[])
            self._note_at_discount_end(self.discount_ends)
            self.discount_id, self.discount_ends = "", None

    def _note_at_discount_end(self, at: int) -> None:
        self.discount_id = ""
        self._note(at)

    def _leaves(self, start: int, end: int) -> bool:
        """Whether the customer says goodbye in this period; it lasts until the period's end."""
        offer = self.contract.offers[0][0]
        chance = LEAVES_A_MONTH * MONTHS[offer.interval] * offer.count
        scheduled = self.contract.ends == "scheduled" and start <= self.contract.ends_near < end
        if self.contract.ends and not scheduled:
            return False
        if not scheduled and self.rng.random() > chance:
            return False
        at = start + self.rng.randint(1, max((end - start) // DAY - 1, 1)) * DAY
        if scheduled:
            at = min(at, self.contract.ends_near)
        self._change(
            at,
            cancel_at_period_end=True,
            cancel_at=end,
            canceled_at=at,
            cancellation_details={"comment": None, "feedback": "too_expensive", "reason": "cancellation_requested"},
        )
        self._end(end, "cancellation_requested", canceled_at=at)
        return True

    def _end(self, at: int, reason: str, *, canceled_at: int | None = None) -> None:
        if at > self.books.until:
            return
        details = {"comment": None, "feedback": None, "reason": reason}
        self.sub = self.books.change(
            at,
            "customer.subscription.deleted",
            self.sub,
            story=self.sub["id"],
            status="canceled",
            ended_at=at,
            canceled_at=canceled_at or at,
            cancellation_details=details,
        )
        self._note(at)

    # --- pieces ---

    def _boundary(self, number: int) -> int:
        offer = self.contract.offers[0][0]
        anchor = self.contract.starts_at + self.contract.trial_days * DAY
        return cycle(anchor, offer.interval, offer.count, number)

    def _is_doomed(self, start: int, end: int) -> bool:
        return self.contract.ends in ("past_due", "unpaid") and start <= self.contract.ends_near < end

    def _lines(self, sub_id: str, start: int, end: int) -> list[Line]:
        return [
            Line(offer, quantity, self.books.draws.id("si", sub_id, offer.key), start, end)
            for (offer, _), quantity in zip(self.contract.offers, self.quantities, strict=True)
        ]

    def _bill(self, lines: Sequence[Line], at: int, number: int, *, reason: str, trial: bool = False) -> JSON:
        off = 0 if trial else self._off(lines, number)
        made = invoice(
            self.books,
            self.sub,
            self.contract.customer,
            lines,
            at,
            number=number,
            reason=reason,
            off=off,
            discounts=[self.discount_id] if off else [],
            trial=trial,
        )
        self.books.publish(at, "invoice.finalized", made, story=self.sub["id"])
        self.sub = {**self.sub, "latest_invoice": made["id"]}
        self.books.timeline.add(at, "", self.sub, story=self.sub["id"])
        return made

    def _off(self, lines: Sequence[Line], number: int) -> int:
        coupon = self.contract.coupon
        if coupon is None or not self.discount_id or (coupon.duration == "once" and number > 1):
            return 0
        subtotal = sum(line.amount for line in lines)
        return coupon.amount_off or (subtotal * (coupon.percent_off or 0) + 50) // 100

    def _sale(self, bill: JSON) -> Sale:
        return Sale(
            key=f"invoice/{bill['id']}",
            customer=self.contract.customer,
            amount=bill["total"],
            currency=bill["currency"],
            description="Subscription creation"
            if bill["billing_reason"] == "subscription_create"
            else "Subscription update",
            invoice=bill["id"],
        )

    def _change(self, at: int, **changed: object) -> None:
        if at <= self.books.until and any(self.sub.get(name) != value for name, value in changed.items()):
            before = self.sub["status"]
            self.sub = self.books.change(at, "customer.subscription.updated", self.sub, story=self.sub["id"], **changed)
            if self.sub["status"] != before:
                self._note(at)

    def _note(self, at: int) -> None:
        """Write down what the subscription is worth from now on."""
        self.books.journal.write(
            RecurringStep(at, self.sub["id"], self.contract.customer.payer, self.sub["currency"], self._monthly())
        )

    def _monthly(self) -> Fraction:
        if self.sub["status"] not in ("active", "past_due"):
            return Fraction(0)
        full = sum(
            (
                offer.monthly * quantity
                for (offer, _), quantity in zip(self.contract.offers, self.quantities, strict=True)
            ),
            Fraction(0),
        )
        coupon = self.contract.coupon
        if coupon is None or not self.discount_id or coupon.duration == "once":
            return full
        if coupon.percent_off:
            return full * (100 - coupon.percent_off) / 100
        first = self.contract.offers[0][0]
        return full - (coupon.amount_off or 0) * PER_MONTH[first.interval] / first.count
