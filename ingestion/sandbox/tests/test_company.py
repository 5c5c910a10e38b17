"""The simulated company keeps Stripe's own books: identities that hold to the cent, and a story that repeats."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta

import pytest

from ingestion.sandbox.company import Company, build_company
from ingestion.sandbox.moments import DAY, epoch
from ingestion.sandbox.variants import VARIANTS

AS_OF = datetime(2026, 6, 15, 12, tzinfo=UTC)
NOW = epoch(AS_OF)


def of_kind(company: Company, kind: str) -> list[dict]:
    return [obj for obj in company.objects() if obj["object"] == kind]


@pytest.fixture(scope="module", params=VARIANTS)
def company(request: pytest.FixtureRequest) -> Company:
    return build_company(request.param, as_of=AS_OF, size="small")


class TestLedger:
    def test_every_row_nets_amount_less_fee(self, company: Company) -> None:
        rows = of_kind(company, "balance_transaction")
        assert all(row["net"] == row["amount"] - row["fee"] for row in rows)
        assert all(row["fee"] == sum(part["amount"] for part in row["fee_details"]) for row in rows)

    def test_nets_sum_to_available_plus_pending_per_currency(self, company: Company) -> None:
        sums: Counter[str] = Counter()
        for row in of_kind(company, "balance_transaction"):
            sums[row["currency"]] += row["net"]
        balance = company.balance()
        held = Counter({funds["currency"]: funds["amount"] for funds in balance["available"]})
        for funds in balance["pending"]:
            held[funds["currency"]] += funds["amount"]
        assert dict(sums) == dict(held)

    def test_status_follows_the_day_money_becomes_available(self, company: Company) -> None:
        for row in of_kind(company, "balance_transaction"):
            assert (row["status"] == "available") == (row["available_on"] <= NOW)

    def test_an_automatic_payout_is_the_sum_of_the_rows_it_carried(self, company: Company) -> None:
        rows = {row["id"]: row for row in of_kind(company, "balance_transaction")}
        carried: list[str] = []
        for payout in of_kind(company, "payout"):
            if not payout["automatic"]:
                continue
            own, *others = (rows[name] for name in company.books.payout_rows[payout["id"]])
            assert own["source"] == payout["id"]
            assert payout["amount"] == sum(row["net"] for row in others) == -own["net"]
            assert all(row["currency"] == payout["currency"] for row in others)
            carried += [row["id"] for row in others]
        assert len(carried) == len(set(carried))

    def test_every_captured_charge_has_its_row_and_every_charge_row_its_charge(self, company: Company) -> None:
        rows = {
            row["source"] for row in of_kind(company, "balance_transaction") if row["reporting_category"] == "charge"
        }
        taken = {charge["id"] for charge in of_kind(company, "charge") if charge["balance_transaction"] is not None}
        assert rows == taken

    def test_a_charge_knows_what_was_given_back(self, company: Company) -> None:
        given: Counter[str] = Counter()
        for refund in of_kind(company, "refund"):
            if refund["status"] != "failed":
                given[refund["charge"]] += refund["amount"]
        for charge in of_kind(company, "charge"):
            let_go = charge["amount"] - charge["amount_captured"] if charge["captured"] else 0
            if charge["status"] == "succeeded" and charge["captured"]:
                assert charge["amount_refunded"] == given[charge["id"]] + let_go
                assert charge["amount_refunded"] <= charge["amount"]


class TestTruth:
    def test_months_agree_with_the_ledger_classified_by_reporting_category(self, small: Company) -> None:
        """The diary's monthly net per currency, against payments.md § 9 applied to the rows (before the open day)."""
        truth, zone = small.truth(), small.books.zone
        net: defaultdict[tuple[str, str], int] = defaultdict(int)
        counted = {
            "charge",
            "charge_failure",
            "partial_capture_reversal",
            "refund",
            "refund_failure",
            "dispute",
            "dispute_reversal",
        }
        for row in of_kind(small, "balance_transaction"):
            day = datetime.fromtimestamp(row["created"], zone)
            if row["reporting_category"] in counted and day.date() < truth.day:
                net[f"{day:%Y-%m}", row["currency"]] += row["amount"]
        known = {key: money.net for key, money in truth.money.items()}
        assert {key: value for key, value in known.items() if value} == {k: v for k, v in net.items() if v}

    def test_cost_counts_fees_on_rows_and_fee_rows(self, small: Company) -> None:
        truth, zone = small.truth(), small.books.zone
        cost: Counter[str] = Counter()
        for row in of_kind(small, "balance_transaction"):
            if datetime.fromtimestamp(row["created"], zone).date() < truth.day:
                cost[row["currency"]] += row["fee"]
                if row["reporting_category"] in ("fee", "tax"):
                    cost[row["currency"]] -= row["amount"]
        known: Counter[str] = Counter()
        for (_, currency), money in truth.money.items():
            known[currency] += money.cost
        assert known == cost

    def test_recurring_revenue_agrees_with_the_subscriptions(self, small: Company) -> None:
        """Only undiscounted, unmetered subscriptions: their MRR follows from price and quantity alone."""
        subs = of_kind(small, "subscription")
        steps = small.books.journal.recurring
        latest = {step.subscription: step.monthly for step in steps}
        checked = 0
        for sub in subs:
            item = sub["items"]["data"][0]
            if sub["discounts"] or item["price"]["recurring"]["interval"] != "month":
                continue
            live = sub["status"] in ("active", "past_due")
            count = item["price"]["recurring"]["interval_count"]
            worth = item["price"]["unit_amount"] * item["quantity"] / count if live else 0
            assert latest[sub["id"]] == worth
            checked += 1
        assert checked > 5

    def test_history_counts_whole_months_since_the_first_charge(self, small: Company) -> None:
        assert small.truth().history_months == 14

    def test_the_past_can_be_asked_too(self, small: Company) -> None:
        then = small.truth(small.truth().day - timedelta(days=200))
        assert then.history_months < small.truth().history_months
        assert sum(then.charges.values()) < sum(small.truth().charges.values())


