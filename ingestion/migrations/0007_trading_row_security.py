"""Row security for the trading desk's records; its facts follow their source, as the payments facts do."""

from django.db import migrations

from accounts.tenancy import RowSecurity

FACTS = ["Execution", "BrokerTrade", "CashFlow"]
RECORDS = ["TradingAccount", "Statement", "StatementRow", "Trade", "HeaderMapping"]


def facts_follow_their_source(model: str) -> migrations.RunSQL:
    table = f"ingestion_{model.lower()}"
    return migrations.RunSQL(
        f"create trigger {table}_follows after delete on ingestion_source"
        f" for each row execute function ingestion_delete_facts('{table}')",
        f"drop trigger {table}_follows on ingestion_source",
    )


class Migration(migrations.Migration):
    dependencies = [("ingestion", "0006_trading_facts_and_statements")]
    operations = [
        *(RowSecurity(model) for model in RECORDS + FACTS),
        *(facts_follow_their_source(model) for model in FACTS),
    ]
