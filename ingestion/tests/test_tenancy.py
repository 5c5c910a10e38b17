"""Every table of ingestion under another business's eyes, in raw SQL."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.db import connection, models
from django.db.utils import ProgrammingError

from accounts.errors import NotYours
from accounts.tenancy import BusinessOwned, acting_for, tenant_transaction
from accounts.testing.world import MOMENT, World
from ingestion.fx import Rate, store_rates
from ingestion.models import (
    BalanceReading,
    FxRate,
    HeaderMapping,
    OAuthState,
    QuarantinedRow,
    RawPage,
    Reconciliation,
    Source,
    Statement,
    StatementRow,
    StreamCursor,
    SyncRun,
    Trade,
    TradingAccount,
    Upload,
)
from ingestion.pipeline.dirty import mark_dirty
from ingestion.pipeline.merge import merge
from ingestion.pipeline.streams import STREAMS
from ingestion.testing.factories import SAMPLE_ROWS, balance_transaction_row, make_source

pytestmark = pytest.mark.django_db

OWNED = [model for model in apps.get_app_config("ingestion").get_models() if issubclass(model, BusinessOwned)]


def raw(sql: str, *params: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall()) if cursor.description else [(cursor.rowcount,)]


def fill_every_table(source: Source, person: Any) -> None:
    """One row in each table that belongs to a business."""
    business = source.business
    run = SyncRun.objects.create(business=business, source=source, kind="backfill")
    for key, row in SAMPLE_ROWS.items():
        merge(source, key, [row], observed_at=MOMENT, run=run)
    mark_dirty(source, desk="payments", days=[date(2026, 1, 1)])
    of_source = {"business": business, "source": source}
    StreamCursor.objects.create(**of_source, stream="charges")
    QuarantinedRow.objects.create(**of_source, reason_code="bad", reason="Bad.", raw="{}", fingerprint="f")
    BalanceReading.objects.create(**of_source, currency="usd", available=1, pending=1, read_at=MOMENT)
    Reconciliation.objects.create(**of_source, currency="usd", ledger=1, balance=1, drift=0)
    RawPage.objects.create(**of_source, file="page", rows=1, sha256="x", fetched_at=MOMENT)
    Upload.objects.create(**of_source, kind="balance", file="upload", filename="u.csv", size=1, sha256="x")
    OAuthState.objects.create(business=business, user=person, provider="stripe", nonce_hash=str(source.pk))
    TradingAccount.objects.create(**of_source)
    Trade.objects.create(**of_source, key="t:1", symbol="MNQM6", instrument="MNQ", direction=1, quantity=1)
    HeaderMapping.objects.create(business=business, fingerprint="f", header=["Time"], mapping={})
    statement = Statement.objects.create(**of_source, way="file", file="statement", size=1, sha256="x")
    StatementRow.objects.create(
        business=business, statement=statement, number=1, kind="trade", cells=[], status="other"
    )


@pytest.fixture
def filled(world: World) -> World:
    fill_every_table(make_source(world.business), world.owner)
    fill_every_table(make_source(world.other), world.stranger)
    return world


class TestEveryTable:
    @pytest.mark.parametrize("model", OWNED, ids=lambda model: model.__name__)
    def test_shows_a_tenant_its_own_rows_only(self, filled: World, model: type[models.Model]) -> None:
        table = model._meta.db_table
        assert len(raw(f'select distinct business_id from "{table}"')) == 2
        with acting_for(filled.business):
            assert raw(f'select distinct business_id from "{table}"') == [(filled.business.pk,)]
        with tenant_transaction():
            assert raw(f'select count(*) from "{table}"') == [(0,)]

    @pytest.mark.parametrize("model", OWNED, ids=lambda model: model.__name__)
    def test_lets_a_tenant_change_or_delete_nothing_of_others(self, filled: World, model: type[models.Model]) -> None:
        table = model._meta.db_table
        with acting_for(filled.business):
            assert raw(f'update "{table}" set business_id = business_id where business_id = %s', filled.other.pk) == [
                (0,)
            ]
            assert raw(f'delete from "{table}" where business_id = %s', filled.other.pk) == [(0,)]


class TestMergeAsATenant:
    def test_writes_every_stream(self, world: World) -> None:
        source = make_source(world.business)
        with acting_for(world.business):
            for key, row in SAMPLE_ROWS.items():
                assert merge(source, key, [row], observed_at=MOMENT).new == 1
            assert raw("select current_user") == [("bellwether_tenant",)]

    def test_cannot_write_into_another_business(self, filled: World) -> None:
        theirs = Source.objects.get(business=filled.other)
        theirs.business.time_zone  # noqa: B018 - loaded as the owner, who sees it
        with acting_for(filled.business), pytest.raises(NotYours):
            merge(theirs, "balance_transactions", [balance_transaction_row("txn_x")], observed_at=MOMENT)

    def test_keeps_equal_ids_of_two_businesses_apart(self, filled: World) -> None:
        model = STREAMS["balance_transactions"].model
        own = Source.objects.get(business=filled.business)
        changed = balance_transaction_row(amount=7, version_at=MOMENT)
        with acting_for(filled.business):
            assert merge(own, "balance_transactions", [changed], observed_at=MOMENT).changed == 1
        assert model.objects.of(filled.business).get().amount == 7
        assert model.objects.of(filled.other).get().amount == 1000


class TestSharedRates:
    def test_can_be_read_by_everyone_and_written_by_no_tenant(self, world: World) -> None:
        store_rates([Rate(date(2026, 6, 12), "usd", Decimal("1.08"))])
        with acting_for(world.business):
            assert FxRate.objects.get().per_eur == Decimal("1.08")
            assert raw("update ingestion_fxrate set per_eur = 2") == [(0,)]
            assert raw("delete from ingestion_fxrate") == [(0,)]
        with pytest.raises(ProgrammingError, match="row-level security"), acting_for(world.business):
            store_rates([Rate(date(2026, 6, 15), "usd", Decimal(2))])


class TestConsent:
    def test_is_found_by_the_person_who_asked_before_a_business_is_known(self, filled: World) -> None:
        with tenant_transaction(user_id=filled.owner.pk):
            assert [state.business_id for state in OAuthState.objects.all()] == [filled.business.pk]
            assert raw("update ingestion_oauthstate set used_at = now()") == [(0,)]


def test_files_lie_in_the_folder_of_their_business(world: World, settings: Any, tmp_path: Any) -> None:
    source = make_source(world.business)
    page = RawPage(business=world.business, source=source, rows=1, sha256="x", fetched_at=MOMENT)
    page.file.save("../../page.jsonl.gz", ContentFile(b"x"))
    assert page.file.name.startswith(f"businesses/{world.business.pk}/raw/")
    assert ".." not in page.file.name
    page.file.delete()
