"""The receiver and the worker behind it: nothing broken gets in, nothing good gets lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Event, InboxDelivery
from accounts.testing.world import World
from ingestion.models import BalanceTransaction, Charge, QuarantinedRow, Source, SyncRun
from ingestion.providers.stripe.tests import payloads
from ingestion.providers.stripe.tests.conftest import make_source
from ingestion.providers.stripe.tests.far_side import URL, deliver, drain, move, post
from ingestion.sandbox.stripe.server import ReplayServer

pytestmark = pytest.mark.django_db
Drain = Callable[..., list[Any]]


def event(obj: dict[str, Any] | None = None, **changes: Any) -> bytes:
    body = {
        "id": "evt_1",
        "object": "event",
        "type": "charge.succeeded",
        "created": int(timezone.now().timestamp()),
        "livemode": False,
        "account": "acct_1nobody",
        "data": {"object": obj or payloads.charge()},
        **changes,
    }
    return json.dumps(body).encode()


@pytest.mark.usefixtures("wakeups", "db")
class TestReceiver:
    def test_stores_what_is_signed_and_answers_200(self) -> None:
        body = event()
        assert post(body).status_code == 200
        delivery = InboxDelivery.objects.get()
        assert bytes(delivery.payload) == body
        assert (delivery.event_id, delivery.account, delivery.livemode) == ("evt_1", "acct_1nobody", False)
        assert delivery.state == InboxDelivery.State.RECEIVED

    def test_stores_a_replayed_delivery_once(self) -> None:
        for _ in range(3):
            assert post(event()).status_code == 200
        assert InboxDelivery.objects.count() == 1

    def test_keeps_one_event_id_of_two_accounts_apart(self) -> None:
        post(event(account="acct_a"))
        post(event(account="acct_b"))
        post(event(account="acct_a", livemode=True))
        assert InboxDelivery.objects.count() == 3

    @pytest.mark.parametrize(
        "header", ["", "t=1,v1=", "nonsense", "v1=" + "0" * 64], ids=["unsigned", "stale", "malformed", "no stamp"]
    )
    def test_refuses_what_is_not_signed_well(self, header: str) -> None:
        assert post(event(), header=header).status_code == 400
        assert not InboxDelivery.objects.exists()

    def test_refuses_another_secret(self) -> None:
        assert post(event(), secret="whsec_other").status_code == 400

    @pytest.mark.parametrize("late", [timedelta(seconds=-400), timedelta(seconds=400), timedelta(days=700)])
    def test_refuses_stale_and_future_dated_ones(self, late: timedelta) -> None:
        assert post(event(), at=timezone.now() + late).status_code == 400

    @pytest.mark.parametrize("body", [b"{}", b"[]", b"null", b"", b"\xff\xfe\x00", b'{"id": "evt_1"}'])
    def test_refuses_signed_bodies_that_are_no_event(self, body: bytes) -> None:
        assert post(body).status_code == 400
        assert not InboxDelivery.objects.exists()

    def test_refuses_an_oversized_body(self) -> None:
        assert post(event(padding="x" * 1_100_000)).status_code == 413

    @pytest.mark.parametrize("method", ["get", "put", "delete"])
    def test_takes_posts_only(self, method: str) -> None:
        assert getattr(Client(), method)(URL).status_code == 405

    def test_costs_one_statement(self, django_assert_num_queries: Any) -> None:
        with django_assert_num_queries(1):
            post(event())

    def test_needs_no_session_and_sets_no_cookie(self) -> None:
        assert not post(event()).cookies


@pytest.mark.usefixtures("wakeups")
class TestWorker:
    def test_reads_each_touched_object_once_however_many_events_name_it(
        self, imported: Source, stripe: ReplayServer, now: Any
    ) -> None:
        charge = Charge.objects.of(imported.business).order_by("-created_at")[0]
        obj = {"object": "charge", "id": charge.external_id}
        for number in range(5):
            post(event(obj, id=f"evt_{number}", account=imported.external_account, type="charge.updated"))
        stripe.world.requests.clear()
        drain()
        assert [request["path"] for request in stripe.world.requests] == [f"/v1/charges/{charge.external_id}"]
        assert set(InboxDelivery.objects.values_list("state", flat=True)) == {"processed"}
        assert set(InboxDelivery.objects.values_list("business", flat=True)) == {imported.business.pk}

    def test_believes_the_object_and_not_the_event(self, imported: Source) -> None:
        """A forged or outdated body changes nothing: what Stripe says now is what is stored."""
        charge = Charge.objects.of(imported.business).filter(status="succeeded").first()
        assert charge is not None
        obj = payloads.charge(id=charge.external_id, status="failed", amount=1)
        post(event(obj, account=imported.external_account, type="charge.failed"))
        drain()
        charge.refresh_from_db()
        assert charge.status == "succeeded"
        assert charge.amount != 1

    def test_keeps_the_last_copy_of_an_object_that_is_gone(self, imported: Source) -> None:
        obj = payloads.charge(id="ch_gone", currency="eur")
        post(event(obj, account=imported.external_account))
        drain()
        assert Charge.objects.of(imported.business).get(external_id="ch_gone").amount == 10_000

    def test_puts_a_last_copy_that_cannot_be_read_into_quarantine(self, imported: Source) -> None:
        post(event(payloads.charge(id="ch_gone", currency="zzz"), account=imported.external_account))
        drain()
        row = QuarantinedRow.objects.of(imported.business).get()
        assert (row.external_id, row.reason_code) == ("ch_gone", "unknown_currency")
        assert InboxDelivery.objects.get().state == "processed"

    def test_keeps_deliveries_of_unknown_accounts_and_tells_the_staff(self, imported: Source) -> None:
        sources = Source.objects.count()
        post(event(account="acct_1stranger"))
        drain()
        delivery = InboxDelivery.objects.get()
        assert (delivery.state, delivery.business) == ("ignored", None)
        assert Event.objects.filter(name="ingestion.webhooks.account_unknown").count() == 1
        assert Source.objects.count() == sources

    def test_routes_by_mode(self, imported: Source, world: World) -> None:
        """A live endpoint gets test events, too; they never reach the account's live source."""
        post(event(account=imported.external_account, livemode=True))
        drain()
        assert InboxDelivery.objects.get().state == "ignored"

    def test_ignores_types_that_nothing_follows(self, imported: Source) -> None:
        post(event(type="customer.created", account=imported.external_account))
        drain()
        assert InboxDelivery.objects.get().state == "ignored"

    def test_reads_the_account_anew_when_it_changed(self, imported: Source) -> None:
        Source.objects.filter(pk=imported.pk).update(account={"unreadable": [], "charges_enabled": False})
        post(event({"object": "account"}, type="account.updated", account=imported.external_account))
        drain()
        imported.refresh_from_db()
        assert imported.account["charges_enabled"] is True

    @pytest.mark.parametrize("kind", ["balance.available", "reserve.hold.created", "reserve.release.created"])
    def test_reads_new_ledger_rows_when_money_moved_unnamed(
        self, imported: Source, stripe: ReplayServer, now: Any, kind: str
    ) -> None:
        rows = BalanceTransaction.objects.of(imported.business)
        before = rows.count()
        move(stripe, now, days=3)
        post(event({"object": "balance"}, type=kind, account=imported.external_account))
        drain()
        assert rows.count() > before

    def test_reads_the_charge_under_review(self, imported: Source, stripe: ReplayServer) -> None:
        charge = Charge.objects.of(imported.business)[0]
        review = {"object": "review", "id": "prv_1", "charge": charge.external_id}
        stripe.world.requests.clear()
        post(event(review, type="review.opened", account=imported.external_account))
        drain()
        assert [request["path"] for request in stripe.world.requests] == [f"/v1/charges/{charge.external_id}"]

    def test_writes_one_run_a_batch(self, imported: Source, stripe: ReplayServer, now: Any) -> None:
        deliver(move(stripe, now, days=1))
        run = SyncRun.objects.of(imported.business).filter(kind=SyncRun.Kind.WEBHOOK).newest_first()[0]
        assert run.state == SyncRun.State.DONE
        assert run.seen == run.new + run.changed + run.unchanged + run.quarantined > 0

    def test_tries_again_later_when_stripe_is_away(self, imported: Source, stripe: ReplayServer, now: Any) -> None:
        told = move(stripe, now, days=1)
        stripe.world.faults.add({"kind": "error", "times": 10_000, "status": 500})
        for happened in told:
            post(json.dumps(happened.body()).encode())
        drain()
        assert set(InboxDelivery.objects.values_list("state", flat=True)) == {"received"}
        stripe.world.faults.clear()
        now.shift(timedelta(hours=1))
        drain()
        assert "received" not in set(InboxDelivery.objects.values_list("state", flat=True))

    def test_one_account_s_trouble_does_not_stop_another_s(
        self, imported: Source, world: World, stripe: ReplayServer
    ) -> None:
        broken = make_source(world, account=stripe.account("declining"), business=world.other)
        charge = Charge.objects.of(imported.business)[0]
        post(event({"object": "charge", "id": "ch_1"}, account=broken.external_account))
        post(event({"object": "charge", "id": charge.external_id}, id="evt_2", account=imported.external_account))
        drain()
        broken.refresh_from_db()
        imported.refresh_from_db()
        assert broken.state == Source.State.NEEDS_RECONNECT
        assert imported.state == Source.State.ACTIVE
        assert InboxDelivery.objects.get(event_id="evt_2").state == "processed"

    def test_never_writes_into_another_business(self, imported: Source, world: World) -> None:
        make_source(world, account="acct_1other", business=world.other)
        post(event(payloads.charge(id="ch_gone"), account=imported.external_account))
        drain()
        assert not Charge.objects.of(world.other).exists()


class TestDeauthorisation:
    APPLICATION = {"id": "ca_sandbox", "object": "application", "name": "Bellwether"}

    def revoke(self, source: Source, **changes: Any) -> None:
        body = event(
            self.APPLICATION, type="account.application.deauthorized", account=source.external_account, **changes
        )
        post(body)
        drain()
        source.refresh_from_db()

    def test_stops_reading_and_keeps_the_facts(self, imported: Source, stripe: ReplayServer, run_jobs: Drain) -> None:
        facts = Charge.objects.of(imported.business).count()
        self.revoke(imported)
        assert imported.state == Source.State.REVOKED
        assert "Connect again" in imported.state_reason
        assert Charge.objects.of(imported.business).count() == facts > 0
        assert Event.objects.filter(name="ingestion.sources.revoked", business=imported.business).exists()
        stripe.world.requests.clear()
        from ingestion.sources.tasks import sync_all

        sync_all.enqueue()
        run_jobs()
        assert stripe.world.requests == []

    def test_does_not_undo_a_later_connection(self, imported: Source) -> None:
        earlier = int((imported.connected_at - timedelta(days=1)).timestamp())
        self.revoke(imported, created=earlier)
        assert imported.state == Source.State.ACTIVE
