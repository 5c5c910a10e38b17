from django.db import migrations

from accounts.tenancy import RowSecurity


class Migration(migrations.Migration):
    dependencies = [("agent", "0001_conversations_and_tool_calls")]

    operations = [RowSecurity("Conversation"), RowSecurity("Message"), RowSecurity("ToolCall")]
