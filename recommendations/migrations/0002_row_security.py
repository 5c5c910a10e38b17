from django.db import migrations

from accounts.tenancy import RowSecurity


class Migration(migrations.Migration):
    dependencies = [("recommendations", "0001_recommendations_and_notifications")]

    operations = [
        RowSecurity("Recommendation"),
        RowSecurity("RecommendationEvent"),
        RowSecurity("Notification"),
        RowSecurity("NotificationRead"),
        RowSecurity("Digest"),
    ]
