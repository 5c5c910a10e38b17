"""Row security for everything a business owns here, and the tie between facts and their source.

Facts have no foreign key to their source: checking it row by row took a sixth of the time of a load. Instead the merge
locks the source's row before it writes, and this trigger deletes the facts of a deleted source. It runs after the
deletion had to wait for that lock, so it sees what a merge at the same moment wrote.
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


def facts_follow_their_source(model: str) -> migrations.RunSQL:
    table = f"ingestion_{model.lower()}"
    return migrations.RunSQL(
        f"create trigger {table}_follows after delete on ingestion_source"
        f" for each row execute function ingestion_delete_facts('{table}')",
        f"drop trigger {table}_follows on ingestion_source",
    )


class Migration(migrations.Migration):
    dependencies = [("ingestion", "0001_sources_runs_and_facts"), ("accounts", "0002_row_security")]
    operations = [
        *(RowSecurity(model) for model in RECORDS + FACTS),
        # Consent comes back to an address without a business: the person who asked finds it.
        RowSecurity("OAuthState", also=f"user_id = {USER}"),
        migrations.RunSQL(
            """
            create function ingestion_delete_facts() returns trigger language plpgsql as $$
            begin
              execute format('delete from %I where business_id = $1 and source_id = $2', tg_argv[0])
                using old.business_id, old.id;
              return null;
            end $$
            """,
            "drop function ingestion_delete_facts()",
        ),
        *(facts_follow_their_source(model) for model in FACTS),
    ]
