"""Row security for everything a business owns here, and one composite key from each fact to its source.

The composite key proves in one check a row that the source exists and belongs to the fact's business.
"""

from django.db import migrations

from accounts.tenancy import RowSecurity

FACTS = ["BalanceTransaction", "Charge", "Refund", "Dispute", "Payout", "FraudWarning", "Subscription", "Invoice"]
RECORDS = [
    "Source",
    "SyncRun",
    "StreamCursor",
    "RawPage",
    "Upload",
    "QuarantinedRow",
    "DirtyDay",
    "BalanceReading",
    "Reconciliation",
]
USER = "(select nullif(current_setting('app.user_id', true), '')::uuid)"


def source_key(model: str) -> migrations.RunSQL:
    table = f"ingestion_{model.lower()}"
    return migrations.RunSQL(
        f"alter table {table} add constraint {table}_source_of_business"
        " foreign key (source_id, business_id) references ingestion_source (id, business_id)",
        f"alter table {table} drop constraint {table}_source_of_business",
    )


class Migration(migrations.Migration):
    dependencies = [("ingestion", "0001_sources_runs_and_facts"), ("accounts", "0002_row_security")]
    operations = [
        *(RowSecurity(model) for model in RECORDS + FACTS),
        # Consent comes back to an address without a business: the person who asked finds it.
        RowSecurity("OAuthState", also=f"user_id = {USER}"),
        *(source_key(model) for model in FACTS),
    ]
