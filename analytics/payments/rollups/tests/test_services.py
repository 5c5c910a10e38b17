from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import Event
from analytics.models import PaymentBrandDay, PaymentDay, PaymentsFreshness
from analytics.payments.rollups.services import refresh_rollups
from analytics.payments.rollups.tasks import watch
from analytics.testing import payments as make
from ingestion.models import Charge, DirtyDay, Dispute

DAY = date(2026, 6, 10)
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)


@pytest.fixture
def shop(world):
    return make.source(world.business)


def day_of(shop, day=DAY, currency="usd") -> PaymentDay:
    return PaymentDay.objects.of(shop.business).get(source=shop, day=day, currency=currency)


def refreshed(shop):
    return refresh_rollups(shop.business, as_of=NOW)


class TestPaymentDays:
    def test_sum_the_ledger_by_bucket(self, shop):
        """1,000 + 2,000 sold, 300 refunded, 100 disputed with a fee of 15, a separate fee row of 7."""
        make.save(
            make.sale(shop, make.at(DAY), 1000, fee=30),
            make.sale(shop, make.at(DAY), 2000, fee=60),
            make.ledger_row(shop, make.at(DAY), -300, bucket="refund"),
            make.ledger_row(shop, make.at(DAY), -100, bucket="dispute", fee=15),
            make.ledger_row(shop, make.at(DAY), -7, bucket="cost"),
            make.ledger_row(shop, make.at(DAY), 90_000, bucket="financing"),
            make.ledger_row(shop, make.at(DAY), 50_000, bucket="movement"),
        )
        refreshed(shop)
        row = day_of(shop)
        assert (row.gross, row.refunds, row.disputes) == (3000, 300, 100)
        assert (row.cost, row.financing, row.charges) == (112, 90_000, 2)

    def test_days_are_the_business_own(self, shop):
        """22:30 UTC on 10 June is 00:30 on the 11th in Berlin."""
        make.save(make.sale(shop, datetime(2026, 6, 10, 22, 30, tzinfo=UTC)))
        refreshed(shop)
        assert PaymentDay.objects.of(shop.business).get().day == date(2026, 6, 11)

    def test_currencies_are_kept_apart(self, shop):
        make.save(make.sale(shop, make.at(DAY), 1000), make.sale(shop, make.at(DAY), 900, currency="eur"))
        refreshed(shop)
        assert day_of(shop).gross == 1000
        assert day_of(shop, currency="eur").gross == 900

    def test_only_captured_charges_count_as_sold(self, shop):
        make.save(
            make.charge(shop, make.at(DAY), captured=False),
            make.charge(shop, make.at(DAY), status="failed", captured=False),
            make.charge(shop, make.at(DAY), status="pending"),
        )
        refreshed(shop)
        assert (day_of(shop).charges, day_of(shop).failed, day_of(shop).gross) == (0, 1, 0)

    def test_a_charge_without_a_ledger_row_counts_what_was_captured(self, shop):
        make.save(
            make.charge(shop, make.at(DAY), 1000, amount_captured=600),
            make.charge(shop, make.at(DAY), 500, amount_captured=0),
        )
        refreshed(shop)
        assert (day_of(shop).gross, day_of(shop).charges) == (1100, 2)

    def test_a_ledger_row_that_arrives_later_replaces_the_charge_on_its_own_day(self, shop):
        """Authorised on the 10th, captured on the 13th: the ledger decides, on the 13th."""
        sold = make.charge(shop, make.at(DAY), 1000, balance_transaction="txn_later")
        make.save(sold)
        refreshed(shop)
        assert day_of(shop).gross == 1000
        later = DAY + timedelta(3)
        make.save(
            make.ledger_row(
                shop, make.at(later), 1000, bucket="gross", external_id="txn_later", source_object=sold.external_id
            )
        )
        refreshed(shop)
        assert (day_of(shop).gross, day_of(shop).charges) == (0, 1)
        assert (day_of(shop, later).gross, day_of(shop, later).charges) == (1000, 0)

    def test_ledger_rows_without_charges_are_counted_as_charges(self, shop):
        """An uploaded balance report knows nothing of charges."""
        make.save(make.ledger_row(shop, make.at(DAY), 1000, bucket="gross", source_object="ch_unknown"))
        refreshed(shop)
        assert (day_of(shop).gross, day_of(shop).charges) == (1000, 1)

    def test_a_refund_without_a_ledger_row_counts_once_it_succeeded(self, shop):
        make.save(make.refund(shop, make.at(DAY), 300), make.refund(shop, make.at(DAY), 900, status="failed"))
        refreshed(shop)
        assert day_of(shop).refunds == 300

    def test_a_chargeback_counts_on_its_own_day_and_on_its_charges_day(self, shop):
        sold, booked = make.sale(shop, make.at(DAY))
        later = DAY + timedelta(4)
        make.save(sold, booked)
        refreshed(shop)
        make.save(
            make.dispute(shop, make.at(later), charge=sold.external_id, charge_created_at=sold.created_at),
            make.dispute(shop, make.at(later), status="warning_closed", is_chargeback=False),
        )
        refreshed(shop)
        assert (day_of(shop).chargebacks, day_of(shop).chargebacks_by_charge_date) == (0, 1)
        assert (day_of(shop, later).chargebacks, day_of(shop, later).chargebacks_by_charge_date) == (1, 0)


