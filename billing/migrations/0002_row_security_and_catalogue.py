"""Row security for what belongs to a business, reading only for the catalogue, and the first plans."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from accounts.tenancy import TENANT_ROLE, RowSecurity
from billing.plans.catalogue import write_catalogue

OWNED = ("Grant", "BillingCustomer", "Subscription", "Invoice", "Checkout", "DunningMail")
CATALOGUE = ("billing_plan", "billing_planprice", "billing_planfeature")


def seed(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    models = (apps.get_model("billing", name) for name in ("Plan", "PlanPrice", "PlanFeature"))
    write_catalogue(*(model.objects for model in models))


def for_reading_only(table: str) -> migrations.RunSQL:
    """Plans are shared by all businesses: a tenant may read them and never write them."""
    return migrations.RunSQL(
        f"""
        alter table {table} enable row level security;
        create policy for_everyone_to_read on {table} for select to {TENANT_ROLE} using (true);
        """,
        f"""
        drop policy for_everyone_to_read on {table};
        alter table {table} disable row level security;
        """,
    )


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_plans_grants_and_stripe"), ("accounts", "0005_plan_version")]
    operations = [
        *(RowSecurity(model) for model in OWNED),
        RowSecurity("Attention", anyone_may_insert=True),
        *(for_reading_only(table) for table in CATALOGUE),
        migrations.RunPython(seed, migrations.RunPython.noop),
    ]
