"""Row security for orders and what follows from them, reading only for perks, and the first perks.

Orders, links and work items belong to no business until they are activated: a tenant sees none of those.
"""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from accounts.tenancy import TENANT_ROLE, RowSecurity
from billing.loyalty.perks import write_perks

OWNED = ("OdooOrder", "Activation", "PaidMonth", "WorkItem", "WorkStep", "WorkFile", "Unlock")


def seed(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    write_perks(apps.get_model("billing", "Perk").objects)


def closed(table: str, *, readable: bool) -> migrations.RunSQL:
    """A table of ours: a tenant reads it at most, and never writes it."""
    policy = f"create policy for_everyone_to_read on {table} for select to {TENANT_ROLE} using (true);"
    return migrations.RunSQL(
        f"alter table {table} enable row level security; {policy if readable else ''}",
        f"drop policy if exists for_everyone_to_read on {table}; alter table {table} disable row level security;",
    )


class Migration(migrations.Migration):
    dependencies = [("billing", "0003_odoo_orders")]
    operations = [
        *(RowSecurity(model) for model in OWNED),
        closed("billing_perk", readable=True),
        closed("billing_skurule", readable=False),
        closed("billing_odoocursor", readable=False),
        migrations.RunPython(seed, migrations.RunPython.noop),
    ]