class TestIncidents:
    def test_every_status_of_the_reference_appears(self, small: Company) -> None:
        disputes = {dispute["status"] for dispute in of_kind(small, "dispute")}
        assert disputes >= {
            "warning_needs_response",
            "warning_under_review",
            "warning_closed",
            "needs_response",
            "under_review",
            "won",
            "lost",
            "prevented",
            "appeal_under_review",
        }
        assert {payout["status"] for payout in of_kind(small, "payout")} >= {"paid", "failed", "canceled"}
        assert {refund["status"] for refund in of_kind(small, "refund")} == {"pending", "succeeded", "failed"}
        assert {charge["status"] for charge in of_kind(small, "charge")} == {"pending", "succeeded", "failed"}
        assert {sub["status"] for sub in of_kind(small, "subscription")} >= {
            "trialing",
            "active",
            "past_due",
            "unpaid",
            "canceled",
            "incomplete_expired",
        }

    def test_every_kind_of_ledger_row_appears(self, small: Company) -> None:
        categories = {row["reporting_category"] for row in of_kind(small, "balance_transaction")}
        assert categories == {
            "charge",
            "charge_failure",
            "partial_capture_reversal",
            "refund",
            "refund_failure",
            "dispute",
            "dispute_reversal",
            "fee",
            "tax",
            "payout",
            "payout_reversal",
            "topup",
            "risk_reserved_funds",
        }

    def test_an_answer_is_due_within_days(self, demo: Company) -> None:
        soonest = demo.truth().open_disputes[0]
        assert soonest.status == "needs_response"
        assert NOW < soonest.due_by < NOW + 5 * DAY

    def test_payouts_failed_and_went_negative(self, demo: Company) -> None:
        truth = demo.truth()
        assert len(truth.failed_payouts_60) == 1
        assert truth.negative_payouts

    def test_the_demo_has_something_to_improve(self, demo: Company) -> None:
        truth = demo.truth()
        smoothed = (truth.chargebacks_180 + 1) * 1000 / (truth.charges_180 + 200)
        assert 8 < smoothed < 15
        assert all(truth.refunds_90[currency] * 20 > truth.gross_90[currency] for currency in ("eur", "usd"))

    def test_the_demo_has_thousands_of_rows_in_two_currencies(self, demo: Company) -> None:
        rows = of_kind(demo, "balance_transaction")
        assert 6_000 <= len(rows) <= 10_000
        assert {row["currency"] for row in rows} == {"eur", "usd"}

    def test_a_restricted_account_is_not_paid_out(self) -> None:
        company = build_company("restricted", as_of=AS_OF, size="small")
        account = company.account_object()
        assert account["requirements"]["disabled_reason"] == "requirements.past_due"
        assert account["payouts_enabled"] is False
        assert max(payout["created"] for payout in of_kind(company, "payout")) < NOW - 20 * DAY

    def test_the_declining_shop_has_an_advance(self) -> None:
        company = build_company("declining", as_of=AS_OF, size="small")
        kinds = {row["type"] for row in of_kind(company, "balance_transaction")}
        assert {"advance", "anticipation_repayment"} <= kinds


class TestDeterminism:
    def test_the_same_arguments_give_the_same_objects(self, small: Company) -> None:
        again = build_company("established", as_of=AS_OF, size="small")
        assert list(again.objects()) == list(small.objects())

    def test_another_seed_tells_another_story(self, small: Company) -> None:
        other = build_company("established", as_of=AS_OF, size="small", seed=2)
        assert {obj["id"] for obj in other.objects()}.isdisjoint(obj["id"] for obj in of_kind(small, "charge"))

    @pytest.mark.parametrize("variant", VARIANTS)
    def test_simulating_on_does_not_change_the_past(self, variant: str) -> None:
        short = build_company(variant, as_of=AS_OF, size="small")
        long = build_company(variant, as_of=AS_OF, size="small", until=AS_OF + timedelta(days=60))
        assert list(long.objects(AS_OF)) == list(short.objects(AS_OF))
        assert long.truth(short.truth().day) == short.truth()
        assert len(long.changes) > len(short.changes)

    def test_ids_are_unique_and_nothing_lies_in_the_future(self, company: Company) -> None:
        created = [change.obj for change in company.changes]
        assert all(obj.get("created", obj.get("start")) <= NOW for obj in created)
        kinds = defaultdict(set)
        for obj in created:
            kinds[obj["id"]].add(obj["object"])
        assert all(len(names) == 1 for names in kinds.values())

    @pytest.mark.parametrize("given", [{"variant": "rich"}, {"size": "huge"}, {"until": AS_OF - timedelta(days=1)}])
    def test_refuses_what_it_does_not_know(self, given: dict) -> None:
        with pytest.raises(ValueError):
            build_company(**{"variant": "young", "as_of": AS_OF, **given})
