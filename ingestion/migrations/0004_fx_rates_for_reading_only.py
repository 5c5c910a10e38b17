"""Rates are shared by all businesses, so a tenant may read them and never write them."""

from django.db import migrations

from accounts.tenancy import TENANT_ROLE


class Migration(migrations.Migration):
    dependencies = [("ingestion", "0003_raw_pages_by_content")]
    operations = [
        migrations.RunSQL(
            f"""
            alter table ingestion_fxrate enable row level security;
            create policy for_everyone_to_read on ingestion_fxrate for select to {TENANT_ROLE} using (true);
            """,
            """
            drop policy for_everyone_to_read on ingestion_fxrate;
            alter table ingestion_fxrate disable row level security;
            """,
        )
    ]
