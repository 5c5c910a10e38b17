"""Row security for the rollups and snapshots of the payments desk."""

from django.db import migrations

from accounts.tenancy import RowSecurity

MODELS = ["PaymentDay", "PaymentBrandDay", "PaymentsFreshness", "MetricSnapshot", "ReadinessSnapshot"]


class Migration(migrations.Migration):
    dependencies = [
        ("analytics", "0001_payment_rollups_and_snapshots"),
        ("accounts", "0002_row_security"),
        ("ingestion", "0002_row_security_and_fact_keys"),
    ]
    operations = [RowSecurity(model) for model in MODELS]
