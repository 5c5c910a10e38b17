"""What becomes of a sale after the customer said yes: capture, refund, warning, dispute, in order of time.

A plan is drawn (or scripted) first and then lived step by step, so that each step sees the charge as it is by then.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from ingestion.sandbox.payments import charges, disputes, refunds
from ingestion.sandbox.payments.books import Books
from ingestion.sandbox.payments.charge_shape import Sale
from ingestion.sandbox.payments.disputes import Case
from ingestion.sandbox.timeline import JSON

Start = Literal["captured", "authorised", "debited"]


@dataclass(frozen=True, slots=True)
class RefundPlan:
    at: int
    amount: int
    reason: str | None = "requested_by_customer"
    ends: Literal["succeeded", "pending", "failed"] = "succeeded"
    ends_at: int = 0


@dataclass(frozen=True, slots=True)
class DisputePlan:
    """`moves` are (moment, status) after opening; `under_review` hands in evidence."""

    at: int
    case: Case
    moves: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """The fate of one successful try at `at`.

    start:    money taken at once, only held, or debited from a bank account.
    capture:  (moment, amount) for a held one; None lets it expire at `expires_at` (0: still open).
    settles:  (moment, moment it bounces or 0) for a bank debit.
    """

    at: int
    start: Start = "captured"
    capture: tuple[int, int] | None = None
    expires_at: int = 0
    settles: tuple[int, int] | None = None
    refunds: tuple[RefundPlan, ...] = ()
    dispute: DisputePlan | None = None
    warned_at: int = 0


@dataclass(slots=True)
class Life:
    """One charge while its plan unfolds."""

    books: Books
    sale: Sale
    plan: Plan
    charge: JSON = field(default_factory=dict)
    dispute: JSON = field(default_factory=dict)
    warning: JSON = field(default_factory=dict)
    steps: list[tuple[int, Callable[[int], None]]] = field(default_factory=list)

    def live(self) -> JSON:
        """Run every step up to the end of the books; returns the charge as it is then."""
        self._begin()
        for refund in self.plan.refunds:
            self._plan_refund(refund)
        if self.plan.warned_at:
            self.steps.append((self.plan.warned_at, self._warn))
        if self.plan.dispute:
            self._plan_dispute(self.plan.dispute)
        for at, step in sorted(self.steps, key=lambda entry: entry[0]):
            if at <= self.books.until:
                step(at)
        return self.charge

    def _begin(self) -> None:
        begin = {"captured": charges.succeed, "authorised": charges.authorise, "debited": charges.start_debit}
        self.charge = begin[self.plan.start](self.books, self.sale, self.plan.at)
        if self.plan.capture:
            at, amount = self.plan.capture
            self.steps.append(
                (at, lambda at: self._set(charges.capture(self.books, self.sale, self.charge, at, amount)))
            )
        elif self.plan.expires_at:
            self.steps.append((self.plan.expires_at, lambda at: self._set(charges.expire(self.books, self.charge, at))))
        if self.plan.settles:
            paid_at, bounced_at = self.plan.settles
            self.steps.append(
                (paid_at, lambda at: self._set(charges.settle_debit(self.books, self.sale, self.charge, at)))
            )
            if bounced_at:
                self.steps.append(
                    (bounced_at, lambda at: self._set(charges.return_debit(self.books, self.sale, self.charge, at)))
                )

    def _set(self, charge: JSON) -> None:
        self.charge = charge

    def _plan_refund(self, plan: RefundPlan) -> None:
        def give_back(at: int) -> None:
            status = "succeeded" if plan.ends == "failed" else "pending" if plan.ends_at else plan.ends
            self.charge, made = refunds.refund(
                self.books, self.charge, at, plan.amount, reason=plan.reason, status=status
            )
            self._quiet_warning(at)
            if plan.ends_at and plan.ends_at <= self.books.until:
                self._end_refund(plan, made)

        self.steps.append((plan.at, give_back))

    def _end_refund(self, plan: RefundPlan, made: JSON) -> None:
        if plan.ends == "failed":
            self.charge, _ = refunds.fail_refund(self.books, self.charge, made, plan.ends_at)
        else:
            refunds.finish_refund(self.books, made, plan.ends_at)

    def _plan_dispute(self, plan: DisputePlan) -> None:
        def file(at: int) -> None:
            self.charge, self.dispute = disputes.open_dispute(self.books, self.charge, at, plan.case)
            self._quiet_warning(at)

        self.steps.append((plan.at, file))
        for at, status in plan.moves:
            self.steps.append((at, lambda at, status=status: self._move_dispute(at, status)))  # type: ignore[misc]

    def _move_dispute(self, at: int, status: str) -> None:
        if status in ("under_review", "warning_under_review", "appeal_under_review"):
            self.dispute = disputes.answer(self.books, self.charge, self.dispute, at)
        elif status in ("won", "lost", "warning_closed"):
            self.dispute = disputes.close(self.books, self.charge, self.dispute, at, status)
        else:
            self.dispute = disputes.move(self.books, self.charge, self.dispute, at, status)

    def _warn(self, at: int) -> None:
        self.warning = disputes.warn(self.books, self.charge, at)

    def _quiet_warning(self, at: int) -> None:
        if self.warning.get("actionable"):
            self.warning = disputes.settle_warning(self.books, self.warning, at)
