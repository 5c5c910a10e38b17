"""The staff console of what comes in: everything can be seen, facts cannot be edited, deeds leave an event."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import models
from django.test import Client
from django.urls import reverse

from accounts.models import Event, Job, User
from accounts.testing.world import MOMENT, World
from ingestion.admin.facts import COLUMNS, BoundedPaginator
from ingestion.models import BalanceTransaction, Fact, QuarantinedRow, Source
from ingestion.pipeline.merge import merge
from ingestion.testing.factories import balance_transaction_row, make_source
from ingestion.tests.test_tenancy import fill_every_table

pytestmark = pytest.mark.django_db
MODELS = list(apps.get_app_config("ingestion").get_models())


@pytest.fixture
def staff(world: World, client_of: Callable[[Any], Client]) -> Client:
    fill_every_table(make_source(world.business, secret={"key": "rk_live_secret"}), world.owner)
    return client_of(User.objects.create_superuser("staff@example.com", "x"))


def page(model: type[models.Model], what: str, *args: Any) -> str:
    return reverse(f"admin:ingestion_{model._meta.model_name}_{what}", args=args)


class TestEveryTable:
    @pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
    def test_has_a_list_and_a_page_without_any_form(self, staff: Client, model: type[models.Model]) -> None:
        assert staff.get(page(model, "changelist")).status_code == 200
        assert staff.get(page(model, "changelist"), {"q": "x"}).status_code == 200
        assert staff.get(page(model, "add")).status_code == 403
        for row in model._default_manager.all():
            shown = staff.get(page(model, "change", row.pk))
            assert shown.status_code == 200
            assert b"rk_live_secret" not in shown.content
            assert staff.post(page(model, "change", row.pk), {}).status_code == 403

    def test_of_facts_is_listed_with_its_own_columns(self) -> None:
        facts = {model for model in MODELS if issubclass(model, Fact)}
        assert set(COLUMNS) == facts

    def test_is_for_staff_only(self, world: World, client_of: Callable[[Any], Client]) -> None:
        assert client_of(world.owner).get(page(Source, "changelist")).status_code in (302, 403, 404)

    def test_does_not_ask_more_queries_for_more_rows(self, staff: Client, django_assert_max_num_queries: Any) -> None:
        source = Source.objects.get()
        rows = [balance_transaction_row(f"txn_more_{n}") for n in range(60)]
        merge(source, "balance_transactions", rows, observed_at=MOMENT)
        with django_assert_max_num_queries(12):
            staff.get(page(BalanceTransaction, "changelist"))


class TestDeeds:
    def act(self, staff: Client, model: type[models.Model], action: str, pk: int, reason: str) -> Any:
        chosen = {"action": action, admin.helpers.ACTION_CHECKBOX_NAME: [pk], "reason": reason}
        return staff.post(page(model, "changelist"), chosen)

    def test_a_rejected_row_is_settled_with_a_reason(self, staff: Client) -> None:
        row = QuarantinedRow.objects.get()
        assert b"reason" in self.act(staff, QuarantinedRow, "resolve", row.pk, "").content
        self.act(staff, QuarantinedRow, "resolve", row.pk, "Known mirror fault")
        row.refresh_from_db()
        assert row.resolved_at is not None
        event = Event.objects.get(name="ingestion.quarantine.resolved")
        assert (event.reason, event.business) == ("Known mirror fault", row.business)

    def test_a_source_that_can_be_asked_is_synced(self, staff: Client) -> None:
        source = Source.objects.get()
        self.act(staff, Source, "sync", source.pk, "Customer asked")
        assert not Job.objects.exists()
        Source.objects.update(auth_mode="key")
        self.act(staff, Source, "sync", source.pk, "Customer asked")
        assert Job.objects.filter(business=source.business).exists()
        assert Event.objects.filter(name="ingestion.sources.synced_by_staff").count() == 1


def test_counting_stops_where_nobody_browses(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingestion.admin.facts.MOST_BROWSED", 5)
    rows = [balance_transaction_row(f"txn_{n}") for n in range(9)]
    merge(make_source(world.business), "balance_transactions", rows, observed_at=MOMENT)
    assert BoundedPaginator(BalanceTransaction.objects.order_by("-pk"), 2).count == 5
