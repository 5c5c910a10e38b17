"""Row security for runs, what they cost and what people said; prices are shared and only read."""

from django.db import migrations

from accounts.tenancy import TENANT_ROLE, RowSecurity

OWNED = ("AgentRun", "RunEvent", "TokenUsage", "AgentBudget", "Feedback")
FOR_READING_ONLY = migrations.RunSQL(
    f"""
    alter table agent_modelprice enable row level security;
    create policy for_everyone_to_read on agent_modelprice for select to {TENANT_ROLE} using (true);
    """,
    """
    drop policy for_everyone_to_read on agent_modelprice;
    alter table agent_modelprice disable row level security;
    """,
)


class Migration(migrations.Migration):
    dependencies = [("agent", "0006_runs_spending_and_feedback")]
    operations = [*(RowSecurity(model) for model in OWNED), FOR_READING_ONLY]