class TestBrandDays:
    def test_count_what_the_networks_count(self, shop):
        sold, booked = make.sale(shop, make.at(DAY), brand="mastercard")
        make.save(
            sold,
            booked,
            make.sale(shop, make.at(DAY), brand="mastercard", card_present=True),
            make.dispute(shop, make.at(DAY), brand="mastercard"),
            make.dispute(shop, make.at(DAY), brand="", charge=sold.external_id, is_chargeback=False),
            make.fraud_warning(shop, make.at(DAY), sold),
        )
        refreshed(shop)
        row = PaymentBrandDay.objects.of(shop.business).get(brand="mastercard")
        assert (row.charges, row.charges_cnp, row.chargebacks, row.disputes, row.fraud_warnings) == (2, 1, 1, 2, 1)


class TestRefresh:
    def test_without_dirty_days_does_nothing(self, shop):
        assert refreshed(shop).days == 0
        assert not Event.objects.filter(name="payments.rollups.refreshed").exists()

    def test_the_same_facts_write_nothing_again(self, shop):
        make.save(make.sale(shop, make.at(DAY)))
        assert refreshed(shop).written == 2
        make.mark_dirty([(shop, DAY)])
        assert (refreshed(shop).written, DirtyDay.objects.count()) == (0, 0)

    def test_rows_of_a_day_without_facts_go(self, shop):
        make.save(make.sale(shop, make.at(DAY)))
        refreshed(shop)
        Charge.objects.all().delete()
        make.BalanceTransaction.objects.all().delete()
        make.mark_dirty([(shop, DAY)])
        refreshed(shop)
        assert not PaymentDay.objects.exists()
        assert not PaymentBrandDay.objects.exists()

    def test_other_days_are_not_touched(self, shop):
        make.save(make.sale(shop, make.at(DAY)))
        refreshed(shop)
        PaymentDay.objects.update(gross=7)
        make.save(make.sale(shop, make.at(DAY + timedelta(1))))
        refreshed(shop)
        assert day_of(shop).gross == 7

    def test_notes_since_when_snapshots_are_stale(self, shop):
        make.save(make.sale(shop, make.at(DAY)), make.sale(shop, make.at(DAY - timedelta(5))))
        refreshed(shop)
        make.save(make.sale(shop, make.at(DAY + timedelta(1))))
        refreshed(shop)
        freshness = PaymentsFreshness.objects.of(shop.business).get()
        assert (freshness.stale_since, freshness.revision) == (DAY - timedelta(5), 2)

    def test_leaves_other_businesses_and_desks_alone(self, shop, world):
        theirs = make.source(world.other)
        make.save(make.sale(theirs, make.at(DAY)), make.sale(shop, make.at(DAY)))
        DirtyDay.objects.create(business=world.business, source=shop, desk="customers", day=DAY)
        refreshed(shop)
        assert set(DirtyDay.objects.values_list("business__slug", "desk")) == {
            ("zenith", "payments"),
            ("acme", "customers"),
        }
        assert set(PaymentDay.objects.values_list("source_id", flat=True)) == {shop.pk}

    def test_the_order_in_which_facts_arrive_is_irrelevant(self, shop):
        sold, booked = make.sale(shop, make.at(DAY))
        opened = make.dispute(shop, make.at(DAY + timedelta(2)), charge=sold.external_id)
        for fact in (opened, booked, sold):
            make.save(fact)
            refreshed(shop)
        backwards = list(
            PaymentDay.objects.order_by("day").values("day", "gross", "charges", "chargebacks_by_charge_date")
        )
        for model in (Dispute, Charge, make.BalanceTransaction, PaymentDay):
            model.objects.all().delete()
        for fact in (sold, booked, opened):
            fact.pk = None
        make.save(sold, booked, opened)
        refreshed(shop)
        assert backwards == list(
            PaymentDay.objects.order_by("day").values("day", "gross", "charges", "chargebacks_by_charge_date")
        )


class TestAnotherTimeZone:
    def test_cuts_every_day_again(self, shop, run_jobs):
        """22:30 UTC on the 10th is the 11th in Berlin and the 10th in London."""
        make.save(make.sale(shop, datetime(2026, 6, 10, 22, 30, tzinfo=UTC)))
        refreshed(shop)
        shop.business.time_zone = "Europe/London"
        shop.business.save(update_fields=["time_zone"])
        watch.enqueue()
        run_jobs()
        assert list(PaymentDay.objects.values_list("day", flat=True)) == [date(2026, 6, 10)]
        assert refreshed(shop).days == 0


@pytest.mark.django_db(transaction=True)
class TestConcurrency:
    def test_a_day_that_a_merge_still_writes_stays_dirty(self, world):
        """The merge has marked the day again and not committed: the refresh must leave the day to the next one."""
        shop = make.source(world.business)
        make.save(make.sale(shop, make.at(DAY)))
        other = connections.create_connection("default")
        try:
            other.set_autocommit(False)
            with other.cursor() as cursor:
                cursor.execute("update ingestion_dirtyday set marked_at = now()")
            with transaction.atomic():
                assert refreshed(shop).days == 0
            other.commit()
        finally:
            other.close()
        with transaction.atomic():
            assert refreshed(shop).days == 1

    def test_a_day_marked_again_while_it_is_refreshed_is_refreshed_again(self, world):
        shop = make.source(world.business)
        make.save(make.sale(shop, make.at(DAY)))
        with transaction.atomic():
            refreshed(shop)
        make.save(make.sale(shop, make.at(DAY)))
        with transaction.atomic():
            refreshed(shop)
        assert day_of(shop).charges == 2


def test_statements_do_not_grow_with_facts(shop):
    make.steady_shop(shop, days=2, until=DAY)
    refreshed(shop)
    counts = []
    for days in (5, 40):
        make.steady_shop(shop, days=days, until=DAY)
        with CaptureQueriesContext(connection) as captured:
            refreshed(shop)
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 11
