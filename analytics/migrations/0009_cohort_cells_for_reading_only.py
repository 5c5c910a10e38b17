"""A tenant may read the cells and never write them."""

from django.db import migrations

from accounts.tenancy import TENANT_ROLE


class Migration(migrations.Migration):
    dependencies = [("analytics", "0008_cohort_cells")]
    operations = [
        migrations.RunSQL(
            f"""
            alter table analytics_cohortcell enable row level security;
            create policy for_everyone_to_read on analytics_cohortcell for select to {TENANT_ROLE} using (true);
            """,
            """
            drop policy for_everyone_to_read on analytics_cohortcell;
            alter table analytics_cohortcell disable row level security;
            """,
        )
    ]
