"""Row security for consents: a person finds their own before the business is known."""

from django.db import migrations

from accounts.tenancy import RowSecurity

USER = "(select nullif(current_setting('app.user_id', true), '')::uuid)"


class Migration(migrations.Migration):
    dependencies = [("agent", "0004_mcp_consents")]
    operations = [RowSecurity("McpConsent", also=f"user_id = {USER}")]
