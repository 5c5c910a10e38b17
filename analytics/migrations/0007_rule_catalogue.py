"""Row security for own rules, reading only for the firms' rules, and the rule sets known so far."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from accounts.tenancy import TENANT_ROLE, RowSecurity
from analytics.trading.shadow_boxing.catalogue import write_first


def seed(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    write_first(apps.get_model("analytics", "RuleSet").objects)


class Migration(migrations.Migration):
    dependencies = [("analytics", "0006_rule_sets_and_own_rules")]
    operations = [
        RowSecurity("TradingRule"),
        migrations.RunSQL(
            f"""
            alter table analytics_ruleset enable row level security;
            create policy for_everyone_to_read on analytics_ruleset for select to {TENANT_ROLE} using (true);
            """,
            """
            drop policy for_everyone_to_read on analytics_ruleset;
            alter table analytics_ruleset disable row level security;
            """,
        ),
        migrations.RunPython(seed, migrations.RunPython.noop),
    ]
