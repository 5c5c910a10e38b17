"""Row security for endpoints and messages."""

from django.db import migrations

from accounts.tenancy import RowSecurity


class Migration(migrations.Migration):
    dependencies = [("recommendations", "0005_outbound_messages")]
    operations = [RowSecurity("OutboundEndpoint"), RowSecurity("OutboundMessage")]
