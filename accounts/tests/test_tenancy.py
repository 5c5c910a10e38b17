"""The wall between businesses, tried with raw SQL."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models
from django.db.utils import ProgrammingError

from accounts.models import Business, Event, Job, Member
from accounts.tenancy import BusinessOwned, acting_for, bind, tenant_transaction
from accounts.testing.world import World

#: Tables without a policy, each with the reason.
NOT_OWNED = {
    "accounts.User": "a person may belong to several businesses; pages reach people through Member",
    "accounts.RefreshToken": "belongs to a person, found by the hash of what is presented before anyone is known",
    "accounts.EmailCode": "belongs to a person who has not proved their address yet",
    "accounts.RateWindow": "a counter under a digest; who is counted may belong to no business",
    "accounts.Heartbeat": "one row a process kind, no business's data",
    "billing.Plan": "the catalogue, the same for everyone; a tenant may read it and never write it",
    "billing.PlanPrice": "the catalogue, the same for everyone; a tenant may read it and never write it",
    "agent.ModelPrice": "what providers ask is the same for everybody; tenants only read",
    "agent.EvaluationRun": "measured on a made-up business; closed to tenants",
    "billing.PlanFeature": "the catalogue, the same for everyone; a tenant may read it and never write it",
    "billing.Perk": "the catalogue, the same for everyone; a tenant may read it and never write it",
    "billing.SkuRule": "what staff said a SKU means; closed to tenants",
    "billing.OdooCursor": "how far Odoo was read; closed to tenants",
    "analytics.RuleSet": "prop firms' published rules, the same for everyone; a tenant may read and never write them",
    "analytics.CohortCell": "quantiles of at least twenty businesses; a tenant may read them and never write them",
    "ingestion.FxRate": "public exchange rates, the same for everyone",
}
OWN_APPS = ("accounts", "billing", "ingestion", "analytics", "recommendations", "agent")


def own_models() -> list[type[models.Model]]:
    return [m for label in OWN_APPS for m in apps.get_app_config(label).get_models()]


def raw(sql: str, *params: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


@pytest.mark.django_db
class TestEveryTable:
    @pytest.mark.parametrize("model", own_models(), ids=lambda m: m._meta.label)
    def test_has_row_security_or_a_listed_reason(self, model: type[models.Model]) -> None:
        if model._meta.label in NOT_OWNED:
            return
        secured = raw("select relrowsecurity from pg_class where oid = %s::regclass", model._meta.db_table)
        policies = raw("select count(*) from pg_policies where tablename = %s", model._meta.db_table)
        assert secured == [(True,)] and policies[0][0] >= 1, f"{model._meta.label} needs RowSecurity in its migration"

    @pytest.mark.parametrize("model", own_models(), ids=lambda m: m._meta.label)
    def test_names_its_business_first(self, model: type[models.Model]) -> None:
        owned = issubclass(model, BusinessOwned) or any(f.name == "business" for f in model._meta.get_fields())
        assert owned or model is Business or model._meta.label in NOT_OWNED

    def test_has_a_policy_that_is_enforced_for_the_tenant_role(self) -> None:
        assert raw("select rolbypassrls, rolsuper from pg_roles where rolname = 'bellwether_tenant'") == [
            (False, False)
        ]


class TestActingFor:
    def test_sees_its_own_business_only_even_in_raw_sql(self, world: World) -> None:
        Job.objects.create(business=world.business, name="a", queue="ingest")
        Job.objects.create(business=world.other, name="b", queue="ingest")
        with acting_for(world.business):
            assert raw("select name from accounts_job") == [("a",)]
            assert raw("select slug from accounts_business") == [("acme",)]
            assert raw("select count(*) from accounts_member") == [(4,)]

    def test_sees_nothing_without_a_business(self, world: World) -> None:
        with tenant_transaction():
            assert raw("select count(*) from accounts_business") == [(0,)]
            assert raw("select count(*) from accounts_member") == [(0,)]

    def test_refuses_rows_of_another_business(self, world: World) -> None:
        with pytest.raises(ProgrammingError, match="row-level security"), acting_for(world.business):
            Job.objects.create(business=world.other, name="b", queue="ingest")

    def test_cannot_move_a_row_to_another_business(self, world: World) -> None:
        job = Job.objects.create(business=world.business, name="a", queue="ingest")
        with pytest.raises(ProgrammingError, match="row-level security"), acting_for(world.business):
            Job.objects.filter(pk=job.pk).update(business=world.other)

    def test_leaves_no_trace_when_it_ends(self, world: World) -> None:
        before = raw("select current_user, current_setting('app.business_id', true)")
        with acting_for(world.business):
            pass
        after = raw("select current_user, current_setting('app.business_id', true)")
        assert [after[0][0], after[0][1] or ""] == [before[0][0], before[0][1] or ""]

    def test_can_be_read_only(self, world: World) -> None:
        from django.db.utils import InternalError

        with pytest.raises(InternalError, match="read-only"), acting_for(world.business, writable=False):
            Job.objects.create(business=world.business, name="a", queue="ingest")

    def test_cannot_become_the_owner_again_by_forgetting(self, world: World) -> None:
        with acting_for(world.business):
            assert raw("select current_user") == [("bellwether_tenant",)]


class TestAPersonBeforeTheirBusinessIsKnown:
    def test_sees_their_own_memberships_and_businesses(self, world: World) -> None:
        with tenant_transaction(user_id=world.stranger.pk):
            assert [m.business.slug for m in Member.objects.select_related("business")] == ["zenith"]

    def test_does_not_see_teammates_until_bound(self, world: World) -> None:
        with tenant_transaction(user_id=world.owner.pk):
            assert Member.objects.count() == 1
            bind(business=world.business)
            assert Member.objects.count() == 4

    def test_may_leave_an_event_without_a_business_but_not_read_it(self, world: World) -> None:
        with tenant_transaction(user_id=world.owner.pk):
            Event.objects.create(name="accounts.user.signed_in", actor=world.owner)
            assert Event.objects.count() == 0
        assert Event.objects.count() == 1
